"""The chosen time range over the activity strip, with handles; assets/js/brush.js moves them."""

from __future__ import annotations

from datetime import tzinfo

from dash import html

from components.attributes import data
from components.figures.activity import axis_range, wall_clock


def chosen_range(since: int, until: int, zone: tzinfo, chosen: tuple[int, int] | None) -> html.Div:
    """An overlay as wide as the strip from `since` to `until` (epoch ms); it names the wall clock of both ends."""
    start, end = axis_range(since, until, zone)
    more = data(start=start.isoformat(), end=end.isoformat())
    if chosen is None:
        return html.Div(className="strip-clock", hidden=True, **more)
    a, b = (_place(at, since, until, zone) for at in chosen)
    handles = [html.I(className=f"mf-handle {name}", **data(handle=name)) for name in ("from", "to")]
    return html.Div(
        handles, className="mf-range strip-clock", style={"left": f"{a:.3%}", "width": f"{b - a:.3%}"}, **more
    )


def _place(instant: int, since: int, until: int, zone: tzinfo) -> float:
    """Where an instant stands between the ends of the axis, from 0 to 1."""
    start, end = axis_range(since, until, zone)
    return (wall_clock(instant, zone) - start) / (end - start)
