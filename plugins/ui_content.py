"""Metadata whose names begin with `ui-content`, as Markdown: what the official GUI shows under that name."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components import formats
from components.markdown import markdown
from dashboard.extension import Panel, Plugin, TaskContext

PREFIX = "ui-content"
MOST = 20  # texts
LONGEST = 20_000  # characters of one


def of_task(context: TaskContext) -> Component | None:
    """The texts in the order of their names; HTML in them stays text."""
    texts = [value for name, value in sorted(context.metadata.items()) if name.startswith(PREFIX) and value]
    shown = [html.Div(markdown(formats.end(text, LONGEST)), className="ui-content") for text in texts[:MOST]]
    return html.Div(shown) if shown else None


PLUGIN = Plugin(
    name="ui-content",
    about="Texts in Markdown that a task registers as metadata under names that begin with ui-content.",
    panels=[Panel("task-tab", "UI content", of_task)],
)
