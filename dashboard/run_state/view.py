"""What is shown of a run at one moment: frozen columns, judged, with the version in which each row last changed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.models import JudgedRun, Qualifier, Status, TaskRef
from dashboard.run_state.evidence import ATTEMPTS, Evidence
from dashboard.status import AttemptColumns, AttemptEvidence, Limits, judge_attempt, judge_attempts
from dashboard.status.attempts import ABSENT, NO_ATTEMPT, QUALIFIERS, STATUSES, Codes, Flags, Instants

COMPLETED, FAILED, RUNNING, PENDING, UNKNOWN = (
    np.uint8(STATUSES.index(status))
    for status in (Status.COMPLETED, Status.FAILED, Status.RUNNING, Status.PENDING, Status.UNKNOWN)
)
CAUGHT = np.uint8(QUALIFIERS.index(Qualifier.CAUGHT))


@dataclass(frozen=True, slots=True)
class RunView:
    """Tasks by place, and one row per attempt in the order (task, attempt). Instants and durations as in `status`."""

    judged: JudgedRun
    now: int
    generation: str  # of one load: rows of another are not comparable
    version: int  # counts views of a generation that differ
    revision: int  # of the evidence
    steps: tuple[str, ...]
    registered: dict[str, int]  # steps of steps_v3 → when; a step may have no task yet
    variables: dict[int, tuple[str, ...]]  # step → variables of its foreaches
    # Tasks
    ids: NDArray[np.int64]
    step: NDArray[np.uint16]
    created: Instants
    index: NDArray[np.int32]  # in the innermost foreach or gang; -1: none
    names: tuple[str | None, ...]
    labels: tuple[str, ...]
    # Attempts
    task: NDArray[np.int32]
    attempt: NDArray[np.int16]
    status: Codes
    qualifier: Codes
    queued: Instants  # since when it waited: the task's registration, or the end of the attempt before
    started: Instants
    finished: Instants
    duration: Instants
    is_last: Flags
    changed: NDArray[np.uint32]
    evidence: AttemptColumns  # what the verdicts are from
    limits: Limits

    def task_id(self, place: int) -> str:
        """The id of a task in pathspecs."""
        return self.names[place] or str(self.ids[place])

    def row_of(self, place: int) -> int:
        """The row of a task's last attempt."""
        return int(np.searchsorted(self.task, place, side="right")) - 1

    def reason(self, row: int) -> str:
        """The verdict on an attempt in words."""
        return judge_attempt(evidence_of(self, row), self.now, self.limits).reason

    @property
    def run_over(self) -> bool:
        """Whether the run has ended."""
        return self.judged.verdict.status is not Status.RUNNING

    @property
    def nbytes(self) -> int:
        """What its arrays take; the texts are those that were gathered."""
        values = [getattr(part, field.name) for part in (self, self.evidence) for field in fields(part)]
        return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def view_of(
    evidence: Evidence,
    judged: JudgedRun,
    registered: dict[str, int],
    now: int,
    limits: Limits,
    before: RunView | None,
) -> RunView:
    """The evidence judged at `now`. `before` is the view that this one follows; None begins a new generation."""
    rows, task = evidence.columns()
    verdicts = judge_attempts(rows, now, limits, judged.verdict.status is not Status.RUNNING)
    attempt = np.maximum(rows.attempt, 0)
    queued = _queued(rows.created, rows.started, verdicts.finished, task)
    keys = _keys(task, attempt)
    if before is not None and not np.isin(_keys(before.task, before.attempt), keys, assume_unique=True).all():
        before = None  # a row without evidence gave way to a later attempt: rows are not comparable any more
    shown = (verdicts.status, verdicts.qualifier, queued, rows.started, verdicts.finished)
    changed = _changed(keys, shown, evidence.labelled[task], before)
    return RunView(
        judged=judged,
        now=now,
        generation=before.generation if before else secrets.token_hex(4),
        version=max(int(changed.max(initial=1)), _version_of_rest(judged, registered, before)),
        revision=evidence.revision,
        steps=tuple(evidence.steps),
        registered=registered,
        variables=dict(evidence.variables),
        ids=evidence.ids,
        step=evidence.step,
        created=evidence.created,
        index=np.where(evidence.node >= 0, evidence.node, evidence.index),
        names=tuple(evidence.names),
        labels=_labels(evidence),
        task=task,
        attempt=attempt,
        status=verdicts.status,
        qualifier=verdicts.qualifier,
        queued=queued,
        started=rows.started,
        finished=verdicts.finished,
        duration=verdicts.duration,
        is_last=np.append(task[1:] != task[:-1], [True])[: len(task)],
        changed=changed,
        evidence=rows,
        limits=limits,
    )


