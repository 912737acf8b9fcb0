"""The head of a task: pathspec and status, why it failed, its attempts on a small time axis, facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attempt_line import Bar, attempt_line
from components.attributes import aria, data
from components.icons import MEANINGS, glyph, icon, status_name
from dashboard.attempt_query import AttemptQuery
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.models import Qualifier, Status
from dashboard.pathspec import Pathspec
from dashboard.task_details import TaskDetails, status_of
from dashboard.task_page.blame import blame
from dashboard.task_page.facts import facts, known
from dashboard.task_page.snippets import Snippet, menu
from dashboard.task_query import TaskQuery

To = Callable[[AttemptQuery], str]


def header(details: TaskDetails, query: AttemptQuery, to: To, found: list[Snippet]) -> Component:
    """The header; instants and running durations stay current in the browser."""
    run = details.view.judged.run
    pathspec = Pathspec(run.flow, run.id, details.step, details.view.task_id(details.place))
    look = status_name(*details.status)
    word = MEANINGS["completed" if look == "caught" else look][0]
    pill = html.Span([glyph(look), word], className=f"mf-pill {look}", title=details.view.reason(details.row))
    bar = html.Div(
        [*_crumbs(pathspec, look, word), pill, html.Span(className="grow"), menu(found, str(pathspec)), _link()],
        className="mf-bar",
    )
    pairs = [html.Div([html.Dt(label), html.Dd(value)]) for label, value in facts(details)]
    parts = [bar, blame(details), _reason(details), _attempts(details, query, to), html.Dl(pairs, className="mf-facts")]
    return html.Header([part for part in parts if part is not None])


def brief(pathspec: Pathspec) -> Component:
    """The same while the run is still being read."""
    bar = html.Div([*_crumbs(pathspec), html.Span(className="grow"), _link()], className="mf-bar")
    words = html.Div("The tasks of the run are being read.", className="mf-reason neutral", role="status")
    return html.Header([bar, words])


def _crumbs(pathspec: Pathspec, look: str = "", word: str = "") -> list[Component]:
    flow, run, step, task = pathspec.flow, pathspec.run or "", pathspec.step or "", pathspec.task or ""
    of_run = Pathspec(flow, run).url
    sep = html.Span("/", className="sep")
    links: list[Any] = [
        html.A(flow, href=href("/", RunQuery().where(flow=(flow,)).to_query()), title=flow),
        sep,
        html.A(run, href=href(of_run), title="The run"),
        sep,
        html.A(step, href=href(of_run, TaskQuery(step=(step,), tab="tasks").to_query()), title="All tasks of the step"),
        sep,
        html.Span(task, className="cur"),
    ]
    copy = html.Button(
        icon("copy", "Copy pathspec"), className="mf-iconbtn sm", disable_n_clicks=True, **data(copy=str(pathspec))
    )
    named = data(title=" · ".join(filter(None, (str(pathspec), word))), object=str(pathspec), look=look)
    return [html.H1([*links, copy], className="mf-crumbs", **named)]


def _link() -> Component:
    return html.Button(icon("link", "Copy link"), className="mf-iconbtn", disable_n_clicks=True, **data(copy_link="1"))


def _reason(details: TaskDetails) -> Component | None:
    """The evidence in one line, where no failure says more."""
    if details.failure is not None:
        return None
    status, qualifier = details.status
    tone = {"running": " running", "lost": " lost"}.get(status_name(status, qualifier), " neutral")
    words: list[Any] = [html.Span(f"{formats.sentence(details.view.reason(details.row))}.")]
    earlier = [row for row in details.rows if row < details.row and status_of(details.view, row)[0] is Status.FAILED]
    if (status, qualifier) == (Status.COMPLETED, None):
        if not earlier:
            return None  # the mark beside its name says it
        words = [html.Span("It ended well.")]
    if qualifier is Qualifier.CLONED:
        words = [html.Span("Taken over from the run that was resumed; nothing was run again.")]
    if details.facts.own("spot-termination-received-at", details.attempt):
        words += [" ", html.Span("The end of its spot instance was announced.", className="m")]
    if earlier:
        words.append(" ")
        words.append(html.Span(f"{formats.count(len(earlier), 'attempt')} before it failed.", className="t2"))
    return html.Div(words, className=f"mf-reason{tone}", role="status")


def _attempts(details: TaskDetails, query: AttemptQuery, to: To) -> Component | None:
    view = details.view
    bars = [
        Bar(
            int(view.attempt[row]),
            known(view.queued[row]),
            known(view.started[row]),
            known(view.finished[row]),
            status_name(*status_of(view, row)),
        )
        for row in details.rows
    ]
    line = attempt_line(bars, view.now)
    links = []
    for row, bar in zip(details.rows, bars, strict=True):
        on = row == details.row
        current: dict[str, Any] = {"aria-current": "true"} if on else {}
        length = known(view.duration[row])
        links.append(
            html.A(
                [
                    glyph(bar.look),
                    f"Attempt {bar.number} ",
                    html.Span(formats.duration(length) if length is not None else "", className="n"),
                ],
                href=to(query.other_attempt(bar.number)),
                className="is-on" if on else "",
                **current,
                **data(attempt=str(bar.number)),
            )
        )
    group = html.Span(links, className="mf-seg attempts", role="group", **aria(label="Attempts"))
    return html.Div([group, line], className="mf-bar attempt-bar") if line else None
