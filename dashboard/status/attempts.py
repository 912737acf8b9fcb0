"""The verdicts on all attempts of a run at once: `judge_attempt` on numpy columns, without the words.

One row per attempt. Instants and durations are int64 milliseconds, `ABSENT` where there is none; flags are int8 with
-1 for unknown. A property-based test holds that every row gets the verdict that `judge_attempt` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.models import Qualifier, Status
from dashboard.status.evidence import Limits

Instants: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]

ABSENT = np.int64(np.iinfo(np.int64).min)
NO_ATTEMPT = -1  # no evidence of any attempt
STATUSES = tuple(Status)  # a status code is a place in it
QUALIFIERS: tuple[Qualifier | None, ...] = (None, *Qualifier)  # a qualifier code is a place in it
_S = {status: np.uint8(place) for place, status in enumerate(STATUSES)}
_Q = {qualifier: np.uint8(place) for place, qualifier in enumerate(QUALIFIERS)}


@dataclass(frozen=True, slots=True)
class AttemptColumns:
    """What attempts are judged by; the fields of `AttemptEvidence`."""

    created: Instants  # of the task
    beat: Instants  # of the task
    attempt: NDArray[np.int16]
    started: Instants
    done: Instants
    ok: NDArray[np.int8]
    task_ok_at: Instants
    task_ok: NDArray[np.int8]
    next_started: Instants
    cloned: Flags
    caught: Flags


@dataclass(frozen=True, slots=True)
class VerdictColumns:
    """The verdicts: codes, finish and duration; the start is that of the evidence."""

    status: Codes
    qualifier: Codes
    finished: Instants
    duration: Instants
    final: Flags


def judge_attempts(rows: AttemptColumns, now: int, limits: Limits = Limits(), run_over: bool = False) -> VerdictColumns:
    """The verdict on every row at the database's `now`; `run_over`: the run has ended."""
    verdicts = _Verdicts(rows, now, limits, run_over)
    closed_at = np.maximum(rows.done, rows.task_ok_at)
    closed = (rows.ok >= 0) | (closed_at != ABSENT)
    superseded = ~closed & (rows.next_started != ABSENT)
    has_beaten = (rows.beat != ABSENT) & (np.abs(rows.beat - rows.created) > limits.registered)
    rest = ~closed & ~superseded
    queued = rest & (rows.attempt == NO_ATTEMPT) & ~has_beaten
    by_age = rest & ~queued & (rows.beat == ABSENT)
    verdicts.close(closed, np.where(closed_at == ABSENT, rows.next_started, closed_at))
    verdicts.supersede(superseded)
    verdicts.queue(queued)
    verdicts.judge_by_age(by_age)
    verdicts.judge_by_heartbeat(rest & ~queued & ~by_age)
    return verdicts.columns


class _Verdicts:
    """The columns while they are filled in, one kind of row after the other, as in `dashboard.status.attempt`."""

    def __init__(self, rows: AttemptColumns, now: int, limits: Limits, run_over: bool) -> None:
        self.rows, self.now, self.limits, self.run_over = rows, now, limits, run_over
        self.start = np.where(rows.started == ABSENT, rows.created, rows.started)
        size = len(rows.attempt)
        self.columns = VerdictColumns(
            np.full(size, _S[Status.UNKNOWN]),
            np.zeros(size, np.uint8),
            np.full(size, ABSENT),
            np.full(size, ABSENT),
            np.zeros(size, np.bool_),
        )

    def put(self, mask: Flags, status: Status, qualifier: Qualifier | None = None) -> None:
        """Status and qualifier of these rows."""
        self.columns.status[mask] = _S[status]
        self.columns.qualifier[mask] = _Q[qualifier]

    def close(self, mask: Flags, finished: Instants) -> None:
        """Something says that the attempt is over, and perhaps how."""
        rows, to = self.rows, self.columns
        ok = np.where(rows.ok >= 0, rows.ok, rows.task_ok)
        good = mask & (ok == 1)
        taken_over = mask & rows.cloned & (ok != 0)
        failed = mask & (ok == 0)
        self.put(good, Status.COMPLETED)
        self.put(good & rows.caught, Status.COMPLETED, Qualifier.CAUGHT)
        self.put(taken_over, Status.COMPLETED, Qualifier.CLONED)
        self.put(failed, Status.FAILED)
        self._end(mask, finished)
        known = mask & (finished != ABSENT)
        age = self.now - finished
        followed = (rows.next_started != ABSENT) | self.run_over | (age > self.limits.old)
        to.final[mask] = (known & (age > self.limits.heartbeat) & (good | taken_over | (failed & followed)))[mask]

    def supersede(self, mask: Flags) -> None:
        """The next attempt has started, and this one wrote no verdict."""
        self.put(mask, Status.FAILED, Qualifier.KILLED)
        self._end(mask, self.rows.next_started)
        self.columns.final[mask] = (self.now - self.rows.next_started > self.limits.old)[mask]

    def queue(self, mask: Flags) -> None:
        """Registered, and nothing says that it started."""
        old = mask & (self.now - self.rows.created > self.limits.old)
        self.put(mask, Status.PENDING)
        self.put(mask if self.run_over else old, Status.FAILED, Qualifier.KILLED)
        self.columns.final[old] = True

    def judge_by_age(self, mask: Flags) -> None:
        """Started, and its client sends no heartbeats."""
        old = mask & (self.now - self.start > self.limits.old)
        self.put(mask, Status.RUNNING)
        self.put(old, Status.FAILED, Qualifier.KILLED)
        self.columns.final[old] = True
        running = mask & ~old
        self.columns.duration[running] = _span(self.start, np.full_like(self.start, self.now))[running]

    def judge_by_heartbeat(self, mask: Flags) -> None:
        """Started, and beating or silent; the start is a sign of life as well."""
        rows = self.rows
        sign = np.maximum(rows.beat, rows.started)
        silent = mask & (np.abs(self.now - sign) > self.limits.heartbeat)
        self.put(mask, Status.RUNNING)
        self.put(silent, Status.FAILED, Qualifier.KILLED)
        just_before = (sign - self.start > -1000) & (sign < self.start)  # heartbeats are whole seconds
        length = np.where(just_before, 0, _span(self.start, sign))
        self.columns.finished[silent] = sign[silent]
        self.columns.duration[mask] = length[mask]
        self.columns.final[silent] = (self.now - sign > self.limits.old)[silent]

    def _end(self, mask: Flags, finished: Instants) -> None:
        self.columns.finished[mask] = finished[mask]
        self.columns.duration[mask] = _span(self.start, finished)[mask]


def _span(start: Instants, end: Instants) -> Instants:
    """From start to end; ABSENT where it would be negative or has no end."""
    return np.where((end == ABSENT) | (end < start), ABSENT, end - start)
