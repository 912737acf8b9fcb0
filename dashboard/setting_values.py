"""Texts of settings as values; what is wrong with one is a ValueError that says what is needed."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from pathlib import Path

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


def text(value: str) -> str:
    """As it is."""
    return value


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(value: str) -> int:
        number = int(value) if re.fullmatch(r"[0-9]{1,18}", value) else -1
        if not least <= number <= most:
            raise ValueError(f"a whole number from {least} to {most} is needed")
        return number

    return parse


def number(least: float, most: float) -> Callable[[str], float]:
    """A number within bounds."""

    def parse(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not least <= number <= most:  # also refuses nan
            raise ValueError(f"a number from {least:g} to {most:g} is needed")
        return number

    return parse


def flag(value: str) -> bool:
    """True or false, in any of the usual words."""
    if value.lower() not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise ValueError("true or false is needed")
    return value.lower() in ("true", "1", "yes", "on")


def service_flag(value: str) -> bool:
    """True or false as the service reads it."""
    return value in ("True", "true", "1")


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words, whatever its case."""

    def parse(value: str) -> str:
        found = next((word for word in words if word.lower() == value.lower()), None)
        if found is None:
            raise ValueError(f"one of {', '.join(words)} is needed")
        return found

    return parse


def path(value: str) -> Path:
    """A file or folder; `~` is the home folder."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("the home folder of this user is not known") from None


def paths(value: str) -> tuple[Path, ...]:
    """Files or folders parted by commas."""
    return tuple(path(one.strip()) for one in value.split(",") if one.strip())


def names(value: str) -> tuple[str, ...]:
    """Names parted by commas; `none` for none."""
    names = tuple(dict.fromkeys(one.strip() for one in value.split(",") if one.strip()))
    return () if names == ("none",) else names


def url_path(value: str) -> str:
    """A URL path with slashes at both ends."""
    if not re.fullmatch(r"[\w.~/-]*", value, re.ASCII) or "//" in value:
        raise ValueError("a URL path such as /metaflow/ is needed")
    return f"/{value.strip('/')}/" if value.strip("/") else "/"


def server(value: str) -> str:
    """The URL of a server, without a path."""
    if not re.fullmatch(r"https?://[^/\s?#@]+/?", value):
        raise ValueError("a URL such as https://s3.example.org is needed, without a path")
    return value.rstrip("/")


def location(value: str) -> str:
    """A place of datastores: a folder, or a bucket with a prefix."""
    place = value.strip()
    if not re.fullmatch(r"/.+|(s3|gs|azure)://[^/]+(/.+)?|[A-Za-z]:[/\\].+", place):
        raise ValueError(
            "places such as /folder, s3://bucket/prefix, gs://bucket/prefix or azure://container/prefix are needed"
        )
    return place if place == "/" else place.rstrip("/")


def locations(value: str) -> tuple[str, ...]:
    """Places of datastores parted by commas."""
    return tuple(location(one) for one in value.split(",") if one.strip())


def moves(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of places, old and new, parted by commas."""
    pairs = [one.partition("=") for one in value.split(",") if one.strip()]
    if not all(found for _old, found, _new in pairs):
        raise ValueError("pairs such as s3://bucket/metaflow=/mnt/metaflow, parted by commas, are needed")
    return tuple((location(old), location(new)) for old, _found, new in pairs)
