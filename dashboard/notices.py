"""Announcements and quick links of whoever runs the dashboard, in the formats of the Metaflow service; pure.

NOTIFICATIONS       [{"message": …, "created" or "start": ms, "id", "type", "contentType", "url", "urlText", "end"}, …]
CUSTOM_QUICKLINKS   [{"href": …, "label": …}, …]

Each is a JSON list, or the path of a file that holds one. The service skips what it cannot use; here it is named, as a
ValueError.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TYPES = ("info", "success", "warning", "danger", "default")
CONTENTS = ("text", "markdown")
FIELDS = ("id", "type", "contentType", "message", "url", "urlText", "created", "start", "end")
LARGEST = 256 * 1024  # bytes of a file
SECONDS = 100_000_000_000  # an instant below this, and not 0, is meant in seconds
_LINK = re.compile(r"(?i:https?)://[^\s\x00-\x1f]+|(?![^/?#]*:)[^\s\x00-\x1f\\]+")


@dataclass(frozen=True, slots=True)
class Announcement:
    """One entry of NOTIFICATIONS. Instants are epoch milliseconds."""

    id: str
    message: str
    created: int
    type: str = "info"
    is_markdown: bool = False
    url: str | None = None
    url_text: str | None = None
    start: int | None = None
    end: int | None = None

    @property
    def key(self) -> str:
        """A short name of its id, fit for a cookie."""
        return hashlib.sha256(self.id.encode(errors="surrogatepass")).hexdigest()[:10]

    def has_begun(self, now: int) -> bool:
        """Whether its time has come."""
        return self.start is None or self.start <= now

    def has_ended(self, now: int) -> bool:
        """Whether its time is over."""
        return self.end is not None and self.end < now


@dataclass(frozen=True, slots=True)
class QuickLink:
    """One entry of CUSTOM_QUICKLINKS."""

    href: str
    label: str


QUICK_LINKS = (  # as in the service
    QuickLink("https://docs.metaflow.org/", "Documentation"),
    QuickLink("http://chat.metaflow.org/", "Help"),
)


def is_link(text: str) -> bool:
    """Whether this is a link that a page may offer: http, https or relative."""
    return _LINK.fullmatch(text) is not None


def announcements(text: str) -> tuple[Announcement, ...]:
    """The entries of NOTIFICATIONS, newest first."""
    found = [_announcement(entry, f"entry {number}") for number, entry in enumerate(_entries(text), 1)]
    if len({one.id for one in found}) < len(found):
        raise ValueError("two entries have the same id")
    return tuple(sorted(found, key=lambda one: -one.created))


def quick_links(text: str) -> tuple[QuickLink, ...]:
    """The entries of CUSTOM_QUICKLINKS, in their order."""
    found = []
    for number, entry in enumerate(_entries(text), 1):
        where = f"entry {number}"
        _only(entry, ("href", "label"), where)
        found.append(
            QuickLink(_link(entry, "href", where) or _missing("href", where), _required(entry, "label", where))
        )
    return tuple(found)


def _entries(text: str) -> list[Mapping[str, Any]]:
    text = text.strip()
    if not text.startswith(("[", "{")):
        text = _content(text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is not JSON ({error})") from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ValueError("a JSON list of objects is needed, or the path of a file with one")
    return found


def _content(path: str) -> str:
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            text = file.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"neither a JSON list nor a file that can be read ({reason})") from None
    if len(text) > LARGEST:
        raise ValueError(f"the file has more than {LARGEST // 1024} KB")
    return text


def _announcement(entry: Mapping[str, Any], where: str) -> Announcement:
    _only(entry, FIELDS, where)
    message = _required(entry, "message", where)
    start, end = _instant(entry, "start", where), _instant(entry, "end", where)
    created = _instant(entry, "created", where) or start
    if not created:
        raise ValueError(f"{where}: created or start is needed, in epoch milliseconds")
    if start is not None and end is not None and end < start:
        raise ValueError(f"{where} ends before it starts")
    given = entry.get("id")
    named = str(given) if isinstance(given, str | int) and given != "" else ""
    return Announcement(
        id=named or json.dumps(entry, sort_keys=True),
        message=message,
        created=created,
        type=_one_of(entry, "type", TYPES, where),
        is_markdown=_one_of(entry, "contentType", CONTENTS, where) == "markdown",
        url=_link(entry, "url", where),
        url_text=_text(entry, "urlText", where),
        start=start,
        end=end,
    )


def _only(entry: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    unknown = [name for name in entry if name not in known]
    if unknown:
        raise ValueError(f"{where} has an unknown field “{unknown[0][:40]}”; known are {', '.join(known)}")


def _text(entry: Mapping[str, Any], name: str, where: str) -> str | None:
    value = entry.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or re.search("[\ud800-\udfff]", value):
        raise ValueError(f"{where}: {name} has to be a text")
    return value.strip()


def _required(entry: Mapping[str, Any], name: str, where: str) -> str:
    return _text(entry, name, where) or _missing(name, where)


def _missing(name: str, where: str) -> str:
    raise ValueError(f"{where} has no {name}")


def _link(entry: Mapping[str, Any], name: str, where: str) -> str | None:
    value = _text(entry, name, where)
    if value is not None and not is_link(value):
        raise ValueError(f"{where}: {name} has to begin with http:// or https://, or to be relative")
    return value


def _one_of(entry: Mapping[str, Any], name: str, allowed: Sequence[str], where: str) -> str:
    value = _text(entry, name, where) or allowed[0]
    if value not in allowed:
        raise ValueError(f"{where}: {name} has to be one of {', '.join(allowed)}")
    return value


def _instant(entry: Mapping[str, Any], name: str, where: str) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800_000:
        raise ValueError(f"{where}: {name} has to be a number of epoch milliseconds")
    if 0 < value < SECONDS:
        raise ValueError(f"{where}: {name} seems to be in seconds; milliseconds are needed")
    return int(value)
