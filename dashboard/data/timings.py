"""How long statements took of late, by the name under which they are traced: a bounded memory for the about page."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

KEPT = 500  # newest durations of each name
MOST = 300  # names; there are some hundred


@dataclass(frozen=True, slots=True)
class Timing:
    """What is known of one name. Durations are milliseconds of the newest statements; None while all have failed."""

    name: str
    count: int  # since the start
    failed: int
    p50: float | None
    p95: float | None
    slowest: float | None


@dataclass(slots=True)
class _Known:
    count: int = 0
    failed: int = 0
    newest: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class Timings:
    """Costs about a microsecond a statement."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, name: str, ms: float, failed: bool = False) -> None:
        """A statement of this name has taken so long; what failed counts, but its duration says nothing."""
        with self._lock:
            known = self._known.get(name)
            if known is None:
                known = self._known[name] = _Known()
                if len(self._known) > MOST:
                    self._known.popitem(last=False)
            known.count += 1
            if failed:
                known.failed += 1
            else:
                known.newest.append(ms)

    def figures(self) -> list[Timing]:
        """All names, those that took most of the time first."""
        with self._lock:
            found = [(name, one.count, one.failed, sorted(one.newest)) for name, one in self._known.items()]
        found.sort(key=lambda one: -one[1] * sum(one[3]) / max(1, len(one[3])))
        return [
            Timing(name, count, failed, _at(times, 0.5), _at(times, 0.95), times[-1] if times else None)
            for name, count, failed, times in found
        ]


def _at(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
