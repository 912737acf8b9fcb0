"""A tangle in layers: every step below all that lead to it, edges over several layers in lanes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from dashboard.dag.blocks import Tangle
from dashboard.dag.measures import Measures
from dashboard.dag.ways import Edge, Ways

SWEEPS = 4
MOST_LANES = 5_000  # places in rows that edges may take; where they would take more they get none
# A place in a row is a step, or the lane of an edge that passes through it.
Place: TypeAlias = "str | tuple[str, str]"


@dataclass(frozen=True, slots=True)
class Layers:
    """Places relative to the top and the middle of the tangle: (main, cross) of steps, turns of edges into lanes."""

    steps: Mapping[str, tuple[float, float]]
    lanes: Mapping[Edge, Sequence[tuple[float, float]]]
    main: float
    cross: float


def layers(tangle: Tangle, ways: Ways, measures: Measures) -> Layers:
    """The steps in rows by their longest way from the first ones."""
    inside = set(tangle.names)
    rank: dict[str, int] = {}
    for name in tangle.names:
        rank[name] = 1 + max((rank[before] for before in ways.backward[name] if before in inside), default=-1)
    rows: list[list[Place]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    neighbours: dict[Place, list[Place]] = {}
    for name in tangle.names:
        rows[rank[name]].append(name)
    edges = _edges(tangle, ways, rank, len(rows))
    is_crowded = sum(last - first - 1 for _, first, last in edges) > MOST_LANES
    for edge, first, last in edges:
        before: Place | None = edge[0] if edge[0] in inside else None
        is_long = last - first > 1 and not is_crowded
        for row in range(first + 1, last) if is_long else ():
            rows[row].append(edge)
        # A lane is one place in all of its rows: their order is that of the row above.
        after: Place | None = edge[1] if edge[1] in inside else None
        chain = [one for one in (before, edge if is_long else None, after) if one is not None]
        for one, other in pairwise(chain):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    return _placed(_in_order(rows, neighbours), neighbours, measures)


def _edges(tangle: Tangle, ways: Ways, rank: Mapping[str, int], rows: int) -> list[tuple[Edge, int, int]]:
    """(edge, rank where it begins, rank where it ends); -1 and `rows` are outside."""
    sources = tangle.names if tangle.opener is None else (tangle.opener, *tangle.names)
    return [
        ((name, after), rank.get(name, -1), rank.get(after, rows)) for name in sources for after in ways.forward[name]
    ]


def _in_order(rows: list[list[Place]], neighbours: Mapping[Place, Sequence[Place]]) -> list[list[Place]]:
    """The rows with places near their neighbours, by the method of barycentres."""
    at = {place: n - len(row) / 2 for row in rows for n, place in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {place: _mean(neighbours.get(place, ()), at, at[place]) for place in row}
            row.sort(key=lambda place: (wanted[place], at[place]))
            at.update({place: n - len(row) / 2 for n, place in enumerate(row)})
    return rows


def _mean(places: Sequence[Place], at: Mapping[Place, float], default: float) -> float:
    return sum(at[place] for place in places) / len(places) if places else default


def _placed(rows: list[list[Place]], neighbours: Mapping[Place, Sequence[Place]], measures: Measures) -> Layers:
    cross: dict[tuple[int, Place], float] = {}
    last: dict[Place, float] = {}
    for number, row in enumerate(rows):
        wanted = [_mean([one for one in neighbours.get(place, ()) if one in last], last, 0.0) for place in row]
        for place, at in zip(row, _apart(wanted, [_width(place, measures) for place in row], measures), strict=True):
            cross[number, place] = last[place] = at
    half = {key: _width(key[1], measures) / 2 for key in cross}
    low = min((at - half[key] for key, at in cross.items()), default=0.0)
    high = max((at + half[key] for key, at in cross.items()), default=0.0)
    middle, pitch = (low + high) / 2, measures.node_main + measures.rows
    steps: dict[str, tuple[float, float]] = {}
    lanes: dict[Edge, list[tuple[float, float]]] = {}
    for (number, place), at in cross.items():
        if isinstance(place, str):
            steps[place] = (number * pitch, at - middle)
        else:
            lanes.setdefault(place, []).append((number * pitch - measures.rows / 2, at - middle))
    return Layers(steps, lanes, max(0.0, len(rows) * pitch - measures.rows), high - low)


def _width(place: Place, measures: Measures) -> float:
    return measures.node_cross if isinstance(place, str) else measures.lane


def _apart(wanted: Sequence[float], widths: Sequence[float], measures: Measures) -> list[float]:
    """Places as near to the wanted ones as their order and widths allow, on average."""
    found: list[float] = []
    edge = float("-inf")
    for at, width in zip(wanted, widths, strict=True):
        found.append(max(at, edge + width / 2))
        edge = found[-1] + width / 2 + measures.between
    shift = sum(at - want for at, want in zip(found, wanted, strict=True)) / max(1, len(found))
    return [at - shift for at in found]
