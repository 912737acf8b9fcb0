"""Texts of settings about who may ask: hosts, networks, origins, patterns of names."""

from __future__ import annotations

import ipaddress
import re

UNIX = "unix"  # a proxy on this machine, over a socket without an address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def words(value: str) -> tuple[str, ...]:
    """Texts parted by commas, without what is empty."""
    return tuple(one.strip() for one in value.split(",") if one.strip())


def hosts(value: str) -> tuple[str, ...]:
    """Names of hosts without ports; `*.example.org` are all below one."""
    found = tuple(one.lower() for one in words(value))
    if not all(re.fullmatch(r"(\*\.)?[a-z0-9._-]+|\[?[0-9a-f:.]+\]?", one) for one in found):
        raise ValueError("names of hosts without ports are needed, such as dash.example.org or *.example.org")
    return tuple(one.strip("[]") for one in found)


def networks(value: str) -> tuple[Network | str, ...]:
    """Addresses and networks, and `unix`."""
    found: list[Network | str] = []
    for one in words(value):
        if one == UNIX:
            found.append(UNIX)
            continue
        try:
            found.append(ipaddress.ip_network(one, strict=False))
        except ValueError:
            raise ValueError("addresses or networks such as 10.0.0.0/8 are needed, or unix") from None
    return tuple(found)


def origins(value: str) -> tuple[str, ...]:
    """Origins such as `https://portal.example.org`."""
    found = words(value)
    if not all(re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5}|:\*)?/?", one) for one in found):
        raise ValueError("origins such as https://portal.example.org are needed")
    return tuple(one.rstrip("/") for one in found)


def header(value: str) -> str:
    """The name of an HTTP header."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", value):
        raise ValueError("the name of a header such as X-Forwarded-User is needed")
    return value


def globs(value: str) -> tuple[str, ...]:
    """Patterns of names such as `*password*`, in small letters."""
    found = tuple(one.lower() for one in words(value))
    if not all(re.fullmatch(r"[\w.*?:-]+", one) for one in found):
        raise ValueError("names such as *password* are needed, parted by commas")
    return found
