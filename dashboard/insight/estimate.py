"""When a running run will end, from how long its flow has taken before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 5  # runs before anything is said


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is left, in milliseconds: in the middle, and the tenth of the runs at either end."""

    left: int
    least: int
    most: int
    runs: int  # that it is from


def estimate(spent: int, durations: Sequence[int]) -> Estimate | None:
    """From the durations of completed runs that took longer than this one has so far; None when too few did."""
    longer = sorted(duration for duration in durations if duration > spent)
    if len(longer) < ENOUGH:
        return None
    low, middle, high = (longer[min(len(longer) - 1, int(len(longer) * share))] for share in (0.1, 0.5, 0.9))
    return Estimate(middle - spent, low - spent, high - spent, len(longer))
