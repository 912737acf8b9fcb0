"""Very many rows as columns: a run of 100,000 tasks has half a million rows of metadata that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from dashboard.data.database import Reader

Columns = tuple[Sequence[Any], ...]


def columns_by(
    reader: Reader,
    name: str,
    group: ColumnElement[Any],
    columns: Sequence[ColumnElement[Any]],
    *where: ColumnElement[bool],
) -> dict[Any, Columns]:
    """The columns of the rows that `where` describes, by the value of `group`; in no order, but in the same one.

    PostgreSQL makes arrays of them, which takes a third less than a row each (250,000 rows: 0.36 s, not 0.51 s).
    """
    if reader.dialect.has_arrays:
        arrays = select(group, *map(func.array_agg, columns)).where(*where).group_by(group)
        return {row[0]: tuple(row[1:]) for row in reader.all(name, arrays)}
    rows: dict[Any, list[Any]] = {}
    for row in reader.all(name, select(group, *columns).where(*where)):
        rows.setdefault(row[0], []).append(row[1:])
    return {value: tuple(zip(*found, strict=True)) for value, found in rows.items()}
