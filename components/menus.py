"""Small panels behind a button, and lists of what can be copied from them."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.attributes import aria, data
from components.icons import icon


def menu(
    summary: Sequence[Component | str], body: Component, label: str, css: str = "mf-btn", at_end: bool = False
) -> html.Details:
    """A button that opens a small panel; Escape and a click outside close it. `at_end`: aligned to its right end."""
    return html.Details(
        [html.Summary(list(summary), className=css, **aria(label=label)), body],
        className="mf-menu end" if at_end else "mf-menu",
        id=f"menu-{label.lower().replace(' ', '-')}",
    )


def copies(entries: Sequence[tuple[str, str]]) -> html.Div:
    """Buttons that copy a text each: (words, text), with the text on show."""
    return html.Div(
        [
            html.Button(
                [
                    icon("copy"),
                    html.Span([html.Span(words), html.Code(text, className="t3 ell")], className="copy-text"),
                ],
                type="button",
                disable_n_clicks=True,
                **data(copy=text, close="", palette=f"Copy snippet: {words}"),
            )
            for words, text in entries
        ],
        className="mf-pop mf-list mf-copies",
    )
