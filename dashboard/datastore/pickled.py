"""Plain data out of a pickle, by reading its opcodes; what a hostile pickle could cost is bounded, see `plain`."""

from __future__ import annotations

from dashboard.datastore.machine import Machine
from dashboard.datastore.plain import Budget, too_large


def decode(blob: bytes, limit: int) -> object:
    """The value in a pickle of at most `limit` bytes; `NotPlain` if it is anything but plain data."""
    if len(blob) > limit:
        raise too_large(f"more than {limit} bytes")
    budget = Budget(limit)
    value = Machine(budget).run(blob)
    budget.weigh(value)
    return value
