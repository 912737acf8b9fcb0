"""Types of the standard library that hold data."""

from __future__ import annotations

import re
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from dashboard.datastore.objects.described import Described, Reference
from dashboard.datastore.objects.exact import exactly, text
from dashboard.datastore.plain import Budget

MAX_PARTS = 256  # of a path
_FRACTION = re.compile(r"(-?\d+)(?:/(\d+))?", re.ASCII)
_ATTRIBUTE = re.compile(r"[^\W\d]\w{0,99}")


def _complex(found: Described, _budget: Budget) -> complex:
    real, imaginary = found.args
    return complex(exactly(float, real), exactly(float, imaginary))


def _bytearray(found: Described, budget: Budget) -> bytearray:
    content = exactly(bytes, found.args[0]) if found.args else b""
    budget.text(len(content))
    return bytearray(content)


def _range(found: Described, _budget: Budget) -> range:
    return range(*(exactly(int, arg) for arg in found.args))


def _slice(found: Described, _budget: Budget) -> slice:
    start, stop, step = (None if arg is None else exactly(int, arg) for arg in found.args)
    return slice(start, stop, step)


def _decimal(found: Described, _budget: Budget) -> Decimal:
    return Decimal(text(found.args[0]))


def _fraction(found: Described, _budget: Budget) -> Fraction:
    """From two ints, or as Python wrote it before 3.12; never `Fraction(text)`, which would write out `1e999999999`."""
    if len(found.args) == 2:
        return Fraction(exactly(int, found.args[0]), exactly(int, found.args[1]))
    match = _FRACTION.fullmatch(text(found.args[0]))
    if match is None:
        raise ValueError
    return Fraction(int(match[1]), int(match[2] or 1))


def _uuid(found: Described, _budget: Budget) -> uuid.UUID:
    return uuid.UUID(int=exactly(int, found.attributes["int"]))


def _path(kind: type[PurePath]) -> Callable[[Described, Budget], PurePath]:
    return lambda found, _budget: kind(*(text(arg) for arg in found.args[:MAX_PARTS]))


def _ordered(found: Described, budget: Budget) -> OrderedDict[Any, Any]:
    return OrderedDict(_pairs(found, budget))


def _defaults(found: Described, budget: Budget) -> defaultdict[Any, Any]:
    """The entries; the factory is code, and left out."""
    return defaultdict(None, _pairs(found, budget))


def _counter(found: Described, budget: Budget) -> Counter[Any]:
    content: dict[Any, Any] = exactly(dict, found.args[0]) if found.args else {}
    budget.step(len(content))
    counted: Counter[Any] = Counter()
    dict.update(counted, content)  # Counter itself would add what is counted, whatever it is
    return counted


def _deque(found: Described, _budget: Budget) -> deque[Any]:
    limit = exactly(int, found.args[1]) if len(found.args) == 2 and found.args[1] is not None else None
    return deque(found.items, limit)


def _attribute(found: Described, _budget: Budget) -> Reference:
    """`getattr` of a class, as enums and zones are pickled: a longer name, nothing more."""
    owner, name = found.args
    if not isinstance(owner, Reference) or not _ATTRIBUTE.fullmatch(text(name)):
        raise ValueError
    return Reference(f"{owner.name}.{name}"[:400])


def _pairs(found: Described, budget: Budget) -> list[tuple[Any, Any]]:
    budget.keys([key for key, _ in found.entries])
    return found.entries


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "builtins.complex": _complex,
    "builtins.bytearray": _bytearray,
    "builtins.range": _range,
    "builtins.xrange": _range,
    "builtins.slice": _slice,
    "builtins.getattr": _attribute,
    "decimal.Decimal": _decimal,
    "fractions.Fraction": _fraction,
    "uuid.UUID": _uuid,
    "collections.OrderedDict": _ordered,
    "collections.defaultdict": _defaults,
    "collections.Counter": _counter,
    "collections.deque": _deque,
    **{
        f"{module}.{name}": _path(kind)
        for module in ("pathlib", "pathlib._local")
        for name, kind in (
            ("PosixPath", PurePosixPath),
            ("PurePosixPath", PurePosixPath),
            ("WindowsPath", PureWindowsPath),
            ("PureWindowsPath", PureWindowsPath),
        )
    },
}
