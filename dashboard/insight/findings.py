"""Where the time of a run went, in a few figures that are worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.insight.steps import StepSummary, running_for
from dashboard.models import Status
from dashboard.run_state.view import RUNNING, RunView
from dashboard.status.attempts import ABSENT


@dataclass(frozen=True, slots=True)
class Findings:
    """Durations in milliseconds; None where there is nothing to say."""

    slowest: StepSummary | None
    slowest_span: int | None
    slowest_share: float | None  # of the run's duration
    queue: int | None  # median wait of a task
    queue_share: float | None  # of all time that tasks waited or ran
    stragglers: int
    longest: int | None  # of the tasks in steps with stragglers
    retried: int  # tasks
    lost: int  # time in attempts that another one followed
    longest_running: int | None  # row of the attempt that runs longest, measured by its step's median


def findings(view: RunView, steps: Sequence[StepSummary], length: int | None) -> Findings:
    """The figures of a run that took, or has been running for, `length`."""
    spans = [(span, step) for step in steps if (span := step.span(view.now))]
    span, slowest = max(spans, key=lambda one: one[0]) if len(spans) > 1 else (None, None)
    started = view.started != ABSENT
    waits = (view.started - view.queued)[started]
    ran = np.maximum(running_for(view, np.arange(len(view.task))), 0)[started]
    whole = int(waits.sum()) + int(ran.sum())
    crowded = [step for step in steps if step.stragglers]
    followed = ~view.is_last & started
    return Findings(
        slowest=slowest,
        slowest_span=span,
        slowest_share=min(1.0, span / length) if span and length else None,
        queue=int(np.median(waits)) if len(waits) else None,
        queue_share=int(waits.sum()) / whole if whole else None,
        stragglers=sum(step.stragglers for step in crowded),
        longest=max((step.longest or 0 for step in crowded), default=None),
        retried=sum(step.retried for step in steps),
        lost=int(np.maximum(view.duration[followed], 0).sum()),
        longest_running=_longest_running(view, steps),
    )


def _longest_running(view: RunView, steps: Sequence[StepSummary]) -> int | None:
    rows = np.flatnonzero((view.status == RUNNING) & view.is_last & (view.started != ABSENT))
    if not len(rows):
        return None
    medians = {step.step: step.median for step in steps if step.verdict.status is Status.RUNNING}
    usual = np.array([medians.get(name) or 0 for name in view.steps] or [0])[view.step[view.task[rows]]]
    lengths = running_for(view, rows)
    return int(rows[np.argmax(np.where(usual > 0, lengths / np.maximum(usual, 1), lengths / 1e15))])
