"""The attempts of a task on one small time axis: waiting hatched, running as a bar, each with its words below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria

LEAST = 0.6  # per cent that a bar is wide at least
ROOM = 1.0  # per cent of the axis that a character of a label takes; it is 600 px wide at least


@dataclass(frozen=True, slots=True)
class Bar:
    """One attempt. Instants are epoch ms; `look` is the css name of its status."""

    number: int
    queued: int | None
    started: int | None
    finished: int | None  # None while it is open
    look: str


def attempt_line(bars: Sequence[Bar], now: int) -> Component | None:
    """The axis from the first wait to the last end, or to `now`; None when nothing has a time."""
    starts = [at for bar in bars for at in (bar.queued, bar.started) if at is not None]
    ends = [bar.finished if bar.finished is not None else now for bar in bars]
    if not starts:
        return None
    low, high = min(starts), max([*ends, *starts])
    span = max(1, high - low)
    parts: list[Component] = []
    words: list[str] = []
    for bar in bars:
        end = bar.finished if bar.finished is not None else now
        begun = bar.started if bar.started is not None else end
        if bar.queued is not None and begun > bar.queued:
            waited = formats.duration(begun - bar.queued)
            text = f"queued {waited}" if bar is bars[0] else waited
            parts += _piece("wait", (bar.queued - low) / span, (begun - bar.queued) / span, text, "t3")
            words.append(f"queued {waited}")
        if bar.started is not None:
            took = formats.duration(max(0, end - bar.started))
            text = f"attempt {bar.number}, {took}"
            parts += _piece(f"bar k-{bar.look}", (bar.started - low) / span, (end - bar.started) / span, text, "t2")
            if bar.look in ("failed", "killed"):
                parts.append(html.I(className="end", style={"left": f"{_share((end - low) / span)}%"}))
            words.append(f"{text}, {bar.look}")
    return html.Div(
        parts, className="attempt-line p3", role="img", **aria(label="Attempts over time: " + "; ".join(words))
    )


def _piece(css: str, start: float, length: float, text: str, tone: str) -> list[Component]:
    left, width = _share(start), max(LEAST, _share(length))
    style: dict[str, Any] = {"left": f"{left}%", "width": f"{width}%"}
    made: list[Component] = [html.I(className=css, style=style)]
    if width > ROOM * (len(text) + 2):
        made.append(html.Span(text, className=f"micro {tone}", style=style))
    return made


def _share(value: float) -> float:
    return round(100 * min(1.0, max(0.0, value)), 2)
