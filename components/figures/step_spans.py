"""The small timeline of an expanded run: one bar per step, failures marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

from components.formats import duration

ROW, TOP, BOTTOM = 22, 4, 24  # pixels


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. `start` and `length` are milliseconds from the start of the run; length None: not reached."""

    label: str
    start: int
    length: int | None
    note: str
    look: str
    failures: tuple[int, ...] = ()


def step_bars(bars: Sequence[Bar], total: int, palette: Mapping[str, str]) -> go.Figure:
    """Bars over elapsed time (ms); `total` is the length of the axis."""
    figure = go.Figure(layout=_layout(bars, max(total, 1), palette))
    for look in sorted({bar.look for bar in bars if bar.length is not None}):
        mine = [(row, bar) for row, bar in enumerate(bars) if bar.look == look and bar.length is not None]
        figure.add_bar(
            orientation="h",
            base=[bar.start for _, bar in mine],
            x=[max(bar.length or 0, total * 0.004) for _, bar in mine],
            y=[row for row, _ in mine],
            width=0.42,
            marker={"color": palette[f"st-{look}"], "line": {"width": 0}},
            text=[f"\u2002\u2002{bar.note}" if bar.failures else bar.note for _, bar in mine],  # clear of the marks
            textposition="outside",
            constraintext="none",
            textangle=0,
            textfont={
                "size": 11,
                "color": [palette["st-failed-fg" if bar.failures or look == "failed" else "text-2"] for _, bar in mine],
            },
            cliponaxis=False,
            hoverinfo="skip",
        )
    marks = [(at, row) for row, bar in enumerate(bars) for at in bar.failures]
    figure.add_scatter(
        x=[at for at, _ in marks],
        y=[row for _, row in marks],
        mode="markers",
        marker={
            "symbol": "x",
            "size": 9,
            "color": palette["st-failed"],
            "line": {"width": 1.5, "color": palette["bg"]},
        },
        hoverinfo="skip",
    )
    return figure


def _layout(bars: Sequence[Bar], total: int, palette: Mapping[str, str]) -> dict[str, Any]:
    ticks = _ticks(total)
    font = {"size": 12, "color": palette["text-2"]}
    return {
        "height": TOP + BOTTOM + ROW * max(1, len(bars)),
        "margin": {"l": 150, "r": 90, "t": TOP, "b": BOTTOM},
        "showlegend": False,
        "barmode": "overlay",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif", "size": 11},
        "xaxis": {
            "range": [0, total * 1.02],
            "tickvals": ticks,
            "ticktext": [duration(tick) if tick else "0" for tick in ticks],
            "gridcolor": palette["grid"],
            "tickfont": {"size": 11, "color": palette["text-3"]},
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [len(bars) - 0.5, -0.5],
            "tickvals": list(range(len(bars))),
            "ticktext": [_cut(bar.label) for bar in bars],
            "tickfont": font,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }


def _cut(label: str) -> str:
    """Plotly reads a little HTML in labels, and these are names from the database."""
    return escape(label if len(label) <= 22 else label[:21] + "…")


def _ticks(total: int) -> list[int]:
    for step in (1_000, 5_000, 15_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 43_200_000):
        if total / step <= 5:
            return list(range(0, total + 1, step))
    day = 86_400_000
    return list(range(0, total + 1, max(1, round(total / day / 4)) * day))
