"""What the Result column of a run says, for all runs of a page in few statements."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.data.database import Reader
from dashboard.data.judge import Judge
from dashboard.data.progress import ProgressCounter
from dashboard.data.runs import Key
from dashboard.data.task_counts import task_counts
from dashboard.data.task_signs import failed_for_good
from dashboard.models import JudgedRun, Outcome, Status, TaskRef


def outcomes(
    reader: Reader, judge: Judge, progress: ProgressCounter, judged: Sequence[JudgedRun]
) -> dict[Key, Outcome]:
    """One Outcome per run; completed runs are looked through for swallowed exceptions on the way."""
    running = [one.run.key for one in judged if one.verdict.status is Status.RUNNING]
    ended = [one for one in judged if one.verdict.status is not Status.RUNNING]
    judge.look_for_caught(reader, ended)
    counts = task_counts(reader, [one.run.key for one in ended])
    failures = failed_for_good(reader, [one.run.key for one in ended if one.verdict.status is Status.FAILED])
    found = {key: _ended(counts[key], failures.get(key, []), judge.caught_tasks(key)) for key in counts}
    for key in running:
        now = progress(reader, key)
        found[key] = Outcome(now.tasks, now.done, len(now.failed), now.failed[0] if now.failed else None)
    return found


def _ended(tasks: int, failed: Sequence[TaskRef], caught: Sequence[TaskRef]) -> Outcome:
    return Outcome(
        tasks,
        failed=len(failed),
        first_failure=failed[0] if failed else None,
        caught=len(caught),
        first_caught=caught[0] if caught else None,
    )
