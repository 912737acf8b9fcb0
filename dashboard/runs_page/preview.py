"""A run at a glance: its steps as bars, its parameters, where to go. For the expanded row and the head of the run."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria, data
from components.figures.step_spans import Bar, step_bars
from components.theme import palette
from dashboard import viewer
from dashboard.data import locations
from dashboard.data.steps import step_spans
from dashboard.datastore import Parameter
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.models import JudgedRun, Status, StepSpan
from dashboard.pathspec import Pathspec
from dashboard.services import Services

GRAPH: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "staticPlot": True,
    "responsive": True,
}
MOST_PARAMETERS = 12


def run_preview(services: Services, now: int, judged: JudgedRun) -> Component:
    """The expanded row: small timeline, parameters, links."""
    spans = services.database(step_spans, judged.run.key)
    return html.Div(
        [
            html.Div(_timeline(spans, now, judged), className="preview-steps"),
            html.Div(
                [html.Div("Parameters", className="mf-label"), _parameters(services, judged)],
                className="preview-parameters",
            ),
            html.Div(_links(judged), className="preview-links"),
        ],
        className="preview-grid",
    )


def _timeline(spans: list[StepSpan], now: int, judged: JudgedRun) -> Component:
    if not spans:
        return html.P("No task has been registered yet.", className="t2")
    start = judged.run.created_at
    running = judged.verdict.status is Status.RUNNING
    end = now if running else judged.verdict.finished_at or max(span.ended_at or span.started_at for span in spans)
    bars = [_bar(span, start, end, running) for span in spans]
    figure = step_bars(
        bars, max(end - start, *(bar.start + (bar.length or 0) for bar in bars)), palette(viewer.theme())
    )
    words = ", ".join(f"{bar.label} {bar.note}" for bar in bars)
    graph = dcc.Graph(figure=figure, config=GRAPH, style={"height": f"{figure.layout.height}px"}, responsive=True)
    return html.Div([graph, html.P(words, className="sr")], role="img", **aria(label=f"Steps: {words}"))


def _bar(span: StepSpan, start: int, end: int, running: bool) -> Bar:
    live = running and span.is_open
    last = max(end, span.started_at) if live else max(span.ended_at or span.started_at, span.started_at)
    length = last - span.started_at
    look = "failed" if span.failed else "running" if live else "killed" if span.is_open else "completed"
    note = formats.duration(length)
    if span.failed:
        note = f"{len(span.failed):,} failed"
    elif live and span.tasks > 1:
        note = f"{span.done:,} of {span.tasks:,}"
    label = span.step if span.tasks == 1 else f"{span.step} ×{span.tasks:,}"
    failures = tuple(at - start for at in span.failed[:50])
    # A step whose failures are marked keeps the colour of its other tasks.
    return Bar(
        label,
        max(0, span.started_at - start),
        length,
        note,
        "completed" if span.failed and span.done else look,
        failures,
    )


def _parameters(services: Services, judged: JudgedRun) -> Component:
    run = judged.run
    task = services.database(locations.of_parameters, run.key)
    if task is None:
        return html.P("not registered yet", className="t3")
    known = services.stores.parameters(run, task.location, task.task, task.hashes)
    found = [one for one in known if one.kind == "parameter"]
    if not found:
        return html.P("none", className="t3")
    pairs = [part for one in found[:MOST_PARAMETERS] for part in (html.Dt(one.name, title=one.name), _value(one))]
    rest = len(found) - MOST_PARAMETERS
    return html.Div(
        [html.Dl(pairs, className="mf-dl mono"), html.P(f"and {rest} more", className="t3 small") if rest > 0 else None]
    )


def _value(parameter: Parameter) -> Component:
    if parameter.value is None:
        return html.Dd(parameter.note, className="t3")
    return html.Dd(parameter.value, title=parameter.value)


def _links(judged: JudgedRun) -> list[Component]:
    run = judged.run
    pathspec = Pathspec(run.flow, run.id)
    same_flow = RunQuery().where(flow=(run.flow,))
    snippet = f"from metaflow import Run, namespace\nnamespace(None)\nrun = {pathspec.client}"
    return [
        html.A("Open the run", href=href(pathspec.url)),
        html.A(f"All runs of {run.flow}", href=href("/", same_flow.to_query())),
        html.A("Its failed runs", href=href("/", same_flow.where(status=("failed",)).to_query())),
        html.Button("Copy pathspec", className="linklike", disable_n_clicks=True, **data(copy=run.pathspec)),
        html.Button("Copy client snippet", className="linklike", disable_n_clicks=True, **data(copy=snippet)),
    ]
