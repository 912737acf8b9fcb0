"""Cases of steps: the duration only, because the official rules give them no status."""

from __future__ import annotations

from tests.oracle.rows import ART, DAY, RUN, SECOND, StepCase, TaskRow, a_run

_STEP_TASK = TaskRow("start", heartbeat=10 * SECOND, created=RUN)

STEP_CASES = (
    StepCase("ST1", a_run(), "start", (RUN, 0)),
    StepCase("ST2", a_run().plus(_STEP_TASK), "start", (RUN, 10 * SECOND)),
    StepCase("ST3", a_run().plus(_STEP_TASK, ART(0, 10_010)), "start", (RUN, 10_010)),
    StepCase(
        "X-step-task-without-heartbeat",
        a_run().plus(_STEP_TASK, TaskRow("start", created=RUN)),
        "start",
        (RUN, 0),
        ours=(RUN, 10 * SECOND),
        why="step-heartbeats",
    ),
    StepCase("X-step-old", a_run(created=-2 * DAY), "start", None),
)
