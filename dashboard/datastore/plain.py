"""What plain data is, and how much of it is bearable."""

from __future__ import annotations

from typing import Any

from dashboard.datastore.store import Unreadable

MAX_STEPS = 100_000  # opcodes of a pickle; elements of a value with all that it shares written out
MAX_DEPTH = 100  # containers in containers
MAX_INT_BITS = 4096
MAX_WIDE_KEYS = 500  # keys whose hashes the writer of a pickle can make equal, which costs the square

_CONTAINERS = frozenset({list, tuple, set, frozenset, dict})
_NUMBERS = frozenset({int, float, bool, type(None)})
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

    def __init__(self, text: int) -> None:
        """Take the number of characters and bytes that the value may have when it is written out."""
        self._text = text
        self._steps = 0
        self._wide_keys = 0

    def keys(self, items: list[Any]) -> list[Any]:
        """The items, if it is cheap to hash all of them: a tuple hashes all that is in it, over and over."""
        for key in items:
            kind = type(key)
            if kind is str or kind is bytes or kind is float or (kind is int and -_NARROW_INT < key < _NARROW_INT):
                continue
            self._wide_keys += kind is not bool and key is not None
            if self._wide_keys > MAX_WIDE_KEYS:
                raise too_large(f"more than {MAX_WIDE_KEYS} keys that are tuples, sets or large ints")
            self.weigh(key)
        return items

    def weigh(self, value: object) -> None:
        """Refuse a value that is not plain, too deep (or holds itself), or too large when written out."""
        level: list[Any] = [value]
        for _depth in range(MAX_DEPTH + 1):
            below: list[Any] = []
            self._steps += len(level)
            for item in level:
                kind = type(item)
                if kind is str or kind is bytes:
                    self._text -= len(item)
                elif kind in _CONTAINERS:
                    below.extend(item)
                    if kind is dict:
                        below.extend(item.values())
                    if self._steps + len(below) > 2 * MAX_STEPS:
                        raise too_large("too much when written out")
                elif kind not in _NUMBERS:
                    raise NotPlain("a global")
            if self._text < 0:
                raise too_large("too much when written out")
            if not below:
                return
            level = below
        raise NotPlain(f"more than {MAX_DEPTH} levels, or a value that holds itself")
