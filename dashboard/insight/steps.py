"""One summary a step of a run: its tasks by status, when it ran, how long its tasks took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.graph import Graph
from dashboard.models import Qualifier, Status, Verdict
from dashboard.run_state.view import COMPLETED, PENDING, RUNNING, RunView
from dashboard.status import StepSigns
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from dashboard.status.step import Kind, judge_kinds

STRAGGLES = 3  # times the median
ENOUGH = 5  # completed tasks before a median says anything


@dataclass(frozen=True, slots=True)
class StepSummary:
    """A step. Instants and durations are milliseconds; durations of tasks are those of their last attempts."""

    step: str
    verdict: Verdict
    kinds: Mapping[Kind, int]  # last attempts by status and qualifier
    retried: int  # tasks with more than one attempt
    created_at: int
    started_at: int | None
    ended_at: int | None  # when the last of what has ended did
    median: int | None
    p95: int | None
    longest: int | None
    stragglers: int  # tasks that took, or run for, more than three times the median
    queue: int | None  # median wait of the tasks that have started
    variables: tuple[str, ...]  # of its foreaches

    @property
    def tasks(self) -> int:
        """How many tasks it has so far."""
        return sum(self.kinds.values())

    def count(self, status: Status, *qualifiers: Qualifier | None) -> int:
        """Tasks of this status, and of one of these qualifiers if any are given."""
        return sum(
            n for (one, kind), n in self.kinds.items() if one is status and (not qualifiers or kind in qualifiers)
        )

    def span(self, now: int) -> int | None:
        """From its first attempt to its end, or to `now` while it is open."""
        end = now if self.verdict.status in (Status.RUNNING, Status.PENDING) else self.ended_at
        return None if self.started_at is None or end is None else max(0, end - self.started_at)


def summaries(view: RunView, graph: Graph | None = None) -> list[StepSummary]:
    """The steps that were registered, in the order of the graph; without one in that of their first tasks."""
    last = np.flatnonzero(view.is_last)  # one row a task, in the order of tasks
    begun_at = _first_starts(view)
    by_step = np.argsort(view.step, kind="stable")
    pieces = np.split(by_step, np.searchsorted(view.step[by_step], np.arange(1, len(view.steps))))
    found = {
        step: _summary(view, n, step, places, last[places], begun_at[n])
        for n, (step, places) in enumerate(zip(view.steps, pieces, strict=False))
    }
    for step, created in view.registered.items():
        if step not in found:
            found[step] = _without_tasks(view, step, created)
    order = graph.order() if graph else {}
    begun = sorted(found.values(), key=lambda one: (one.started_at or one.created_at, one.created_at))
    return sorted(begun, key=lambda one: order.get(one.step, len(order)))


def running_for(view: RunView, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """How long these attempts took, or have been running until now; ABSENT where they did neither."""
    open_ = (view.status[rows] == RUNNING) & (view.started[rows] != ABSENT)
    return np.asarray(np.where(open_, view.now - view.started[rows], view.duration[rows]))


def _first_starts(view: RunView) -> list[int | None]:
    """When the first attempt of each step started."""
    first = np.full(len(view.steps), np.iinfo(np.int64).max)
    started = view.started != ABSENT
    np.minimum.at(first, view.step[view.task[started]], view.started[started])
    return [None if at == np.iinfo(np.int64).max else at for at in first.tolist()]


def _summary(
    view: RunView, place: int, step: str, tasks: NDArray[np.intp], rows: NDArray[np.intp], started_at: int | None
) -> StepSummary:
    """A step with at least one task; `rows` are the last attempts of its `tasks`."""
    codes, counts = np.unique(view.status[rows].astype(np.int64) * 16 + view.qualifier[rows], return_counts=True)
    kinds: Counter[Kind] = Counter()
    for code, number in zip(codes.tolist(), counts.tolist(), strict=True):
        kinds[STATUSES[code // 16], QUALIFIERS[code % 16]] += number
    created = view.registered.get(step) or int(view.created[tasks].min())
    ended = _known(view.finished[rows])
    signs = StepSigns(done_at=_most(ended), heartbeat_at=_most(_known(view.evidence.beat[rows])))
    verdict = judge_kinds(created, kinds, _most(ended), signs, view.now, view.limits, view.run_over)
    done = _known(view.duration[rows[view.status[rows] == COMPLETED]])
    lengths = _known(running_for(view, rows[view.status[rows] != PENDING]))
    median = int(np.median(done)) if len(done) >= ENOUGH else None
    waited = view.started[rows] - view.queued[rows]
    waited = waited[view.started[rows] != ABSENT]
    return StepSummary(
        step=step,
        verdict=verdict,
        kinds=kinds,
        retried=int((view.attempt[rows] > 0).sum()),
        created_at=created,
        started_at=started_at,
        ended_at=_most(ended),
        median=median,
        p95=int(np.percentile(done, 95)) if median is not None else None,
        longest=_most(lengths),
        stragglers=int((lengths > STRAGGLES * max(median, 1)).sum()) if median is not None else 0,
        queue=int(np.median(waited)) if len(waited) else None,
        variables=view.variables.get(place, ()),
    )


def _without_tasks(view: RunView, step: str, created: int) -> StepSummary:
    verdict = judge_kinds(created, {}, None, StepSigns(), view.now, view.limits, view.run_over)
    return StepSummary(step, verdict, {}, 0, created, None, None, None, None, None, 0, None, ())


def _known(instants: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(instants[instants != ABSENT])


def _most(values: NDArray[np.int64]) -> int | None:
    return int(values.max()) if len(values) else None
