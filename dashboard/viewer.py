"""What the viewer's browser asked for with its cookies: time zone, theme, announcements that were closed."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from flask import has_request_context, request

ZONE_COOKIE = "mf_tz"
THEME_COOKIE = "mf_theme"
CLOSED_COOKIE = "mf_closed"  # written by assets/js/announcements.js


@cache
def zone_names() -> tuple[str, ...]:
    """The IANA names to choose from, in alphabetical order."""
    odd = ("Factory", "localtime", "posixrules", "SystemV/", "posix/", "right/")
    return tuple(sorted(name for name in available_timezones() if not name.startswith(odd)))


def zone() -> ZoneInfo:
    """The time zone of the request's viewer; UTC when none or an unknown one was chosen."""
    name = request.cookies.get(ZONE_COOKIE, "UTC") if has_request_context() else "UTC"
    return ZoneInfo(name if name in zone_names() else "UTC")


def theme() -> str:
    """`light` or `dark`, as the viewer's browser shows it now."""
    chosen = request.cookies.get(THEME_COOKIE) if has_request_context() else None
    return "dark" if chosen == "dark" else "light"


def closed() -> frozenset[str]:
    """Keys of the announcements that were closed for good in this browser."""
    return frozenset(request.cookies.get(CLOSED_COOKIE, "").split(".")) if has_request_context() else frozenset()
