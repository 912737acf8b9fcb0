"""A plugin in every slot that panels have, and a page with a callback; its texts are hostile."""

from __future__ import annotations

import plotly.graph_objects as go
from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.extension import Cell, FrameContext, Page, Panel, Plugin, RunContext, RunsContext, TaskContext
from dashboard.services import Services

HOSTILE = "<img src=x onerror=alert(1)>"


def layout(**_query: object) -> Component:
    """A button and what it says."""
    return html.Div([html.Button("Count", id="notes-button"), html.P(id="notes-said")])


def register(app: Dash, _services: Services) -> None:
    """Counts clicks."""

    @app.callback(Output("notes-said", "children"), Input("notes-button", "n_clicks"))
    def say(clicks: int | None) -> str:
        return f"{clicks or 0} clicks {HOSTILE}"


def header(_context: FrameContext) -> str:
    """A text below the top bar."""
    return f"notice {HOSTILE}"


def tab(context: RunContext) -> list[object]:
    """Changes with the run."""
    return [f"{context.details.story.done} done {HOSTILE}", go.Figure(go.Bar(x=[1, 2], y=[1, 2]), {"height": 120})]


def section(context: TaskContext) -> str:
    """Names of artifacts, and a value."""
    return f"{', '.join(context.artifacts)} {context.metadata.get('attempt', '')} {HOSTILE}"


def column(context: RunsContext) -> dict[str, Cell]:
    """A link for each run."""
    runs = [one.run for one in context.runs]
    return {run.pathspec: Cell(f"note {run.number}", "https://notes.example.org/", HOSTILE) for run in runs}


PLUGIN = Plugin(
    name="notes",
    panels=[
        Panel("header", "", header),
        Panel("run-tab", "Notes", tab),
        Panel("task-tab", "Notes", section),
        Panel("runs-column", "Note", column),
    ],
    pages=[Page("notes", "/-/plugins/notes", "Notes", layout, register)],
)
