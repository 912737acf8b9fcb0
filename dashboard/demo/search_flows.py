"""Demo flows of the project search: GPUs on spot machines, @catch, a nested foreach."""

from __future__ import annotations

from dashboard.demo.spec import Fault, Flow, Mode, Parameter, Step, Variant

RANKER = Flow(
    name="RankerTraining",
    project="search",
    doc="Trains the ranker on click logs, one shard per GPU.",
    weight=7,
    workers=8,
    wide="prepare",
    steps=(
        Step("start", "start", ("prepare",), 12, artifacts=("click_days",)),
        Step(
            "prepare",
            "linear",
            ("train",),
            420,
            var="shards",
            fan=("#12",),
            join="merge",
            decorators=("kubernetes",),
            artifacts=("n_pairs",),
            doc="Builds pairs from clicks.",
            log="{v} pairs",
        ),
        Step(
            "train",
            "linear",
            ("merge",),
            3300,
            decorators=("retry", "kubernetes", "resources", "card"),
            artifacts=("ndcg", "checkpoint"),
            doc="Trains on one shard.",
            log="epoch {i} ndcg@10 {v}",
        ),
        Step("merge", "join", ("evaluate",), 95, artifacts=("checkpoint",)),
        Step(
            "evaluate",
            "linear",
            ("end",),
            380,
            decorators=("card", "kubernetes"),
            artifacts=("ndcg",),
            log="ndcg@10 {v} on the hold-out",
        ),
        Step("end", "end", (), 4),
    ),
    parameters=(
        Parameter("loss", ("listwise", "pairwise")),
        Parameter("learning_rate", (0.0003, 0.001)),
        Parameter("epochs", (4, 6)),
        Parameter("days", (28, 14)),
    ),
    variants=(
        Variant("li", "prod", 3, ("exp:listwise", "gpu")),
        Variant("li", "test.li", 3, ("exp:pairwise", "gpu")),
        Variant("tomas", "user.tomas", 1, ("exp:distil", "gpu")),
    ),
    faults=(
        Fault("train", Mode.SPOT, count=8, weight=3, at=0.5),
        Fault(
            "train",
            Mode.RETRY,
            "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.40 GiB",
            "loss.backward()",
            1,
            2,
            0.3,
        ),
        Fault(
            "evaluate",
            Mode.RAISE,
            "RuntimeError: shape mismatch: value tensor of shape [64] cannot be broadcast",
            "scores[mask] = self.model(batch)",
            1,
            1,
            0.4,
        ),
    ),
    fault_rate=0.22,
)

EMBED_CATALOG = Flow(
    name="EmbedCatalog",
    project="search",
    doc="Embeds the catalogue and builds the vector index.",
    weight=5,
    wide="start",
    steps=(
        Step("start", "start", ("embed",), 14, var="chunks", fan=("#24",), join="merge", artifacts=("chunks",)),
        Step(
            "embed",
            "linear",
            ("merge",),
            780,
            decorators=("retry", "catch", "kubernetes"),
            artifacts=("n_vectors",),
            doc="Embeds one chunk; a chunk that times out is left for the next run.",
            log="chunk {i}: {v} vectors",
        ),
        Step("merge", "join", ("index",), 130, artifacts=("n_vectors",)),
        Step(
            "index",
            "linear",
            ("end",),
            900,
            decorators=("kubernetes", "card"),
            artifacts=("recall",),
            log="recall@100 {v}",
        ),
        Step("end", "end", (), 5),
    ),
    parameters=(
        Parameter("encoder", ("clip-l", "clip-b")),
        Parameter("dim", (768, 512)),
        Parameter("metric", ("cosine",)),
    ),
    variants=(
        Variant("li", "test.li", 3, ("exp:clip-l",)),
        Variant("li", "test.li", 2, ("exp:clip-b",)),
        Variant("tomas", "prod", 1, ("weekly",)),
    ),
    faults=(
        Fault(
            "embed",
            Mode.CATCH,
            "TimeoutError: encoder did not answer in 600 s",
            "vectors = encoder.encode(batch)",
            3,
            4,
            0.95,
        ),
        Fault(
            "index",
            Mode.RAISE,
            "RuntimeError: Error in faiss::IndexIVFFlat: nx >= k failed, 4096 centroids wanted",
            "index.train(vectors)",
            1,
            1,
            0.2,
        ),
    ),
    fault_rate=0.3,
)

BENCHMARK_GRID = Flow(
    name="BenchmarkGrid",
    project="search",
    doc="Benchmarks every retriever on every data set: a foreach in a foreach.",
    weight=3,
    steps=(
        Step(
            "start",
            "start",
            ("retriever",),
            8,
            var="retrievers",
            fan=("bm25", "splade", "dense-b", "dense-l", "hybrid"),
            join="rank",
            artifacts=("retrievers",),
        ),
        Step(
            "retriever",
            "linear",
            ("case",),
            60,
            var="datasets",
            fan=("nq", "trec-covid", "fiqa", "scifact", "quora", "arguana"),
            join="join_cases",
            artifacts=("datasets",),
        ),
        Step(
            "case", "linear", ("join_cases",), 210, decorators=("retry",), artifacts=("ndcg",), log="{s}: ndcg@10 {v}"
        ),
        Step("join_cases", "join", ("rank",), 12, artifacts=("ndcg",)),
        Step("rank", "join", ("end",), 20, decorators=("card",), artifacts=("ndcg", "champion")),
        Step("end", "end", (), 3),
    ),
    parameters=(Parameter("k", (10, 100)), Parameter("rerank", (False, True))),
    variants=(Variant("li", "test.li", 2, ("bench",)), Variant("nora", "user.nora", 1, ("bench", "scratch"))),
    faults=(
        Fault(
            "case",
            Mode.RAISE,
            "AssertionError: 3 queries have no relevant document",
            "assert not missing, f'{len(missing)} queries have no relevant document'",
            1,
            2,
            0.3,
        ),
    ),
    fault_rate=0.15,
)

SEARCH: tuple[Flow, ...] = (RANKER, EMBED_CATALOG, BENCHMARK_GRID)
