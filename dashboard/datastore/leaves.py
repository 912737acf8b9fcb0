"""Values without parts as text, what can be seen of a text, and the names of types."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath, PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np

from dashboard.datastore.objects.columns import Frame, dtype_name
from dashboard.datastore.objects.described import Described, Reference, Zone, type_name

_AS_TEXT = (complex, range, slice, Decimal, Fraction, UUID, PurePath, datetime.timedelta, datetime.timezone)


def visible(text: str, keep: str = "") -> str:
    """The text with escapes for what cannot be seen or drawn: control characters, changes of direction, surrogates."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


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
