"""What plain data is, and how much of it is bearable."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dashboard.datastore.store import Unreadable

MAX_STEPS = 100_000  # opcodes of a pickle; elements of a value with all that it shares written out
MAX_DEPTH = 100  # containers in containers
MAX_INT_BITS = 4096
MAX_COMPARED = 2_000_000  # elements compared among keys whose hashes the writer of a pickle can make equal

_CONTAINERS = frozenset({list, tuple, set, frozenset, dict})
_NUMBERS = frozenset({int, float, bool, type(None)})
_SPREAD = frozenset({str, bytes, float, bool, type(None), date})  # hashes that nobody can choose, or few values
_NARROW_INT = 1 << 60  # below it an int is its own hash


class NotPlain(Unreadable):
    """A pickle that holds more than plain data, is damaged, or goes beyond a bound."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        """Take a type name or a reason, and whether only a bound stood in the way."""
        super().__init__(f"The value is not plain data: {reason}.")
        self.reason = reason
        self.too_large = too_large


def too_large(reason: str) -> NotPlain:
    """The error for plain data beyond a bound."""
    return NotPlain(reason, too_large=True)


class Budget:
    """What may still be spent on one pickle."""

    def __init__(self, text: int, steps: int = MAX_STEPS, leaves: frozenset[type] | None = frozenset()) -> None:
        """Take the characters and bytes of the value, the opcodes, and what is borne beside plain data.

        Such leaves have the hash of their place in memory; None stands for anything that a builder here makes.
        """
        self.steps = steps
        self._text = text
        self._weighed = 0
        self._leaves = leaves
        self._wide_keys = 0
        self._compared = 0

    def keys(self, items: list[Any]) -> list[Any]:
        """The items, if it is cheap to hash all of them: a tuple hashes all that is in it, over and over."""
        for key in items:
            kind = type(key)
            if kind in _SPREAD or (kind is int and -_NARROW_INT < key < _NARROW_INT):
                continue
            if (kind is datetime and key.tzinfo is None) or (self._leaves and kind in self._leaves):
                continue
            before = self._weighed
            self.weigh(key)
            # Each may have to be compared with all that came before: with 4096 bits a hash is easily chosen.
            self._compared += self._wide_keys * (self._weighed - before)
            self._wide_keys += 1
            if self._compared > MAX_COMPARED:
                raise too_large("too many keys that are tuples, sets or large numbers")
        return items

    def step(self, count: int) -> None:
        """Count elements that are copied."""
        self._weighed += count
        if self._weighed > 2 * self.steps:
            raise too_large("too much when written out")

    def text(self, count: int) -> None:
        """Count characters or bytes that are copied."""
        self._text -= count
        if self._text < 0:
            raise too_large("too much when written out")

    def weigh(self, value: object) -> None:
        """Refuse a value that is not plain, too deep (or holds itself), or too large when written out."""
        level: list[Any] = [value]
        for _depth in range(MAX_DEPTH + 1):
            below: list[Any] = []
            self._weighed += len(level)
            for item in level:
                kind = type(item)
                if kind is str or kind is bytes:
                    self._text -= len(item)
                elif kind in _CONTAINERS:
                    below.extend(item)
                    if kind is dict:
                        below.extend(item.values())
                    if self._weighed + len(below) > 2 * self.steps:
                        raise too_large("too much when written out")
                elif kind not in _NUMBERS and self._leaves is not None and kind not in self._leaves:
                    raise NotPlain("a global")
            self.text(0)
            if not below:
                return
            level = below
        raise NotPlain(f"more than {MAX_DEPTH} levels, or a value that holds itself")
