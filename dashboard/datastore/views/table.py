"""Tables: data frames, arrays, records and columns, a page of rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from dashboard.datastore.leaves import leaf, plain_scalar
from dashboard.datastore.objects.columns import ArrayCells, Column, Frame, dtype_name
from dashboard.datastore.values import label
from dashboard.datastore.views.cells import Scalar, cell

PAGE = 100  # rows
MAX_PAGE = 1000
MAX_COLUMNS = 200
MAX_CELLS = 50_000  # of one page
LOOKED_AT = 1000  # records whose keys become columns
HEAD_LIMIT = 100  # characters


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    name: str
    dtype: str  # empty when its values have no common type


@dataclass(frozen=True, slots=True)
class Table:
    """A page of rows; all of it is JSON-safe."""

    heads: tuple[Head, ...]
    index: int  # how many of the first heads are the index
    rows: tuple[tuple[Scalar, ...], ...]
    offset: int
    total_rows: int
    total_columns: int  # more than heads when there are too many to show


def table(value: object, offset: int = 0, limit: int = PAGE) -> Table | None:
    """At most `limit` rows from `offset` on, and of the columns the first 200; None when the value is no table."""
    if isinstance(value, Frame):
        return _page(value.index, value.columns, value.rows, offset, limit)
    if isinstance(value, np.ndarray):
        return _array(value, offset, limit)
    if isinstance(value, (list, tuple)):
        return _records(value, offset, limit)
    return None


def _array(value: np.ndarray[Any, Any], offset: int, limit: int) -> Table | None:
    if value.ndim == 1 and value.dtype.names:
        names = value.dtype.names
        columns = [Column(name, dtype_name(value.dtype[name]), ArrayCells(value[name])) for name in names[:MAX_COLUMNS]]
        return _page((), columns, len(value), offset, limit)
    if value.ndim not in (1, 2):
        return None
    lines = value.reshape(-1, 1) if value.ndim == 1 else value
    shown = range(min(lines.shape[1], MAX_COLUMNS))
    columns = [Column(n, dtype_name(value.dtype), ArrayCells(lines[:, n])) for n in shown]
    return _page((), columns, len(lines), offset, limit, lines.shape[1])


def _records(value: Sequence[Any], offset: int, limit: int) -> Table | None:
    """A list of flat dicts with words as keys."""
    first = value[:LOOKED_AT]
    if not first or not all(_is_record(item) for item in first):
        return None
    names = list(dict.fromkeys(key for item in first for key in item))
    columns = [Column(name, "", _Entries(value, name)) for name in names[:MAX_COLUMNS]]
    return _page((), columns, len(value), offset, limit, len(names))


def _is_record(item: object) -> bool:
    if not isinstance(item, dict) or not 0 < len(item) <= MAX_COLUMNS:
        return False
    return all(type(key) is str and _is_flat(entry) for key, entry in item.items())


def _is_flat(value: object) -> bool:
    return isinstance(plain_scalar(value), str) or leaf(value) is not None


class _Entries:
    """The entry of this name in each record."""

    def __init__(self, records: Sequence[Any], name: str) -> None:
        self._records = records
        self._name = name

    def __len__(self) -> int:
        return len(self._records)

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Its values; None where a record has none."""
        found = (self._records[row] for row in rows)
        return [one.get(self._name) if isinstance(one, dict) else one for one in found]


def _page(
    index: Sequence[Column], columns: Sequence[Column], rows: int, offset: int, limit: int, total: int | None = None
) -> Table:
    """The rows of a page, column by column."""
    shown = list(islice((*index, *columns), MAX_COLUMNS))
    most = min(max(0, limit), MAX_PAGE, max(1, MAX_CELLS // max(1, len(shown))))
    start = min(max(0, offset), rows)
    places = range(start, min(start + most, rows))
    content = [_cells(column, places) for column in shown]
    heads = tuple(
        Head(label("" if column.name is None else column.name), column.dtype[:HEAD_LIMIT]) for column in shown
    )
    lines = tuple(zip(*content, strict=True)) if content else ()
    return Table(heads, min(len(index), len(shown)), lines, start, rows, len(columns) if total is None else total)


def _cells(column: Column, places: range) -> list[Scalar]:
    if column.cells is None:
        return ["…"] * len(places)
    return [cell(value) for value in column.cells.take(places)]
