"""Tasks in the panel of a step: those that failed, and those that take longest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from components import formats
from components.attributes import aria
from components.icons import glyph, status_name
from dashboard.insight.steps import StepSummary, running_for
from dashboard.links import href
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails, task_ref
from dashboard.run_state.view import FAILED, RUNNING, RunView
from dashboard.services import Services
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from dashboard.task_errors import error_of
from dashboard.task_query import TaskQuery

Rows = NDArray[np.intp]
SHOWN = 4
STANDS_OUT = 1.5  # times the median, from which on the ratio is told


def failed_tasks(services: Services, details: RunDetails, step: StepSummary, all_: str) -> Component | None:
    """The first that failed, and the error of the first of them; `all_` leads to the whole list."""
    view = details.view
    rows = _last_rows(view, step.step)
    rows = rows[view.status[rows] == FAILED]
    if not len(rows):
        return None
    ends = np.where(view.finished[rows] == ABSENT, np.iinfo(np.int64).max, view.finished[rows])
    rows = rows[np.lexsort((rows, ends))]
    error = error_of(services.database, services.stores, view.judged.run, task_ref(view, int(rows[0])))
    lines: list[Any] = [_task(view, int(row), None) for row in rows[:SHOWN]]
    if error:
        lines.append(html.Div(formats.end(error, 300), className="mono fg-failed small dag-error", title=error))
    more = f"All {len(rows):,}" if len(rows) > SHOWN else "In the table"
    return _section("Failed", lines, html.A(more, href=all_, className="small"))


def longest_tasks(
    details: RunDetails, step: StepSummary, table: TaskQuery, to: Callable[[TaskQuery], str]
) -> Component | None:
    """Those that run longest, or took longest once none runs any more; `table` shows all tasks of the step."""
    view = details.view
    rows = _last_rows(view, step.step)
    is_open = step.verdict.status is Status.RUNNING
    rows = rows[(view.status[rows] == RUNNING) if is_open else (view.started[rows] != ABSENT)]
    if not len(rows) or (not is_open and step.tasks == 1):
        return None
    lengths = running_for(view, rows)
    order = np.argsort(-lengths, kind="stable")[:SHOWN]
    lines = [_task(view, int(rows[n]), step.median, int(lengths[n])) for n in order]
    all_ = to(table.show(status=("running",), sort="-duration") if is_open else table.show(sort="-duration"))
    link = html.A(f"All {len(rows):,}", href=all_, className="small") if len(rows) > SHOWN else None
    return _section("Longest running" if is_open else "Longest", lines, link)


def _last_rows(view: RunView, step: str) -> Rows:
    place = view.steps.index(step) if step in view.steps else -1
    return np.flatnonzero(view.is_last & (view.step[view.task] == place))


def _task(view: RunView, row: int, median: int | None, length: int | None = None) -> Component:
    place, run = int(view.task[row]), view.judged.run
    task = task_ref(view, row)
    length = int(view.duration[row]) if length is None else length
    ratio = length / median if median and length > 0 else 0.0
    name = status_name(STATUSES[view.status[row]], QUALIFIERS[view.qualifier[row]])
    return html.A(
        [
            glyph(name, label=True),
            html.Span(formats.short_id(task.task), className="mono"),
            html.Span(view.labels[place], className="t2 ell grow", title=view.labels[place]),
            html.Span(formats.duration(length if length > 0 else None), className="nw"),
            html.Span(f"{ratio:.1f}×" if ratio >= STANDS_OUT else "", className="micro fg-lost nw dag-ratio"),
        ],
        href=href(Pathspec(run.flow, run.id, task.step, task.task).url),
        className="mf-row small dag-task",
    )


def _section(title: str, lines: list[Any], link: Component | None) -> Component:
    head = html.Div([html.H3(title, className="mf-h3"), html.Span(className="grow"), link], className="mf-row")
    return html.Section([head, *lines], className="dag-section", **aria(label=title))
