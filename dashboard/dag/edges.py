"""The lines between nodes: straight where they can be, with turns between the blocks where not.

A line is drawn as Cytoscape draws `unbundled-bezier`: quadratic curves, each bent towards one of `points`, which meet
in the middle between two points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from dashboard.dag.measures import EAR, NODE_HEIGHT, Measures
from dashboard.dag.place import Places
from dashboard.dag.ways import Edge, Ways
from dashboard.graph import Graph

Point: TypeAlias = tuple[float, float]
Way: TypeAlias = Literal["forward", "loop"]
ROUND = 20.0  # pixels of a long straight line that a turn takes
LONGEST = 24  # characters of a case


class Line(NamedTuple):
    """From one node to another; a loop leaves and enters at the side."""

    source: str
    target: str
    way: Way
    start: Point
    end: Point
    points: tuple[Point, ...]
    label: str  # the cases of a switch
    label_at: Point


def lines(
    graph: Graph, ways: Ways, places: Places, measures: Measures, at: Callable[[float, float], Point]
) -> tuple[Line, ...]:
    """All lines between what is drawn; `at` turns (main, cross) into (x, y)."""
    shown = {step: first for first, steps in places.folds.items() for step in steps}
    made: list[Line] = []
    for name in ways.order:
        cases = _cases(graph.nodes[name].cases) if graph.nodes[name].cases else {}
        for after in ways.forward[name]:
            source, target = shown.get(name, name), shown.get(after, after)
            if source != target:
                made.append(_forward((source, target), (name, after), places, measures, at, cases.get(after, "")))
    made += [
        _loop(edge, places, measures, at, _cases(graph.nodes[edge[0]].cases).get(edge[1], "")) for edge in ways.loops
    ]
    return tuple(made)


def _forward(
    ends: Edge, edge: Edge, places: Places, measures: Measures, at: Callable[[float, float], Point], label: str
) -> Line:
    (from_main, from_cross), (to_main, to_cross) = places.nodes[ends[0]], places.nodes[ends[1]]
    leaves, enters = from_main + measures.node_main / 2, to_main - measures.node_main / 2
    turns = _turns(ends, edge, places, (leaves, enters), measures)
    points = _bends(turns, (leaves, from_cross), enters) if turns[0][1] != from_cross or len(turns) > 1 else ()
    return Line(
        *ends,
        "forward",
        at(leaves, from_cross),
        at(enters, to_cross),
        tuple([at(main, cross) for main, cross in points]),
        label,
        at(turns[0][0], (from_cross + turns[0][1]) / 2),
    )


def _turns(ends: Edge, edge: Edge, places: Places, span: tuple[float, float], measures: Measures) -> Sequence[Point]:
    """Where the line turns into which cross: behind the step that opens a box, else before the one that it leads to."""
    leaves, enters = span
    to_cross = places.nodes[ends[1]][1]
    lanes = places.lanes.get(edge, ())
    first = places.first_turns.get(edge[0])
    if not lanes and first is not None and first < enters:
        return ((first, to_cross),)
    return (*lanes, (enters - min(measures.turn, (enters - leaves) / 2), to_cross))


def _bends(turns: Sequence[Point], start: Point, end: float) -> list[Point]:
    """Points for a line that turns here and there; more of them where it is straight for long, to keep it straight."""
    main, cross = start
    points: list[Point] = []
    ends = [*(turn[0] for turn in turns[1:]), end]
    for (at, wanted), following in zip(turns, ends, strict=True):
        if wanted == cross:
            continue
        if at - main > 2 * ROUND:
            points.append((at - ROUND, cross))
        points += [(at, cross), (at, wanted)]
        if following - at > 2 * ROUND:
            points.append((at + ROUND, wanted))
        main, cross = at, wanted
    return points


def _loop(edge: Edge, places: Places, measures: Measures, at: Callable[[float, float], Point], label: str) -> Line:
    """Along a lane at the side, back to where it came from."""
    if edge[0] == edge[1]:
        return _ear(edge, places, measures, at, label)
    (from_main, from_cross), (to_main, to_cross) = places.nodes[edge[0]], places.nodes[edge[1]]
    side, lane = measures.node_cross / 2, places.loops[edge]
    return Line(
        *edge,
        "loop",
        at(from_main, from_cross + side),
        at(to_main, to_cross + side),
        (at(from_main, lane), at(to_main, lane)),
        label,
        at((from_main + to_main) / 2, lane),
    )


def _ear(edge: Edge, places: Places, measures: Measures, at: Callable[[float, float], Point], label: str) -> Line:
    """Out of the side of a step and back into it, with the label where there is room: above it, or beside the ear."""
    main, cross = places.nodes[edge[0]]
    near, apart = cross + measures.node_cross / 2, NODE_HEIGHT / 4
    x, y = at(main + apart, near)
    label_at = (x - 12, y - 3 * apart - 8) if measures.is_down else (x + 36, y + 12)
    points = at(main + apart, near + EAR), at(main - apart, near + EAR)
    return Line(*edge, "loop", at(main + apart, near), at(main - apart, near), points, label, label_at)


def _cases(cases: Mapping[str, str]) -> dict[str, str]:
    """Step → the values of a switch that lead to it."""
    found: dict[str, list[str]] = {}
    for value, target in cases.items():
        found.setdefault(target, []).append(_value(value))
    return {target: _short(", ".join(values)) for target, values in found.items()}


def _value(text: str) -> str:
    is_bare = text in ("True", "False", "None") or text.lstrip("-").isdecimal() or text.startswith("config:")
    return text if is_bare else f'"{text}"'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
