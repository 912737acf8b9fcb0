"""Dates, times and zones, each checked as its constructor does: pickle's own short form is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from dashboard.datastore.objects.described import Described, Zone
from dashboard.datastore.objects.exact import exactly, text
from dashboard.datastore.plain import Budget

_FOLD = 0x80  # of the month, or of the hour when there is no month


def zone(value: object) -> tzinfo | None:
    """The zone for the second argument of a time."""
    if value is None or isinstance(value, tzinfo):
        return value
    if isinstance(value, Described):
        return Zone(value.type)
    raise TypeError


def _date(found: Described, _budget: Budget) -> date:
    year, month, day = _numbers(found.args[0], 4)
    return date(year, month, day)


def _datetime(found: Described, _budget: Budget) -> datetime:
    year, month, day, hour, minute, second, *micro = _numbers(found.args[0], 10)
    fold, month = divmod(month, _FOLD)
    return datetime(year, month, day, hour, minute, second, _join(micro), _given(found), fold=fold)


def _time(found: Described, _budget: Budget) -> time:
    hour, minute, second, *micro = _bytes(found.args[0], 6)
    fold, hour = divmod(hour, _FOLD)
    return time(hour, minute, second, _join(micro), _given(found), fold=fold)


def _timedelta(found: Described, _budget: Budget) -> timedelta:
    days, seconds, micros = found.args
    return timedelta(exactly(int, days), exactly(int, seconds), exactly(int, micros))


def _timezone(found: Described, _budget: Budget) -> timezone:
    offset, *name = found.args
    return timezone(exactly(timedelta, offset), *(text(one) for one in name))


def _utc(_found: Described, _budget: Budget) -> timezone:
    return timezone.utc


def _fixed(found: Described, _budget: Budget) -> timezone:
    return timezone(timedelta(minutes=exactly(int, found.args[0])))


def _named(found: Described, _budget: Budget) -> Zone:
    """`ZoneInfo._unpickle(key, …)`, `pytz._p(key, …)`."""
    return Zone(text(found.args[0]))


def _given(found: Described) -> tzinfo | None:
    return zone(found.args[1]) if len(found.args) > 1 else None


def _bytes(value: object, size: int) -> bytes:
    """The bytes of pickle's short form."""
    content = exactly(bytes, value)
    if len(content) != size:
        raise ValueError
    return content


def _numbers(value: object, size: int) -> list[int]:
    """The year, which takes two bytes, and what follows it."""
    high, low, *rest = _bytes(value, size)
    return [high * 256 + low, *rest]


def _join(micro: list[int]) -> int:
    return micro[0] << 16 | micro[1] << 8 | micro[2]


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "datetime.date": _date,
    "datetime.datetime": _datetime,
    "datetime.time": _time,
    "datetime.timedelta": _timedelta,
    "datetime.timezone": _timezone,
    "pytz._UTC": _utc,
    "pytz.FixedOffset": _fixed,
    "pytz._p": _named,
    "zoneinfo.ZoneInfo._unpickle": _named,
}
