"""Runs that went one way or another, each with its graph; the run began an hour before `now` unless it says else."""

from __future__ import annotations

from dashboard.data.runs import Key
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage, decorated, graph_of

FOREACH = "start:foreach>work work>join join:join>end end:end"
SWITCH = "start:switch>fast,slow fast>end slow>more more>end end:end"
FRUITS = ("apple", "banana", "cherry", "date", "elder", "fig")
STACKS = {n: f"{{fruit={fruit}}}" for n, fruit in enumerate(FRUITS)}


def begun(stage: Stage, beats: bool, graph: str = FOREACH, **steps: object) -> Key:
    """A run whose start went well; silent for 50 minutes unless it beats."""
    at = stage.now - HOUR
    key = stage.writer.run(at=at, heartbeat=stage.now if beats else stage.now - 50 * MINUTE)
    stage.parameters(key, at, _graph_info=graph_of(graph, **steps))
    stage.tasks(key, "start", [True], at + SECOND, 2 * SECOND)
    return key


def cascade(stage: Stage) -> Key:
    """Of six tasks two failed, the second first; then the scheduler ended three, and one had ended well."""
    key = begun(stage, beats=False)
    at = stage.now - HOUR + MINUTE
    work = stage.tasks(key, "work", [True, None, None, None, None, None], at, stacks=STACKS)
    for place, after in ((1, 2 * MINUTE), (2, MINUTE)):
        stage.writer.metadatum(key, "work", work[place], "attempt_ok", "False", at + after, ("attempt_id:0",))
    stage.failure(key, "work", work[2], "ValueError: Input X contains NaN")
    for task in work[3:]:
        stage.silence(task, at + MINUTE)
    stage.writer.flush()
    return key


def killed(stage: Stage) -> Key:
    """Two tasks went silent, the second first, and nothing says why."""
    key = begun(stage, beats=False)
    one, two = stage.tasks(key, "work", [None, None], stage.now - HOUR + MINUTE, stacks=STACKS)
    stage.silence(one, stage.now - 40 * MINUTE)
    stage.silence(two, stage.now - 45 * MINUTE)
    return key


def running(stage: Stage, failed: int = 0, **work: object) -> Key:
    """Two tasks are done, three run, one waits; some failed."""
    key = begun(stage, beats=True, work=work)
    at = stage.now - HOUR + MINUTE
    stage.tasks(key, "work", [True, None, None, None, *[False] * failed], at, stacks=STACKS)
    stage.writer.task(key, "work", at=stage.now - SECOND)
    stage.writer.flush()
    return key


def doomed(stage: Stage) -> Key:
    """A task has failed that is not tried again, and others still run."""
    return running(stage, failed=1)


def retrying(stage: Stage) -> Key:
    """A task has failed that will be tried again."""
    return running(stage, failed=1, **decorated("retry", times=2))


def completed(stage: Stage, tasks: int = 6, lasted: int = MINUTE) -> Key:
    """All went well."""
    key = begun(stage, beats=False)
    at = stage.now - HOUR + MINUTE
    stage.tasks(key, "work", [True] * tasks, at, lasted, stacks=STACKS)
    stage.tasks(key, "join", [True], at + lasted, SECOND)
    stage.tasks(key, "end", [True], at + lasted + MINUTE, SECOND)
    stage.writer.flush()
    return key


def caught(stage: Stage) -> Key:
    """All went well, but @catch swallowed an exception of two tasks."""
    key = begun(stage, beats=False, work=decorated("catch", var="failure"))
    at = stage.now - HOUR + MINUTE
    work = stage.tasks(key, "work", [True] * 3, at, stacks=STACKS)
    for task in work[1:]:
        stage.caught(key, "work", task, at)
    stage.tasks(key, "join", [True], at + MINUTE)
    stage.tasks(key, "end", [True], at + 2 * MINUTE)
    stage.writer.flush()
    return key


def resumed(stage: Stage, origin: Key) -> Key:
    """Start and two tasks were taken over from the origin run; the others ran."""
    key = completed(stage, 4)
    view = stage.view(key)
    for place in range(3):
        step, task = view.steps[view.step[place]], int(view.ids[place])
        stage.writer.metadatum(key, step, task, "origin-task-id", str(place), stage.now - HOUR)
        stage.writer.metadatum(key, step, task, "origin-run-id", str(origin[1]), stage.now - HOUR)
    stage.writer.flush()
    return key


def switched(stage: Stage, beats: bool = False) -> Key:
    """A switch went to `fast`; the two steps of the other branch were left aside."""
    key = begun(stage, beats=beats, graph=SWITCH)
    stage.tasks(key, "fast", [True], stage.now - HOUR + MINUTE)
    if not beats:
        stage.tasks(key, "end", [True], stage.now - HOUR + 2 * MINUTE)
    stage.writer.flush()
    return key


def single(stage: Stage) -> Key:
    """One task, which went well."""
    key = stage.writer.run(at=stage.now - HOUR)
    stage.tasks(key, "end", [True], stage.now - HOUR, 5 * SECOND)
    stage.writer.flush()
    return key


def silent(stage: Stage) -> Key:
    """Registered, and then nothing."""
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now - 50 * MINUTE)
    stage.writer.flush()
    return key


def history(stage: Stage, minutes: tuple[int, ...]) -> list[Key]:
    """Runs of the same flow that ended well and took so long, the day before."""
    made = []
    for n, length in enumerate(minutes):
        at = stage.now - 24 * HOUR + n * SECOND
        key = stage.writer.run(at=at)
        stage.tasks(key, "start", [True], at, MINUTE)
        stage.tasks(key, "work", [True], at + MINUTE, 2 * MINUTE)
        stage.writer.ended(key, at + length * MINUTE)
        made.append(key)
    stage.writer.flush()
    return made
