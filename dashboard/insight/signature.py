"""What errors have in common: the text without what differs from one occurrence to the next."""

from __future__ import annotations

import re

MOST = 200  # characters that are compared
_VARIES = (
    (re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8,}\b"), "#"),
    (re.compile(r"'[^']{0,200}'|\"[^\"]{0,200}\"|“[^”]{0,200}”"), "…"),
    (re.compile(r"(?<![A-Za-z_])[-+]?\d[\d.,:]*"), "#"),
)


def signature(error: str) -> str:
    """The same for errors that differ only in numbers, addresses and quoted names."""
    text = error[: 4 * MOST].partition("\n")[0]
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return " ".join(text.split())[:MOST]
