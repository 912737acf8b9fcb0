"""Checks of the parts of a description, before anything is computed with them.

To hash, to compare or to print a container can take for ever when its parts are shared, so each part is asked for its
type first. TypeError when it has another.
"""

from __future__ import annotations

from typing import TypeVar

from dashboard.datastore.plain import MAX_INT_BITS

MAX_LENGTH = MAX_INT_BITS // 4  # characters of a number, a name, a part of a path
T = TypeVar("T")

# What the makers of values raise, or Python for them, when a description is not what they expect.
DECLINED = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


def exactly(kind: type[T], value: object) -> T:
    """The value, if it is of just this type."""
    if type(value) is not kind:
        raise TypeError
    return value


def text(value: object) -> str:
    """The value, if it is a text of bearable length."""
    found = exactly(str, value)
    if len(found) > MAX_LENGTH:
        raise TypeError
    return found


def count(value: object) -> int:
    """The value, if it is a number of things."""
    found = exactly(int, value)
    if found < 0:
        raise TypeError
    return found


def content(value: object) -> bytes | bytearray:
    """The value, if it is bytes."""
    if isinstance(value, (bytes, bytearray)):
        return value
    raise TypeError
