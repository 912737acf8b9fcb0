"""The first six of the twelve demo flows, and the table of all."""

from __future__ import annotations

from dashboard.demo.flows_more import MORE
from dashboard.demo.spec import Fault, Flow, Mode, Parameter, Step, Variant

TRAIN_CHURN = Flow(
    name="TrainChurnModel",
    project="growth",
    doc="Trains one churn model per segment and promotes the best.",
    weight=9,
    workers=16,
    wide="split",
    steps=(
        Step("start", "start", ("features",), 18, var="blocks", fan=("usage", "billing", "support"), join="join_features",
             artifacts=("blocks", "snapshot_rows"), doc="Reads the snapshot.", log="snapshot has {v} rows"),
        Step("features", "linear", ("join_features",), 240, decorators=("retry",), artifacts=("n_features",),
             doc="Computes one block of features.", log="block {s}: {v} columns after encoding"),
        Step("join_features", "join", ("split",), 23, artifacts=("matrix_shape",),
             doc="Joins the blocks into one matrix."),
        Step("split", "linear", ("train",), 7, var="segments_list", fan=("#18",), join="select_model",
             artifacts=("segments_list",), doc="One task per segment and fold."),
        Step("train", "linear", ("select_model",), 210, decorators=("retry", "kubernetes", "resources"),
             artifacts=("auc", "model_id"), doc="Fits gradient boosting for one segment.",
             log="[{i}] validation-auc {v}"),
        Step("select_model", "join", ("end",), 31, decorators=("card",), artifacts=("best_auc", "champion"),
             doc="Compares the models and picks the champion.", log="best AUC {v}"),
        Step("end", "end", (), 4, doc="Promotes the champion."),
    ),
    parameters=(
        Parameter("segments", ("us-west, us-east", "us-west", "all")),
        Parameter("n_trees", (400, 300, 600)),
        Parameter("max_depth", (8, 6, 10)),
        Parameter("alpha", (0.05, 0.1, 0.01)),
        Parameter("min_auc", (0.82, 0.8)),
        Parameter("snapshot", ("$day",)),
    ),
    constants=(("TARGET", "churned_90d"),),
    variants=(
        Variant("sched-prod", "prod", 5, ("nightly", "prod_v3"), ("champion",)),
        Variant("ana", "prod", 3, ("retrain", "us-west"), ("prod_v3",)),
        Variant("nora", "user.nora", 1, ("scratch",)),
    ),
    faults=(
        Fault("train", Mode.RAISE, "ValueError: Input X contains NaN.", "self.model.fit(self.X, self.y)", 2, 3, 0.9),
        Fault("train", Mode.RETRY, "ConnectionResetError: [Errno 104] Connection reset by peer",
              "frame = warehouse.read(segment)", 1, 4, 0.2),
        Fault("features", Mode.RETRY, "TimeoutError: warehouse did not answer in 120 s",
              "rows = cursor.fetchall()", 1, 2, 0.5),
        Fault("train", Mode.KILL, weight=1),
    ),
    fault_rate=0.16,
)

EVAL_PROMPTS = Flow(
    name="EvalPrompts",
    project="assist",
    doc="Scores prompts of a suite with two judges.",
    weight=15,
    wide="start",
    steps=(
        Step("start", "start", ("score",), 6, var="prompts", fan=("#24",), join="collect", artifacts=("prompts",),
             doc="Loads the suite.", log="suite has {v} prompts"),
        Step("score", "linear", ("collect",), 90, decorators=("retry",), artifacts=("grade", "tokens"),
             doc="Asks the model and the judges.", log="prompt {s}: grade {v}"),
        Step("collect", "join", ("end",), 14, decorators=("card",), artifacts=("mean_grade",),
             doc="Averages the grades.", log="mean grade {v}"),
        Step("end", "end", (), 3),
    ),
    parameters=(
        Parameter("suite", ("safety", "helpful", "long-context")),
        Parameter("model", ("assist-large-4", "assist-small-4")),
        Parameter("temperature", (0.0, 0.2)),
        Parameter("judges", (2, 3)),
    ),
    variants=(
        Variant("ana", "user.ana", 4, ("suite:safety",)),
        Variant("ana", "user.ana", 3, ("suite:helpful",)),
        Variant("tomas", "user.tomas", 1, ("suite:long-context",), ("draft",)),
    ),
    faults=(
        Fault("score", Mode.RAISE, "assist.errors.RateLimitError: 429 Too Many Requests (limit 600 per minute)",
              "reply = client.complete(prompt, temperature=self.temperature)", 1, 3, 0.4),
        Fault("score", Mode.RETRY, "assist.errors.RateLimitError: 429 Too Many Requests (limit 600 per minute)",
              "reply = client.complete(prompt, temperature=self.temperature)", 2, 4, 0.4),
    ),
    fault_rate=0.14,
)

