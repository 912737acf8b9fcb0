"""A value as JSON, for whoever wants all of it."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from dashboard.datastore.leaves import leaf, name_of_type, plain_scalar
from dashboard.datastore.objects.columns import Column, Frame
from dashboard.datastore.objects.described import Described
from dashboard.datastore.plain import MAX_DEPTH
from dashboard.datastore.store import TooLarge
from dashboard.datastore.values import compact, ordered
from dashboard.datastore.views.cells import cell
from dashboard.datastore.written import Inner, written

JSON_LIMIT = 16 * 1024 * 1024  # characters
ROWS_AT_A_TIME = 1000


def to_json(value: object, limit: int = JSON_LIMIT) -> str:
    """The value as one JSON text, in ASCII and without NaN; `TooLarge` beyond `limit` characters or 100 levels.

    Numbers that JSON or a browser cannot hold, times, paths and the like are text; bytes are `{"base64": …}`; an
    object is `{"type": …}` with what was stored; a table is a list of rows, each a dict by column.
    """
    pieces, length = [], 0
    for piece in written(value, _pieces, MAX_DEPTH):
        length += len(piece)
        if length > limit:
            raise TooLarge(f"The value is larger than {limit} characters of JSON.")
        pieces.append(piece)
    return "".join(pieces)


def _pieces(value: Any) -> Iterator[str | Inner]:
    value = plain_scalar(value)
    if isinstance(value, str):
        yield json.dumps(value)
    elif isinstance(value, (bytes, bytearray)):
        yield f'{{"base64": "{base64.b64encode(value).decode()}"}}'
    elif (text := leaf(value)) is not None:
        yield json.dumps(cell(value, len(text)))
    elif isinstance(value, dict):
        yield from _entries(value.items())
    elif isinstance(value, (set, frozenset)):
        yield from _items(ordered(value))
    elif isinstance(value, (list, tuple, deque)):
        yield from _items(value)
    elif isinstance(value, np.ndarray):
        yield from _items(value) if value.ndim else (Inner(value[()]),)
    elif isinstance(value, Frame):
        yield from _frame(value)
    elif isinstance(value, Described):
        yield from _entries(_description(value))
    else:
        yield json.dumps(compact(value))


def _items(items: Iterable[Any]) -> Iterator[str | Inner]:
    yield "["
    for number, item in enumerate(items):
        yield ", " if number else ""
        yield Inner(item)
    yield "]"


def _entries(entries: Iterable[tuple[Any, Any]]) -> Iterator[str | Inner]:
    yield "{"
    for number, (key, item) in enumerate(entries):
        yield f"{', ' if number else ''}{json.dumps(_key(key))}: "
        yield Inner(item)
    yield "}"


def _frame(frame: Frame) -> Iterator[str | Inner]:
    columns = (*frame.index, *frame.columns)
    names = ["" if column.name is None else _key(column.name) for column in columns]
    yield "["
    for number, line in enumerate(_lines(columns, frame.rows)):
        yield ", " if number else ""
        yield from _entries(zip(names, line, strict=True))
    yield "]"


def _lines(columns: tuple[Column, ...], rows: int) -> Iterator[tuple[Any, ...]]:
    for start in range(0, rows if columns else 0, ROWS_AT_A_TIME):
        places = range(start, min(start + ROWS_AT_A_TIME, rows))
        yield from zip(*(_cells(column, places) for column in columns), strict=True)


def _cells(column: Column, places: range) -> list[Any]:
    return column.cells.take(places) if column.cells is not None else [None] * len(places)


def _key(key: Any) -> str:
    """Any key as text; two keys of a dict may so become the same, which JSON allows."""
    plain = plain_scalar(key)
    return plain if isinstance(plain, str) else compact(key)


def _description(value: Described) -> Iterator[tuple[str, Any]]:
    """The type, and what there is of the rest."""
    yield "type", name_of_type(value)
    parts = {"args": value.args, "attributes": value.attributes, "items": value.items, "entries": value.entries}
    yield from ((name, part) for name, part in parts.items() if part)
    if value.state is not None:
        yield "state", value.state
