"""A value as a tree that is opened a level, and a page of it, at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.datastore.leaves import name_of_type, visible
from dashboard.datastore.values import compact
from dashboard.datastore.views.parts import ROOT, at, count, page

PAGE = 100  # parts
MAX_PAGE = 1000
SUMMARY_LIMIT = 200  # characters


@dataclass(frozen=True, slots=True)
class Node:
    """A value in one line; all of it is JSON-safe."""

    path: str
    label: str
    type: str
    summary: str
    parts: int  # how many it has


@dataclass(frozen=True, slots=True)
class Branch:
    """A value, and a page of its parts."""

    node: Node
    offset: int
    nodes: tuple[Node, ...]


def branch(value: Any, path: str = ROOT, offset: int = 0, limit: int = PAGE) -> Branch:
    """The part of a value at `path`, with at most `limit` of its own parts; LookupError when there is none."""
    found = at(value, path)
    start = max(0, offset)
    parts = page(found, start, min(max(0, limit), MAX_PAGE))
    nodes = tuple(_node(part.value, path + part.token, part.label) for part in parts)
    return Branch(_node(found, path, path), start, nodes)


def _node(value: Any, path: str, label: str) -> Node:
    return Node(path, label, visible(name_of_type(value))[:SUMMARY_LIMIT], compact(value, SUMMARY_LIMIT), count(value))
