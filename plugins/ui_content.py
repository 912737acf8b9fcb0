"""Metadata whose names begin with `ui-content`, as Markdown: what the official GUI shows under that name."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import formats
from dashboard.extension import Panel, Plugin, TaskContext

PREFIX = "ui-content"
MOST = 20  # texts
LONGEST = 20_000  # characters of one


def of_task(context: TaskContext) -> Component | None:
    """The texts in the order of their names; HTML in them stays text."""
    texts = [value for name, value in sorted(context.metadata.items()) if name.startswith(PREFIX) and value]
    shown = [dcc.Markdown(formats.end(text, LONGEST), link_target="_blank", className="ui-content") for text in texts]
    return html.Div(shown[:MOST]) if shown else None


PLUGIN = Plugin(
    name="ui-content",
    about="Texts in Markdown that a task registers as metadata under names that begin with ui-content.",
    panels=[Panel("task-tab", "UI content", of_task)],
)
