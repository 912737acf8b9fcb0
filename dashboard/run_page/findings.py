"""The strip of findings: where the time went, in a line."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria, data
from dashboard.links import href
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails, task_ref
from dashboard.task_query import TaskQuery

Words = list[Any]
LONGER, WORTH = 1.15, 0.05  # a step is worth a word when it took so much longer, and that is so much of the run


def findings_strip(details: RunDetails) -> Component | None:
    """What stands out; None when nothing does."""
    found = _now(details) if details.view.judged.verdict.status is Status.RUNNING else _whole(details)
    found += _queue(details) + _stragglers(details) + _retries(details)
    found += _expected(details) if details.estimate else _versus_last_good(details)
    if not found:
        return None
    parts = [html.Span([html.Span(f"{name} ", className="k"), html.Span(words)]) for name, words in found]
    return html.Div(parts, className="mf-insights", role="group", **aria(label="Findings"))


def _whole(details: RunDetails) -> list[tuple[str, Words]]:
    found = details.findings
    if found.slowest is None or not found.slowest_share:
        return []
    link = html.A(found.slowest.step, href="?" + TaskQuery(open=(found.slowest.step,)).to_query())
    share = f", {found.slowest_share:.0%} of the run"
    return [("Slowest step", [link, " ", _bold(formats.duration(found.slowest_span)), share])]


def _now(details: RunDetails) -> list[tuple[str, Words]]:
    told, view = details.story, details.view
    words: Words = [_bold(f"{told.running:,}"), " running, "]
    words.append(f"{told.pending:,} waiting" if told.pending else "none waiting")
    if told.not_reached:
        words.append(f", {formats.count(len(told.not_reached), 'step')} to go")
    found: list[tuple[str, Words]] = [("Now", words)]
    row = details.findings.longest_running
    if row is not None:
        task, run = task_ref(view, row), view.judged.run
        link = html.A(task.task, href=href(Pathspec(run.flow, run.id, task.step, task.task).url), className="mono")
        median = next((step.median for step in details.steps if step.step == task.step), None)
        length = view.now - int(view.started[row])
        ratio = f", {length / median:.1f}× p50" if median else f", {formats.duration(length)}"
        found.append(("Longest running", [link, ratio]))
    return found


def _queue(details: RunDetails) -> list[tuple[str, Words]]:
    found = details.findings
    if found.queue is None or not found.queue_share or found.queue_share < 0.005:
        return []
    return [("Queue", ["median ", _bold(formats.duration(found.queue)), f", {found.queue_share:.0%} of task time"])]


def _stragglers(details: RunDetails) -> list[tuple[str, Words]]:
    found = details.findings
    if not found.stragglers:
        return []
    words: Words = [f"{formats.count(found.stragglers, 'task')} over 3× p50, max "]
    return [("Stragglers", [*words, _bold(formats.duration(found.longest))])]


def _retries(details: RunDetails) -> list[tuple[str, Words]]:
    found = details.findings
    if not found.retried:
        return []
    lost = f"{found.lost / HOUR:.1f} task-h" if found.lost > HOUR // 10 else formats.duration(found.lost)
    words: Words = [f"{formats.count(found.retried, 'task')}, ", _bold(lost), " lost"]
    return [("Retries", words)]


HOUR = 3_600_000  # ms


def _expected(details: RunDetails) -> list[tuple[str, Words]]:
    left, now = details.estimate, details.view.now
    if left is None:
        return []
    moments = [_moment(now + length) for length in (left.left, left.least, left.most)]
    return [("Finish", [html.B(moments[0], className="m"), " expected (", moments[1], "–", moments[2], ")"])]


def _versus_last_good(details: RunDetails) -> list[tuple[str, Words]]:
    """The step that took longest beyond what it took in the last good run."""
    good, usual = details.history.last_good, details.typical_steps
    spans = {step.step: step.span(details.view.now) or 0 for step in details.steps if step.step in usual}
    longer = [(span - usual[name], name) for name, span in spans.items() if span > LONGER * usual[name]]
    more, step = max(longer, default=(0, ""))
    if good is None or more < WORTH * (details.view.judged.verdict.duration or 0):
        return []
    run = good.run
    link = html.A(run.id, href=href(Pathspec(run.flow, run.id).url), className="mono")
    return [("Versus last good", [link, f" {step} ", _bold(f"+{formats.duration(more)}")])]


def _bold(text: str) -> Component:
    return html.B(text, className="m")


def _moment(at: int) -> Component:
    return html.Time("", dateTime=str(at), **data(ms=str(at), style="minute"))
