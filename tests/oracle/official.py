"""The official rules, to check the `official` column of the cases."""

from __future__ import annotations

from dashboard.models import Status
from dashboard.status import AttemptEvidence, RunEvidence
from tests.oracle.rows import COMPLETED, DAY, FAILED, PENDING, RUNNING, UNKNOWN


def official_run(e: RunEvidence, now: int) -> tuple[Status, int | None, int | None]:
    """Status, finished_at and duration by the SQL of the UI backend's run.py."""
    beat, end = e.heartbeat_at, e.end_ok
    retry_at = e.end_attempt_at
    again = end is not None and end.ok is False and retry_at is not None and end.at < retry_at
    fresh = beat is not None and abs(now - beat) <= 360_000
    lasted = (
        beat - e.created_at if beat is not None else None if abs(now - e.created_at) > DAY else abs(now - e.created_at)
    )
    if end and again:
        return RUNNING, None, lasted if beat is not None else end.at - e.created_at
    if end:
        return COMPLETED if end.ok else FAILED, end.at, end.at - e.created_at
    return (RUNNING, None, lasted) if fresh else (FAILED, beat, lasted)


def official_attempt(e: AttemptEvidence, now: int) -> tuple[Status, int | None, int | None]:
    """Status, finished_at and duration by the SQL and the refiner of the UI backend's task.py."""
    beat, following = e.task_heartbeat_at, e.next_started_at
    start = e.task_created_at if e.started_at is None else e.started_at
    closed = max((at for at in (e.done_at, e.task_ok_at) if at is not None), default=None)
    stale = beat is not None and abs(now - beat) > 60_000
    old = beat is None and abs(now - start) > DAY and closed is None
    ended = closed if closed is not None else following
    finished = beat if ended is None and stale else ended
    until = next(at for at in (closed, following, beat, now) if at is not None)
    lasted = None if old or (beat is None and e.attempt is None) else until - start
    ok = e.ok if e.ok is not None else e.task_ok
    if ok is not None:
        return COMPLETED if ok else FAILED, finished, lasted
    if closed is not None:
        return UNKNOWN, finished, lasted
    if following is not None or stale or old:
        return FAILED, finished, lasted
    return (PENDING if beat is None and e.attempt is None else RUNNING), finished, lasted
