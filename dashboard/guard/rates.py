"""How often one viewer may ask: so many at once, and so many a second after that."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 10_000  # viewers that are remembered; of more, those who asked longest ago are forgotten


class Rates:
    """A bucket for each viewer that runs full at `per_second` and holds `at_once`."""

    def __init__(self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._at_once, self._clock = per_second, at_once, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was
        self._lock = threading.Lock()

    def take(self, viewer: str, cost: float = 1.0) -> float:
        """Seconds to wait; 0 when the viewer may go on now, and only then he has used something up."""
        now = self._clock()
        with self._lock:
            left, at = self._buckets.pop(viewer, (self._at_once, now))
            left = min(self._at_once, left + (now - at) * self._per_second)
            wait = 0.0 if left >= 1 else (1 - left) / self._per_second
            self._buckets[viewer] = (left - cost if wait == 0 else left, now)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        return wait

    @property
    def remembered(self) -> int:
        """How many viewers it knows."""
        return len(self._buckets)


def viewer_of(user: str | None, address: str | None) -> str:
    """Whom to count for: a user, else an address; IPv6 gives everybody a network of his own."""
    if user:
        return f"user {user}"
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
