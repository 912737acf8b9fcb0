"""One run: what happened, and all its tasks. URL: /<flow>/<run>?…; the grammar is in dashboard.task_query."""

from __future__ import annotations

from dash import Dash, Input, Output, ctx, dcc, html, no_update
from dash.development.base_component import Component

from components import feedback, run_header
from components.attributes import data
from dashboard import shell
from dashboard.errors import BadQuery
from dashboard.extension import Page
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.pathspec import Pathspec
from dashboard.services import Services


class ids:
    """Ids of this page."""

    PATHSPEC = "run-pathspec"
    HEADER = "run-header"
    TIMELINE = "run-timeline"


def layout(flow: str = "", rest: str = "", **_query: object) -> Component:
    """The empty frame. `rest` is the run and whatever stands below it; both are percent-encoded."""
    columns = href(f"/-/columns/{flow}/{rest.partition('/')[0]}")
    return html.Div(
        [
            dcc.Store(id=ids.PATHSPEC, data=f"{flow}/{rest}"),
            html.Div(id=ids.HEADER),
            html.Div(html.Div(id=ids.TIMELINE, **data(columns=columns)), className="run-view"),
        ],
        className="page-run",
    )


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    def to_user(name: str) -> str:
        return href("/", RunQuery().where(user=(name,)).to_query())

    def to_tag(tag: str) -> str:
        return href("/", RunQuery().where(tag=(tag,)).to_query())

    @app.callback(Output(ids.HEADER, "children"), Input(ids.PATHSPEC, "data"), shell.THEME, shell.REFRESH)
    def fill_header(path: str, _theme: object, _token: object) -> object:
        try:
            pathspec = Pathspec.from_url(path)
        except BadQuery as problem:
            return feedback.not_found("There is no such page", str(problem), (), [("All runs", href("/"))])
        found = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        if found is None:
            return _not_found(services, pathspec)
        if found[1].verdict.final and ctx.triggered_id == shell.ids.TOKEN:
            return no_update
        to_flow = href("/", RunQuery().where(flow=(pathspec.flow,)).to_query())
        return run_header.run_header(found[1], found[0], to_flow, to_user, to_tag)


def _not_found(services: Services, pathspec: Pathspec) -> Component:
    newest = services.finder.page(RunQuery().where(flow=(pathspec.flow,)).filter, 1, None).runs
    facts = (
        [("Newest run", html.A(newest[0].run.id, href=href(Pathspec(pathspec.flow, newest[0].run.id).url)))]
        if newest
        else []
    )
    text = (
        "If it was started just now, this page opens it as soon as it is registered."
        if newest
        else f"No flow {pathspec.flow} is registered here either; names are case sensitive."
    )
    actions = [
        (f"All {pathspec.flow} runs", href("/", RunQuery().where(flow=(pathspec.flow,)).to_query())),
        ("All runs", href("/")),
    ]
    return feedback.not_found(f"No run {pathspec.run} in {pathspec.flow}", text, facts, actions)


PAGE = Page(name="run", path="/<flow>/<rest>", title="Run", layout=layout, register=register)
