"""The activity strip of the Runs page: which runs it shows, over which time, and what is marked."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from dash import dcc
from dash.development.base_component import Component
from plotly.graph_objects import Figure

from components import badges
from components.activity_range import chosen_range
from components.figures.activity import HEIGHT, Dot, activity
from components.theme import palette
from dashboard import viewer
from dashboard.data.run_search import words
from dashboard.filters import PRESETS, RunQuery, Span
from dashboard.models import Status, Verdict
from dashboard.services import Services

GRAPH: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "doubleClick": False,
}


def strip_graph(graph_id: str) -> Component:
    """The empty strip, without Plotly's own axes; its figure follows."""
    bare = {"visible": False}
    blank = {
        "layout": {"xaxis": bare, "yaxis": bare, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    }
    style = {"height": f"{HEIGHT}px"}
    return dcc.Graph(id=graph_id, figure=blank, config=GRAPH, className="strip-graph", style=style, responsive=True)


def strip(services: Services, query: RunQuery) -> tuple[Figure, Component]:
    """The activity strip around the query's time range, and that range as its overlay when it is one of its own."""
    started = query.filter.started
    brushed = started is not None and started.preset is None
    wanted = query.filter.of_any_status
    window = services.finder.window(replace(wanted, started=_context(started, services)) if brushed else wanted)
    since, until = _span(query, window.runs[-1].run.created_at if window.runs else None, window.now, services)
    chosen = query.filter.status
    dots = [
        Dot(one.run.created_at, _seen(one.verdict), badges.look(one.verdict)[0], one.run.pathspec)
        for one in window.runs
        if not chosen or not words(one.verdict).isdisjoint(chosen)
    ]
    bounds = started.bounds(window.now) if started and brushed else None
    marked = (max(bounds[0] or since, since), min(bounds[1] or until, until)) if bounds else None
    zone = viewer.zone()
    return activity(dots, since, until, zone, palette(viewer.theme())), chosen_range(since, until, zone, marked)


def _seen(verdict: Verdict) -> int | None:
    """A duration as the strip can show it: that of a running run grows in steps of 5 %, not with every heartbeat."""
    if verdict.status is not Status.RUNNING or not verdict.duration:
        return verdict.duration
    return round(1.05 ** round(math.log(verdict.duration, 1.05)))


def _context(started: Span | None, services: Services) -> Span | None:
    """The smallest preset that holds a brushed range, so that the strip keeps what is around it."""
    now = services.database.health().at
    if started is None or started.since is None:
        return None
    for name in ("24h", "7d", "30d", "90d"):
        if now - started.since < PRESETS[name]:
            return Span(preset=name)
    return None


def _span(query: RunQuery, oldest: int | None, now: int, services: Services) -> tuple[int, int]:
    started = query.filter.started
    if started and not started.preset:
        context = _context(started, services)
        bounds = (context or started).bounds(now)
    else:
        bounds = started.bounds(now) if started else (None, None)
    since = bounds[0] if bounds[0] is not None else (oldest or now - PRESETS["24h"]) - 60_000
    pixel = max(1_000, (now - since) // 1_000)  # the strip moves on by whole pixels
    return (since // pixel * pixel, max(-(-now // pixel) * pixel, since + 60_000))
