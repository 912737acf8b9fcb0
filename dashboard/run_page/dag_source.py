"""The source of a step, which the browser asks for when it is opened: assets/js/run-dag-source.js."""

from __future__ import annotations

from dash import html

from components.attributes import aria, data
from components.icons import icon
from dashboard.graph import Node
from dashboard.links import href
from dashboard.models import Run
from dashboard.pathspec import Pathspec


def source_of(run: Run, node: Node) -> html.Details | None:
    """A part that opens; nothing without a line to look for."""
    if node.line is None:
        return None
    address = href(f"/-/columns{Pathspec(run.flow, run.id).url}/source")
    summary = html.Summary([icon("code"), "Source"], className="mf-btn sm")
    place = html.Div(className="dag-source", tabIndex="0", role="region", **aria(label=f"Source of {node.name}"))
    return html.Details([summary, place], key=node.name, **data(dag_source=address, step=node.name))
