"""Which tasks come before and after a task, as a pattern of places in foreaches: the rules of the client."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.graph import Graph

_SPLITS = ("split-foreach", "split-parallel")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Tasks of `steps`: all of them when `path` is None, else those at this path or, if `below`, deeper than it."""

    steps: tuple[str, ...]
    path: str | None = None
    below: bool = False


def parents(graph: Graph, step: str, path: str | None) -> Pattern:
    """The tasks that led to a task at `path` (`train:3,fold:1`)."""
    before = graph.leading_to(step)
    if len(before) != 1 or not path:
        return Pattern(before, path or None)
    if graph.nodes[step].kind == "join":
        return Pattern(before, path, below=True)
    return Pattern(before, _up(path) if graph.nodes[before[0]].kind in _SPLITS else path)


def children(graph: Graph, step: str, path: str | None) -> Pattern:
    """The tasks that follow a task at `path`."""
    node = graph.nodes.get(step)
    after = tuple(name for name in node.next if name in graph.nodes) if node else ()
    if node is None or len(after) != 1 or not path:
        return Pattern(after, path or None)
    if node.kind in _SPLITS:
        return Pattern(after, path, below=True)
    is_foreach_join = graph.nodes[after[0]].kind == "join" and len(graph.leading_to(after[0])) == 1
    return Pattern(after, _up(path) if is_foreach_join else path)


def _up(path: str) -> str | None:
    """The path one foreach further out; None outside of all."""
    return path.rpartition(",")[0] or None
