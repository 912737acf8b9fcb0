"""One run: what happened, and all its tasks. URL: /<flow>/<run>?…; the grammar is in dashboard.task_query."""

from __future__ import annotations

from collections.abc import Sequence

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, get_asset_url, html, no_update
from dash.development.base_component import Component

from components import feedback
from components.attributes import aria, data
from dashboard import cytoscape, links, shell
from dashboard.digest import digest
from dashboard.errors import BadQuery
from dashboard.extension import Early, Page
from dashboard.links import href, split
from dashboard.pathspec import Pathspec
from dashboard.plugin_host import panels, slots
from dashboard.run_details import RunDetails
from dashboard.run_page import dag
from dashboard.run_page.about import about
from dashboard.run_page.absent import is_no_object, no_such_page, no_such_run
from dashboard.run_page.findings import findings_strip
from dashboard.run_page.header import brief, header
from dashboard.run_page.toolbar import misunderstood, tabs, toolbar
from dashboard.services import Services
from dashboard.task_query import SINGLE, TaskQuery

PLOTLY = "vendor/plotly-cartesian-4.1.1/plotly-cartesian.min.js"  # as in assets/js/00-plotly.js
DRAWN_FOR = "data-for"  # the query that the links in a part of the page start from; assets/js/soft-nav.js reads it
FRESH: dict[str, str] = {}  # a Store without data would keep that of the run that was shown before


class ids:
    """Ids of this page."""

    PATHSPEC = "run-pathspec"
    HEADER = "run-header"
    BODY = "run-body"
    TABS = "run-tabs"
    TOOLS = "run-tools"
    FINDINGS = "run-findings"
    TIMELINE = "run-timeline"
    TASKS = "run-tasks"
    CARDS = "run-cards"
    DETAILS = "run-details"
    SHOWN = "run-shown"  # digest of the header, and whether more is to come
    FULLER = "run-fuller"  # counts up when the header is still to be filled in
    DRAWN = "run-drawn"  # digest of tabs, tools and findings
    TOLD = "run-told"  # digest of the details


def layout(flow: str = "", rest: str = "", **_query: object) -> Component:
    """The empty frame. `rest` is the run; both are percent-encoded."""
    if is_no_object(flow, rest):
        return no_such_page()
    columns = href(f"/-/columns/{flow}/{rest}")
    return html.Div(
        [
            dcc.Store(id=ids.PATHSPEC, data=f"{flow}/{rest}"),
            *(dcc.Store(id=name, data=FRESH) for name in (ids.SHOWN, ids.FULLER, ids.DRAWN, ids.TOLD)),
            html.Div(feedback.skeleton_head(), id=ids.HEADER),
            slots.slot("run-header", f"{flow}/{rest}"),
            html.Div(
                [
                    html.Nav(id=ids.TABS, className="mf-tabs", **aria(label="Views of the run")),
                    html.Div(id=ids.TOOLS, className="mf-bar tool"),
                    html.Div(id=ids.FINDINGS),
                    html.Div(html.Div(id=ids.TIMELINE, **data(columns=columns)), className="run-view timeline"),
                    dag.view(),
                    html.Div(html.Div(id=ids.TASKS), className="run-view tasks"),
                    html.Div(
                        html.Div(id=ids.CARDS, **data(run=f"{flow}/{rest}")),
                        className="run-view cards",
                    ),
                    html.Div(id=ids.DETAILS, className="run-view details"),
                    panels.run_tab(f"{flow}/{rest}"),
                ],
                id=ids.BODY,
                className="run-body",
            ),
        ],
        className="page-run",
        **data(single=" ".join(SINGLE)),
    )


