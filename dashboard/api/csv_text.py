"""Rows as CSV that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def lines(columns: Sequence[str], pieces: Iterable[Iterable[Mapping[str, Any]]]) -> Iterator[str]:
    """The head, then each piece of rows as one text, for answers that are streamed."""
    yield _line(columns)
    for rows in pieces:
        yield "".join(_line([_cell(row[name]) for name in columns]) for row in rows)


def table(heads: Sequence[Any], pieces: Iterable[Iterable[Sequence[Any]]]) -> Iterator[str]:
    """The same for rows of cells, whose heads may be anybody's text."""
    yield _line([_cell(head) for head in heads])
    for rows in pieces:
        yield "".join(_line([_cell(cell) for cell in row]) for row in rows)


def _cell(value: Any) -> str:
    """One cell; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else str(value)
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