def caught_tasks(view: RunView) -> list[TaskRef]:
    """Tasks that ended well only because @catch swallowed their exception."""
    rows = np.flatnonzero(view.is_last & (view.qualifier == CAUGHT)).tolist()
    places = view.task[rows].tolist()
    return [TaskRef(view.steps[view.step[place]], view.task_id(place)) for place in places]


def evidence_of(view: RunView, row: int) -> AttemptEvidence:
    """What one attempt is judged by."""
    rows = view.evidence

    def instant(column: Instants) -> int | None:
        return None if column[row] == ABSENT else int(column[row])

    def flag(column: NDArray[np.int8]) -> bool | None:
        return None if column[row] < 0 else bool(column[row])

    return AttemptEvidence(
        task_created_at=int(rows.created[row]),
        task_heartbeat_at=instant(rows.beat),
        attempt=None if rows.attempt[row] == NO_ATTEMPT else int(rows.attempt[row]),
        started_at=instant(rows.started),
        done_at=instant(rows.done),
        ok=flag(rows.ok),
        task_ok_at=instant(rows.task_ok_at),
        task_ok=flag(rows.task_ok),
        next_started_at=instant(rows.next_started),
        cloned=bool(rows.cloned[row]),
        caught=bool(rows.caught[row]),
        run_over=view.run_over,
    )


def _keys(task: NDArray[np.int32], attempt: NDArray[np.int16]) -> NDArray[np.int64]:
    return task.astype(np.int64) * ATTEMPTS + attempt


def _queued(created: Instants, started: Instants, finished: Instants, task: NDArray[np.int32]) -> Instants:
    """Since when each attempt waited: the registration of its task, for a retry the end of the attempt before."""
    before = np.append([ABSENT], finished[:-1])[: len(task)]
    is_retry = np.append([False], task[1:] == task[:-1])[: len(task)]
    since = np.where(is_retry & (before != ABSENT), before, created)
    return np.where((started != ABSENT) & (since > started), started, since)


def _changed(
    keys: NDArray[np.int64], shown: tuple[NDArray[Any], ...], labelled: NDArray[np.int64], before: RunView | None
) -> NDArray[np.uint32]:
    """The version in which each row last changed in what is drawn of it."""
    if before is None:
        return np.ones(len(keys), np.uint32)
    was = (before.status, before.qualifier, before.queued, before.started, before.finished)
    at = np.searchsorted(keys, _keys(before.task, before.attempt))  # where the rows of before are now
    changed = np.full(len(keys), before.version + 1, np.uint32)
    same = labelled[at] <= before.revision
    for now, then in zip(shown, was, strict=True):
        same &= now[at] == then
    changed[at[same]] = before.changed[same]
    return changed


def _version_of_rest(judged: JudgedRun, registered: dict[str, int], before: RunView | None) -> int:
    """The version in which something else than the attempts last changed: the run's status, or its steps."""
    if before is None:
        return 1
    same = judged.verdict.status is before.judged.verdict.status and registered.keys() == before.registered.keys()
    return before.version if same else before.version + 1


def _labels(evidence: Evidence) -> tuple[str, ...]:
    """Foreach values, or the place in a gang."""
    if not (evidence.node >= 0).any():
        return tuple(evidence.labels)
    nodes = evidence.node.tolist()
    return tuple(
        label or (f"node {node}" if node >= 0 else "") for label, node in zip(evidence.labels, nodes, strict=True)
    )