def early(parts: Sequence[str], query: str) -> list[Early]:
    """The tasks and Plotly, which draws them; for the graph what draws that."""
    if len(parts) != 2 or not all(parts) or parts[0].startswith(("-", "_")):
        return []
    try:
        url = Pathspec(*parts).url
    except BadQuery:
        return []
    asked, _, _ = panels.understood(query)
    drawn_by = cytoscape.script(links.prefix()) if asked.tab == "dag" else get_asset_url(PLOTLY)
    return [Early("fetch", href(f"/-/columns{url}")), Early("script", drawn_by)]


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    @app.callback(
        Output(ids.HEADER, "children"),
        Output(ids.BODY, "hidden"),
        Output(ids.SHOWN, "data"),
        Input(ids.PATHSPEC, "data"),
        Input(ids.FULLER, "data"),
        shell.REFRESH,
        shell.ZONE,
        State(ids.SHOWN, "data"),
    )
    def fill_header(
        path: str, _fuller: object, _token: object, _zone: object, shown: dict[str, object]
    ) -> tuple[object, ...]:
        try:
            pathspec = Pathspec.from_url(path)
        except BadQuery as problem:
            return feedback.not_found("There is no such page", str(problem), (), [("All runs", href("/"))]), True, FRESH
        found = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        if found is None:
            return no_such_run(services, pathspec), True, {"digest": "absent"}
        judged = found[1]
        if ctx.triggered_id != ids.FULLER and services.run_states.peek(judged.run.key) is None:
            return brief(judged, found[0]), False, {"digest": "brief", "more": True}
        view = services.run_states(judged.run.key)
        made = header(services.details(view)) if view else brief(judged, found[0])
        drawn = digest(made)
        if shown.get("digest") == drawn:
            return no_update, no_update, no_update
        return made, False, {"digest": drawn}

    def details_of(path: str) -> RunDetails | None:
        """Once the run is at hand: the header goes first."""
        try:
            pathspec = Pathspec.from_url(path)
        except BadQuery:
            return None
        found = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        if found is None or services.run_states.peek(found[1].run.key) is None:
            return None
        view = services.run_states(found[1].run.key)
        return services.details(view) if view else None

    @app.callback(
        Output(ids.TABS, "children"),
        Output(ids.TOOLS, "children"),
        Output(ids.FINDINGS, "children"),
        Output(ids.TABS, DRAWN_FOR),
        Output(ids.TOOLS, DRAWN_FOR),
        Output(ids.DRAWN, "data"),
        shell.QUERY,
        shell.REFRESH,
        Input(ids.SHOWN, "data"),
        State(ids.PATHSPEC, "data"),
        State(ids.DRAWN, "data"),
    )
    def draw_controls(
        place: str | None, _token: object, _shown: object, path: str, drawn: str | None
    ) -> tuple[object, ...]:
        found = details_of(path)
        if found is None:
            return (no_update,) * 6
        here, text = split(place)
        query, problem, bad = panels.understood(text)

        def to(wanted: TaskQuery) -> str:
            return href(here, wanted.to_query())

        made = (
            tabs(found, query, to, slots.tabs()),
            toolbar(found, query, to, href(here)),
            findings_strip(found),
        )
        if problem:
            made = made[0], misunderstood(problem, bad, to(query)), made[2]
        now_drawn = digest(place, made)
        return (no_update,) * 6 if now_drawn == drawn else (*made, place, place, now_drawn)

    @app.callback(
        Output(ids.DETAILS, "children"),
        Output(ids.TOLD, "data"),
        shell.QUERY,
        Input(ids.SHOWN, "data"),
        State(ids.PATHSPEC, "data"),
        State(ids.TOLD, "data"),
    )
    def fill_details(place: str | None, _shown: object, path: str, told: str | None) -> tuple[object, object]:
        query, _, _ = panels.understood(split(place)[1])
        found = details_of(path) if query.tab == "details" else None
        made = about(found) if found else None
        now_told = digest(made)
        return (no_update, no_update) if found is None or now_told == told else (made, now_told)

    dag.register(app, services, Input(ids.SHOWN, "data"), State(ids.PATHSPEC, "data"), details_of)
    panels.register_run(app, services, Input(ids.SHOWN, "data"), State(ids.PATHSPEC, "data"), details_of)

    shown = Input(ids.SHOWN, "data", allow_optional=True)  # REFRESH is on every page, this is not
    app.clientside_callback(ClientsideFunction("run", "refresh"), shell.REFRESH, shown)
    app.clientside_callback(ClientsideFunction("run_cards", "show"), shell.QUERY, shown)
    app.clientside_callback(ClientsideFunction("run", "ask_for_more"), Input(ids.SHOWN, "data"))


PAGE = Page(name="run", path="/<flow>/<rest>", title="Run", layout=layout, register=register, early=early)
