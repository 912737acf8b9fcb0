"""Columns of tables, read a page at a time: what a page does not show is never made into Python objects."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

import numpy as np

from dashboard.datastore.objects.described import Reference

_MISSING = frozenset({"pandas.NA", "pandas._libs.missing.NA"})
MAX_CELL = 64 * 1024  # bytes of a text
MAX_ROWS = 1 << 53  # of a range, which holds none of them


class Cells(Protocol):
    """The values of a column by row."""

    def __len__(self) -> int:
        """How many rows there are."""

    def take(self, rows: Sequence[int]) -> list[Any]:
        """The values of these rows, which are not negative; None stands for a missing one."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """A column of a table, or a level of its index."""

    name: object
    dtype: str  # as its library calls it, e.g. `datetime64[ns, UTC]`
    cells: Cells | None  # None when they are stored in a way that is not known here

    @property
    def known(self) -> Cells:
        """The cells; ValueError when there are none."""
        if self.cells is None:
            raise ValueError
        return self.cells


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """A table of pandas or Arrow; a series or an index is one with a single column."""

    type: str
    columns: tuple[Column, ...]
    index: tuple[Column, ...]  # none when it is the number of the row
    rows: int


class ArrayCells:
    """One-dimensional array of numpy."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        if array.ndim != 1:
            raise ValueError
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Scalars of numpy, or objects."""
        found = (self.array[row] for row in rows)
        return [None if isinstance(one, Reference) and one.name in _MISSING else one for one in found]


class RangeCells:
    """Every so many numbers."""

    def __init__(self, numbers: range) -> None:
        if max(abs(numbers.start), abs(numbers.stop), abs(numbers.step)) > MAX_ROWS:
            raise ValueError
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Ints."""
        return [self.numbers[row] for row in rows]


class BitCells:
    """Booleans of Arrow, from the lowest bit of the first byte."""

    def __init__(self, content: bytes | bytearray, length: int, offset: int) -> None:
        if length + offset > 8 * len(content):
            raise ValueError
        self._content = content
        self._length = length
        self._offset = offset

    def __len__(self) -> int:
        return self._length

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Booleans."""
        places = (row + self._offset for row in rows)
        return [bool(self._content[place >> 3] >> (place & 7) & 1) for place in places]


class MaskedCells:
    """Values of which some are missing."""

    def __init__(self, cells: Cells, marks: Cells, missing: bool) -> None:
        """Take the values, a mark for each, and the mark that a missing one has."""
        if len(marks) != len(cells):
            raise ValueError
        self.cells = cells
        self._marks = marks
        self._missing = missing

    def __len__(self) -> int:
        return len(self.cells)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """What is there."""
        pairs = zip(self.cells.take(rows), self._marks.take(rows), strict=True)
        return [None if bool(mark) is self._missing else value for value, mark in pairs]


class JoinedCells:
    """Parts of a column, one below the other."""

    def __init__(self, parts: Sequence[Cells]) -> None:
        self._parts = parts
        self._ends = list(accumulate(len(part) for part in parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def take(self, rows: Sequence[int]) -> list[Any]:
        """The values of the part that holds the row."""
        return [self._at(row, bisect_right(self._ends, row)) for row in rows]

    def _at(self, row: int, part: int) -> Any:
        return self._parts[part].take([row - (self._ends[part - 1] if part else 0)])[0]


class CodedCells:
    """Categories, or the labels of a level, by number; a number that has none is a missing value."""

    def __init__(self, codes: Cells, labels: Cells) -> None:
        numbers = codes.cells if isinstance(codes, MaskedCells) else codes
        if not isinstance(numbers, ArrayCells) or numbers.array.dtype.kind not in "iu":
            raise ValueError
        self._codes = codes
        self._labels = labels

    def __len__(self) -> int:
        return len(self._codes)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """The labels."""
        codes = [-1 if code is None else int(code) for code in self._codes.take(rows)]
        known = sorted({code for code in codes if 0 <= code < len(self._labels)})
        labels = dict(zip(known, self._labels.take(known), strict=True))
        return [labels.get(code) for code in codes]


class IntervalCells:
    """Pairs of bounds."""

    def __init__(self, left: Cells, right: Cells, closed: object) -> None:
        if len(left) != len(right) or not (_is_simple(left) and _is_simple(right)):
            raise ValueError
        self._left = left
        self._right = right
        self._brackets = "[" if closed in ("left", "both") else "(", "]" if closed in ("right", "both") else ")"

    def __len__(self) -> int:
        return len(self._left)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """E.g. `(0, 1]`."""
        before, after = self._brackets
        pairs = zip(self._left.take(rows), self._right.take(rows), strict=True)
        return [f"{before}{left}, {right}{after}" for left, right in pairs]


def dtype_name(dtype: np.dtype[Any]) -> str:
    """E.g. `int64`, `datetime64[ns]`, `str`, `record`."""
    if dtype.names:
        return "record"
    return {"U": "str", "S": "bytes", "V": "bytes"}.get(dtype.kind, dtype.name)


def _is_simple(cells: Cells) -> bool:
    """Whether the values are numbers or times, which are short when written."""
    return isinstance(cells, RangeCells) or (isinstance(cells, ArrayCells) and cells.array.dtype.kind in "biufMm")


class TextCells:
    """Text of Arrow: one run of UTF-8, and where each value begins and ends."""

    def __init__(self, content: bytes | bytearray, ends: np.ndarray[Any, Any]) -> None:
        self._content = content
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Text, cut at 64 KiB, as the ends may claim all of it for each; bytes that are no UTF-8 are replaced."""
        return [self._at(max(0, int(self._ends[row])), max(0, int(self._ends[row + 1]))) for row in rows]

    def _at(self, start: int, end: int) -> str:
        text = self._content[start : min(end, start + MAX_CELL)].decode("utf-8", "replace")
        return text + "…" if end - start > MAX_CELL else text
