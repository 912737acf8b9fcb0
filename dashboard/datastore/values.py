"""Values as one short line of text, and the names of their types."""

from __future__ import annotations

import datetime
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import PurePath, PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np

from dashboard.datastore.objects.columns import Frame, dtype_name
from dashboard.datastore.objects.described import Described, Reference, Zone, type_name
from dashboard.datastore.store import TooLarge

TEXT_LIMIT = 200  # characters
NAME_LIMIT = 80
LABEL_LIMIT = 100
SORTED_ITEMS = 100  # larger sets stand in the order in which they come

_NAMED_DICTS = (OrderedDict, Counter, defaultdict)
_AS_TEXT = (complex, range, slice, Decimal, Fraction, UUID, PurePath, datetime.timedelta, datetime.timezone)
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


def visible(text: str, keep: str = "") -> str:
    """The text with escapes for what cannot be seen or drawn: control characters, changes of direction, surrogates."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def label(key: object, limit: int = LABEL_LIMIT) -> str:
    """The key of an entry or the name of a column; text without its quotes."""
    return compact(key, limit + 2)[1:-1] if isinstance(key, str) else compact(key, limit)


def name_of_type(value: object) -> str:
    """The type of a value as its users write it, e.g. `int`, `numpy.ndarray`, `pandas.DataFrame`."""
    if isinstance(value, Described):
        return type_name(value.type)
    if isinstance(value, Frame):
        return value.type
    if isinstance(value, Reference):
        return "reference"
    if isinstance(value, PurePath):
        return "pathlib.PosixPath" if isinstance(value, PurePosixPath) else "pathlib.WindowsPath"
    kind = type(value)
    return type_name(f"{kind.__module__}.{kind.__qualname__}")


def plain_scalar(value: Any) -> Any:
    """A scalar of numpy as one of Python, where it has one that says the same; other values as they are."""
    if not isinstance(value, np.generic) or isinstance(value, (np.datetime64, np.timedelta64)):
        return value
    item = value.item()
    return float(item) if isinstance(item, np.longdouble) else item


def leaf(value: Any) -> str | None:
    """The text of a value that has no parts; None for text, bytes and what has parts."""
    value = plain_scalar(value)
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return visible(_moment(value))
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return _ticks(value)
    if isinstance(value, _AS_TEXT):
        return visible(str(value))
    if isinstance(value, Reference):
        return type_name(value.name)
    if isinstance(value, np.dtype):
        return visible(dtype_name(value))
    return visible(value.key) if isinstance(value, Zone) else None


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


def _moment(value: Any) -> str:
    text = value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    zone = getattr(value, "tzinfo", None)
    return f"{text} {zone.key}" if isinstance(zone, Zone) else str(text)


def _ticks(value: Any) -> str:
    """A point or a span of time of numpy, without zeros after the second."""
    if isinstance(value, np.timedelta64):
        try:
            exact = value.astype("m8[us]")
            if exact == value:
                return str(datetime.timedelta(microseconds=int(exact.astype(np.int64))))
        except (OverflowError, ValueError, TypeError):
            pass
        return str(value)
    text = str(value).replace("T", " ") if not np.isnat(value) else "NaT"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordered(values: set[Any] | frozenset[Any]) -> list[Any]:
    """A set in one order, whatever the process: the order of a set of strings changes with each start."""
    try:
        return sorted(values)
    except (TypeError, ArithmeticError):  # of different types; a Decimal that is no number
        return sorted(values, key=lambda item: (compact(item), type(item).__name__))
