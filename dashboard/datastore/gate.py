"""How many reads of one datastore go on at the same time, and how long each may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dashboard.datastore.store import StoreTimeout


class Gate:
    """`seats` for those who read one place; a read with its wait for a seat takes at most `timeout` seconds."""

    def __init__(self, place: str, seats: int, timeout: float) -> None:
        self._place = place
        self._seats = threading.BoundedSemaphore(seats)
        self.timeout = timeout

    @contextmanager
    def seat(self) -> Iterator[float]:
        """Take a seat; gives the seconds that are left for the read itself."""
        until = time.monotonic() + self.timeout
        if not self._seats.acquire(timeout=self.timeout):
            raise StoreTimeout(f"Too many others read {self._place}; no turn came within {self.timeout:g} s.")
        try:
            yield max(0.01, until - time.monotonic())
        finally:
            self._seats.release()
