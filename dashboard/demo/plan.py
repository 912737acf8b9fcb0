"""Which runs the demo has: two months, a staged last day, and what still runs. Deterministic by seed and now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from dashboard.demo.flows import BY_NAME, FLOWS
from dashboard.demo.simulate import Run, Simulator
from dashboard.demo.spec import Fault, Flow, Plain, Variant

DAYS = 60
MINUTE = 60_000
DAY = 1440 * MINUTE
WIDE = 2000  # tasks of a wide foreach
MOST_KEPT = 500  # tasks of a run that gets every row, logs and data
FULL = 100  # newest runs that get every row
WITH_FILES = 70  # newest runs that get logs and data
LIVE_FAULTS = 0.15  # share of live runs that go wrong
RESUMED = 0.35  # share of failed runs that somebody resumes
OLD_CLIENT = "2.2.8"  # the last lines of clients without heartbeats

# Flow, variant, fault (index) or None, minutes ago, width: a last day with something of everything.
STAGED: tuple[tuple[str, int, int | None, int, int], ...] = (
    ("TrainChurnModel", 1, 0, 130, 0),
    ("ForecastDemand", 0, 0, 250, 0),
    ("EmbedCatalog", 0, 0, 290, 0),
    ("RankerTraining", 1, 0, 370, 0),
    ("ParamSweepLTV", 0, 0, 780, 0),
    ("EvalPrompts", 1, 0, 1090, 0),
    ("TrainChurnModel", 0, None, 1500, WIDE),
    ("ParamSweepLTV", 0, 1, 2100, 0),
    ("BenchmarkGrid", 0, None, 200, 0),
    ("RouteTickets", 0, None, 95, 0),
    ("SyncLabels", 0, None, 35, 0),
    ("FeatureStoreDaily", 0, 1, 190, 0),
    ("ScoreAccounts", 0, None, 210, 0),
    ("TrainChurnModel", 1, 2, 4400, WIDE),
    ("TrainChurnModel", 1, 0, 55, WIDE),
)
# Flow, variant, fault, share of the run that is over at `now`, width.
RUNNING: tuple[tuple[str, int, int | None, float, int], ...] = (
    ("EvalPrompts", 0, None, 0.55, 200),
    ("TrainChurnModel", 0, 1, 0.62, WIDE),
    ("RankerTraining", 0, None, 0.72, 0),
)
SILENT = ("BackfillEvents", 0, 0, 250_000)  # flow, variant, fault, ms since its last heartbeat


def plan(seed: int, runs: int, now: int) -> list[Run]:
    """All runs of the demo by creation, numbered from 1; the last of `RUNNING` and `SILENT` are not over at `now`."""
    found = [*unfinished(seed, now), *_staged(seed, now)][: max(1, runs)]
    found += _history(seed, now, runs - len(found))
    found.sort(key=lambda run: (run.created, run.flow.name))
    for number, run in enumerate(found, 1):
        run.number = number
        narrow = len(run.tasks) <= MOST_KEPT
        run.wide = not narrow
        run.full = narrow and (len(found) - number < FULL or (run.failed and now - run.created < 7 * DAY))
        run.files = narrow and len(found) - number < WITH_FILES
    _trigger(found)
    return found


def _trigger(runs: list[Run]) -> None:
    """Runs on Argo know what started them: an event, or the newest run that another flow had completed by then."""
    completed = sorted((run for run in runs if not run.failed), key=lambda run: run.ended)
    for run in runs:
        wanted = run.flow.trigger if run.variant.argo else ""
        origin = [one for one in completed if one.flow.name == wanted and one.ended < run.created][-1:]
        if origin:
            what = {"type": "run", "name": f"metaflow.{wanted}.end", "id": f"{wanted}/{origin[0].id}"}
        elif wanted and wanted not in BY_NAME:
            what = {"type": "event", "name": wanted, "id": f"{run.tasks[0].salt:032x}"}
        else:
            continue
        run.trigger = {"timestamp": run.created // 1000 - 2, **what}


def live_run(seed: int, number: int, created: int) -> Run:
    """A short run for the live writer: some 25 to 100 seconds, now and then with a fault."""
    rng = random.Random(f"live/{seed}/{number}")
    flow = rng.choices(FLOWS, [flow.weight for flow in FLOWS])[0]
    variant = rng.choices(flow.variants, [v.weight for v in flow.variants])[0]
    fault = _fault(rng, flow, LIVE_FAULTS)
    seconds, key = rng.uniform(25, 100), f"live/{seed}/{number}/run"
    whole = _simulated(key, flow, variant, fault, created)
    scale = seconds * 1000 / max(1, whole.ended - created)
    run = _simulated(key, flow, variant, fault, created, scale=scale)
    run.number, run.full, run.files = number, True, True
    return run


def unfinished(seed: int, now: int) -> Iterator[Run]:
    """The runs that a demo of this `now` leaves running, then the one without heartbeat; still without numbers."""
    for index, (name, variant, fault, done, wide) in enumerate(RUNNING):
        run = _chosen(f"running/{seed}/{index}", name, variant, fault, now, wide)
        _shift(run, -int((run.ended - run.created) * done))
        yield run
    name, variant, fault, silent = SILENT
    run = _chosen(f"silent/{seed}", name, variant, fault, now)
    _shift(run, now - silent - run.ended)
    yield run


def _staged(seed: int, now: int) -> Iterator[Run]:
    for index, (name, variant, fault, minutes, wide) in enumerate(STAGED):
        run = _chosen(f"staged/{seed}/{index}", name, variant, fault, now - minutes * MINUTE, wide)
        _settle(run, now, 3 * MINUTE)
        yield run
        if index == 0:  # the design's failed training is resumed later that day
            yield _resumed(f"staged/{seed}/resumed", run, now)


def _history(seed: int, now: int, count: int) -> list[Run]:
    found: list[Run] = []
    index = 0
    while len(found) < count:
        rng = random.Random(f"history/{seed}/{index}")
        flow = FLOWS[index] if index < len(FLOWS) else rng.choices(FLOWS, [flow.weight for flow in FLOWS])[0]
        variant = rng.choices(flow.variants, [v.weight for v in flow.variants])[0]
        created = _moment(rng, now, variant)
        run = _simulated(f"{seed}/{index}", flow, variant, _fault(rng, flow, flow.fault_rate), created)
        _settle(run, now, rng.randint(6 * MINUTE, 300 * MINUTE))
        found.append(run)
        if run.failed and not variant.argo and len(found) < count and rng.random() < RESUMED:
            found.append(_resumed(f"{seed}/{index}/resumed", run, now))
        index += 1
    return found


def _chosen(key: str, name: str, variant: int, fault: int | None, created: int, wide: int = 0) -> Run:
    flow = BY_NAME[name]
    return _simulated(key, flow, flow.variants[variant], None if fault is None else flow.faults[fault], created, wide)


def _simulated(
    key: str, flow: Flow, variant: Variant, fault: Fault | None, created: int, wide: int = 0, scale: float = 1.0
) -> Run:
    rng = random.Random(key)
    words = _words(rng, created)
    values: dict[str, Plain] = {}
    for parameter in flow.parameters:
        value = parameter.values[0] if rng.random() < 0.6 else rng.choice(parameter.values)
        values[parameter.name] = _filled(value, words) if isinstance(value, str) else value
    tags = sorted(str(_filled(tag, words)) for tag in variant.tags)
    if variant.extra and rng.random() < 0.25:
        tags.append(rng.choice(variant.extra))
    old = flow.name == "SyncLabels" and variant.user == "nora"
    version = OLD_CLIENT if old else "2.19.39" if words["$recent"] else "2.18.12"
    run = Run(flow, 0, variant, created, created, values, tags, version, fault=fault, heartbeats=not old)
    Simulator(run, rng, fault, wide, scale).simulate()
    _name_tasks(run)
    return run


def _resumed(key: str, origin: Run, now: int) -> Run:
    rng = random.Random(key)
    run = Run(
        origin.flow, 0, origin.variant, origin.ended + rng.randint(4, 30) * MINUTE, 0, origin.parameters, origin.tags,
        origin.version, origin=origin, heartbeats=origin.heartbeats,
    )  # fmt: skip
    Simulator(run, rng, None).simulate()
    if run.ended > now - MINUTE:  # it must not start before its origin ended, so it goes faster
        left = max(MINUTE, now - 2 * MINUTE - origin.ended)
        run.created, run.tasks = origin.ended + left // 10, []
        Simulator(run, random.Random(key), None, scale=0.7 * left / (run.ended - run.created + 1)).simulate()
    return run


def _name_tasks(run: Run) -> None:
    if run.variant.argo:
        run.run_id = f"argo-{run.flow.name.lower()}-{run.tasks[0].salt % 2**24:06x}"
        for task in run.tasks:
            task.name = f"t-{task.salt:08x}"
        run.tasks[0].name = f"t-{run.tasks[0].salt:08x}-params"


def _fault(rng: random.Random, flow: Flow, rate: float) -> Fault | None:
    if not flow.faults or rng.random() >= rate:
        return None
    return rng.choices(flow.faults, [fault.weight for fault in flow.faults])[0]


def _moment(rng: random.Random, now: int, variant: Variant) -> int:
    """People start runs on weekdays between 8 and 19 UTC, machines at any time."""
    machine = variant.user in ("ci-bot", "sched-prod")
    while True:
        at = now - int(rng.random() ** 1.2 * DAYS * DAY)
        day = datetime.fromtimestamp(at / 1000, timezone.utc)
        if machine and not variant.hours[0] <= day.hour < variant.hours[1]:
            continue
        if machine or (day.weekday() < 5 and 8 <= day.hour < 19) or rng.random() < 0.08:
            return at


def _settle(run: Run, now: int, margin: int) -> None:
    """A run that would not be over yet is moved back."""
    if run.ended > now - margin:
        _shift(run, now - margin - run.ended)


def _shift(run: Run, by: int) -> None:
    run.created += by
    run.ended += by
    for task in run.tasks:
        task.created += by
        for attempt in task.attempts:
            attempt.started += by
            attempt.ended += by


def _words(rng: random.Random, created: int) -> dict[str, str]:
    day = datetime.fromtimestamp(created / 1000, timezone.utc)
    week = int(created / DAY / 7)
    return {
        "$day": f"{day - timedelta(days=1):%Y-%m-%d}",
        "$month": f"{day - timedelta(days=31):%Y-%m}",
        "$pr": str(4000 + week % 60 * 8 + rng.randint(0, 7)),
        "$sweep": str(week % 40),
        "$recent": "yes" if rng.random() < 0.8 else "",
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text
