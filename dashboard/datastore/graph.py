"""The graph of a flow, as Metaflow saved it in the artifact `_graph_info` of every task."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dashboard.datastore.pickled import decode
from dashboard.datastore.plain import NotPlain
from dashboard.datastore.store import Datastore, Unreadable

GRAPH_LIMIT = 4 * 1024 * 1024  # bytes: docstrings of all steps are in it
GRAPHS_KEPT = 64  # with what they were decoded from; runs of one version of a flow share theirs
KEPT_LIMIT = 256 * 1024  # bytes of one that is kept


def graph_info(store: Datastore | None, flow: str, sha: str) -> dict[str, Any] | None:
    """`{"steps": {name: {…}}, "parameters": […], "doc": …}` as plain data; None when it cannot be read.

    The dict is shared by all who ask for the same graph: do not change it.
    """
    try:
        blob = store.blob(flow, sha, GRAPH_LIMIT) if store else None
    except Unreadable:
        return None
    if not blob:
        return None
    return _kept(blob) if len(blob) <= KEPT_LIMIT else _graph(blob)


def _graph(blob: bytes) -> dict[str, Any] | None:
    """The graph in a pickle."""
    try:
        graph = decode(blob, GRAPH_LIMIT)
    except NotPlain:
        return None
    return graph if isinstance(graph, dict) else None


_kept = lru_cache(maxsize=GRAPHS_KEPT)(_graph)  # by content: 20 steps take 2 ms to decode
