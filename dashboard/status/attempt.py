"""The verdict on one attempt of a task."""

from __future__ import annotations

from dashboard.models import Qualifier, Status, Verdict
from dashboard.status.evidence import AttemptEvidence, Limits
from dashboard.status.words import ago, beat_span, heartbeat_words, silence_words, span

NO_VERDICT = "no verdict was written"


def judge_attempt(evidence: AttemptEvidence, now: int, limits: Limits = Limits()) -> Verdict:
    """The verdict on one attempt of a task at the database's `now`."""
    closed_at = max((at for at in (evidence.done_at, evidence.task_ok_at) if at is not None), default=None)
    if evidence.ok is not None or closed_at is not None:
        return _closed(evidence, evidence.next_started_at if closed_at is None else closed_at, now, limits)
    if evidence.next_started_at is not None:
        return _superseded(evidence, evidence.next_started_at, now, limits)
    if evidence.attempt is None and not _has_beaten(evidence, limits):
        return _queued(evidence, now, limits)
    if evidence.task_heartbeat_at is None:
        return _open_by_age(evidence, now, limits)
    return _open_by_heartbeat(evidence, evidence.task_heartbeat_at, now, limits)


def _closed(evidence: AttemptEvidence, finished: int | None, now: int, limits: Limits) -> Verdict:
    """The rows of one attempt arrive within moments; after the heartbeat limit the last of them is there."""
    source, ok = ("attempt_ok", evidence.ok) if evidence.ok is not None else ("_task_ok", evidence.task_ok)
    settled = finished is not None and now - finished > limits.heartbeat
    qualifier = None
    if ok is None and evidence.cloned:
        status, qualifier = Status.COMPLETED, Qualifier.CLONED
        reason = "taken over from the origin run; resume clones only tasks that succeeded"
    elif ok:
        status, reason = Status.COMPLETED, f"{source} True"
        if evidence.cloned:
            qualifier = Qualifier.CLONED
            reason += ", taken over from the origin run"
        elif evidence.caught:
            qualifier = Qualifier.CAUGHT
            reason += ", @catch swallowed an exception"
    elif ok is False:
        status, reason = Status.FAILED, f"{source} False, {_what_followed(evidence)}"
        followed = evidence.next_started_at is not None or evidence.run_over
        settled = settled and finished is not None and (followed or now - finished > limits.old)
    else:
        status, reason, settled = Status.UNKNOWN, "finished, but neither attempt_ok nor _task_ok could be read", False
    duration = span(_start(evidence), finished)
    return Verdict(status, qualifier, reason, evidence.started_at, finished, duration, settled)


def _superseded(evidence: AttemptEvidence, next_at: int, now: int, limits: Limits) -> Verdict:
    reason = f"{NO_VERDICT}, {_what_followed(evidence)}"
    final = now - next_at > limits.old
    duration = span(_start(evidence), next_at)
    return Verdict(Status.FAILED, Qualifier.KILLED, reason, evidence.started_at, next_at, duration, final)


def _queued(evidence: AttemptEvidence, now: int, limits: Limits) -> Verdict:
    created = evidence.task_created_at
    old = now - created > limits.old
    if old:
        reason = f"registered {ago(created, now, limits.old)}, never started"
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, None, None, None, final=True)
    if evidence.run_over:
        return Verdict(Status.FAILED, Qualifier.KILLED, "the run ended before it started", None, None, None)
    reason = f"registered {ago(created, now, limits.old)}, not started"
    return Verdict(Status.PENDING, None, reason, None, None, None)


def _open_by_age(evidence: AttemptEvidence, now: int, limits: Limits) -> Verdict:
    start = _start(evidence)
    what = f"attempt {evidence.attempt} started {ago(start, now, limits.old)}"
    if now - start > limits.old:
        reason = f"{NO_VERDICT}; {what}"
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, evidence.started_at, None, None, final=True)
    reason = f"{what}, no verdict yet; this client sends no heartbeats"
    return Verdict(Status.RUNNING, None, reason, evidence.started_at, None, span(start, now))


def _open_by_heartbeat(evidence: AttemptEvidence, beat: int, now: int, limits: Limits) -> Verdict:
    """The start of an attempt is a sign of life as well: its first beat comes after it."""
    start = _start(evidence)
    sign = beat if evidence.started_at is None else max(beat, evidence.started_at)
    if abs(now - sign) > limits.heartbeat:
        reason = f"{NO_VERDICT}; {silence_words(sign, now, limits.old)}"
        final = now - sign > limits.old
        return Verdict(
            Status.FAILED, Qualifier.KILLED, reason, evidence.started_at, sign, beat_span(start, sign), final
        )
    reason = heartbeat_words(beat, now, limits.old)
    if sign > beat:
        reason = f"attempt {evidence.attempt} started {ago(sign, now, limits.old)}, no heartbeat since"
    return Verdict(Status.RUNNING, None, reason, evidence.started_at, None, beat_span(start, sign))


def _has_beaten(evidence: AttemptEvidence, limits: Limits) -> bool:
    """The service sets the heartbeat when the task is registered; only a later one means that it runs."""
    beat = evidence.task_heartbeat_at
    return beat is not None and abs(beat - evidence.task_created_at) > limits.registered


def _start(evidence: AttemptEvidence) -> int:
    return evidence.task_created_at if evidence.started_at is None else evidence.started_at


def _what_followed(evidence: AttemptEvidence) -> str:
    if evidence.next_started_at is None:
        return "no attempt after it"
    return f"attempt {(evidence.attempt or 0) + 1} started after it"
