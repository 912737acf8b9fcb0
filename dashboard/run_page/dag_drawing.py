"""A layout as the browser takes it: short lists of numbers, names and labels; assets/js/run-dag.js draws it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from components import formats
from dashboard.dag.edges import Line
from dashboard.dag.layout import Layout
from dashboard.digest import digest
from dashboard.graph import Graph

LONGEST = 400  # characters of a docstring


def drawing(graph: Graph, drawn: Layout, flow: str) -> dict[str, Any]:
    """Lists of cards, frames and lines, and of steps for the table; `key` differs when all has to be drawn anew."""
    made: dict[str, Any] = {
        "flow": flow,
        "direction": drawn.direction,
        "size": [drawn.width, drawn.height],
        "cards": [[one.name, one.x, one.y, one.steps] for one in drawn.cards],
        "frames": [
            [one.kind, one.opener, one.label, *_rounded((one.x, one.y, one.width, one.height))] for one in drawn.frames
        ],
        "lines": [
            [one.source, one.target, one.way, _points(one), one.label, *_rounded(one.label_at)] for one in drawn.lines
        ],
        "steps": steps(graph),
    }
    return {"key": digest(made), **made}


def steps(graph: Graph) -> list[list[Any]]:
    """(name, the steps that it follows, the beginning of its docstring), from start to end."""
    before: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        for after in node.next:
            before.setdefault(after, []).append(node.name)
    order = graph.order()
    names = sorted(graph.nodes, key=lambda name: order[name])
    return [[name, before.get(name, []), formats.end(graph.nodes[name].doc.strip(), LONGEST)] for name in names]


def _points(line: Line) -> list[list[float]]:
    return [_rounded(point) for point in (line.start, *line.points, line.end)]


def _rounded(numbers: Iterable[float]) -> list[float]:
    return [round(number, 1) for number in numbers]
