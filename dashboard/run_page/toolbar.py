"""Tabs and toolbar of a run: every control is a link or a GET form, made from the query it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import feedback, menus
from components.attributes import aria, data
from components.icons import MEANINGS, icon
from dashboard import query_text
from dashboard.dag.layout import MANY
from dashboard.insight.steps import StepSummary
from dashboard.links import href
from dashboard.models import Qualifier, Status
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails
from dashboard.run_page.dag_toolbar import dag_toolbar
from dashboard.task_query import TaskQuery

To = Callable[[TaskQuery], str]
NO_TABS: Mapping[str, str] = {}
# word of the query → (css name, how it counts)
CHIPS: Mapping[str, tuple[str, Status, tuple[Qualifier | None, ...]]] = {
    "completed": ("completed", Status.COMPLETED, ()),
    "running": ("running", Status.RUNNING, ()),
    "pending": ("pending", Status.PENDING, ()),
    "failed": ("failed", Status.FAILED, ()),
    "killed": ("killed", Status.FAILED, (Qualifier.KILLED,)),
    "caught": ("caught", Status.COMPLETED, (Qualifier.CAUGHT,)),
    "cloned": ("cloned", Status.COMPLETED, (Qualifier.CLONED,)),
    "unknown": ("unknown", Status.UNKNOWN, ()),
}
ORDERS = (
    (None, "Worst, longest"),
    ("started", "Started"),
    ("finished", "Finished"),
    ("-duration", "Longest"),
    ("duration", "Shortest"),
    ("-queue", "Longest queue"),
)


def tabs(details: RunDetails, query: TaskQuery, to: To, of_plugins: Mapping[str, str] = NO_TABS) -> list[Component]:
    """The views of a run; `of_plugins`: name → word."""
    made: list[Component] = []
    views = (
        ("timeline", "Timeline"),
        ("dag", "DAG"),
        ("tasks", "Tasks"),
        ("cards", "Cards"),
        ("details", "Details"),
        *of_plugins.items(),
    )
    for key, (name, words) in enumerate(views, 1):
        on = query.tab == name
        count = html.Span(f"{details.story.tasks:,}", className="n")
        more = aria(current="page") if on else data(palette=f"Show {words}", palette_key=str(key))
        content: list[Any] = [words, count] if name == "tasks" else [words]
        made.append(html.A(content, href=to(query.show(tab=name)), className="is-active" if on else "", **more))
    return made


def toolbar(details: RunDetails, query: TaskQuery, to: To, path: str) -> list[Component]:
    """What narrows, orders and zooms the tasks; `path` is the page's."""
    if query.tab not in ("timeline", "dag", "tasks"):
        return []
    if query.tab == "dag":
        return dag_toolbar(query, to, path, details.graph is not None and len(details.graph.nodes) > MANY)
    parts: list[Component] = [
        _presets(details, query, to),
        html.Span(className="vr p2"),
        html.Span(_chips(details.steps, query, to), className="mf-cluster", role="group", **aria(label="Status")),
        html.Span(className="vr p2"),
    ]
    if query.tab == "timeline":
        parts += [_grouping(query, to), _order(query, to)]
    parts += [*_steps(query, to), _search(query, path), html.Span(className="grow")]
    return parts + (_zoom() if query.tab == "timeline" else [_download(details, query)])


def misunderstood(problem: str, bad: tuple[str, ...], good: str) -> list[Component]:
    """In place of the toolbar: what in the link cannot be understood, and the way on."""
    leave = html.A("Leave it out", href=good, className="mf-btn sm")
    note = feedback.limit("This link cannot be understood.", problem, actions=[leave])
    return [html.Div(note, className="grow", **data(bad=" ".join(bad)))]


def _presets(details: RunDetails, query: TaskQuery, to: To) -> Component:
    told = details.story
    made: list[Component] = []
    for words, number, status, sort, group in (
        ("All", None, (), None, None),
        ("Running", told.running, ("running",), "-duration", None),
        ("Failed", told.failed + told.killed, ("failed",), None, None),
        ("Slowest", None, (), "-duration", "none"),
    ):
        group = group if query.tab == "timeline" else query.group
        target = query.show(status=status, sort=sort, group=group, open=())
        on = (query.status, query.sort, query.group) == (status, sort, group)
        count = [] if number is None else [html.Span(f"{number:,}", className="n")]
        more = aria(pressed=str(on).lower())
        made.append(html.A([words, *count], href=to(target), className="is-on" if on else "", role="button", **more))
    return html.Span(made, className="mf-seg sm", role="group", **aria(label="Presets"))


