"""Demo flows of the projects assist and supply: a switch that recurses, a renamed last step, forecasts."""

from __future__ import annotations

from dashboard.demo.spec import Fault, Flow, Mode, Parameter, Step, Variant

REGIONS = ("us-west", "us-east", "eu-north", "eu-south", "apac", "latam", "mea", "anz", "uk", "dach", "nordics", "jp")

EVAL_PROMPTS = Flow(
    name="EvalPrompts",
    project="assist",
    doc="Scores prompts of a suite with two judges.",
    weight=15,
    wide="start",
    steps=(
        Step(
            "start",
            "start",
            ("score",),
            6,
            var="prompts",
            fan=("#12",),
            join="collect",
            artifacts=("prompts",),
            doc="Loads the suite.",
            log="suite has {v} prompts",
        ),
        Step(
            "score",
            "linear",
            ("collect",),
            90,
            decorators=("retry",),
            artifacts=("grade", "tokens"),
            doc="Asks the model and the judges.",
            log="prompt {s}: grade {v}",
        ),
        Step(
            "collect",
            "join",
            ("end",),
            14,
            decorators=("card",),
            artifacts=("mean_grade",),
            doc="Averages the grades.",
            log="mean grade {v}",
        ),
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
        Fault(
            "score",
            Mode.RAISE,
            "assist.errors.RateLimitError: 429 Too Many Requests (limit 600 per minute)",
            "reply = client.complete(prompt, temperature=self.temperature)",
            1,
            3,
            0.4,
        ),
        Fault(
            "score",
            Mode.RETRY,
            "assist.errors.RateLimitError: 429 Too Many Requests (limit 600 per minute)",
            "reply = client.complete(prompt, temperature=self.temperature)",
            2,
            4,
            0.4,
        ),
    ),
    fault_rate=0.14,
)

SYNC_LABELS = Flow(
    name="SyncLabels",
    project="assist",
    doc="Copies new labels from the annotation tool. Its last step is called `publish`.",
    weight=18,
    steps=(
        Step("start", "start", ("sync",), 7, artifacts=("cursor",)),
        Step(
            "sync", "linear", ("publish",), 38, decorators=("retry", "card"), artifacts=("n_labels",), log="{v} labels"
        ),
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

ASSIST: tuple[Flow, ...] = (EVAL_PROMPTS, SYNC_LABELS, ROUTE_TICKETS, FORECAST)
