"""The source of a step, from the run's code package."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from dashboard.data.runs import Key
from dashboard.graph import Node
from dashboard.services import Services

MOST = 200  # lines


def source_of(services: Services, key: Key, node: Node) -> Component | None:
    """The lines of a step, folded away; the reason where they cannot be read; nothing without a line to look for."""
    if node.line is None:
        return None
    found = services.sources(key)
    lines = found.files.block(node.file or found.script, node.line, MOST) if found.files else []
    if lines:
        text = "\n".join(f"{number:>5}  {line}" for number, line in lines)
        body: Component = html.Pre(text, className="mono dag-source", tabIndex="0")
    else:
        body = html.P(found.problem or "The code package does not hold this line.", className="small t3")
    return html.Details([html.Summary([icon("code"), "Source"], className="mf-btn sm"), body], key=node.name)
