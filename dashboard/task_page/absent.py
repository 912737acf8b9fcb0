"""In place of a task or attempt that is not registered: what is near, and that it will open by itself."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components import feedback, formats
from dashboard.data import task_facts
from dashboard.data.task_counts import PARAMETERS
from dashboard.finding.near import similar
from dashboard.links import href
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.task_details import rows_of
from dashboard.task_query import TaskQuery

SOON = "If it was started just now, this page opens it as soon as it is registered."


def no_such_task(services: Services, view: RunView, pathspec: Pathspec) -> Component:
    """Tasks of the step with near ids, or the steps that there are."""
    run, step, task = view.judged.run, pathspec.step or "", pathspec.task or ""
    of_run = Pathspec(run.flow, run.id)
    if step == PARAMETERS:
        text = "The task of the parameters runs no code and has no page; its values are among the details of the run."
        to = href(of_run.url, TaskQuery(tab="details").to_query())
        return feedback.not_found("The parameters of a run", text, (), [("Parameters of the run", to)])
    facts: list[tuple[str, Any]] = []
    is_over = view.judged.verdict.status is not Status.RUNNING
    text = f"Run {run.pathspec} has ended, so it will not come." if is_over else SOON
    actions = [(f"Run {run.id}", href(of_run.url))]
    if step in view.steps:
        near = services.database(task_facts.near, run.key, step, task)
        if near:
            facts.append(("Near ids", _links(of_run, [(step, one) for one in near])))
        count = int((view.step == view.steps.index(step)).sum())
        to = href(of_run.url, TaskQuery(step=(step,), tab="tasks").to_query())
        actions.insert(0, (f"The {formats.count(count, 'task')} of {step}", to))
        title = f"No task {task} in {run.pathspec}/{step}"
    else:
        title = f"No step {step} in {run.pathspec}"
        text += " Names are case sensitive."
        close = similar(step, view.steps, 3)
        links = [
            html.A(name, href=href(of_run.url, TaskQuery(step=(name,), tab="tasks").to_query()), className="mono")
            for name in close or view.steps[:10]
        ]
        if links:
            facts.append(("Steps like it" if close else "Its steps", _spaced(links)))
    return feedback.not_found(title, text, facts, actions)


def no_such_attempt(view: RunView, place: int, pathspec: Pathspec, attempt: int) -> Component:
    """The attempts that there are."""
    links = [
        html.A(f"Attempt {number}", href=href(pathspec.url, f"attempt={number}"))
        for number in (int(view.attempt[row]) for row in rows_of(view, place))
    ]
    return feedback.not_found(
        f"{pathspec} has no attempt {attempt}",
        SOON,
        [("Attempts", _spaced(links))],
        [("The newest", href(pathspec.url))],
    )


def _links(run: Pathspec, tasks: list[tuple[str, str]]) -> list[Any]:
    return _spaced(
        [
            html.A(f"{step}/{task}", href=href(Pathspec(run.flow, run.run, step, task).url), className="mono")
            for step, task in tasks
        ]
    )


def _spaced(links: list[Any]) -> list[Any]:
    return [part for link in links for part in (link, " ")]
