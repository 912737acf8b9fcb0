"""The parts of a value: how many there are, a page of them, and one by its path.

A path is `$` with one token for each level, e.g. `$.model.layers[3]`:

    .name    an entry of a dict, or an attribute of an object, whose name is a plain word
    [n]      the part at n of anything else: an item, an entry with another key, an argument, a column
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from dashboard.datastore.objects.columns import Column, Frame
from dashboard.datastore.objects.described import Described
from dashboard.datastore.values import LABEL_LIMIT, label, ordered

ROOT = "$"
MAX_PATH = 2000
MAX_TOKENS = 100
COLUMN_PREVIEW = 20  # cells

_WORD = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_TOKEN = re.compile(r"\.([A-Za-z_]\w{0,99})|\[(\d{1,15})]", re.ASCII)


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One part of a value."""

    label: str  # shown before it: a key, an index, a name
    token: str
    value: Any


def count(value: object) -> int:
    """How many parts the value has; none for numbers, text and the like."""
    if isinstance(value, Described):
        state = value.state is not None
        return len(value.args) + len(value.attributes) + state + len(value.items) + len(value.entries)
    if isinstance(value, Frame):
        return len(value.columns)
    if isinstance(value, np.ndarray):
        return len(value) if value.ndim else 0
    return len(value) if isinstance(value, (dict, list, tuple, set, frozenset, deque)) else 0


def page(value: Any, offset: int, limit: int) -> list[Part]:
    """At most `limit` parts from `offset` on."""
    return list(_parts(value, offset, offset + limit))


def at(value: Any, path: str) -> Any:
    """The part at the end of a path; LookupError when it leads nowhere."""
    if not path.startswith(ROOT) or len(path) > MAX_PATH:
        raise LookupError(path[:LABEL_LIMIT])
    place = len(ROOT)
    for _ in range(MAX_TOKENS):
        if place == len(path):
            return value
        match = _TOKEN.match(path, place)
        if match is None:
            break
        value = _named(value, match[1]) if match[1] else _numbered(value, int(match[2]))
        place = match.end()
    raise LookupError(path[:LABEL_LIMIT])


def _named(value: Any, name: str) -> Any:
    entries = value.attributes if isinstance(value, Described) else value
    if not isinstance(entries, dict) or name not in entries:
        raise LookupError(name)
    return entries[name]


def _numbered(value: Any, number: int) -> Any:
    for part in _parts(value, number, number + 1):
        return part.value
    raise LookupError(str(number))


def _parts(value: Any, start: int, stop: int) -> Iterator[Part]:
    if isinstance(value, dict):
        for n, (key, item) in enumerate(islice(value.items(), start, stop), start):
            yield Part(label(key), _token(key, n), item)
    elif isinstance(value, Described):
        yield from islice(_of_object(value), start, stop)
    elif isinstance(value, Frame):
        for n, column in enumerate(value.columns[start:stop], start):
            yield Part(label("" if column.name is None else column.name), f"[{n}]", _of_column(column, value.rows))
    elif count(value):
        if isinstance(value, (set, frozenset)):
            value = ordered(value)
        items = islice(value, start, stop) if isinstance(value, deque) else value[start:stop]
        for n, item in enumerate(items, start):
            yield Part(str(n), f"[{n}]", item)


def _of_object(value: Described) -> Iterator[Part]:
    """Arguments, attributes, state, items and entries, in this order."""
    numbers = iter(range(count(value)))
    for n, arg in enumerate(value.args):
        yield Part(f"argument {n}", f"[{next(numbers)}]", arg)
    for name, item in value.attributes.items():
        yield Part(label(name), _token(name, next(numbers)), item)
    if value.state is not None:
        yield Part("state", f"[{next(numbers)}]", value.state)
    for n, item in enumerate(value.items):
        yield Part(str(n), f"[{next(numbers)}]", item)
    for key, item in value.entries:
        yield Part(label(key), f"[{next(numbers)}]", item)


def _of_column(column: Column, rows: int) -> Any:
    """The first cells; the rest is in the table."""
    cells = column.cells.take(range(min(rows, COLUMN_PREVIEW))) if column.cells is not None else []
    return Described(column.dtype, items=cells)


def _token(key: object, number: int) -> str:
    return f".{key}" if type(key) is str and _WORD.fullmatch(key) else f"[{number}]"
