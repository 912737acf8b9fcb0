"""Why an attempt failed: what it raised, where, whether it was the first, and which others failed the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria, data
from components.icons import icon
from dashboard.links import href
from dashboard.models import JudgedRun, Qualifier, Status
from dashboard.pathspec import Pathspec
from dashboard.run_details import task_ref
from dashboard.run_state.view import RunView
from dashboard.task_details import TaskDetails, status_of
from dashboard.task_failure import Failure
from dashboard.task_page.facts import known

Words = list[Any]
SHOWN_MESSAGE = 1_200  # characters below the first line
NAMED = 3  # other tasks that are named
SOURCES = {
    "exception": "",
    "log": "The line of its log that says most; it saved no exception.",
    "scheduler": "It left no exception and no log that tells.",
}


def blame(details: TaskDetails) -> Component | None:
    """The block below the pathspec; None for what did not fail."""
    found = details.failure
    if found is None:
        return None
    tone = "caught" if found.is_caught else ""
    if details.status == (Status.FAILED, Qualifier.KILLED) and found.said_by != "exception":
        tone = "killed"
    told = html.Div(
        [html.Div(found.title, className="et"), html.Div(_story(details, found), className="t2 story")],
        className="grow",
    )
    parts: Words = [html.Div([told, *_buttons(found)], className="blame-head")]
    if found.cause and found.said_by != "scheduler":
        parts.append(_cause(found))
    if found.more:
        more = formats.end(found.more, SHOWN_MESSAGE)
        parts.append(html.Details([html.Summary("The whole message"), html.Pre(more)], open=found.more.count("\n") < 4))
    if found.source:
        parts.append(_source(found))
    return html.Section(parts, className=f"blame {tone}".strip(), **aria(label="Exception"))


def _story(details: TaskDetails, found: Failure) -> Words:
    words: Words = []
    if found.place:
        name = found.place.file.replace("\\", "/").rpartition("/")[2]
        where = html.Span(f"{name}:{found.place.line}", className="mono", title=found.place.file)
        words += ["Raised in ", where]
    elif found.more and found.said_by == "scheduler":
        words.append(f"{found.more}. ")
    count = len(details.rows)
    if count > 1:
        words += [", " if words else "", _which(details, count)]
    if found.is_caught:
        words += [", " if words else "", html.B("swallowed by @catch", className="m"), ", so the run went on"]
    if words and isinstance(words[0], str):
        words[0] = formats.sentence(words[0])
    if words and not str(words[-1]).endswith(". "):
        words.append(". ")
    words += _order(details)
    if note := SOURCES[found.said_by]:
        words += [html.Span(note, className="t3"), " "]
    return words


def _which(details: TaskDetails, count: int) -> str:
    if details.row == details.rows[-1]:
        return f"last of {count} attempts"
    return f"attempt {details.attempt} of {count}; {_outcome(details.view, details.rows[-1])} in the end"


def _outcome(view: RunView, row: int) -> str:
    status, _ = status_of(view, row)
    words = {Status.COMPLETED: "the task succeeded", Status.FAILED: "the task failed", Status.RUNNING: "it runs again"}
    return words.get(status, "the task is not over")


def _order(details: TaskDetails) -> Words:
    """Whether it was the first failure of the run, else which one was."""
    first, view = details.story.first_failure, details.view
    if first is None or details.failure is None or details.failure.is_caught:
        return []
    if first == details.rows[-1]:
        return [html.B("First failure in this run.", className="m"), " "]
    if details.status[0] is not Status.FAILED or details.row != details.rows[-1]:
        return []
    run, task = view.judged.run, task_ref(view, first)
    link = html.A(
        f"{task.step}/{task.task}", href=href(Pathspec(run.flow, run.id, task.step, task.task).url), className="mono"
    )
    mine, theirs = known(view.finished[details.row]), known(view.finished[first])
    earlier = f", {formats.duration(mine - theirs)} earlier" if mine and theirs and mine > theirs else ""
    return ["The first failure was ", link, f"{earlier}. "]


def _buttons(found: Failure) -> list[Component]:
    # Its line in the log is looked for once the log is there: assets/js/task-blame.js
    parts: list[Component] = [html.Span(**data(line_of=found.title))] if found.said_by != "scheduler" else []
    if not found.traceback:
        return parts
    text = "\n".join(found.traceback)
    return [
        *parts,
        html.Button(
            [icon("copy"), "Traceback"],
            type="button",
            disable_n_clicks=True,
            className="mf-btn sm",
            title="Copy the traceback",
            **data(copy=text),
        ),
    ]


def _cause(found: Failure) -> Component:
    assert found.cause
    return html.P([html.B(f"{found.cause.title}. ", className="m"), found.cause.hint], className="t2 cause")


def _source(found: Failure) -> Component:
    last = found.source[-1][0]
    lines = [
        html.Div([html.Span(str(number), className="no"), text or " "], className="cl hot" if number == last else "cl")
        for number, text in found.source
    ]
    return html.Div(lines, className="mf-code source", tabIndex="0", **aria(label="Source"))


def elsewhere(
    details: TaskDetails, rows: Sequence[int], compared: int, others: Sequence[tuple[JudgedRun, int]]
) -> Words:
    """Where else the same error is: in tasks of this run, and in other runs of the flow with how many failed tasks."""
    view, run = details.view, details.view.judged.run
    words: Words = []
    if rows:
        words.append("Same error in ")
        for row in rows[:NAMED]:
            task = task_ref(view, row)
            link = href(Pathspec(run.flow, run.id, task.step, task.task).url)
            words += [html.A(f"{task.step}/{task.task}", href=link, className="mono"), ", "]
        words.pop()
        if len(rows) > NAMED:
            words.append(f" and {len(rows) - NAMED} more of the {compared} failed tasks that were compared")
    elif compared:
        words.append(f"No other failed task of this run has the same error ({compared:,} compared)")
    if others:
        words += [" and in " if rows else ". Same error in " if words else "Same error in "]
        for judged, failed in others[:NAMED]:
            note = f"{formats.count(failed, 'task')} of run " if failed > 1 else "run "
            link = href(Pathspec(judged.run.flow, judged.run.id).url)
            words += [html.A([note, html.Span(judged.run.id)], href=link), ", "]
        words.pop()
        if len(others) > NAMED:
            words.append(f" and {len(others) - NAMED} more runs")
    return [*words, "."] if words else []
