"""All runs: what is running, what broke, is anything slow? URL: /?<filters>; the grammar is in dashboard.filters."""

from __future__ import annotations

from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from components import feedback, filter_bar
from components.attributes import aria, data
from components.figures.activity import HEIGHT
from dashboard import shell, viewer
from dashboard.digest import digest
from dashboard.extension import Page
from dashboard.filters import SINGLE, RunQuery
from dashboard.links import href, split
from dashboard.pathspec import Pathspec
from dashboard.plugin_host import panels
from dashboard.runs_page import drawing
from dashboard.runs_page.preview import run_preview
from dashboard.runs_page.strip import strip, strip_graph
from dashboard.runs_page.view import Asked, runs_view
from dashboard.services import Services

PATH = "/"
DRAWN_FOR = "data-for"  # the query that the links in a part of the page start from; assets/js/soft-nav.js reads it
PREVIEWS = 64  # remembered at most, for each theme


class ids:
    """Ids of this page."""

    STATUSES = "runs-statuses"
    CONTROLS = "runs-controls"
    CHIPS = "runs-chips"
    STRIP = "runs-strip"
    STRIP_FRAME = "runs-strip-frame"
    COUNT = "runs-count"
    TOOLS = "runs-tools"
    TABLE = "runs-table"
    MORE = "runs-more"
    NEW = "runs-new"
    SHOW_NEW = "runs-show-new"
    SHOWN = "runs-shown"  # keys and digest of what stands on the page
    HELD = "runs-held"  # whether rows must stay where they are: scrolled, or the pointer rests on them
    FULLER = "runs-fuller"  # counts up when results are still to be filled in
    PREVIEW = "runs-preview"
    COUNTED = "runs-counted"  # digests of what was last sent, so that the same is not sent again
    STRIP_RANGE = "runs-strip-range"
    STRIP_SENT = "runs-strip-sent"


def layout(**_query: object) -> Component:
    """The empty frame: skeletons where data will be."""
    return _frame()


def first_paint(services: Services, text: str) -> Component | None:
    """The page as static HTML: controls and the first rows, with what is known of their results."""
    if not services.database.health().ok:
        return None
    default = services.default_started
    asked = Asked.parse(text, default)
    query = asked.query

    def to(query: RunQuery) -> str:
        return href(PATH, query.to_query(default))

    view = None if asked.problem else runs_view(services, query, details=False)
    return _frame(
        statuses=filter_bar.status_toggles(query, None, to),
        controls=filter_bar.controls(query, to, href(PATH), default, ""),
        chips=filter_bar.chips(query, to, viewer.zone(), default),
        tools=drawing.tools(query, to),
        table=drawing.table(services, view, to) if view else drawing.misunderstood(asked, to),
        more=drawing.more(view, to) if view else None,
    )


