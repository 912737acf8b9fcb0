"""The panel beside the graph: what a step does and how its tasks do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria
from components.histogram import histogram
from components.icons import MEANINGS, glyph, icon, status_name
from dashboard.graph import Graph, Node
from dashboard.insight.durations import spread
from dashboard.insight.steps import StepSummary
from dashboard.models import Qualifier, Status
from dashboard.run_details import RunDetails
from dashboard.run_page.dag_source import source_of
from dashboard.run_page.dag_tasks import failed_tasks, longest_tasks
from dashboard.services import Services
from dashboard.task_query import TaskQuery

To = Callable[[TaskQuery], str]
Words = list[Any]
LONG_DOC = 4_000  # characters
# What is counted, in this order: (css name, status, qualifiers)
COUNTED: tuple[tuple[str, Status, tuple[Qualifier | None, ...]], ...] = (
    ("completed", Status.COMPLETED, (None, Qualifier.CLONED)),
    ("caught", Status.COMPLETED, (Qualifier.CAUGHT,)),
    ("failed", Status.FAILED, (None,)),
    ("killed", Status.FAILED, (Qualifier.KILLED,)),
    ("running", Status.RUNNING, ()),
    ("pending", Status.PENDING, ()),
    ("unknown", Status.UNKNOWN, ()),
)


def panel(
    services: Services, details: RunDetails, graph: Graph, step: StepSummary | None, query: TaskQuery, to: To
) -> list[Component]:
    """The panel of the step that the query names; nothing for a name that is no step."""
    node = graph.nodes.get(query.sel)
    if node is None:
        return []
    begun = step if step is not None and step.tasks else None
    table = TaskQuery(tab="tasks", step=(node.name,))
    parts: Words = [
        _head(details, graph, node, step, to(query.show(sel=""))),
        html.P(formats.end(node.doc, LONG_DOC), className="dag-doc small t2") if node.doc else None,
        *(_counts(begun) if begun else [html.P(_absence(details, node), className="small t3")]),
        _durations(details, begun) if begun else None,
        _facts(details, node, begun),
        failed_tasks(services, details, begun, to(table.show(status=("failed",)))) if begun else None,
        longest_tasks(details, begun, table, to) if begun else None,
        html.Div(
            [
                html.A("Open in Timeline", href=to(TaskQuery(step=(node.name,))), className="mf-btn sm"),
                html.A("Tasks table", href=to(table), className="mf-btn sm"),
            ],
            className="mf-row dag-links",
        ),
        source_of(details.view.judged.run, node),
    ]
    return [part for part in parts if part is not None]


def _head(details: RunDetails, graph: Graph, node: Node, step: StepSummary | None, close: str) -> Component:
    name = status_name(step.verdict.status, step.verdict.qualifier) if step and step.tasks else _absent(details)
    words = ", ".join(part for part in (_kind(graph, node), f"line {node.line}" if node.line else "") if part)
    return html.Div(
        [
            glyph(name, label=True),
            html.H2(node.name, className="mf-h2 ell", title=node.name, id="dag-step"),
            html.Span(words, className="t3 small nw"),
            html.Span(className="grow"),
            html.A(icon("x"), href=close, className="mf-iconbtn sm", title="Close (Esc)", **aria(label="Close")),
        ],
        className="mf-row",
    )


def _kind(graph: Graph, node: Node) -> str:
    before = [graph.nodes[name] for name in graph.leading_to(node.name)]
    if any(one.kind == "split-parallel" for one in before):
        return "gang step"
    if any(one.kind == "split-foreach" for one in before):
        return "foreach step"
    kinds = {"split-static": "splits", "split-foreach": "starts a foreach", "split-parallel": "starts a gang"}
    return {**kinds, "split-switch": "switch", "join": "join"}.get(node.kind, "step")


def _absent(details: RunDetails) -> str:
    return "notrun" if details.view.run_over else "pending"


def _absence(details: RunDetails, node: Node) -> str:
    if details.view.run_over:
        return "Branch not taken." if node.name in details.story.not_taken else "The run did not reach this step."
    return "Not started."


def _counts(step: StepSummary) -> list[Component]:
    counted = [(css, step.count(status, *qualifiers)) for css, status, qualifiers in COUNTED]
    shown = [(css, number) for css, number in counted if number]
    numbers = [
        html.Span(
            [glyph(css, label=True), html.Span(f"{number:,}", className=f"fg-{css} m" if css == "failed" else "")],
            className="mf-row dag-count",
        )
        for css, number in shown
    ]
    total = html.Span(f"of {step.tasks:,}" if len(shown) > 1 else MEANINGS[shown[0][0]][0].lower(), className="t3")
    bar = [html.I(className=f"s-{css}", style={"flex": f"{number} 0 2px"}) for css, number in shown]
    return [
        html.Div([*numbers, html.Span(className="grow"), total], className="mf-row small dag-counts"),
        html.Div(bar, className="dag-bar", **aria(hidden="true")),
    ]


def _durations(details: RunDetails, step: StepSummary) -> Component | None:
    found = spread(details.view, step)
    if found is None:
        return None
    words = "Durations" + (f", foreach {' · '.join(step.variables)}" if step.variables else "")
    late = html.Span(f"{step.stragglers:,} > 3× p50", className="fg-lost m") if step.stragglers else None
    head = html.Div([html.Span(words, className="t2"), html.Span(className="grow"), late], className="mf-row micro")
    marks = [
        f"{word} {formats.duration(ms)}"
        for word, ms in (("p50", found.p50), ("p95", found.p95), ("max", found.longest))
    ]
    bars = histogram(found.heights, found.over, marks, f"Durations of {found.tasks:,} tasks")
    return html.Div([head, bars], className="dag-durations")


def _facts(details: RunDetails, node: Node, step: StepSummary | None) -> Component | None:
    span = step.span(details.view.now) if step else None
    usual = details.typical_steps.get(node.name)
    is_open = step is not None and step.verdict.status in (Status.RUNNING, Status.PENDING)
    pairs: list[tuple[str, Any]] = []
    if span is not None:
        pairs.append(
            (
                "Runs for" if is_open else "Took",
                f"{formats.duration(span)} from first start" + ("" if is_open else " to last end"),
            )
        )
    if usual is not None:
        pairs.append(("Last good run", formats.duration(usual)))
    if step is not None and step.queue is not None:
        pairs.append(("Queue", f"median {formats.duration(step.queue)}"))
    if step is not None and step.retried:
        pairs.append(("Retries", formats.count(step.retried, "task")))
    if node.kind == "split-foreach" and node.foreach:
        pairs.append(("Foreach over", html.Span(node.foreach, className="mono")))
    if node.cases:
        cases = [html.Div(f"{value} → {target}") for value, target in node.cases.items()]
        pairs.append((f"Switch on {node.condition or '…'}", html.Div(cases, className="mono")))
    if node.decorators:
        lines = [html.Div(decorator_text(one.name, one.attributes)) for one in node.decorators]
        pairs.append(("Decorators", html.Div(lines, className="mono dag-decorators")))
    rows = [part for label, value in pairs for part in (html.Dt(label), html.Dd(value))]
    return html.Dl(rows, className="mf-dl small dag-facts") if rows else None


def decorator_text(name: str, attributes: Any) -> str:
    """`@retry(times=2)`: as it was written, without attributes that were not set."""
    shown = [f"{key}={value!r}" for key, value in attributes.items() if value not in (None, "", [], {})]
    text = f"@{name}({', '.join(shown)})" if shown else f"@{name}"
    return formats.end(text if text.isprintable() else ascii(text)[1:-1], 300)
