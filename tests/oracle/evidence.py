"""Rows of a case folded into the evidence that the rules take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from dashboard.models import TaskRef
from dashboard.status import AttemptEvidence, EndSign, RunEvidence, StepSigns, TaskSigns, parse_flag
from tests.oracle.rows import Rows, instant

ATTEMPT_TAG = re.compile(r"attempt_id:(\d+)")


def run_evidence(rows: Rows, now: int, renamed: bool = True) -> RunEvidence:
    """The evidence of a run; `renamed` False looks at the step named `end` only, as the official rules do."""
    end_step = "end"
    if renamed:
        end_step = next((row.value for row in rows.metadata if row.field == "end_step"), "end")
    end = [row for row in rows.metadata if rows.tasks[row.task].step == end_step]
    oks = sorted((row for row in end if row.field == "attempt_ok"), key=lambda row: instant(row.at, now))
    end_ok = EndSign(instant(oks[-1].at, now), parse_flag(oks[-1].value)) if oks else None
    return RunEvidence(
        created_at=instant(rows.run.created, now),
        heartbeat_at=_maybe(rows.run.heartbeat, now),
        end_ok=end_ok,
        end_attempt_at=_newest((row.at for row in end if row.field == "attempt"), now),
        tasks=None if end_ok and end_ok.ok is not None else task_signs(rows, now),
        caught=any(row.name == "_catch_exception" for row in rows.artifacts),
        scheduler_beats=rows.run.run_id is None,
    )


def task_signs(rows: Rows, now: int) -> TaskSigns:
    """What the tasks of a run say about it."""
    failed: list[TaskRef] = []
    open_attempts = 0
    for index, task in enumerate(rows.tasks):
        attempts = attempt_evidence(rows, now, index)
        open_attempts += sum(
            a.started_at is not None and a.done_at is a.task_ok_at is a.next_started_at is None for a in attempts
        )
        if attempts[0].ok is False:
            failed.append(TaskRef(task.step, task.name or str(index), attempts[0].attempt, attempts[0].done_at))
    failed.sort(key=lambda task: task.at or 0)
    return TaskSigns(
        last_activity_at=_newest([r.created for r in rows.tasks] + [r.at for r in rows.metadata], now),
        failed=failed[0] if failed else None,
        failed_count=len(failed),
        open_attempts=open_attempts,
        beating_at=_newest((row.heartbeat for row in rows.tasks), now),
    )


def attempt_evidence(rows: Rows, now: int, task: int = 0, run_over: bool = False) -> list[AttemptEvidence]:
    """The evidence of a task's attempts, newest first; one row without an attempt where there is none."""
    row_of = rows.tasks[task]
    metadata = sorted((r for r in rows.metadata if r.task == task), key=lambda r: instant(r.at, now))
    artifacts = [r for r in rows.artifacts if r.task == task]
    started: dict[int, int] = {}
    done: dict[int, int] = {}
    ok: dict[int, bool | None] = {}
    for row in metadata:
        tagged = ATTEMPT_TAG.search(str(row.tags))
        if row.field == "attempt":
            started[int(row.value)] = instant(row.at, now)
        elif row.field == "attempt-done":
            done[int(row.value)] = instant(row.at, now)
        elif row.field == "attempt_ok" and tagged:
            done[int(tagged[1])] = instant(row.at, now)
            ok[int(tagged[1])] = parse_flag(row.value)
    task_ok = {r.attempt: r for r in artifacts if r.name == "_task_ok"}
    base = AttemptEvidence(instant(row_of.created, now), _maybe(row_of.heartbeat, now), run_over=run_over)
    found = [
        replace(
            base,
            attempt=attempt,
            started_at=started.get(attempt),
            done_at=done.get(attempt),
            ok=ok.get(attempt),
            task_ok_at=instant(task_ok[attempt].at, now) if attempt in task_ok else None,
            task_ok=task_ok[attempt].value if attempt in task_ok else None,
            next_started_at=started.get(attempt + 1),
            cloned=any(row.field == "origin-task-id" for row in metadata),
            caught=any(r.name == "_catch_exception" and r.attempt == attempt for r in artifacts),
        )
        for attempt in sorted({*started, *done, *task_ok}, reverse=True)
    ]
    return found or [base]


def step_signs(rows: Rows, step: str, now: int) -> StepSigns:
    """The newest signs of the tasks of a step."""
    inside = [index for index, row in enumerate(rows.tasks) if row.step == step]
    closing = ("attempt_ok", "attempt-done")
    return StepSigns(
        task_ok_at=_newest((r.at for r in rows.artifacts if r.task in inside and r.name == "_task_ok"), now),
        done_at=_newest((r.at for r in rows.metadata if r.task in inside and r.field in closing), now),
        heartbeat_at=_newest((rows.tasks[index].heartbeat for index in inside), now),
    )


def _maybe(value: int | None, now: int) -> int | None:
    return None if value is None else instant(value, now)


def _newest(values: Iterable[int | None], now: int) -> int | None:
    return max((instant(value, now) for value in values if value is not None), default=None)