def _frame(
    statuses: Any = None,
    controls: Any = None,
    chips: Any = None,
    tools: Any = None,
    table: Any = None,
    more: Any = None,
) -> Component:
    return html.Div(
        [
            dcc.Store(id=ids.SHOWN),
            dcc.Store(id=ids.HELD, data=False),
            dcc.Store(id=ids.FULLER),
            dcc.Store(id=ids.COUNTED),
            dcc.Store(id=panels.ids.CELLS),
            html.H1("Runs", className="sr"),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(
                                statuses, id=ids.STATUSES, className="mf-cluster", role="group", **aria(label="Status")
                            ),
                            html.Span(className="vr"),
                            html.Div(controls, id=ids.CONTROLS, className="mf-cluster grow"),
                        ],
                        className="mf-bar filters",
                    ),
                    html.Div(chips, id=ids.CHIPS, className="mf-bar chips wrap"),
                ],
                className="chrome",
            ),
            html.Div(
                id=ids.STRIP_FRAME,
                className="strip",
                style={"height": f"{HEIGHT + 4}px"},
                **data(brush=ids.STRIP_RANGE),
            ),
            html.Div(
                [
                    html.Div(id=ids.COUNT, className="count", role="status"),
                    html.Div(id=ids.NEW),
                    html.Div(tools, id=ids.TOOLS, className="mf-cluster tools"),
                ],
                className="mf-bar tool",
            ),
            html.Div(table or feedback.skeleton_table(), id=ids.TABLE),
            html.Div(more, id=ids.MORE, className="more"),
        ],
        className="page-runs",
        **data(single=" ".join(SINGLE)),
    )


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    def parse(place: str | None) -> Asked:
        return Asked.parse(split(place)[1], services.default_started)

    def to(query: RunQuery) -> str:
        return href(PATH, query.to_query(services.default_started))

    # By theme and pathspec, so that a table drawn anew does not take open previews away until they are loaded again.
    previews: dict[str, dict[str, Component]] = {}

    @app.callback(
        Output(ids.CONTROLS, "children"),
        Output(ids.CHIPS, "children"),
        Output(ids.TOOLS, "children"),
        *(Output(part, DRAWN_FOR) for part in (ids.CONTROLS, ids.CHIPS, ids.TOOLS)),
        shell.QUERY,
        shell.ZONE,
    )
    def draw_controls(place: str | None, _zone: object) -> tuple[object, ...]:
        query = parse(place).query
        default, zone = services.default_started, viewer.zone()
        controls = filter_bar.controls(query, to, href(PATH), default, f"times are {zone}")
        chips = filter_bar.chips(query, to, zone, default)
        return controls, chips, drawing.tools(query, to), place, place, place

    @app.callback(
        Output(ids.TABLE, "children"),
        Output(ids.MORE, "children"),
        Output(ids.NEW, "children"),
        Output(ids.SHOWN, "data"),
        Output(ids.TABLE, DRAWN_FOR),
        Output(ids.MORE, DRAWN_FOR),
        shell.QUERY,
        shell.REFRESH,
        Input(ids.FULLER, "data"),
        Input({"type": ids.SHOW_NEW}, "n_clicks", allow_optional=True),
        State(ids.HELD, "data"),
        State(ids.SHOWN, "data"),
    )
    def fill_table(
        place: str | None,
        _token: object,
        _fuller: object,
        _clicks: object,
        is_held: bool,
        shown: dict[str, object] | None,
    ) -> tuple[object, ...]:
        asked = parse(place)
        if asked.problem:
            wrong = {"place": place, "digest": asked.problem}
            return drawing.misunderstood(asked, to), None, None, wrong, place, place
        query = asked.query
        same = shown is not None and shown.get("place") == place
        held = drawing.held(shown) if is_held and same and ctx.triggered_id in (shell.ids.TOKEN, ids.FULLER) else None
        view = runs_view(services, query, details=ctx.triggered_id in (shell.ids.TOKEN, ids.FULLER), held=held)
        now_drawn = view.digest()
        if same and shown and shown.get("digest") == now_drawn:
            return (no_update,) * 6
        table = drawing.table(services, view, to, previews.get(viewer.theme()))
        return (
            table,
            drawing.more(view, to),
            drawing.new_runs(view, ids.SHOW_NEW),
            drawing.shown(view, place, now_drawn),
            place,
            place,
        )

    @app.callback(
        Output(ids.STATUSES, "children"),
        Output(ids.COUNT, "children"),
        Output(ids.COUNTED, "data"),
        Output(ids.STATUSES, DRAWN_FOR),
        shell.QUERY,
        shell.REFRESH,
        Input(ids.SHOWN, "data"),
        State(ids.COUNTED, "data"),
    )
    def fill_counts(place: str | None, _token: object, shown: object, sent: str | None) -> tuple[object, ...]:
        asked = parse(place)
        if shown is None:  # the rows go first
            return filter_bar.status_toggles(asked.query, None, to), "", None, place
        toggles, found = drawing.counts(services, asked.query, to)
        counted = digest(place, toggles, found)
        if counted == sent:
            return (no_update,) * 4
        return toggles, "" if asked.problem else found, counted, place

    @app.callback(
        Output(ids.STRIP_FRAME, "children"),
        Input(ids.SHOWN, "data"),
        State(ids.STRIP_FRAME, "children"),
    )
    def mount_strip(shown: object, present: object) -> object:
        """The graph, and with it Plotly, comes after the first rows."""
        if present or shown is None:
            return no_update
        return [strip_graph(ids.STRIP), html.Div(id=ids.STRIP_RANGE), dcc.Store(id=ids.STRIP_SENT)]

    @app.callback(
        Output(ids.STRIP, "figure"),
        Output(ids.STRIP_RANGE, "children"),
        Output(ids.STRIP_SENT, "data"),
        shell.QUERY,
        shell.REFRESH,
        shell.THEME,
        shell.ZONE,
        State(ids.STRIP_SENT, "data"),
    )
    def draw_strip(
        place: str | None, _token: object, _theme: object, _zone: object, sent: str | None
    ) -> tuple[object, ...]:
        figure, chosen = strip(services, parse(place).query)
        drawn = digest(figure.to_json(), chosen)
        return (no_update,) * 3 if drawn == sent else (figure, chosen, drawn)

    @app.callback(
        Output({"type": ids.PREVIEW, "run": MATCH}, "children"),
        Input({"type": ids.PREVIEW, "run": MATCH}, "id"),
        shell.THEME,
        shell.REFRESH,
    )
    def load_preview(place: dict[str, str], _theme: object, _token: object) -> object:
        pathspec = Pathspec.parse(place["run"])
        found = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        if found and found[1].verdict.final and ctx.triggered_id == shell.ids.TOKEN:
            return no_update
        if found is None:
            return feedback.info("This run is no longer in the database.")
        preview = run_preview(services, *found)
        known = previews.setdefault(viewer.theme(), {})
        if len(known) >= PREVIEWS:
            known.clear()
        known[place["run"]] = preview
        return preview

    panels.register_columns(app, services, Input(ids.SHOWN, "data"), drawing.on_show)

    app.clientside_callback(
        ClientsideFunction("runs", "ask_for_more"),  # writes FULLER by set_props: Dash prunes a loop of callbacks
        Input(ids.SHOWN, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "open_dot"),
        Input(ids.STRIP, "clickData"),
        prevent_initial_call=True,
    )


PAGE = Page(name="runs", path=PATH, title="Runs", layout=layout, register=register, first_paint=first_paint)
