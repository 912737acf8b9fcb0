"""The drawing of a graph: places of nodes, boxes and lines in pixels, the same for the same graph.

`layout` takes some 5 ms for 500 steps (`python -m tests.bench.dag`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from dashboard.dag.blocks import Kind, series
from dashboard.dag.edges import Line, lines
from dashboard.dag.fold import folded
from dashboard.dag.measures import LEFT_RIGHT, TOP_DOWN
from dashboard.dag.place import Placer
from dashboard.dag.ways import ways
from dashboard.graph import Graph, Node

Direction: TypeAlias = Literal["down", "right"]
MANY = 60  # nodes from which on chains are folded
MOST_EDGES = 10_000  # of a graph that can be drawn
MARGIN = 12.0


class Card(NamedTuple):
    """A node by its middle; of a fold, `steps` are the steps that it stands for."""

    name: str
    x: float
    y: float
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A box by its top left corner, with the steps inside."""

    kind: Kind
    opener: str
    label: str
    x: float
    y: float
    width: float
    height: float
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing of `width` × `height`."""

    direction: Direction
    width: float
    height: float
    cards: tuple[Card, ...]
    frames: tuple[Frame, ...]  # the outer before the inner
    lines: tuple[Line, ...]
    is_foldable: bool  # whether chains are, or were unfolded


def layout(
    graph: Graph, direction: Direction = "down", unfolded: Collection[str] = (), kept: Collection[str] = ()
) -> Layout | None:
    """Place all steps; None for a graph with more edges than can be drawn.

    Chains of large graphs are folded, except those that begin with an `unfolded` step, or all of them for `*`; `kept`
    steps stand for themselves in any case.
    """
    if sum(len(node.next) for node in graph.nodes.values()) > MOST_EDGES:
        return None
    found = ways(graph)
    whole = series(graph, found)
    looping = {name for edge in found.loops for name in edge}
    is_foldable = len(graph.nodes) > MANY
    if is_foldable and "*" not in unfolded:
        whole = folded(whole, {graph.start, graph.end, *looping, *kept}, unfolded)
    measures = TOP_DOWN if direction == "down" else LEFT_RIGHT
    labels = {node.name: box_label(node) for node in graph.nodes.values()}
    placer = Placer(found, measures, labels)
    length, width = placer.place(whole)
    places = placer.found

    def at(main: float, cross: float) -> tuple[float, float]:
        x, y = (cross, main) if direction == "down" else (main, cross)
        return x + MARGIN, y + MARGIN

    cards = tuple(Card(name, *at(*place), places.folds.get(name, ())) for name, place in places.nodes.items())
    frames = []
    for one in places.frames:
        x, y = at(one.main - one.length / 2, one.cross - one.width / 2)
        size = (one.width, one.length) if direction == "down" else (one.length, one.width)
        frames.append(Frame(one.kind, one.opener, labels[one.opener], x, y, *size, one.steps))
    across, down = (width, length) if direction == "down" else (length, width)
    return Layout(
        direction=direction,
        width=across + 2 * MARGIN,
        height=down + 2 * MARGIN,
        cards=cards,
        frames=tuple(frames),
        lines=lines(graph, found, places, measures, at),
        is_foldable=is_foldable,
    )


def box_label(node: Node) -> str:
    """What the box that a step opens is called."""
    if node.kind == "split-foreach":
        return f"foreach {node.foreach}" if node.foreach else "foreach"
    if node.kind == "split-parallel":
        return f"gang of {node.num_parallel}" if node.num_parallel else "gang"
    if node.kind == "split-switch":
        return f"switch on {node.condition}" if node.condition else "switch"
    return f"split, {len(node.next)} branches"
