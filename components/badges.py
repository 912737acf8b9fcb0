"""Status glyphs and tags. A status is never colour alone: shape and word go with it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from components import elements as html
from components.attributes import aria
from components.elements import Element
from components.icons import MEANINGS, status_name
from dashboard.models import Qualifier, Status, Verdict

ROOM_BETWEEN, ROOM_MOST = 3, 24  # characters that a tag's padding takes, and that one long tag shows


def look(verdict: Verdict) -> tuple[str, str]:
    """(css name, word) of a verdict; a caught run reads Completed, its glyph says the rest."""
    name = status_name(verdict.status, verdict.qualifier)
    return name, MEANINGS["completed" if name == "caught" else name][0]


def status_cell(verdict: Verdict) -> Element:
    """Glyph and word, with the evidence on hover and for screen readers."""
    name, word = look(verdict)
    spoken = "Completed, caught" if verdict.qualifier is Qualifier.CAUGHT else word
    tone = "t2" if verdict.status is Status.COMPLETED else f"fg-{name}"
    return html.Span(
        [
            html.Span(className=f"st st-{name}", role="img", **aria(label=f"{spoken}: {verdict.reason}")),
            html.Span(word, className=f"word m {tone}", **aria(hidden="true")),
        ],
        className="cell-status",
        title=verdict.reason,
    )


def tag(text: str, href: str) -> Element:
    """A tag as a link to the runs that carry it."""
    return html.A(text, href=href, className="mf-tag", title=text)


def tags(texts: Sequence[str], hrefs: Sequence[str], room: int = 24) -> Element:
    """As many tags as fit into `room` characters, one at least; the rest as a number with their names on hover."""
    lengths = list(accumulate(min(len(text), ROOM_MOST) + ROOM_BETWEEN for text in texts))
    most = max(1, bisect_right(lengths, room + ROOM_BETWEEN))
    shown: list[Element] = [tag(text, href) for text, href in zip(texts[:most], hrefs[:most], strict=True)]
    if len(texts) > most:
        shown.append(html.Span(f"+{len(texts) - most}", className="mf-tag more", title=", ".join(texts[most:])))
    return html.Span(shown, className="cell-tags")
