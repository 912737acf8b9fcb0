"""How the durations of a step's tasks are spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.insight.steps import ENOUGH, STRAGGLES, StepSummary
from dashboard.run_state.view import COMPLETED, RunView
from dashboard.status.attempts import ABSENT

BARS = 40
WIDE = 20  # times the shortest, from which on the bars are of equal ratio instead of equal width


@dataclass(frozen=True, slots=True)
class Spread:
    """Completed tasks by duration from short to long, as heights between 0 and 1; durations are milliseconds."""

    heights: tuple[float, ...]
    over: int  # bars at the end that are beyond three times the median
    tasks: int
    p50: int
    p95: int
    longest: int


def spread(view: RunView, step: StepSummary) -> Spread | None:
    """Of the last attempts that completed; None while there are too few."""
    place = view.steps.index(step.step) if step.step in view.steps else -1
    rows = view.is_last & (view.step[view.task] == place) & (view.status == COMPLETED) & (view.duration != ABSENT)
    lengths = view.duration[rows]
    if len(lengths) < ENOUGH:
        return None
    low, high = max(1, int(lengths.min())), max(2, int(lengths.max()))
    edges = np.geomspace(low, high, BARS + 1) if high > WIDE * low else np.linspace(low, high + 1e-9, BARS + 1)
    counts, _ = np.histogram(np.clip(lengths, edges[0], edges[-1]), edges)
    median = int(np.median(lengths))
    return Spread(
        heights=tuple((counts / counts.max()).round(3).tolist()),
        over=int((edges[:-1] >= STRAGGLES * max(median, 1)).sum()),
        tasks=len(lengths),
        p50=median,
        p95=int(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
    )
