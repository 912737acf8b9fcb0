"""The graphs of runs: read once from the datastore, remembered by what they hold, which runs of a flow share."""

from __future__ import annotations

import threading

from cachetools import LRUCache, TTLCache

from dashboard.data import locations
from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.datastore import graph_info
from dashboard.graph import Graph
from dashboard.stores import Stores

GRAPH = "_graph_info"
MOST_RUNS, MOST_GRAPHS = 5_000, 200
SILENT_FOR = 30  # seconds in which a graph that could not be read is not asked for again: the store may take its time


class Graphs:
    """Graphs by run; a run without a readable one is asked for again after it is forgotten."""

    def __init__(self, database: Database, stores: Stores) -> None:
        self._database, self._stores = database, stores
        self._runs: LRUCache[Key, str] = LRUCache(MOST_RUNS)
        self._graphs: LRUCache[str, Graph] = LRUCache(MOST_GRAPHS)
        self._unread: TTLCache[str, bool] = TTLCache(MOST_RUNS, SILENT_FOR)
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
            known, is_silent = self._graphs.get(sha), sha in self._unread
        if known is None and is_silent:
            return None
        graph = known or Graph.of(graph_info(self._stores(task.location), key[0], sha))
        with self._lock:
            if graph is None:
                self._unread[sha] = True
            else:
                self._runs[key], self._graphs[sha] = sha, graph
        return graph
