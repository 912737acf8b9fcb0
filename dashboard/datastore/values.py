"""Values as one short line of text, and the names of their types."""

from __future__ import annotations

import datetime
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath, PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np

from dashboard.datastore.objects.columns import Frame, dtype_name
from dashboard.datastore.objects.described import Described, Reference, Zone, type_name

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
    for piece in _pieces(value, limit):
        text += piece
        if len(text) > limit:
            return text[: limit - 1] + "…"
    return text


def visible(text: str, keep: str = "") -> str:
    """The text with escapes for what cannot be seen or drawn: control characters, changes of direction, surrogates."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def label(key: object, limit: int = LABEL_LIMIT) -> str:
    """The key of an entry or the name of a column; text without its quotes, none as none."""
    if key is None:
        return ""
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


def _pieces(value: Any, limit: int) -> Iterator[str]:
    """The text of a value from left to right; the reader stops when it has enough."""
    value = plain_scalar(value)
    if isinstance(value, (str, bytes, bytearray)):
        yield repr(value[: limit + 1])  # repr also escapes what could not be shown: control characters, lone surrogates
    elif (text := leaf(value)) is not None:
        yield text
    elif isinstance(value, dict):
        name = type(value).__name__ if isinstance(value, _NAMED_DICTS) else ""
        yield f"{name}(" if name else ""
        yield from _entries(value.items(), limit)
        yield ")" if name else ""
    elif type(value) in _BRACKETS:
        yield from _collection(value, limit)
    elif isinstance(value, np.ndarray):
        yield f"{dtype_name(value.dtype)} {value.shape} "
        yield from _array(value, limit)
    elif isinstance(value, Frame):
        yield f"{_counted(value.rows, 'row')} × {_counted(len(value.columns), 'column')}"
        for index, column in enumerate(value.columns):
            yield f"{', ' if index else ': '}{label(column.name)}"
    elif isinstance(value, Described):
        yield from _described(value, limit)
    else:
        yield f"<{name_of_type(value)}>"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _collection(value: Any, limit: int) -> Iterator[str]:
    opening, closing = _BRACKETS[type(value)]
    if isinstance(value, (set, frozenset)):
        if not value:
            yield f"{type(value).__name__}()"
            return
        value = ordered(value) if len(value) <= SORTED_ITEMS else value
    yield from _items(opening, value, ",)" if type(value) is tuple and len(value) == 1 else closing, limit)


def _described(value: Described, limit: int) -> Iterator[str]:
    """`Type(argument, attribute=…)`, then what was put in."""
    yield from (type_name(value.type)[:NAME_LIMIT], "(")
    parts = [("", arg) for arg in value.args[:limit]]
    parts += [(f"{visible(name[:NAME_LIMIT])}=", item) for name, item in list(value.attributes.items())[:limit]]
    if value.state is not None:
        parts.append(("state=", value.state))
    for index, (name, item) in enumerate(parts):
        yield ", " if index else ""
        yield name
        yield from _pieces(item, limit)
    yield ")"
    if value.items:
        yield from _items("[", value.items, "]", limit)
    if value.entries:
        yield from _entries(value.entries, limit)


def _entries(entries: Iterable[tuple[Any, Any]], limit: int) -> Iterator[str]:
    yield "{"
    for index, (key, item) in enumerate(entries):
        yield ", " if index else ""
        yield from _pieces(key, limit)
        yield ": "
        yield from _pieces(item, limit)
    yield "}"


def _items(opening: str, values: Iterable[Any], closing: str, limit: int) -> Iterator[str]:
    """Items between brackets."""
    yield opening
    for index, item in enumerate(values):
        yield ", " if index else ""
        yield from _pieces(item, limit)
    yield closing


def _array(array: np.ndarray[Any, Any], limit: int) -> Iterator[str]:
    if array.ndim == 0:
        yield from _pieces(array[()], limit)
        return
    yield "["
    for index in range(len(array)):
        yield ", " if index else ""
        yield from _array(array[index], limit) if array.ndim > 1 else _pieces(array[index], limit)
    yield "]"


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
