"""Where plugins stand in pages and frame, and the callbacks that draw them: each by its own, after the core's."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

from components.attributes import aria, data
from dashboard import query_text, shell
from dashboard.data.judge import judged_by_key
from dashboard.data.runs import Key
from dashboard.digest import digest
from dashboard.extension import Cell
from dashboard.links import split
from dashboard.plugin_host import slots
from dashboard.plugin_host.host import Host, Place, absent, current
from dashboard.plugin_host.rendering import Problem
from dashboard.run_details import RunDetails
from dashboard.services import Services
from dashboard.task_details import TaskDetails
from dashboard.task_query import TaskQuery

DRAWN = "data-drawn"  # digest of what a panel shows, so that the same is not sent again


class ids:
    """Ids of this part of the pages."""

    TAB = "run-plugin-tab"
    TAB_ASKED = "run-plugin-tab-asked"  # what the tab is drawn for; only while it is open
    CELLS = "runs-plugin-cells"


def run_tab(key: str) -> Component:
    """The empty tab of a run that all plugins share, as only one is seen."""
    parts = [dcc.Store(id=ids.TAB_ASKED), html.Div(id=ids.TAB, key=key, **data(tabs=json.dumps(list(slots.tabs()))))]
    return html.Div(parts, className="run-view plugin")


def understood(text: str) -> tuple[TaskQuery, str | None, tuple[str, ...]]:
    """The query of the page of a run, whose tabs are those of plugins, too."""
    return query_text.understood(text, partial(TaskQuery.from_query, more_tabs=tuple(slots.tabs())))


def register_run(
    app: Dash, services: Services, shown: Input, path: State, details_of: Callable[[str], RunDetails | None]
) -> None:
    """As `register` of the tab with the graph: `shown` changes with the header, `path` is the run's."""
    host = _host(app)

    def draw(place: Place, path_: str) -> Component | object | None:
        details = details_of(path_)
        return host.of_run(place, services, details) if details else no_update

    for place in host.places("run-header"):
        _register(app, place, shown, [path], partial(draw, place))

    if not host.tabs:
        return

    # The server is asked only while such a tab is open.
    app.clientside_callback(
        ClientsideFunction("plugins", "tab_asked"),
        Output(ids.TAB_ASKED, "data"),
        shell.QUERY,
        shell.REFRESH,
        shell.THEME,
        shell.ZONE,
        shown,
    )

    @app.callback(
        Output(ids.TAB, "children"),
        Output(ids.TAB, DRAWN),
        Input(ids.TAB_ASKED, "data"),
        State(shell.ids.QUERY, "data"),
        path,
        State(ids.TAB, DRAWN),
    )
    def draw_tab(_asked: object, url: str | None, path_: str, drawn: str | None) -> tuple[object, object]:
        place = host.tab(understood(split(url)[1])[0].tab)
        details = details_of(path_) if place else None
        if place is None or details is None:
            return no_update, no_update
        made = host.of_run(place, services, details) or absent(place)
        return _unless_same((place.name, made), made, drawn)


def register_task(
    app: Dash,
    services: Services,
    shown: Input,
    path: State,
    details_of: Callable[[str, str | None], TaskDetails | None],
) -> None:
    """The same of the page of a task."""
    host = _host(app)

    def draw(place: Place, path_: str, url: str | None) -> Component | object | None:
        details = details_of(path_, url)
        if details is None:
            return no_update
        return host.of_task(place, services, details)

    for place in (*host.places("task-details"), *host.places("task-tab")):
        _register(app, place, shown, [path, State(shell.ids.QUERY, "data")], partial(draw, place))


def register_frame(app: Dash, services: Services) -> None:
    """Panels below the top bar."""
    host = _host(app)
    for place in host.places("header"):
        _register(app, place, shell.QUERY, [], partial(host.of_frame, place, services))
    if any(one.plugin.frames for one in host.plugins):
        app.clientside_callback(ClientsideFunction("plugins", "refresh"), shell.REFRESH, hidden=True)


def register_columns(app: Dash, services: Services, shown: Input, keys_of: Callable[[object], list[Key]]) -> None:
    """Columns of the Runs page, filled in after the rows: `keys_of` tells which runs stand there by `shown`."""
    host = _host(app)
    places = host.places("runs-column")
    if not places:
        return

    @app.callback(Output(ids.CELLS, "data"), shown)
    def fill_cells(remembered: object) -> dict[str, dict[str, list[str | None]]]:
        keys = keys_of(remembered)
        _, runs = services.database(judged_by_key, services.judge, keys) if keys else (0, [])
        found: dict[str, dict[str, list[str | None]]] = {}
        for place in places:
            cells = host.cells(place, services, runs)
            if isinstance(cells, Problem):
                cells = {one.run.pathspec: Cell("!", title=f"{place.name}: {cells.text}") for one in runs}
            for pathspec, cell in cells.items():
                found.setdefault(pathspec, {})[place.name] = [cell.text, cell.url, cell.title]
        return found

    app.clientside_callback(ClientsideFunction("plugins", "fill_cells"), Input(ids.CELLS, "data"), shown)


def _register(app: Dash, place: Place, shown: Input, states: list[State], draw: Callable[..., Any]) -> None:
    has_tab = place.slot == "task-tab"

    @app.callback(
        Output(place.id, "children"),
        Output(place.id, DRAWN),
        *([Output(place.tab_id, "hidden")] if has_tab else []),
        shown,
        shell.REFRESH,
        shell.THEME,
        shell.ZONE,
        State(place.id, DRAWN),
        *states,
    )
    def draw_panel(
        _shown: object, _token: object, _theme: object, _zone: object, drawn: str | None, *args: object
    ) -> tuple[object, ...]:
        made = draw(*args)
        hidden = (no_update if made is no_update else made is None,) if has_tab else ()
        if made is no_update:
            return no_update, no_update, *hidden
        if made is not None and place.panel is not None and place.title and place.slot != "header":
            head = html.H2(place.title, className="mf-h2")
            made = html.Section([head, made], **aria(label=place.title))
        return *_unless_same(made, made, drawn), *hidden


def _unless_same(what: object, made: object, drawn: str | None) -> tuple[object, object]:
    now_drawn = digest(json.dumps(what, cls=PlotlyJSONEncoder))  # repr leaves out parts of figures
    return (no_update, no_update) if now_drawn == drawn else (made, now_drawn)


def _host(app: Dash) -> Host:
    with app.server.app_context():
        return current()
