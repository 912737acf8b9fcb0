"""What follows what in a graph, with the edges that lead back apart, and where ways that part come together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.graph import Graph

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ways:
    """`forward` has no cycles; `order` is topological, and the same for the same graph."""

    order: Sequence[str]
    forward: Mapping[str, tuple[str, ...]]
    backward: Mapping[str, tuple[str, ...]]
    loops: Sequence[Edge]
    meeting: Mapping[str, str | None]  # step → where all ways that leave it meet; None: nowhere before the end
    roots: Sequence[str]  # the first step, and what cannot be reached from it


def ways(graph: Graph) -> Ways:
    """The ways through a graph. Targets that are no steps are left out."""
    known = {name: tuple(after for after in node.next if after in graph.nodes) for name, node in graph.nodes.items()}
    order, loops, roots = _walk(known, graph.start)
    back = set(loops)
    forward = {name: tuple(after for after in known[name] if (name, after) not in back) for name in order}
    before: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for after in forward[name]:
            before[after].append(name)
    backward = {name: tuple(found) for name, found in before.items()}
    return Ways(order, forward, backward, loops, _meeting(order, known, forward), roots)


def _walk(known: Mapping[str, tuple[str, ...]], start: str) -> tuple[list[str], list[Edge], list[str]]:
    """Topological order, the edges that lead back to a step on the way, and where the walk had to begin."""
    left: list[str] = []  # in the order in which they were left: the reverse of the topological one
    loops: list[Edge] = []
    roots: list[str] = []
    open_: set[str] = set()
    seen: set[str] = set()
    for root in [*([start] if start in known else []), *known]:
        if root in seen:
            continue
        roots.append(root)
        seen.add(root)
        open_.add(root)
        stack = [(root, iter(known[root]))]
        found: list[str] = []
        while stack:
            name, following = stack[-1]
            after = next(following, None)
            if after is None:
                stack.pop()
                open_.discard(name)
                found.append(name)
            elif after in open_:
                loops.append((name, after))
            elif after not in seen:
                seen.add(after)
                open_.add(after)
                stack.append((after, iter(known[after])))
        left += found
    return left[::-1], loops, roots


def _meeting(
    order: Sequence[str], known: Mapping[str, tuple[str, ...]], forward: Mapping[str, tuple[str, ...]]
) -> dict[str, str | None]:
    """Immediate post-dominators; ways that only lead back do not count."""
    ends: set[str] = set()  # steps from which an end can be reached
    meeting: dict[str, str | None] = {}
    depth: dict[str | None, int] = {None: 0}
    for name in reversed(order):
        leaving = [after for after in forward[name] if after in ends]
        if leaving or not known[name]:
            ends.add(name)
        meet: str | None = leaving[0] if leaving else None
        for after in leaving[1:]:
            meet = _common(meet, after, meeting, depth)
        meeting[name] = meet
        depth[name] = depth[meet] + 1
    return meeting


def _common(
    one: str | None, other: str | None, meeting: Mapping[str, str | None], depth: Mapping[str | None, int]
) -> str | None:
    while one != other:
        if depth[one] >= depth[other] and one is not None:
            one = meeting[one]
        elif other is not None:
            other = meeting[other]
    return one
