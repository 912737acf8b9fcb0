"""Single points in time of pandas, and its two ways to say that there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np

from dashboard.datastore.objects.described import Described
from dashboard.datastore.objects.exact import exactly
from dashboard.datastore.objects.times import zone
from dashboard.datastore.plain import Budget

_UNITS: Mapping[object, Any] = {7: "s", 8: "ms", 9: "us", 10: "ns"}  # numpy's own numbers for units
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _timestamp(found: Described, _budget: Budget) -> Any:
    """(ticks, freq, zone, unit); before pandas 2 without a unit, in nanoseconds. With a zone to the microsecond."""
    ticks, _, named, *unit = found.args
    stamp = np.datetime64(_ticks(ticks), _unit(unit))
    if named is None:
        return stamp
    moment = _EPOCH + timedelta(microseconds=int(stamp.astype("M8[us]").astype(np.int64)))
    place = zone(named)
    return moment.astimezone(place) if isinstance(place, timezone) else moment


def _timedelta(found: Described, _budget: Budget) -> Any:
    """(ticks, unit)."""
    ticks, *unit = found.args
    return np.timedelta64(_ticks(ticks), _unit(unit))


def _none(_found: Described, _budget: Budget) -> Any:
    return np.datetime64("NaT")


def _unit(given: list[object]) -> Any:
    return _UNITS[exactly(int, given[0])] if given else "ns"


def _ticks(value: object) -> int:
    ticks = exactly(int, value)
    if not -(1 << 63) <= ticks < 1 << 63:
        raise ValueError
    return ticks


_HOME = "pandas._libs.tslibs"
KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    f"{_HOME}.timestamps._unpickle_timestamp": _timestamp,
    f"{_HOME}.timedeltas._timedelta_unpickle": _timedelta,
    f"{_HOME}.nattype._nat_unpickle": _none,
    f"{_HOME}.nattype.__nat_unpickle": _none,
}
