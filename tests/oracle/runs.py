"""Cases of runs."""

from __future__ import annotations

from dataclasses import replace

from dashboard.models import Qualifier
from tests.oracle.rows import (
    ART,
    COMPLETED,
    DAY,
    END,
    FAILED,
    HOUR,
    MINUTE,
    OK,
    RUN,
    RUNNING,
    SECOND,
    SOON,
    A,
    D,
    Epoch,
    Expected,
    MetaRow,
    RunCase,
    TaskRow,
    a_run,
)

_STALE_RUN = a_run(SOON - 7 * DAY, created=-8 * DAY)
_R3 = _STALE_RUN.plus(TaskRow("end", heartbeat=SOON))
_R9 = a_run().plus(END, A(0, -4000), OK(0, False, -3000))
_R10 = _R9.plus(A(1, -2000))
_NEVER = Expected(FAILED, None, (RUN, 0))
_NEVER_OURS = Expected(RUNNING, None, (RUN, 0))
_FAILED_TASK = TaskRow("train", heartbeat=-100 * SECOND, created=-190 * SECOND, name="3471")

RUN_CASES = (
    RunCase("R1", a_run(SOON), Expected(RUNNING, None, (RUN, SOON)), final=False),
    RunCase(
        "R2",
        _STALE_RUN,
        Expected(FAILED, SOON - 7 * DAY, (-8 * DAY, SOON - 7 * DAY)),
        qualifier=Qualifier.KILLED,
        reason="no verdict was written; heartbeat stopped more than 1 d ago",
        final=True,
    ),
    RunCase(
        "R3", _R3, Expected(FAILED, SOON - 7 * DAY, (-8 * DAY, SOON - 7 * DAY)), qualifier=Qualifier.KILLED, final=True
    ),
    RunCase(
        "R4",
        _R3.plus(OK(0, True, -1000)),
        Expected(COMPLETED, -1000, (-8 * DAY, -1000)),
        reason="attempt_ok True of the end step",
        final=True,
    ),
    RunCase(
        "R5",
        a_run(Epoch(1000)).plus(TaskRow("end", heartbeat=Epoch(1000))),
        Expected(FAILED, Epoch(1000), (RUN, Epoch(1000))),
        ours=Expected(FAILED, Epoch(1000), None),
        why="negative-durations",
        qualifier=Qualifier.KILLED,
    ),
    RunCase("R6", a_run(SOON), Expected(RUNNING, None, (RUN, SOON))),
    RunCase("R7", a_run(SOON).plus(END, OK(0, True, -3000)), Expected(COMPLETED, -3000, (RUN, -3000)), final=True),
    RunCase("R8", a_run().plus(END, OK(0, True, -3000)), Expected(COMPLETED, -3000, (RUN, -3000)), final=True),
    RunCase(
        "R9",
        _R9,
        Expected(FAILED, -3000, (RUN, -3000)),
        reason="attempt_ok False of the end step, no attempt after it",
        final=False,
    ),
    RunCase(
        "R10",
        _R10,
        Expected(RUNNING, None, (RUN, -3000)),
        ours=Expected(RUNNING, None, (RUN, 0)),
        why="retry-duration",
        reason="the end step is tried again after attempt_ok False; attempt started 2 s ago",
        final=False,
    ),
    RunCase("R11", _R10.plus(OK(1, True, -1000)), Expected(COMPLETED, -1000, (RUN, -1000)), final=True),
    RunCase("R14a", a_run(0), Expected(RUNNING, None, (RUN, 0)), reason="heartbeat just now"),
    RunCase(
        "R14b",
        a_run(),
        _NEVER,
        ours=_NEVER_OURS,
        why="no-heartbeat-client",
        reason="this client sends no heartbeats; last sign of life 5 s ago",
        final=False,
    ),
    RunCase(
        "R15a",
        a_run().plus(END, MetaRow("attempt_ok", "true", -2000)),
        Expected(COMPLETED, -2000, (RUN, -2000)),
        final=True,
    ),
    RunCase("R15b", a_run(), _NEVER, ours=_NEVER_OURS, why="no-heartbeat-client"),
    RunCase("R16a", a_run(0).plus(END, OK(0, True, -2000)), Expected(COMPLETED, -2000, (RUN, -2000))),
    RunCase("R16b", a_run().plus(END, OK(0, False, -2000)), Expected(FAILED, -2000, (RUN, -2000))),
    RunCase(
        "R16c",
        a_run(-420 * SECOND, created=-HOUR),
        Expected(FAILED, -420 * SECOND, (-HOUR, -420 * SECOND)),
        qualifier=Qualifier.KILLED,
        reason="no verdict was written; heartbeat stopped 7 m ago",
        final=False,
    ),
    RunCase("R16d", a_run(0), Expected(RUNNING, None, (RUN, 0))),
    RunCase(
        "R17",
        a_run().plus(
            END,
            MetaRow("attempt_ok", "false", Epoch(1000), ("attempt_id:0",)),
            MetaRow("attempt", "1", Epoch(2000), ("attempt_id:1",)),
        ),
        Expected(RUNNING, any_duration=True),
    ),
    RunCase(
        "X-run-silent",
        a_run(-250 * SECOND, created=-HOUR),
        Expected(RUNNING, None, (-HOUR, -250 * SECOND)),
        qualifier=Qualifier.NO_HEARTBEAT,
        reason="no heartbeat for 4 m 10 s",
        final=False,
    ),
    RunCase(
        "X-run-ahead",
        a_run(2 * HOUR, created=-HOUR),
        Expected(FAILED, 2 * HOUR, (-HOUR, 2 * HOUR)),
        qualifier=Qualifier.KILLED,
        reason="heartbeat 2 h ahead of the database clock",
        final=False,
    ),
    RunCase(
        "X-run-tie",
        a_run(0).plus(END, OK(0, False, -2000), A(1, -2000)),
        Expected(FAILED, -2000, (RUN, -2000)),
        reason="attempt_ok False of the end step",
    ),
    RunCase(
        "X-run-caught",
        a_run(0).plus(END, OK(0, True, -2000), ART(0, -1500, "_catch_exception")),
        Expected(COMPLETED, -2000, (RUN, -2000)),
        qualifier=Qualifier.CAUGHT,
        reason="@catch swallowed an exception",
    ),
    RunCase(
        "X-run-renamed-end",
        a_run(-HOUR, created=-2 * HOUR).plus(
            TaskRow("_parameters", created=-2 * HOUR),
            TaskRow("finish", created=-HOUR),
            MetaRow("end_step", "finish", -2 * HOUR),
            OK(0, True, -HOUR, task=1),
        ),
        Expected(FAILED, -HOUR, (-2 * HOUR, -HOUR)),
        ours=Expected(COMPLETED, -HOUR, (-2 * HOUR, -HOUR)),
        why="renamed-end-step",
        final=True,
    ),
    RunCase(
        "X-run-unreadable",
        a_run(0).plus(END, OK(0, "maybe", -2000)),
        None,
        ours=Expected(RUNNING, None, (RUN, 0)),
        why="unparsable-values",
        reason="attempt_ok of the end step is neither true nor false",
        final=False,
    ),
    RunCase(
        "X-run-unreadable-stopped",
        a_run(-10 * MINUTE, created=-HOUR).plus(END, OK(0, "", -11 * MINUTE)),
        None,
        ours=Expected(FAILED, -10 * MINUTE, (-HOUR, -10 * MINUTE)),
        why="unparsable-values",
        qualifier=Qualifier.KILLED,
        reason="attempt_ok of the end step is neither true nor false; heartbeat stopped 10 m ago",
    ),
    RunCase(
        "X-run-json-text",
        a_run(0).plus(END, OK(0, '"True"', -2000)),
        None,
        ours=Expected(COMPLETED, -2000, (RUN, -2000)),
        why="unparsable-values",
        final=True,
    ),
    RunCase(
        "X-run-failed-at-once",
        a_run(-40 * SECOND, created=-200 * SECOND).plus(
            replace(_FAILED_TASK, heartbeat=-50 * SECOND), A(0, -180 * SECOND), OK(0, False, -50 * SECOND)
        ),
        Expected(RUNNING, None, (-200 * SECOND, -40 * SECOND)),
        ours=Expected(FAILED, -40 * SECOND, (-200 * SECOND, -40 * SECOND)),
        why="failed-at-once",
        reason="train/3471 failed for good, no attempt after it; heartbeat stopped 40 s ago",
        final=False,
    ),
    RunCase(
        "X-run-failed-after-beat",
        a_run(-45 * SECOND, created=-200 * SECOND).plus(
            _FAILED_TASK, A(0, -180 * SECOND), OK(0, False, -44_500), D(0, -44_400)
        ),
        Expected(RUNNING, None, (-200 * SECOND, -45 * SECOND)),
        ours=Expected(FAILED, -44_400, (-200 * SECOND, -44_400)),
        why="failed-at-once",
    ),
    RunCase(
        "X-run-cascade",
        a_run(-90 * SECOND, created=-200 * SECOND).plus(
            _FAILED_TASK,
            replace(_FAILED_TASK, heartbeat=-90 * SECOND, name="3472"),
            A(0, -180 * SECOND),
            A(0, -180 * SECOND, task=1),
            OK(0, False, -100 * SECOND),
        ),
        Expected(RUNNING, None, (-200 * SECOND, -90 * SECOND)),
        ours=Expected(FAILED, -90 * SECOND, (-200 * SECOND, -90 * SECOND)),
        why="failed-at-once",
        reason="train/3471 failed for good",
    ),
    RunCase(
        "X-run-sibling-still-at-work",
        a_run(-45 * SECOND, created=-200 * SECOND).plus(
            _FAILED_TASK,
            replace(_FAILED_TASK, heartbeat=-45 * SECOND, name="3472"),
            A(0, -180 * SECOND),
            A(0, -180 * SECOND, task=1),
            OK(0, False, -100 * SECOND),
        ),
        Expected(RUNNING, None, (-200 * SECOND, -45 * SECOND)),
        reason="heartbeat 45 s ago",
    ),
    RunCase(
        "X-run-retried-task",
        a_run(-90 * SECOND, created=-200 * SECOND).plus(
            _FAILED_TASK, A(0, -180 * SECOND), OK(0, False, -100 * SECOND), A(1, -95 * SECOND)
        ),
        Expected(RUNNING, None, (-200 * SECOND, -90 * SECOND)),
        qualifier=Qualifier.NO_HEARTBEAT,
    ),
    RunCase(
        "X-run-orchestrator",
        a_run(-90 * SECOND, created=-200 * SECOND, run_id="argo-trainflow-x7k2p").plus(
            _FAILED_TASK, A(0, -180 * SECOND), OK(0, False, -100 * SECOND)
        ),
        Expected(RUNNING, None, (-200 * SECOND, -90 * SECOND)),
        qualifier=Qualifier.NO_HEARTBEAT,
        reason="no heartbeat for 1 m 30 s",
    ),
    RunCase(
        "X-run-failed-task-given-up",
        a_run(-10 * MINUTE, created=-HOUR).plus(
            replace(_FAILED_TASK, created=-50 * MINUTE, heartbeat=-11 * MINUTE),
            A(0, -50 * MINUTE),
            OK(0, False, -11 * MINUTE),
        ),
        Expected(FAILED, -10 * MINUTE, (-HOUR, -10 * MINUTE)),
        reason="train/3471 failed for good, no attempt after it; heartbeat stopped 10 m ago",
    ),
    RunCase(
        "X-run-local-at-work",
        a_run(created=-2 * HOUR).plus(TaskRow("train", created=-2 * HOUR), A(0, -90 * MINUTE)),
        Expected(FAILED, None, (-2 * HOUR, 0)),
        ours=Expected(RUNNING, None, (-2 * HOUR, 0)),
        why="no-heartbeat-client",
        reason="last sign of life 1 h 30 m ago",
    ),
    RunCase(
        "X-run-local-failed",
        a_run(created=-2 * HOUR).plus(
            TaskRow("train", created=-2 * HOUR, name="7"), A(0, -90 * MINUTE), OK(0, False, -80 * MINUTE)
        ),
        Expected(FAILED, None, (-2 * HOUR, 0)),
        ours=Expected(FAILED, -80 * MINUTE, (-2 * HOUR, -80 * MINUTE)),
        why="no-heartbeat-client",
        reason="train/7 failed for good, no attempt after it",
        final=False,
    ),
    RunCase(
        "X-run-local-sibling-open",
        a_run(created=-2 * HOUR).plus(
            TaskRow("train", created=-2 * HOUR),
            TaskRow("train", created=-2 * HOUR),
            A(0, -90 * MINUTE),
            OK(0, False, -80 * MINUTE),
            A(0, -90 * MINUTE, task=1),
        ),
        Expected(FAILED, None, (-2 * HOUR, 0)),
        ours=Expected(RUNNING, None, (-2 * HOUR, 0)),
        why="no-heartbeat-client",
    ),
    RunCase(
        "X-run-local-old",
        a_run(created=-3 * DAY).plus(TaskRow("train", created=-3 * DAY), A(0, -2 * DAY)),
        Expected(FAILED),
        ours=Expected(FAILED, -2 * DAY, (-3 * DAY, -2 * DAY)),
        why="no-heartbeat-client",
        qualifier=Qualifier.KILLED,
        reason="no verdict was written; no sign of life for more than 1 d",
        final=True,
    ),
    RunCase("X-run-never", a_run(created=-3 * DAY), Expected(FAILED), qualifier=Qualifier.KILLED, final=True),
    RunCase(
        "X-run-retry-died",
        a_run(-2 * DAY, created=-3 * DAY).plus(
            TaskRow("end", created=-3 * DAY), A(0, -3 * DAY), OK(0, False, -2 * DAY - HOUR), A(1, -2 * DAY - MINUTE)
        ),
        Expected(RUNNING, None, (-3 * DAY, -2 * DAY)),
        ours=Expected(FAILED, -2 * DAY, (-3 * DAY, -2 * DAY)),
        why="abandoned-retry",
        qualifier=Qualifier.KILLED,
        reason="the end step was tried again and wrote no verdict; no sign of life for more than 1 d",
        final=True,
    ),
    RunCase(
        "X-run-whole-second",
        a_run(-1000, created=-500),
        Expected(RUNNING, None, (-500, -1000)),
        ours=Expected(RUNNING, None, (-500, -500)),
        why="negative-durations",
    ),
)
