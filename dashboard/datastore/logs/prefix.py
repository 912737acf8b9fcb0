"""Metaflow's own prefix of a log line, `[MFLOG|0|<time>Z|<source>|<id>]message`; `[!` before it says 'keep this line'.

What is printed without a line end is followed by the next prefix on the same line, so prefixes stand inside lines too.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

_STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}"
# Without anything optional at its front: `re` then looks for the literal text, which is eight times as fast.
_PREFIX = re.compile(rb"\[MFLOG\|0\|(" + _STAMP + rb")Z\|([^|\]\n]{1,40})\|[^\]\n]{1,64}\]")
_MARK = b"[!"
_MARKED = b"[![MFLOG|0|"


def split(line: bytes) -> tuple[int | None, str | None, bytes]:
    """Time (epoch ms), source (`task`, `runtime`) and message; the first two are None without a prefix."""
    found = _PREFIX.match(line, len(_MARK) if line.startswith(_MARKED) else 0)
    at = _milliseconds(found[1]) if found else None
    if found is None or at is None:
        return None, None, line
    message = line[found.end() :]
    while again := _PREFIX.match(message):
        message = message[again.end() :]
    if b"[MFLOG|" in message:
        message = _PREFIX.sub(b" ", message)
    return at, found[2].decode("utf-8", "replace"), message


def without(text: bytes) -> bytes:
    """Many lines at once without their prefixes."""
    if _MARKED in text:
        text = text.replace(_MARKED, _MARKED[len(_MARK) :])
    return _PREFIX.sub(b"", text)


def _milliseconds(stamp: bytes) -> int | None:
    """Epoch ms of a time in UTC; None when there is no such day or minute."""
    text = stamp.decode()
    try:
        at = datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return int(at.timestamp()) * 1000 + int(text[20:].ljust(3, "0")[:3])
