"""What stands for an object that is not built here: its type and what was stored for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any


@dataclass(eq=False, repr=False, slots=True)
class Described:
    """An object as the pickle describes it: no code of its class has seen this, so attributes stand as stored."""

    type: str  # dotted name of what was called to make it, as a rule its class
    args: tuple[Any, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    state: Any = None  # what `__setstate__` would get, when it is not the attributes
    items: list[Any] = field(default_factory=list)  # of a list, deque or set
    entries: list[tuple[Any, Any]] = field(default_factory=list)  # of a dict

    def __repr__(self) -> str:
        return f"<{type_name(self.type)}>"  # never what is in it, which may be itself


@dataclass(frozen=True, slots=True)
class Reference:
    """A class, function or constant that is stored by its dotted name only."""

    name: str


class Zone(tzinfo):
    """A time zone by name, without its rules: reading them would open files."""

    def __init__(self, key: str) -> None:
        """Take e.g. `Europe/Berlin`."""
        self.key = key

    def utcoffset(self, _when: datetime | None, /) -> timedelta | None:
        """Unknown."""
        return None

    def dst(self, _when: datetime | None, /) -> timedelta | None:
        """Unknown."""
        return None

    def tzname(self, _when: datetime | None, /) -> str:
        """The name of the zone, whatever the season."""
        return self.key


_HOMES = ("builtins.", "__main__.")
_FRONTS = ("pandas", "polars", "pyarrow", "torch", "datetime", "pathlib", "metaflow")


def type_name(dotted: str) -> str:
    """The name of a type as its users write it: `ValueError`, `pandas.DataFrame`, `metaflow.IncludedFile`."""
    for home in _HOMES:
        if dotted.startswith(home):
            return dotted[len(home) :]
    package, _, _ = dotted.partition(".")
    _, _, name = dotted.rpartition(".")
    return f"{package}.{name}" if package in _FRONTS and name[:1].isupper() else dotted
