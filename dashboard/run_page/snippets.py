"""How to go on with a run in a notebook or a terminal."""

from __future__ import annotations

import shlex

from dash.development.base_component import Component

from components import menus
from components.icons import icon
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails


def menu(details: RunDetails) -> Component:
    """The menu “Use in notebook”."""
    summary: list[Component | str] = [icon("terminal"), "Use in notebook", icon("down")]
    return menus.menu(summary, menus.copies(snippets(details)), "Use in notebook", "mf-btn p2", at_end=True)


def snippets(details: RunDetails) -> list[tuple[str, str]]:
    """(what it is, the text)."""
    run = details.view.judged.run
    pathspec = Pathspec(run.flow, run.id)
    script = details.facts.value("script-name") or "flow.py"
    client = f"from metaflow import Run, namespace\nnamespace(None)\nrun = {pathspec.client}"
    return [
        ("Client", client),
        ("Pathspec", run.pathspec),
        ("Resume from here", f"python {shlex.quote(script)} resume --origin-run-id {shlex.quote(run.id)}"),
    ]
