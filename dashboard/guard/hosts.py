"""Names under which the dashboard is reached, so that no foreign name leads a browser here, and who may send to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from dashboard.settings import Settings

LOOPBACK = ("localhost", "*.localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server on this address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def bound_to(settings: Settings) -> Settings:
    """With this machine's names as the allowed ones where the server is on loopback and no others are set."""
    if settings.allowed_hosts or not is_loopback(settings.host):
        return settings
    return replace(settings, allowed_hosts=(*LOOPBACK, settings.host))


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether a `Host` header names one of these; any does when there are none."""
    if not allowed:
        return True
    name = _name(host)
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in allowed)


def may_send(headers: Headers, host: str, allowed: Sequence[str]) -> bool:
    """Whether what is sent comes from a page of ours, or from a program that is no browser.

    Browsers say from where they send: `Sec-Fetch-Site` over TLS and on this machine, `Origin` always.
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    if origin is None:
        return True
    place = urlsplit(origin).netloc
    return bool(place) and (place.lower() == host.lower() or (bool(allowed) and is_allowed(place, allowed)))


def _name(host: str) -> str:
    """`Dash.example:80`, `[::1]:80` → name without port, in small letters."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()
