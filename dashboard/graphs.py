"""The graphs of runs: read once from the datastore, remembered by what they hold, which runs of a flow share."""

from __future__ import annotations

import threading

from cachetools import LRUCache

from dashboard.data import locations
from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.datastore import graph_info, open_store
from dashboard.graph import Graph

GRAPH = "_graph_info"
MOST_RUNS, MOST_GRAPHS = 5_000, 200


class Graphs:
    """Graphs by run; a run without a readable one is asked for again after it is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runs: LRUCache[Key, str] = LRUCache(MOST_RUNS)
        self._graphs: LRUCache[str, Graph] = LRUCache(MOST_GRAPHS)
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> Graph | None:
        """The static graph of this run's flow; None where it is not saved yet or cannot be read from here."""
        with self._lock:
            known = self._graphs.get(self._runs.get(key, ""))
        if known is not None:
            return known
        task = self._database(locations.of_parameters, key)
        sha = task.hashes.get(GRAPH) if task else None
        if task is None or sha is None:
            return None
        with self._lock:
            known = self._graphs.get(sha)
        store = open_store(task.location.ds_type, task.location.ds_root) if task.location and known is None else None
        graph = known or Graph.of(graph_info(store, key[0], sha))
        if graph is not None:
            with self._lock:
                self._runs[key], self._graphs[sha] = sha, graph
        return graph
