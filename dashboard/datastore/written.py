"""Text of values that are larger, or deeper, than what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dashboard.datastore.store import TooLarge


@dataclass(frozen=True, eq=False, slots=True)
class Inner:
    """A value whose text stands in this place."""

    value: Any


def written(value: object, pieces: Callable[[Any], Iterator[str | Inner]], depth: int) -> Iterator[str]:
    """The text of a value from left to right, so that the reader can stop; `TooLarge` beyond so many levels.

    A stack of its own, as a generator in a generator hands each piece up all levels, of which there can be many.
    """
    levels = [pieces(value)]
    while levels:
        piece = next(levels[-1], None)
        if piece is None:
            levels.pop()
        elif isinstance(piece, str):
            yield piece
        elif len(levels) > depth:
            raise TooLarge(f"The value has more than {depth} levels, or holds itself.")
        else:
            levels.append(pieces(piece.value))
