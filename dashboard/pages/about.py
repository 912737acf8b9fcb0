"""About this dashboard, for bug reports: versions, source, settings, timings, caches. URL: /-/about."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from components import feedback
from components.attributes import aria
from components.icons import icon
from dashboard import shell
from dashboard.diagnostics import Section, as_text, sections
from dashboard.extension import Page
from dashboard.services import Services

TITLE = "About this dashboard"


class ids:
    """Ids of this page."""

    BODY = "about-body"
    COPY = "about-copy"
    AGAIN = "about-again"


def layout(**_query: object) -> Component:
    """The empty frame."""
    again = html.Button([icon("refresh"), "Look again"], id=ids.AGAIN, className="mf-btn sm quiet", type="button")
    return html.Div(
        [
            html.Div([html.H1(TITLE, className="mf-title grow"), again, html.Span(id=ids.COPY)], className="mf-row"),
            html.P("It shows no password. “Copy as text” is what a bug report needs.", className="t2"),
            html.Div(feedback.skeleton_table(), id=ids.BODY),
        ],
        className="page-plain",
    )


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    @app.callback(Output(ids.BODY, "children"), Output(ids.COPY, "children"), shell.QUERY, Input(ids.AGAIN, "n_clicks"))
    def fill(_place: str | None, _clicks: object) -> tuple[list[Component], Component]:
        found = sections(services)
        return [_drawn(section) for section in found], feedback.copy_button(as_text(found), "Copy as text")


def _drawn(section: Section) -> Component:
    parts: list[Any] = [html.H2(section.title, className="mf-h2")]
    if section.note:
        parts.append(html.P(section.note, className="small t2"))
    if section.rows:
        head = html.Thead(html.Tr([html.Th(name, scope="col") for name in section.head])) if section.head else None
        body = [html.Tr([_cell(cell, at) for at, cell in enumerate(row)]) for row in section.rows]
        parts.append(html.Table([*([head] if head else []), html.Tbody(body)], className="mf-plain"))
    return html.Section(parts, **aria(label=section.title))


def _cell(text: str, at: int) -> Component:
    if at == 0:
        return html.Th(text, scope="row")
    return html.Td(text, className="missing" if text == "missing" else None)


PAGE = Page(name="about", path="/-/about", title=TITLE, layout=layout, register=register)
