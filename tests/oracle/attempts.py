"""Cases of attempts."""

from __future__ import annotations

from dashboard.models import Qualifier, Status
from tests.oracle.rows import (
    ART,
    COMPLETED,
    DAY,
    END,
    FAILED,
    OK,
    PENDING,
    RUN,
    RUNNING,
    SECOND,
    SOON,
    TASK,
    UNKNOWN,
    A,
    ArtifactRow,
    AttemptCase,
    D,
    Epoch,
    Expected,
    MetaRow,
    Rows,
    RunRow,
    TaskRow,
)


def _task(*rows: MetaRow | ArtifactRow, heartbeat: int | None = None, created: int = TASK) -> Rows:
    return Rows(RunRow(min(RUN, created))).plus(TaskRow("start", heartbeat, created), *rows)


def _is(status: Status, start: int | None = None, end: int | None = None, since: int = TASK) -> Expected:
    """A closed attempt, or with `end` None one that goes on until now."""
    return Expected(status, end, (since if start is None else start, end or 0), start)


_T4 = _task(A(0, -4000), ART(0, -3000))
_T5 = _T4.plus(D(0, -2500))
_T10 = _T5.plus(A(1, -2000), ART(1, -1500))
_T14 = _T5.plus(A(1, -2000))
_T18 = _task(heartbeat=SOON)
_QUEUED = _task(heartbeat=-180 * SECOND, created=-180 * SECOND)
_EPOCH = _task(heartbeat=Epoch(1000))
_BEFORE = Expected(FAILED, Epoch(1000), (TASK, Epoch(1000)))

