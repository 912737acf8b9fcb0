"""The other six demo flows: @catch, a renamed last step, a sweep, a switch that recurses, a nested foreach."""

from __future__ import annotations

from dashboard.demo.spec import Fault, Flow, Mode, Parameter, Step, Variant

REGIONS = ("us-west", "us-east", "eu-north", "eu-south", "apac", "latam", "mea", "anz", "uk", "dach", "nordics", "jp")

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

FORECAST = Flow(
    name="ForecastDemand",
    project="supply",
    doc="Forecasts demand per region.",
    weight=12,
    steps=(
        Step("start", "start", ("fit",), 43, var="regions", fan=REGIONS, join="combine", artifacts=("regions",)),
        Step("fit", "linear", ("combine",), 330, decorators=("retry",), artifacts=("mape",), log="{s}: MAPE {v} %"),
        Step("combine", "join", ("end",), 70, decorators=("card",), artifacts=("mape",), log="MAPE {v} %"),
        Step("end", "end", (), 6),
    ),
    parameters=(Parameter("horizon_days", (28, 56)), Parameter("holidays", (True, False)), Parameter("seed", (11,))),
    variants=(
        Variant("ci-bot", "prod", 3, ("ci", "pr-$pr")),
        Variant("nora", "user.nora", 1, ("scratch",)),
    ),
    faults=(
        Fault("start", Mode.RAISE, "KeyError: 'region_map'", "regions = config['region_map'].keys()", 1, 4, 0.9),
        Fault(
            "fit", Mode.RAISE, "numpy.linalg.LinAlgError: Singular matrix", "beta = np.linalg.solve(a, b)", 1, 1, 0.3
        ),
    ),
    fault_rate=0.12,
)

SYNC_LABELS = Flow(
    name="SyncLabels",
    project="assist",
    doc="Copies new labels from the annotation tool. Its last step is called `publish`.",
    weight=18,
    steps=(
        Step("start", "start", ("sync",), 7, artifacts=("cursor",)),
        Step("sync", "linear", ("publish",), 38, decorators=("retry",), artifacts=("n_labels",), log="{v} labels"),
        Step("publish", "end", (), 6),
    ),
    parameters=(Parameter("project_id", (31, 32)), Parameter("batch", (500,))),
    variants=(
        Variant("sched-prod", "prod", 6),
        Variant("nora", "prod", 1, ("manual",)),
    ),
    faults=(
        Fault(
            "sync",
            Mode.RAISE,
            "requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: /api/labels",
            "response.raise_for_status()",
            1,
            2,
            0.3,
        ),
        Fault(
            "sync",
            Mode.RETRY,
            "requests.exceptions.ConnectionError: Remote end closed connection",
            "response = session.get(url)",
            1,
            2,
            0.5,
        ),
    ),
    fault_rate=0.07,
)

PARAM_SWEEP = Flow(
    name="ParamSweepLTV",
    project="growth",
    doc="Searches the learning rate and depth of the LTV model.",
    weight=4,
    wide="start",
    workers=24,
    steps=(
        Step("start", "start", ("fit",), 8, var="grid", fan=("#32",), join="best", artifacts=("grid",)),
        Step(
            "fit",
            "linear",
            ("best",),
            2400,
            decorators=("kubernetes", "resources"),
            artifacts=("rmse",),
            log="trial {i}: rmse {v}",
        ),
        Step("best", "join", ("end",), 30, decorators=("card",), artifacts=("rmse", "best_trial")),
        Step("end", "end", (), 4),
    ),
    parameters=(Parameter("trials", (32,)), Parameter("lr_low", (0.001,)), Parameter("lr_high", (0.3, 0.1))),
    variants=(Variant("ana", "user.ana", 2, ("sweep:$sweep", "lr-grid", "gpu"), ("pinned",)),),
    faults=(
        Fault(
            "fit",
            Mode.RAISE,
            "MemoryError: Unable to allocate 11.2 GiB for an array with shape (3000000, 500)",
            "matrix = np.asarray(frame)",
            12,
            2,
            0.7,
        ),
        Fault("fit", Mode.KILL, weight=3, at=0.8),
    ),
    fault_rate=0.25,
)

ROUTE_TICKETS = Flow(
    name="RouteTickets",
    project="assist",
    doc="Routes a ticket: answers it, escalates it, or asks again until it is clear.",
    weight=11,
    steps=(
        Step("start", "start", ("classify",), 5, artifacts=("ticket",)),
        Step(
            "classify",
            "split-switch",
            ("answer", "escalate", "clarify"),
            12,
            condition="route",
            cases=(("faq", "answer", 5), ("human", "escalate", 3), ("unclear", "clarify", 2)),
            artifacts=("route",),
            log="route: {v}",
        ),
        Step("answer", "linear", ("close",), 25, artifacts=("grade",), log="answered with grade {v}"),
        Step("escalate", "linear", ("close",), 9),
        Step(
            "clarify",
            "split-switch",
            ("clarify", "close"),
            16,
            condition="state",
            cases=(("again", "clarify", 6), ("clear", "close", 4)),
            artifacts=("state",),
            doc="Asks the customer; runs again while the answer is unclear.",
            log="the ticket is {v}",
        ),
        Step("close", "linear", ("end",), 6),
        Step("end", "end", (), 3),
    ),
    parameters=(Parameter("queue", ("billing", "technical", "other")), Parameter("max_rounds", (5,))),
    variants=(
        Variant("ci-bot", "prod", 3, ("hourly",)),
        Variant("tomas", "test.tomas", 2, ("tuning",)),
    ),
    faults=(
        Fault(
            "classify",
            Mode.RAISE,
            "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
            "self.route = json.loads(reply)['route']",
            1,
            1,
            0.8,
        ),
    ),
    fault_rate=0.06,
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

MORE = (EMBED_CATALOG, FORECAST, SYNC_LABELS, PARAM_SWEEP, ROUTE_TICKETS, BENCHMARK_GRID)
