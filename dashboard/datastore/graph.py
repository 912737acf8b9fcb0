"""`_graph_info`: the static graph that every run saves, as plain data."""

from __future__ import annotations

from dashboard.datastore.pickled import decode
from dashboard.datastore.store import Datastore, Unreadable

LIMIT = 2_000_000  # bytes: a flow of 500 steps with long docstrings


def graph_info(store: Datastore | None, flow: str, sha: str) -> object:
    """The decoded graph; None where it cannot be read. Never raises for what is stored."""
    try:
        blob = store.blob(flow, sha, LIMIT) if store else None
        return decode(blob, LIMIT) if blob else None
    except Unreadable:
        return None
