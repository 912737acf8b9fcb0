"""Values as one short line of text."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from dashboard.datastore.leaves import leaf, name_of_type, plain_scalar, visible
from dashboard.datastore.objects.columns import Frame, dtype_name
from dashboard.datastore.objects.described import Described, type_name
from dashboard.datastore.written import Inner, written

TEXT_LIMIT = 200  # characters
NAME_LIMIT = 80
LABEL_LIMIT = 100
SORTED_ITEMS = 100  # larger sets stand in the order in which they come

_NAMED_DICTS = (OrderedDict, Counter, defaultdict)
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}


def compact(value: object, limit: int = TEXT_LIMIT) -> str:
    """The value much as `repr` writes it, cut with `…` at `limit` characters; the time does not grow with the value."""
    text = ""
    for piece in written(value, lambda part: _pieces(part, limit), depth=limit):  # each level writes something
        text += piece
        if len(text) > limit:
            return text[: limit - 1] + "…"
    return text


def label(key: object, limit: int = LABEL_LIMIT) -> str:
    """The key of an entry or the name of a column; text without its quotes."""
    return compact(key, limit + 2)[1:-1] if isinstance(key, str) else compact(key, limit)


def ordered(values: set[Any] | frozenset[Any]) -> list[Any]:
    """A set in one order, whatever the process: the order of a set of strings changes with each start."""
    try:
        return sorted(values)
    except (TypeError, ArithmeticError):  # of different types; a Decimal that is no number
        return sorted(values, key=lambda item: (compact(item), type(item).__name__))


def _pieces(value: Any, limit: int) -> Iterator[str | Inner]:
    value = plain_scalar(value)
    if isinstance(value, (str, bytes, bytearray)):
        yield repr(value[: limit + 1])  # repr also escapes what could not be shown: control characters, lone surrogates
    elif (text := leaf(value)) is not None:
        yield text
    elif isinstance(value, dict):
        name = type(value).__name__ if isinstance(value, _NAMED_DICTS) else ""
        yield f"{name}(" if name else ""
        yield from _entries(value.items())
        yield ")" if name else ""
    elif type(value) in _BRACKETS:
        yield from _collection(value)
    elif isinstance(value, np.ndarray):
        yield f"{dtype_name(value.dtype)} {value.shape} "
        yield from _items("[", map(_Row, value), "]") if value.ndim else (Inner(value[()]),)
    elif isinstance(value, _Row):
        row = value.value
        yield from _items("[", map(_Row, row), "]") if _is_row(row) else (Inner(row),)
    elif isinstance(value, Frame):
        yield f"{_counted(value.rows, 'row')} × {_counted(len(value.columns), 'column')}"
        for index, column in enumerate(value.columns):
            yield f"{', ' if index else ': '}{label('' if column.name is None else column.name)}"
    elif isinstance(value, Described):
        yield from _described(value, limit)
    else:
        yield f"<{name_of_type(value)}>"


@dataclass(frozen=True, eq=False, slots=True)
class _Row:
    """What stands along one axis of an array, without its type."""

    value: Any


def _is_row(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _collection(value: Any) -> Iterator[str | Inner]:
    opening, closing = _BRACKETS[type(value)]
    if isinstance(value, (set, frozenset)):
        if not value:
            yield f"{type(value).__name__}()"
            return
        value = ordered(value) if len(value) <= SORTED_ITEMS else value
    yield from _items(opening, value, ",)" if type(value) is tuple and len(value) == 1 else closing)


def _described(value: Described, limit: int) -> Iterator[str | Inner]:
    """`Type(argument, attribute=…)`, then what was put in."""
    yield f"{type_name(value.type)[:NAME_LIMIT]}("
    parts = [("", arg) for arg in value.args[:limit]]
    parts += [(f"{visible(name[:NAME_LIMIT])}=", item) for name, item in islice(value.attributes.items(), limit)]
    if value.state is not None:
        parts.append(("state=", value.state))
    for index, (name, item) in enumerate(parts):
        yield f"{', ' if index else ''}{name}"
        yield Inner(item)
    yield ")"
    if value.items:
        yield from _items("[", value.items, "]")
    if value.entries:
        yield from _entries(value.entries)


def _entries(entries: Iterable[tuple[Any, Any]]) -> Iterator[str | Inner]:
    yield "{"
    for index, (key, item) in enumerate(entries):
        yield ", " if index else ""
        yield Inner(key)
        yield ": "
        yield Inner(item)
    yield "}"


def _items(opening: str, values: Iterable[Any], closing: str) -> Iterator[str | Inner]:
    """Items between brackets."""
    yield opening
    for index, item in enumerate(values):
        yield ", " if index else ""
        yield Inner(item)
    yield closing
