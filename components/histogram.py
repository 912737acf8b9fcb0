"""How values are spread, as bars that need no figure."""

from __future__ import annotations

from collections.abc import Sequence

from components import elements as html
from components.attributes import aria
from components.elements import Element

LEAST = 4  # per cent of the height of a bar that stands for anything


def histogram(heights: Sequence[float], over: int, marks: Sequence[str], label: str) -> Element:
    """Bars of these heights (0 to 1), the last `over` of them marked, with words below; `label` says what they are."""
    first_over = len(heights) - over
    bars = [
        html.I(
            style={"height": f"{max(LEAST, round(height * 100)) if height else 0}%"},
            className="over" if n >= first_over else "",
        )
        for n, height in enumerate(heights)
    ]
    return html.Div(
        [
            html.Div(bars, className="bars", role="img", **aria(label=f"{label}: {', '.join(marks)}")),
            html.Div([html.Span(mark) for mark in marks], className="marks micro t2", **aria(hidden="true")),
        ],
        className="histogram",
    )
