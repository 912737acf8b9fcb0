"""The DAG tab of a run: graph, panel, table. It is a part of the page in dashboard/pages/run.py, which owns the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from components import feedback, formats
from components.attributes import aria, data
from dashboard import shell
from dashboard.cytoscape import Cytoscape
from dashboard.dag.layout import MOST_EDGES, Layout
from dashboard.dag.layout import layout as laid_out
from dashboard.digest import digest
from dashboard.graph import Graph
from dashboard.insight.steps import StepSummary, summaries
from dashboard.links import href, split
from dashboard.plugin_host import panels
from dashboard.run_details import RunDetails
from dashboard.run_page.dag_drawing import drawing, steps
from dashboard.run_page.dag_panel import panel
from dashboard.run_page.dag_states import states
from dashboard.services import Services
from dashboard.task_query import TaskQuery

LONG_DOC = 2_000  # characters of the flow's docstring


class ids:
    """Ids of this part of the page."""

    STAGE = "run-dag-stage"
    GRAPH = "run-dag-graph"
    NOTE = "run-dag-note"
    PANEL = "run-dag-panel"
    DRAWING = "run-dag-drawing"
    STATES = "run-dag-states"
    TOLD = "run-dag-told"  # digests of the parts that were drawn


def view() -> Component:
    """The empty tab."""
    return html.Div(
        [
            *(dcc.Store(id=name, data={}) for name in (ids.DRAWING, ids.STATES, ids.TOLD)),
            html.Div(id=ids.NOTE, className="dag-note"),
            html.Div(
                [
                    html.Div(id=ids.STAGE, className="dag-stage"),
                    html.Div(className="dag-table", **data(dag_table="")),
                    html.Aside(id=ids.PANEL, className="dag-panel", **aria(label="Step")),
                ],
                className="dag-body",
            ),
        ],
        className="run-view dag",
    )


def register(
    app: Dash, services: Services, shown: Input, path: State, details_of: Callable[[str], RunDetails | None]
) -> None:
    """Callbacks; `shown` changes with the header, `path` is the run's, `details_of` gives what is known of it."""

    @app.callback(
        Output(ids.STAGE, "children"),
        Output(ids.NOTE, "children"),
        Output(ids.PANEL, "children"),
        Output(ids.PANEL, "data-for"),
        Output(ids.DRAWING, "data"),
        Output(ids.STATES, "data"),
        Output(ids.TOLD, "data"),
        shell.QUERY,
        shell.REFRESH,
        shown,
        path,
        State(ids.TOLD, "data"),
    )
    def fill_dag(place: str | None, _token: object, _shown: object, path: str, told: dict[str, str]) -> tuple[Any, ...]:
        here, text = split(place)
        query, _, _ = panels.understood(text)
        found = details_of(path) if query.tab == "dag" else None
        if found is None:
            return (no_update,) * 7
        parts = _parts(services, found, query, lambda wanted: href(here, wanted.to_query()))
        now_told = {name: digest(part) for name, part in parts.items()}
        if now_told == told:
            return (no_update,) * 7
        fresh = {name: part if told.get(name) != now_told[name] else no_update for name, part in parts.items()}
        names = ("stage", "note", "panel", "", "drawing", "states")
        return (*(fresh[name] if name else place for name in names), now_told)

    app.clientside_callback(
        ClientsideFunction("dag", "draw"),
        Input(ids.DRAWING, "data"),
        Input(ids.STATES, "data"),
        Input(ids.STAGE, "children"),
    )


def _parts(services: Services, details: RunDetails, query: TaskQuery, to: Callable[[TaskQuery], str]) -> dict[str, Any]:
    """What the tab shows, by part; the table is drawn in the browser from `drawing` and `states`."""
    graph, problem = services.graphs.of(details.view)
    if graph is None:
        return {**_nothing(), "note": _unavailable(f"No step has been registered yet. {problem}")}
    told = summaries(details.view, graph)
    drawn = laid_out(graph, "right" if query.dir else "down", query.unfold, (query.sel,))
    step = next((one for one in told if one.step == query.sel), None)
    return {
        "stage": _stage(graph) if drawn else [],
        "note": _note(graph, problem, drawn),
        "panel": panel(services, details, graph, step, query, to),
        "drawing": drawing(graph, drawn, details.view.judged.run.flow) if drawn else {"steps": steps(graph)},
        "states": states(details, graph, told, drawn, _cardinalities(services, details, graph, told)),
    }


def _cardinalities(
    services: Services, details: RunDetails, graph: Graph, told: Sequence[StepSummary]
) -> Mapping[str, int]:
    begun = {step.step for step in told if step.tasks}
    openers = [node.name for node in graph.nodes.values() if node.kind == "split-foreach" and node.name in begun]
    return services.cardinalities(details.view.judged.run.key, openers)


def _nothing() -> dict[str, Any]:
    return {"stage": [], "panel": [], "drawing": {}, "states": {}}


def _stage(graph: Graph) -> Component:
    """Drawn once: Cytoscape keeps positions, zoom and selection, and is told what changes."""
    canvas = Cytoscape(
        id=ids.GRAPH,
        className="dag-canvas",
        layout={"name": "preset", "fit": False},
        style={"width": "100%", "height": "100%"},
        autoungrabify=True,
        autounselectify=True,
        boxSelectionEnabled=False,
        autoRefreshLayout=False,
        userZoomingEnabled=False,  # the wheel is ours: assets/js/run-dag-view.js
        minZoom=0.05,
        maxZoom=3,
    )
    label = f"Graph of {formats.count(len(graph.nodes), 'step')}. The table of steps says the same."
    return html.Div(canvas, role="img", className="dag-frame", **aria(label=label))


def _note(graph: Graph, problem: str, drawn: Layout | None) -> list[Component]:
    """The flow's docstring, and what has to be known of the graph."""
    notes: list[Component] = []
    if graph.origin == "inferred":
        title = "This graph is inferred from the order in which steps started."
        notes.append(feedback.limit(title, problem))
    if graph.origin == "source":
        notes.append(html.P("Read from the source in the code package: the run saved no graph.", className="small t3"))
    if drawn is None:
        notes.append(_unavailable(f"The graph has more than {MOST_EDGES:,} edges; the table lists its steps."))
    if graph.doc:
        first, _, rest = formats.end(graph.doc.strip(), LONG_DOC).partition("\n")
        body = html.Details([html.Summary(first), html.P(rest.strip())]) if rest.strip() else html.P(first)
        notes.append(html.Div(body, className="dag-flow-doc small t2"))
    return notes


def _unavailable(problem: str) -> Component:
    return html.P(problem.strip(), className="dag-absent t2", role="status")
