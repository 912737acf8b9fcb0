"""Plain data out of a pickle, by reading its opcodes; what a hostile pickle could cost is bounded, see `plain`."""

from __future__ import annotations

from dashboard.datastore.machine import Machine
from dashboard.datastore.plain import Budget, too_large

MAX_TEXT = 16  # times the bytes of the pickle: the value with all that it shares written out
SMALL = 1024


def decode(blob: bytes, limit: int) -> object:
    """The value in a pickle of at most `limit` bytes; `NotPlain` if it is anything but plain data."""
    if len(blob) > limit:
        raise too_large(f"more than {limit} bytes")
    budget = Budget(MAX_TEXT * max(limit, SMALL))
    value = Machine(budget).run(blob)
    budget.weigh(value)
    return value
