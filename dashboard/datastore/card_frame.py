"""A card as it is served: in a frame that cannot reach the page, with a script that speaks for it.

The frame is `<iframe sandbox="allow-scripts">` without `allow-same-origin`, so that the card is of no origin at all:
it has no cookies, no storage and no way to the page round it. `POLICY` says the same in a header, for a card that is
opened alone, and keeps the card from loading or sending anything. The page that holds frames should itself say
`frame-src 'self'`: a script may still send its own frame elsewhere.

Messages are objects: from the card `{metaflowCard: {height, token, moves}}` (CSS pixels; the reload token it was made
with, or null; whether it takes data), to the card `{metaflowCardData: data}`. A page takes a message for that of a card
only when `event.source` is the window of its frame, and bounds the height: any script in the card can send one.
"""

from __future__ import annotations

import re
from pathlib import Path as File

CONTENT_TYPE = "text/html; charset=utf-8"
SANDBOX = "allow-scripts"
POLICY = "; ".join(
    (
        f"sandbox {SANDBOX}",
        "default-src 'none'",
        "script-src 'unsafe-inline' 'unsafe-eval'",  # cards are one file; Vega compiles its expressions
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "media-src data: blob:",
        "worker-src blob:",
        "connect-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)

_BRIDGE = b"<script>" + File(__file__).with_name("card_bridge.js").read_bytes() + b"</script>"
_DOCTYPE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!--.{0,1000}?-->\s*)?<!doctype[^>]{0,300}>", re.IGNORECASE | re.DOTALL
)
# Metaflow's own cards begin their style with a font from elsewhere; refused, it would fill the viewer's console.
_FONT = re.compile(rb"(<style[^>]{0,200}>\s*)@import\s*[\"']https?://[^\"'<]{0,500}[\"']\s*;", re.IGNORECASE)


def framed(html: bytes) -> bytes:
    """The card with the script before all of its own: what comes later cannot swallow it.

    It stands behind the doctype, without which a browser would lay out the card by other rules. A style that begins
    with an import from another host, which `POLICY` refuses, goes without it.
    """
    html = _FONT.sub(rb"\1", html)
    found = _DOCTYPE.match(html)
    at = found.end() if found else 0
    return html[:at] + _BRIDGE + html[at:]
