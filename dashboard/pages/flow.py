"""A flow by its name alone. URL: /<flow>. The server leads on to its runs; here ends what names no flow."""

from __future__ import annotations

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from components import feedback
from dashboard import shell
from dashboard.data import lookup
from dashboard.errors import BadQuery
from dashboard.extension import Page
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.pathspec import Pathspec
from dashboard.run_page.absent import is_no_object, no_such_flow, no_such_page
from dashboard.services import Services


class ids:
    """Ids of this page."""

    NAME = "flow-name"
    BODY = "flow-body"


def layout(rest: str = "", **_query: object) -> Component:
    """The empty frame; `rest` is percent-encoded."""
    if is_no_object(rest):
        return no_such_page()
    return html.Div([dcc.Store(id=ids.NAME, data=rest), html.Div(feedback.skeleton_head(), id=ids.BODY)])


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    @app.callback(Output(ids.BODY, "children"), Input(ids.NAME, "data"), shell.REFRESH)
    def fill(name: str, _token: object) -> Component:
        try:
            flow = Pathspec.from_url(name).flow
        except BadQuery as problem:
            return feedback.not_found("There is no such page", str(problem), (), [("All runs", href("/"))])
        if services.database(lookup.flow_exists, flow):
            runs = href("/", RunQuery().where(flow=(flow,)).to_query())
            return feedback.state(
                f"{flow} is there now", actions=[html.A("Its runs", href=runs, className="mf-btn sm")]
            )
        return no_such_flow(services, flow)


PAGE = Page(name="flow", path="/<rest>", title="Flow", layout=layout, register=register)
