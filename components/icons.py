"""Status glyphs and icons: spans that assets/css/30-icons.css draws."""

from __future__ import annotations

from dash import html

from components.attributes import aria
from dashboard.models import Qualifier, Status

# CSS name of a status → (its word, what it means). The order is that of the legend.
MEANINGS = {
    "running": ("Running", "a heartbeat within the last minute"),
    "completed": ("Completed", "the attempt ended well"),
    "failed": ("Failed", "the attempt failed, and no retry is left"),
    "lost": ("No heartbeat", "running as far as is known, but silent; a run is given up after 6 minutes"),
    "killed": ("Killed", "ended by the scheduler or with its run; no verdict was written"),
    "caught": ("Caught", "completed, but @catch swallowed an exception"),
    "cloned": ("Cloned", "taken over from the origin run by resume"),
    "pending": ("Pending", "registered, not started"),
    "notrun": ("Not run", "a branch not taken, or a step not reached"),
    "unknown": ("Unknown", "too old or too incomplete to judge"),
}
_QUALIFIED = {
    Qualifier.KILLED: "killed",
    Qualifier.NO_HEARTBEAT: "lost",
    Qualifier.CAUGHT: "caught",
    Qualifier.CLONED: "cloned",
}


def status_name(status: Status, qualifier: Qualifier | None = None) -> str:
    """The CSS name of a verdict: its glyph is `st-<name>`, its text colour `fg-<name>`."""
    return _QUALIFIED.get(qualifier, status.value) if qualifier else status.value


def glyph(name: str, *, label: bool = False, large: bool = False) -> html.Span:
    """The glyph of a status by its CSS name; `label` where no word stands beside it."""
    css = f"st st-{name} st-lg" if large else f"st st-{name}"
    if not label:
        return html.Span(className=css, **aria(hidden="true"))
    word = MEANINGS[name][0]
    return html.Span(className=css, role="img", title=word, **aria(label=word))


def icon(name: str, label: str | None = None) -> html.I:
    """An icon of the design (`search`, `copy` …); with a `label` only where no text stands beside it."""
    if label is None:
        return html.I(className=f"ic ic-{name}", **aria(hidden="true"))
    return html.I(className=f"ic ic-{name}", role="img", title=label, **aria(label=label))
