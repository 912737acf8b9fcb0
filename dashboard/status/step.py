"""The verdict on a step: the service gives steps a duration only, so their status is that of their tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from dashboard.models import Qualifier, Status, Verdict
from dashboard.status.evidence import Limits, StepSigns
from dashboard.status.words import ago, span

Kind: TypeAlias = tuple[Status, Qualifier | None]
ORDER = (Status.RUNNING, Status.PENDING, Status.FAILED, Status.UNKNOWN, Status.COMPLETED)


def judge_step(
    created_at: int,
    attempts: Sequence[Verdict],
    now: int,
    limits: Limits = Limits(),
    signs: StepSigns | None = None,
    run_over: bool = False,
) -> Verdict:
    """The verdict on a step from its tasks' last attempts, which without `signs` also give its duration."""
    kinds = Counter((attempt.status, attempt.qualifier) for attempt in attempts)
    finished = max((a.finished_at for a in attempts if a.finished_at is not None), default=None)
    final = all(attempt.final for attempt in attempts)
    signs = signs or _signs_of(created_at, attempts)
    return judge_kinds(created_at, kinds, finished, signs, now, limits, run_over, final)


def judge_kinds(
    created_at: int,
    kinds: Mapping[Kind, int],
    finished_at: int | None,
    signs: StepSigns,
    now: int,
    limits: Limits = Limits(),
    run_over: bool = False,
    final: bool = False,
) -> Verdict:
    """The same from how many last attempts there are of each kind, and when the last of them ended.

    `final`: the verdicts on all of them are.
    """
    if not kinds:
        return _without_tasks(created_at, now, limits, run_over)
    counts: Counter[Status] = Counter()
    for (status, _), number in kinds.items():
        counts[status] += number
    status = _status(counts)
    finished = None if status in (Status.RUNNING, Status.PENDING) else finished_at
    total = sum(counts.values())
    tasks = f"{total} task{'s' if total > 1 else ''}"
    reason = f"{tasks}: " + ", ".join(f"{counts[word]} {word.value}" for word in ORDER if counts[word])
    duration = step_duration(created_at, signs, now, limits)
    return Verdict(status, _qualifier(status, kinds), reason, created_at, finished, duration, run_over and final)


def step_duration(created_at: int, signs: StepSigns, now: int, limits: Limits = Limits()) -> int | None:
    """From the step's creation to its newest sign; without any sign to `now`, and None once that is too old."""
    newest = max((at for at in (signs.task_ok_at, signs.done_at, signs.heartbeat_at) if at is not None), default=None)
    if newest is not None:
        return span(created_at, newest)
    return None if now - created_at > limits.old else span(created_at, now)


def _without_tasks(created_at: int, now: int, limits: Limits, run_over: bool) -> Verdict:
    old = now - created_at > limits.old
    duration = step_duration(created_at, StepSigns(), now, limits)
    if old or run_over:
        reason = "no task was registered" + ("" if old else " before the run ended")
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, created_at, None, None, final=old)
    reason = f"created {ago(created_at, now, limits.old)}, no task registered"
    return Verdict(Status.PENDING, None, reason, created_at, None, duration)


def _status(counts: Counter[Status]) -> Status:
    """Open tasks first (pending only if nothing else happened), then the worst that closed tasks say."""
    if set(counts) == {Status.PENDING}:
        return Status.PENDING
    if counts[Status.RUNNING] or counts[Status.PENDING]:
        return Status.RUNNING
    return next(status for status in ORDER if counts[status])


def _qualifier(status: Status, kinds: Collection[Kind]) -> Qualifier | None:
    qualifiers = {qualifier for one, qualifier in kinds if one is status}
    if status is Status.FAILED and qualifiers == {Qualifier.KILLED}:
        return Qualifier.KILLED
    if status is Status.COMPLETED and qualifiers == {Qualifier.CLONED}:
        return Qualifier.CLONED
    if status is Status.COMPLETED and Qualifier.CAUGHT in qualifiers:
        return Qualifier.CAUGHT
    return None


def _signs_of(created_at: int, attempts: Sequence[Verdict]) -> StepSigns:
    ends = [attempt.finished_at for attempt in attempts if attempt.finished_at is not None]
    beats = [
        (created_at if attempt.started_at is None else attempt.started_at) + attempt.duration
        for attempt in attempts
        if attempt.status is Status.RUNNING and attempt.duration is not None
    ]
    return StepSigns(done_at=max(ends, default=None), heartbeat_at=max(beats, default=None))