ATTEMPT_CASES = (
    AttemptCase("T1", _task(), {0: Expected(PENDING)}, reasons={0: "registered 4 s ago, not started"}),
    AttemptCase(
        "T2",
        _task(ART(0, -4000), ART(1, -3000)),
        {1: _is(UNKNOWN, None, -3000), 0: _is(UNKNOWN, None, -4000)},
        reasons={1: "finished, but neither attempt_ok nor _task_ok could be read"},
    ),
    AttemptCase("T4", _T4, {0: _is(UNKNOWN, -4000, -3000)}),
    AttemptCase("T5", _T5, {0: _is(UNKNOWN, -4000, -2500)}),
    AttemptCase("T6", _T5.plus(OK(0, True, -2000)), {0: _is(COMPLETED, -4000, -2000)}, reasons={0: "attempt_ok True"}),
    AttemptCase(
        "T7",
        _EPOCH,
        {0: _BEFORE},
        ours={0: Expected(FAILED, Epoch(1000), None)},
        why="negative-durations",
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "no verdict was written; no heartbeat for more than 1 d"},
    ),
    AttemptCase("T8", _T18, {0: Expected(RUNNING, None, (TASK, SOON))}),
    AttemptCase("T9", _T18.plus(A(0, -4000)), {0: Expected(RUNNING, None, (-4000, SOON), -4000)}),
    AttemptCase("T10", _T10, {1: _is(UNKNOWN, -2000, -1500), 0: _is(UNKNOWN, -4000, -2500)}),
    AttemptCase("T11", _T4.plus(OK(0, True, -2000)), {0: _is(COMPLETED, -4000, -2000)}),
    AttemptCase(
        "T12",
        _T4.plus(OK(0, False, -2000)),
        {0: _is(FAILED, -4000, -2000)},
        reasons={0: "attempt_ok False, no attempt after it"},
    ),
    AttemptCase(
        "T13",
        _T10.plus(OK(0, False, -1000), OK(1, True, -900)),
        {1: _is(COMPLETED, -2000, -900), 0: _is(FAILED, -4000, -1000)},
        reasons={0: "attempt_ok False, attempt 1 started after it"},
    ),
    AttemptCase(
        "T14",
        _T14,
        {1: _is(RUNNING, -2000), 0: _is(UNKNOWN, -4000, -2500)},
        reasons={1: "attempt 1 started 2 s ago, no verdict yet; this client sends no heartbeats"},
    ),
    AttemptCase("T15", _T14.plus(OK(0, False, -1000)), {1: _is(RUNNING, -2000), 0: _is(FAILED, -4000, -1000)}),
    AttemptCase(
        "T16",
        _T5.plus(OK(0, False, -2400), A(1, -2000), D(1, -1500), OK(1, True, -1400)),
        {1: _is(COMPLETED, -2000, -1400), 0: _is(FAILED, -4000, -2400)},
    ),
    AttemptCase("T17", _task(A(0, -4000), OK(0, True, -3000), D(0, -2000)), {0: _is(COMPLETED, -4000, -2000)}),
    AttemptCase("T18a", _T18, {0: Expected(RUNNING, None, (TASK, SOON))}),
    AttemptCase("T18b", _T18.plus(A(0, -4000)), {0: Expected(RUNNING, None, (-4000, SOON), -4000)}),
    AttemptCase(
        "T18c",
        _T18.plus(A(0, -4000), A(1, -2000)),
        {1: Expected(RUNNING, None, (-2000, SOON), -2000), 0: _is(FAILED, -4000, -2000)},
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "no verdict was written, attempt 1 started after it"},
    ),
    AttemptCase("T19", Rows().plus(TaskRow("start", name="bar")), {0: Expected(PENDING)}),
    AttemptCase(
        "S1",
        Rows().plus(END, ART(0, -4500), A(0, -4000), OK(0, False, -3000)),
        {0: _is(FAILED, -4000, -3000)},
        reasons={0: "attempt_ok False, no attempt after it"},
    ),
    AttemptCase(
        "S2",
        _task(ART(0, -3000, value=False), A(0, -4000)),
        {0: _is(FAILED, -4000, -3000)},
        reasons={0: "_task_ok False, no attempt after it"},
    ),
    AttemptCase("S3", _task(ART(1, -3000, value=False)), {1: _is(FAILED, None, -3000)}),
    AttemptCase(
        "S4",
        _EPOCH,
        {0: _BEFORE},
        ours={0: Expected(FAILED, Epoch(1000), None)},
        why="negative-durations",
        qualifiers={0: Qualifier.KILLED},
    ),
    AttemptCase(
        "X-task-silent",
        _task(A(0, -299 * SECOND), heartbeat=-130 * SECOND, created=-300 * SECOND),
        {0: _is(FAILED, -299 * SECOND, -130 * SECOND)},
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "no verdict was written; no heartbeat for 2 m 10 s"},
    ),
    AttemptCase(
        "X-task-old",
        _task(A(0, -2 * DAY), created=-2 * DAY),
        {0: Expected(FAILED, None, None, -2 * DAY)},
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "no verdict was written; attempt 0 started more than 1 d ago"},
    ),
    AttemptCase(
        "X-task-old-never-started",
        _task(created=-2 * DAY),
        {0: Expected(FAILED)},
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "registered more than 1 d ago, never started"},
    ),
    AttemptCase(
        "X-task-untagged-ok", _task(A(0, -4000), MetaRow("attempt_ok", "True", -3000)), {0: _is(RUNNING, -4000)}
    ),
    AttemptCase(
        "X-task-json-text",
        _task(A(0, -4000), OK(0, '"True"', -3000)),
        {0: None},
        ours={0: _is(COMPLETED, -4000, -3000)},
        why="unparsable-values",
    ),
    AttemptCase(
        "X-task-unreadable",
        _task(A(0, -4000), OK(0, "maybe", -3000)),
        {0: None},
        ours={0: _is(UNKNOWN, -4000, -3000)},
        why="unparsable-values",
    ),
    AttemptCase(
        "X-task-attempt-twice",
        _task(A(0, -4000), A(0, -3500), OK(0, True, -3000)),
        {0: _is(COMPLETED, -3500, -3000)},
    ),
    AttemptCase(
        "X-task-next-and-silent",
        _task(A(0, -299 * SECOND), A(1, -200 * SECOND), heartbeat=-130 * SECOND, created=-300 * SECOND),
        {1: _is(FAILED, -200 * SECOND, -130 * SECOND), 0: _is(FAILED, -299 * SECOND, -200 * SECOND)},
        qualifiers={0: Qualifier.KILLED, 1: Qualifier.KILLED},
    ),
    AttemptCase(
        "X-task-queued",
        _QUEUED,
        {0: Expected(FAILED, -180 * SECOND, (0, 0))},
        ours={0: Expected(PENDING)},
        why="queued-tasks",
        reasons={0: "registered 3 m ago, not started"},
    ),
    AttemptCase(
        "X-task-queued-fresh",
        _task(heartbeat=-20 * SECOND, created=-19_500),
        {0: Expected(RUNNING, None, (-19_500, -20 * SECOND))},
        ours={0: Expected(PENDING)},
        why="queued-tasks",
    ),
    AttemptCase(
        "X-task-queued-old",
        _task(heartbeat=-2 * DAY, created=-2 * DAY),
        {0: Expected(FAILED, -2 * DAY, (0, 0))},
        ours={0: Expected(FAILED)},
        why="queued-tasks",
        qualifiers={0: Qualifier.KILLED},
    ),
    AttemptCase(
        "X-task-queued-run-over",
        _QUEUED,
        {0: Expected(FAILED, -180 * SECOND, (0, 0))},
        ours={0: Expected(FAILED)},
        why="queued-tasks",
        qualifiers={0: Qualifier.KILLED},
        reasons={0: "the run ended before it started"},
        run_over=True,
    ),
    AttemptCase(
        "X-task-first-beat-to-come",
        _task(A(0, -3000), heartbeat=-300 * SECOND, created=-300 * SECOND),
        {0: Expected(FAILED, -300 * SECOND, (-3000, -300 * SECOND), -3000)},
        ours={0: Expected(RUNNING, None, (0, 0), -3000)},
        why="first-beat",
        reasons={0: "attempt 0 started 3 s ago, no heartbeat since"},
    ),
    AttemptCase(
        "X-task-caught",
        _task(A(0, -4000), OK(0, True, -3000), ART(0, -2900, value=True), ART(0, -2800, "_catch_exception")),
        {0: _is(COMPLETED, -4000, -2900)},
        qualifiers={0: Qualifier.CAUGHT},
        reasons={0: "attempt_ok True, @catch swallowed an exception"},
    ),
    AttemptCase(
        "X-task-cloned",
        _task(MetaRow("origin-task-id", "12", -4000, ("attempt_id:0",)), A(0, -4000), OK(0, True, -3990)),
        {0: _is(COMPLETED, -4000, -3990)},
        qualifiers={0: Qualifier.CLONED},
        reasons={0: "attempt_ok True, taken over from the origin run"},
    ),
    AttemptCase(
        "X-task-cloned-without-verdict",
        _task(MetaRow("origin-task-id", "12", -4000, ("attempt_id:0",)), A(0, -4000), D(0, -3990)),
        {0: _is(UNKNOWN, -4000, -3990)},
        ours={0: _is(COMPLETED, -4000, -3990)},
        why="cloned-without-verdict",
        qualifiers={0: Qualifier.CLONED},
    ),
)
