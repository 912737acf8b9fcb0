"""A graph as flows are built: series of steps, and boxes of branches that come together again.

Metaflow's splits and foreaches nest, so that most graphs are such a series exactly. Switches need not: steps that
several cases lead to in different places make their part of the graph a tangle, which is drawn in layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from dashboard.dag.ways import Ways
from dashboard.graph import Graph

DEEPEST = 60  # boxes in boxes; what is deeper is a tangle
Kind: TypeAlias = Literal["split", "foreach", "parallel", "switch"]
KINDS: dict[str, Kind] = {"split-foreach": "foreach", "split-parallel": "parallel", "split-switch": "switch"}


class Step(NamedTuple):
    """One step."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """The steps in it, as every block has them."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Fold:
    """Steps of a chain that are drawn as one."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """What lies between the step `opener` and where its branches come together; a branch may be empty."""

    kind: Kind
    opener: str
    branches: tuple[Series, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The steps in all of its branches."""
        return tuple(name for branch in self.branches for name in branch.names)


@dataclass(frozen=True, slots=True)
class Tangle:
    """Steps in topological order that are no series; in a box where they lie behind one step."""

    kind: Kind | None
    opener: str | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """Blocks one after the other."""

    items: tuple[Block, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The steps in all of its blocks."""
        return tuple(name for item in self.items for name in item.names)


Block: TypeAlias = Step | Fold | Box | Tangle


def series(graph: Graph, ways: Ways) -> Series:
    """All steps of the graph, each once."""
    if len(ways.roots) == 1:
        found = Series(tuple(_Builder(graph, ways).series(ways.roots[0], None, False, 0)[0]))
        if sorted(found.names) == sorted(ways.order):
            return found
    return Series((Tangle(None, None, tuple(ways.order)),))


class _Builder:
    def __init__(self, graph: Graph, ways: Ways) -> None:
        self._graph, self._ways = graph, ways
        self._place = {name: n for n, name in enumerate(ways.order)}

    def series(
        self, name: str | None, stop: str | None, in_foreach: bool, depth: int
    ) -> tuple[list[Block], str | None]:
        """Blocks from `name` on, up to `stop` or to the join of the foreach; and the step that comes after them."""
        items: list[Block] = []
        is_joined = True  # a join here would be that of a split inside of the series
        while name is not None and name != stop:
            node, following = self._graph.nodes[name], self._ways.forward[name]
            if in_foreach and node.kind == "join" and not is_joined:
                return items, name
            items.append(Step(name))
            is_joined = False
            kind = KINDS.get(node.kind, "split")
            if kind in ("foreach", "parallel") and len(following) == 1 and depth < DEEPEST:
                body, name = self.series(following[0], stop, True, depth + 1)
                items.append(Box(kind, node.name, (Series(tuple(body)),)))
                is_joined = True
            elif len(following) > 1:
                name = self._ways.meeting[name]
                items.append(self._between(node.name, name, stop, kind, depth))
                is_joined = kind == "split"
            else:
                name = following[0] if following else None
        return items, name

    def _between(self, opener: str, end: str | None, stop: str | None, kind: Kind, depth: int) -> Box | Tangle:
        """What lies between a step with several next ones and where these come together."""
        entries = self._ways.forward[opener]
        limits = {end, stop}
        bodies = [self._reached(entry, limits) for entry in entries]
        together = set().union(*bodies)
        if (
            depth < DEEPEST
            and len(together) == sum(map(len, bodies))
            and all(self._is_closed(opener, b) for b in bodies)
        ):
            found = [self.series(entry, end if end is not None else stop, False, depth + 1)[0] for entry in entries]
            branches = tuple(Series(tuple(items)) for items in found)
            if all(set(branch.names) == body for branch, body in zip(branches, bodies, strict=True)):
                return Box(kind, opener, branches)
        return Tangle(kind, opener, tuple(sorted(together, key=self._place.__getitem__)))

    def _reached(self, entry: str, limits: set[str | None]) -> set[str]:
        """The steps from `entry` on, up to the limits."""
        found: set[str] = set()
        waiting = [entry]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in limits:
                found.add(name)
                waiting += self._ways.forward[name]
        return found

    def _is_closed(self, opener: str, body: set[str]) -> bool:
        """Whether all that leads into a branch comes from its opener."""
        return all(before == opener or before in body for name in body for before in self._ways.backward[name])