def _chips(steps: Any, query: TaskQuery, to: To) -> list[Component]:
    made: list[Component] = []
    for word, (css, status, qualifiers) in CHIPS.items():
        number = _count(steps, status, qualifiers)
        chosen = word in query.status
        if not number and not chosen:
            continue
        on = not query.status or chosen
        label = MEANINGS[css][0]
        made.append(
            html.A(
                [html.Span(className=f"st st-{css}", **aria(hidden="true")), html.Span(f"{number:,}", className="n")],
                href=to(query.show(status=query_text.toggled(query.status, word))),
                className=f"mf-toggle sm{'' if on else ' is-off'}",
                role="button",
                title=f"{label}: {MEANINGS[css][1]}",
                **aria(pressed=str(chosen).lower(), label=f"{label} {number:,}"),
            )
        )
    return made


def _steps(query: TaskQuery, to: To) -> list[Component]:
    """What the view is narrowed to by its address, with the way out."""
    if not query.step:
        return []
    remove = html.A(
        icon("x"), href=to(query.show(step=())), className="rm", role="button", **aria(label="Remove filter step")
    )
    words = ", ".join(query.step)
    parts = [html.Span("step", className="k"), html.Span(words, className="v ell", title=words), remove]
    return [html.Span(parts, className="mf-chip step")]


def _count(steps: list[StepSummary], status: Status, qualifiers: tuple[Qualifier | None, ...]) -> int:
    return sum(step.count(status, *qualifiers) for step in steps)


def _grouping(query: TaskQuery, to: To) -> Component:
    grouped = query.group != "none"
    box = html.Span(className=f"mf-check{' is-on' if grouped else ''}")
    return html.A(
        [box, "Group by step"],
        href=to(query.show(group="none" if grouped else None)),
        className="mf-row nw small plain",
        role="checkbox",
        **aria(checked=str(grouped).lower()),
    )


def _order(query: TaskQuery, to: To) -> Component:
    words = next((words for sort, words in ORDERS if sort == query.sort), query.sort or "")
    items = []
    for sort, label in ORDERS:
        on = sort == query.sort
        link = to(query.show(sort=sort))
        items.append(html.A(label, href=link, className="is-on" if on else "", **data(close="")))
    summary: list[Component | str] = ["Order ", html.Span(words, className="val"), icon("down")]
    return menus.menu(summary, html.Div(items, className="mf-pop mf-items"), "Order", "mf-btn sm")


def _search(query: TaskQuery, path: str) -> Component:
    box = dbc.Input(
        type="search",
        name="q",
        placeholder="Task id, label, artifact:name, field=value…",
        value=query.q,
        key=query.q,
        class_name="mf-input small",
        autocomplete="off",
        maxlength=255,
    )
    pairs = parse_qsl(query.show(q="").to_query())
    hidden = [dbc.Input(type="hidden", name=name, value=value, key=f"{name}={value}") for name, value in pairs]
    label = html.Label(
        [icon("search"), html.Span("Search tasks", className="sr"), box],
        className="mf-field sm grow",
        **data(key="search"),
    )
    return html.Form(
        [*hidden, label],
        action=path,
        method="get",
        className="run-search",
        role="search",
        disable_n_clicks=True,
        **data(soft="1", task_search=""),
    )


def _zoom() -> list[Component]:
    buttons = [
        html.Button(
            icon("minus"),
            type="button",
            disable_n_clicks=True,
            title="Zoom out (−)",
            **aria(label="Zoom out"),
            **data(zoom="out"),
        ),
        html.Button("Fit", type="button", disable_n_clicks=True, title="Fit (0)", **data(zoom="fit")),
        html.Button(
            icon("plus"),
            type="button",
            disable_n_clicks=True,
            title="Zoom in (+)",
            **aria(label="Zoom in"),
            **data(zoom="in"),
        ),
    ]
    full = html.Button(
        icon("full"),
        type="button",
        disable_n_clicks=True,
        className="mf-iconbtn sm p2",
        title="Full screen",
        **aria(label="Full screen"),
        **data(full=""),
    )
    return [html.Span(buttons, className="mf-seg sm", role="group", **aria(label="Zoom")), full]


def _download(details: RunDetails, query: TaskQuery) -> Component:
    run = details.view.judged.run
    csv = href(f"/-/download{Pathspec(run.flow, run.id).url}/tasks.csv", query.to_query())
    return html.A(
        [icon("download"), "CSV"],
        href=csv,
        className="mf-btn sm",
        download="",
        title="These tasks as CSV",
        **data(palette="Download these tasks as CSV"),
    )
