"""The verdict on a run: its end step decides, then its heartbeat, then its tasks and its age."""

from __future__ import annotations

from dashboard.models import Qualifier, Status, TaskRef, Verdict
from dashboard.status.evidence import EndSign, Limits, RunEvidence, TaskSigns
from dashboard.status.words import ago, beat_span, heartbeat_words, silence_words, span, words

UNREADABLE = "attempt_ok of the end step is neither true nor false"


def judge_run(evidence: RunEvidence, now: int, limits: Limits = Limits()) -> Verdict:
    """The verdict on a run at the database's `now`."""
    end = evidence.end_ok
    if end and end.ok:
        return _completed(evidence, end)
    if end and end.ok is False:
        retry_at = evidence.end_attempt_at
        if retry_at is not None and retry_at > end.at:
            return _end_tried_again(evidence, retry_at, now, limits)
        return _end_failed(evidence, end, now, limits)
    if evidence.heartbeat_at is None:
        return _judge_by_age(evidence, now, limits)
    return _judge_by_heartbeat(evidence, evidence.heartbeat_at, now, limits)


def _completed(evidence: RunEvidence, end: EndSign) -> Verdict:
    reason = "attempt_ok True of the end step"
    qualifier = None
    if evidence.caught:
        reason += "; @catch swallowed an exception"
        qualifier = Qualifier.CAUGHT
    duration = span(evidence.created_at, end.at)
    return Verdict(Status.COMPLETED, qualifier, reason, evidence.created_at, end.at, duration, final=True)


def _end_failed(evidence: RunEvidence, end: EndSign, now: int, limits: Limits) -> Verdict:
    """Final once nobody is left who could retry: the scheduler is silent, or a day has passed."""
    beat = evidence.heartbeat_at
    if beat is not None and evidence.scheduler_beats:
        final = now - max(beat, end.at) > limits.run_inactive
    else:
        final = now - end.at > limits.old
    reason = "attempt_ok False of the end step, no attempt after it"
    duration = span(evidence.created_at, end.at)
    return Verdict(Status.FAILED, None, reason, evidence.created_at, end.at, duration, final)


def _end_tried_again(evidence: RunEvidence, retry_at: int, now: int, limits: Limits) -> Verdict:
    created, beat = evidence.created_at, evidence.heartbeat_at
    sign = max(at for at in (created, retry_at, beat) if at is not None)
    if now - sign > limits.old:
        reason = f"the end step was tried again and wrote no verdict; no sign of life for more than {words(limits.old)}"
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, created, sign, span(created, sign), final=True)
    reason = f"the end step is tried again after attempt_ok False; attempt started {ago(retry_at, now, limits.old)}"
    if beat is None:
        return Verdict(Status.RUNNING, None, reason, created, None, span(created, now))
    silent = now - sign > limits.heartbeat
    if silent:
        reason += f"; {silence_words(sign, now, limits.old)}"
    qualifier = Qualifier.NO_HEARTBEAT if silent else None
    return Verdict(Status.RUNNING, qualifier, reason, created, None, beat_span(created, beat))


def _judge_by_heartbeat(evidence: RunEvidence, beat: int, now: int, limits: Limits) -> Verdict:
    created = evidence.created_at
    silence = abs(now - beat)
    failed = evidence.tasks.failed if evidence.tasks else None
    given_up = silence > limits.run_inactive
    if evidence.tasks and failed and (given_up or _is_over(evidence, evidence.tasks, beat, now, limits)):
        finished = beat if failed.at is None else max(beat, failed.at)
        reason = f"{_failed_words(failed, evidence.tasks)}; {heartbeat_words(beat, now, limits.old, stopped=True)}"
        final = now - beat > limits.old
        return Verdict(Status.FAILED, None, reason, created, finished, span(created, finished), final)
    if given_up:
        missing = UNREADABLE if evidence.end_ok else "no verdict was written"
        reason = f"{missing}; {heartbeat_words(beat, now, limits.old, stopped=True)}"
        final = now - beat > limits.old
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, created, beat, beat_span(created, beat), final)
    silent = silence > limits.heartbeat
    reason = silence_words(beat, now, limits.old) if silent else heartbeat_words(beat, now, limits.old)
    if evidence.end_ok:
        reason += f"; {UNREADABLE}"
    qualifier = Qualifier.NO_HEARTBEAT if silent else None
    return Verdict(Status.RUNNING, qualifier, reason, created, None, beat_span(created, beat))


def _judge_by_age(evidence: RunEvidence, now: int, limits: Limits) -> Verdict:
    """A client without heartbeats: its tasks' evidence, else the age of the last sign of life."""
    created, tasks, end = evidence.created_at, evidence.tasks, evidence.end_ok
    signs = [created, end.at if end else None]
    if tasks:
        signs += [tasks.last_activity_at, tasks.beating_at]
    sign = max(at for at in signs if at is not None)
    old = now - sign > limits.old
    if tasks and tasks.failed and (old or not _at_work(tasks, now, limits)):
        reason, finished = _failed_words(tasks.failed, tasks), tasks.failed.at
        return Verdict(Status.FAILED, None, reason, created, finished, span(created, finished), final=old)
    if old:
        missing = UNREADABLE if end else "no verdict was written"
        reason = f"{missing}; no sign of life for more than {words(limits.old)}"
        finished = sign if sign > created else None
        return Verdict(Status.FAILED, Qualifier.KILLED, reason, created, finished, span(created, finished), final=True)
    reason = f"this client sends no heartbeats; last sign of life {ago(sign, now, limits.old)}"
    if end:
        reason += f"; {UNREADABLE}"
    return Verdict(Status.RUNNING, None, reason, created, None, span(created, now))


def _is_over(evidence: RunEvidence, tasks: TaskSigns, beat: int, now: int, limits: Limits) -> bool:
    """With a task failed for good: has the scheduler stopped, and every other task with it?

    Under an orchestrator the heartbeat also rests while a retry is queued, so there only the run's own limit counts.
    """
    return evidence.scheduler_beats and now - beat > limits.stopped and not _at_work(tasks, now, limits)


def _at_work(tasks: TaskSigns, now: int, limits: Limits) -> bool:
    """Whether some task still works: it beats, or it has an open attempt and its client sends no heartbeats.

    Open attempts whose heartbeats stopped were killed with the failed task.
    """
    if tasks.beating_at is None:
        return tasks.open_attempts > 0
    return abs(now - tasks.beating_at) <= (limits.heartbeat if tasks.open_attempts else limits.stopped)


def _failed_words(failed: TaskRef, tasks: TaskSigns) -> str:
    error = f" ({failed.error})" if failed.error else ""
    others = tasks.failed_count - 1
    more = f" (and {others} more task{'s' if others > 1 else ''})" if others > 0 else ""
    return f"{failed.step}/{failed.task} failed for good{error}, no attempt after it{more}"
