"""The activity strip: runs by start and duration, one mark per status. Failures stand out, completed runs recede."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import plotly.graph_objects as go

from components.formats import local

LANES = ((10_000, "10 s"), (60_000, "1 m"), (600_000, "10 m"), (3_600_000, "1 h"), (36_000_000, "10 h"))
SHORTEST, LONGEST = 5_000, 90_000_000
HEIGHT, MARGIN = 98, 34  # pixels; the margin is on the left, and in the css of the overlay
# css name → (Plotly symbol, size, opacity); later ones are drawn on top
MARKS: Mapping[str, tuple[str, float, float]] = {
    "completed": ("circle", 4.5, 0.7),
    "killed": ("square", 6, 1),
    "caught": ("diamond", 7, 1),
    "lost": ("triangle-up", 8, 1),
    "running": ("circle-open", 7, 1),
    "failed": ("x", 7, 1),
}
CELLS = (700, 40)  # completed runs that fall into one cell of this grid are drawn once


@dataclass(frozen=True, slots=True)
class Dot:
    """One run: when it started, how long it ran (ms; None: not known), the css name of its status, its pathspec."""

    at: int
    duration: int | None
    look: str
    pathspec: str


def activity(
    dots: Sequence[Dot],
    since: int,
    until: int,
    zone: tzinfo,
    palette: Mapping[str, str],
) -> go.Figure:
    """The strip from `since` to `until` (epoch ms), axis in `zone`."""
    figure = go.Figure(layout=_layout(since, until, zone, palette))
    for name, (symbol, size, opacity) in MARKS.items():
        mine = [dot for dot in dots if dot.look == name]
        drawn = _thinned(mine, since, until) if name == "completed" else mine
        figure.add_scatter(
            x=[wall_clock(dot.at, zone) for dot in drawn],
            y=[min(max(dot.duration or SHORTEST, SHORTEST), LONGEST) for dot in drawn],
            customdata=[dot.pathspec for dot in drawn],
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": size, "opacity": opacity, "color": palette[f"st-{name}"]},
            hoverinfo="none",
            cliponaxis=False,
        )
        figure.data[-1].marker.line = {"width": 2 if name == "running" else 0, "color": palette[f"st-{name}"]}
    figure.add_annotation(
        x=wall_clock(until, zone),
        y=0,
        yref="paper",
        xanchor="right",
        yanchor="top",
        text="now",
        showarrow=False,
        font={"size": 11, "color": palette["text-3"]},
    )
    figure.add_vline(x=wall_clock(until, zone), line={"width": 1, "dash": "dot", "color": palette["text-3"]})
    return figure


def axis_range(since: int, until: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The ends of the axis as wall clock of `zone`: a little wider than the range."""
    start, end = wall_clock(since, zone), wall_clock(until, zone)
    room = (end - start) * 0.004
    return start - room, end + room


def wall_clock(instant: int, zone: tzinfo) -> datetime:
    """An instant (epoch ms) as Plotly, which knows no time zones, has to be given it."""
    return local(instant, zone).replace(tzinfo=None)


def _thinned(dots: Iterable[Dot], since: int, until: int) -> list[Dot]:
    seen: dict[tuple[int, int], Dot] = {}
    width = max(1, until - since)
    for dot in dots:
        cell = ((dot.at - since) * CELLS[0] // width, (dot.duration or SHORTEST).bit_length() * 4 + _quarter(dot))
        seen.setdefault(cell, dot)
    return list(seen.values())


def _quarter(dot: Dot) -> int:
    length = dot.duration or SHORTEST
    top = 1 << (length.bit_length() - 1)
    return (length - top) * 4 // top


def _layout(since: int, until: int, zone: tzinfo, palette: Mapping[str, str]) -> dict[str, Any]:
    tick = {"size": 11, "color": palette["text-3"]}
    start, end = wall_clock(since, zone), wall_clock(until, zone)
    ticks = _days(start, end)
    return {
        "height": HEIGHT,
        "margin": {"l": MARGIN, "r": 0, "t": 4, "b": 20},
        "showlegend": False,
        "dragmode": False,  # assets/js/brush.js draws the range: Plotly loses a drag when the figure changes under it
        "hovermode": "closest",
        "hoverdistance": 6,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif", "size": 11},
        "xaxis": {
            "type": "date",
            "range": axis_range(since, until, zone),
            "showgrid": True,
            "gridcolor": palette["line"],
            "tickvals": [at for at, _ in ticks],
            "ticktext": [words for _, words in ticks],
            "ticklabelposition": "outside right",
            "tickfont": tick,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "type": "log",
            "range": [3.62, 7.75],
            "tickvals": [value for value, _ in LANES],
            "ticktext": [words for _, words in LANES],
            "gridcolor": palette["grid"],
            "tickfont": tick,
            "zeroline": False,
            "fixedrange": True,
        },
    }


def _days(start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Ticks at midnights (or hours of a short range), at most a dozen."""
    length = end - start
    if length <= timedelta(hours=36):
        step = timedelta(hours=max(1, round(length.total_seconds() / 3600 / 8)))
        first = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        form = "%H:%M"
    else:
        step = timedelta(days=max(1, round(length.days / 10)))
        first = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        form = "%a %d" if length.days < 20 else "%d %b"
    ticks: list[tuple[datetime, str]] = []
    while first < end - length * 0.1 and len(ticks) < 40:  # the rest is for “now”
        ticks.append((first, first.strftime(form)))
        first += step
    return ticks