RANKER = Flow(
    name="RankerTraining",
    project="search",
    doc="Trains the ranker on click logs, one shard per GPU.",
    weight=7,
    workers=8,
    wide="prepare",
    steps=(
        Step("start", "start", ("prepare",), 12, artifacts=("click_days",)),
        Step("prepare", "linear", ("train",), 420, var="shards", fan=("#16",), join="merge", decorators=("kubernetes",),
             artifacts=("n_pairs",), doc="Builds pairs from clicks.", log="{v} pairs"),
        Step("train", "linear", ("merge",), 3300, decorators=("retry", "kubernetes", "resources"),
             artifacts=("ndcg", "checkpoint"), doc="Trains on one shard.", log="epoch {i} ndcg@10 {v}"),
        Step("merge", "join", ("evaluate",), 95, artifacts=("checkpoint",)),
        Step("evaluate", "linear", ("end",), 380, decorators=("card", "kubernetes"), artifacts=("ndcg",),
             log="ndcg@10 {v} on the hold-out"),
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
        Fault("train", Mode.RETRY, "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.40 GiB",
              "loss.backward()", 1, 2, 0.3),
        Fault("evaluate", Mode.RAISE, "RuntimeError: shape mismatch: value tensor of shape [64] cannot be broadcast",
              "scores[mask] = self.model(batch)", 1, 1, 0.4),
    ),
    fault_rate=0.22,
)

BACKFILL = Flow(
    name="BackfillEvents",
    project="growth",
    doc="Loads a month of events again.",
    weight=4,
    wide="start",
    steps=(
        Step("start", "start", ("load",), 9, var="days", fan=tuple(f"day-{n:02}" for n in range(1, 32)), join="merge",
             artifacts=("days",)),
        Step("load", "linear", ("merge",), 1900, decorators=("retry",), artifacts=("rows",),
             doc="Loads one day.", log="{s}: {v} rows"),
        Step("merge", "join", ("end",), 210, artifacts=("rows",), log="{v} rows in all"),
        Step("end", "end", (), 5),
    ),
    parameters=(Parameter("month", ("$month",)), Parameter("dry_run", (False, True))),
    variants=(Variant("ci-bot", "prod", 2, ("backfill:$month",)),),
    faults=(
        Fault("load", Mode.SCHEDULER, weight=3, at=0.4),
        Fault("load", Mode.RETRY, "OSError: [Errno 28] No space left on device", "writer.flush()", 1, 2, 0.7),
    ),
    fault_rate=0.25,
)

FEATURE_STORE = Flow(
    name="FeatureStoreDaily",
    project="growth",
    doc="Refreshes the feature store every night.",
    weight=9,
    steps=(
        Step("start", "start", ("users", "items", "sessions"), 20, join="join", decorators=("kubernetes",)),
        Step("users", "linear", ("join",), 640, decorators=("kubernetes", "retry"), artifacts=("rows",), log="{v} rows"),
        Step("items", "linear", ("join",), 410, decorators=("kubernetes", "retry"), artifacts=("rows",), log="{v} rows"),
        Step("sessions", "linear", ("join",), 980, decorators=("kubernetes", "retry"), artifacts=("rows",),
             log="{v} rows"),
        Step("join", "join", ("publish",), 60, decorators=("kubernetes",), artifacts=("rows",)),
        Step("publish", "linear", ("end",), 190, decorators=("kubernetes", "card"), artifacts=("version",),
             log="published version {v}"),
        Step("end", "end", (), 12, decorators=("kubernetes",)),
    ),
    parameters=(Parameter("day", ("$day",)), Parameter("full_refresh", (False, True))),
    variants=(Variant("sched-prod", "prod", 1, ("nightly",), argo=True),),
    faults=(
        Fault("sessions", Mode.RAISE, "PermissionError: [Errno 13] Permission denied: 'events/sessions'",
              "table = lake.open(self.day)", 1, 2, 0.1),
        Fault("users", Mode.RETRY, "botocore.exceptions.ReadTimeoutError: Read timeout on endpoint URL",
              "body = response.read()", 1, 2, 0.6),
        Fault("sessions", Mode.SPOT, weight=1),
    ),
    fault_rate=0.08,
)

SCORE_ACCOUNTS = Flow(
    name="ScoreAccounts",
    project="growth",
    doc="Scores all accounts with the champion model.",
    weight=11,
    steps=(
        Step("start", "start", ("score",), 15, var="shards", fan=("#8",), join="gather", decorators=("kubernetes",),
             artifacts=("model_id",)),
        Step("score", "linear", ("gather",), 170, decorators=("kubernetes", "retry"), artifacts=("rows", "mean_score"),
             log="shard {i}: {v} accounts"),
        Step("gather", "join", ("end",), 45, decorators=("kubernetes", "card"), artifacts=("mean_score",)),
        Step("end", "end", (), 10, decorators=("kubernetes",)),
    ),
    parameters=(Parameter("threshold", (0.5, 0.6)), Parameter("model_tag", ("champion", "challenger"))),
    variants=(Variant("sched-prod", "prod", 1, ("nightly",), argo=True),),
    faults=(
        Fault("score", Mode.RAISE, "FileNotFoundError: no artifact 'model' in TrainChurnModel with tag 'champion'",
              "model = runs.latest(self.model_tag)['model']", 1, 1, 0.1),
    ),
    fault_rate=0.04,
)

FLOWS: tuple[Flow, ...] = (TRAIN_CHURN, EVAL_PROMPTS, RANKER, BACKFILL, FEATURE_STORE, SCORE_ACCOUNTS, *MORE)
BY_NAME = {flow.name: flow for flow in FLOWS}
