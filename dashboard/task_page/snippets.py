"""How to go on with a task in a notebook, a terminal or by HTTP; every text names run, task and attempt."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import menus
from components.attributes import aria, data
from components.icons import icon
from dashboard.links import href
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.task_details import TaskDetails


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to copy; `kind` is python, cli or curl."""

    kind: str
    title: str
    text: str


KINDS = (("python", "Notebook"), ("cli", "CLI"), ("curl", "curl"))


def snippets(details: TaskDetails, host: str) -> list[Snippet]:
    """All of them; `host` is where the dashboard answers, without a slash at its end."""
    run = details.view.judged.run
    pathspec = str(Pathspec(run.flow, run.id, details.step, details.facts.task))
    number = details.attempt
    script = details.facts.value("script-name", number) or "flow.py"
    names = [one.name for one in details.artifacts if not one.name.startswith("_") and one.name != "name"]
    task = f"Task({pathspec!r}, attempt={number})"
    lines = ["from metaflow import Task, namespace", "namespace(None)  # whoever made the run", f"task = {task}"]
    if names:
        lines.append(f"value = task[{names[0]!r}].data")
    lines.append("print(task.stderr[-2000:])")
    step_task = f"{run.id}/{details.step}/{details.facts.task}"
    python, file = "python", shlex.quote(script)
    cli = [
        Snippet("cli", "Its log", f"{python} {file} logs show --attempt {number} {shlex.quote(step_task)}"),
        Snippet("cli", "Its artifacts", f"{python} {file} dump {shlex.quote(step_task)}"),
        Snippet("cli", "Its card", f"{python} {file} card view {shlex.quote(step_task)}"),
    ]
    if details.status[0] is Status.FAILED:
        again = f"{python} {file} resume {shlex.quote(details.step)} --origin-run-id {shlex.quote(run.id)}"
        cli.insert(0, Snippet("cli", "Run again from this step", again))
    else:
        again = f"{python} {file} resume --origin-run-id {shlex.quote(run.id)}"
        cli.append(Snippet("cli", "Run what failed again", again))
    base = f"{host}{href('/-/api' + Pathspec(run.flow, run.id, details.step, details.facts.task).url)}"
    curl = [
        Snippet(
            "curl", "Its last lines of stderr", f"curl {shlex.quote(f'{base}/logs/stderr?attempt={number}&from=-200')}"
        ),
        Snippet("curl", "Its whole stdout", f"curl -OJ {shlex.quote(f'{base}/logs/stdout/raw?attempt={number}')}"),
        Snippet("curl", "Its artifacts", f"curl {shlex.quote(f'{base}/artifacts?attempt={number}')}"),
        Snippet("curl", "Its metadata", f"curl {shlex.quote(f'{base}/metadata?attempt={number}')}"),
    ]
    return [Snippet("python", "Client", "\n".join(lines)), *cli, *curl]


def menu(found: list[Snippet], pathspec: str) -> Component:
    """The menu “Use in notebook” in the header."""
    entries = [(one.title, one.text) for one in found if one.kind in ("python", "cli")][:3]
    summary: list[Component | str] = [icon("terminal"), "Use in notebook", icon("down")]
    body = menus.copies([("Pathspec", pathspec), *entries])
    return menus.menu(summary, body, "Use in notebook", "mf-btn p2", at_end=True)


def section(found: list[Snippet]) -> list[Component]:
    """The section at the end of the page: one list a kind, the first one shown."""
    buttons = [
        html.Button(
            words,
            type="button",
            disable_n_clicks=True,
            className="is-on" if n == 0 else "",
            **aria(pressed=str(n == 0).lower()),
            **data(snippets=kind),
        )
        for n, (kind, words) in enumerate(KINDS)
    ]
    head = html.Div(
        [
            html.H2("Notebook and CLI", className="mf-h2"),
            html.Span(buttons, className="mf-seg sm", role="group", **aria(label="Kind of snippet")),
        ],
        className="mf-bar",
    )
    lists = [
        html.Div([_snippet(one) for one in found if one.kind == kind], hidden=n > 0, **data(snippets_of=kind))
        for n, (kind, _) in enumerate(KINDS)
    ]
    return [head, html.Div(lists, className="snippets")]


def _snippet(one: Snippet) -> Component:
    copy = html.Button(
        [icon("copy"), "Copy"], type="button", disable_n_clicks=True, className="mf-btn sm", **data(copy=one.text)
    )
    return html.Figure(
        [
            html.Figcaption([html.Span(one.title, className="small t3 grow"), copy], className="mf-row"),
            html.Pre(one.text, className="mf-code", tabIndex="0", **aria(label=one.title)),
        ]
    )
