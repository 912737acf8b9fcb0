"""The graphs of runs: read once from the datastore, remembered by what they hold, which runs of a flow share."""

from __future__ import annotations

import threading

from cachetools import LRUCache, TTLCache

from dashboard.data import locations
from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.datastore import Unreadable, flow_info, graph_info
from dashboard.flow_source import FlowSources
from dashboard.graph import Graph
from dashboard.insight.inferred import inferred
from dashboard.run_state.view import RunView
from dashboard.stores import Stores

GRAPH = "_graph_info"
MOST_RUNS, MOST_GRAPHS = 5_000, 200
SILENT_FOR = 30  # seconds in which a graph that could not be read is not asked for again: the store may take its time


class Graphs:
    """Graphs by run, saved with it or else read from its source; where there is none it is looked for again."""

    def __init__(self, database: Database, stores: Stores, sources: FlowSources | None = None) -> None:
        self._database, self._stores = database, stores
        self._sources = sources or FlowSources(database, stores)
        self._runs: LRUCache[Key, str] = LRUCache(MOST_RUNS)
        self._graphs: LRUCache[str, Graph] = LRUCache(MOST_GRAPHS)
        self._unread: TTLCache[str, str] = TTLCache(MOST_RUNS, SILENT_FOR)
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> Graph | None:
        """The static graph of this run's flow; None where it is not saved yet or cannot be read from here."""
        return self._found(key)[0]

    def of(self, view: RunView) -> tuple[Graph | None, str]:
        """The same; else one inferred from the tasks seen so far, with the reason why there is no other.

        None without a single step.
        """
        graph, problem = self._found(view.judged.run.key)
        return graph or inferred(view), problem

    def _found(self, key: Key) -> tuple[Graph | None, str]:
        with self._lock:
            known = self._graphs.get(self._runs.get(key, ""))
        if known is not None:
            return known, ""
        try:
            name, graph, problem = self._saved(key)
        except Unreadable as silence:  # the source would be asked for in the same place
            return None, str(silence)
        if graph is None:
            name, graph, problem = self._from_source(key, problem)
        if graph is not None:
            with self._lock:
                self._runs[key], self._graphs[name] = name, graph
        return graph, problem

    def _saved(self, key: Key) -> tuple[str, Graph | None, str]:
        """The hash and the graph of `_graph_info`; without one, why. Raises Unreadable where the store is silent."""
        task = self._database(locations.of_parameters, key)
        if task is None:
            return "", None, "The run has not registered its parameters yet."
        sha = task.hashes.get(GRAPH)
        if sha is None or task.location is None:
            return "", None, "The run saved no graph, as with versions of Metaflow before 2.4."
        with self._lock:
            known, silence = self._graphs.get(sha), self._unread.get(sha)
        if known is not None:
            return sha, known, ""
        store = self._stores.brief(task.location)
        if store is None:
            return "", None, f"The datastore “{task.location.ds_type}” of the run cannot be read from here."
        graph = Graph.of(graph_info(store, key[0], sha)) if silence is None else None
        silence = silence or (store.problem if store.is_silent else "")
        if graph is None:
            with self._lock:
                self._unread.setdefault(sha, silence)
            if silence:
                raise Unreadable(silence)
        return sha, graph, "" if graph else "The graph that the run saved cannot be read."

    def _from_source(self, key: Key, problem: str) -> tuple[str, Graph | None, str]:
        """A name and the graph of the flow's source; without one, why, after why there is no saved one."""
        found = self._sources(key)
        if found.files is None:
            return "", None, f"{problem} {found.problem}"
        graph = Graph.of(flow_info(found.script, key[0], found.files.script), "source")
        if graph is None:
            return "", None, f"{problem} The code package holds no flow {key[0]} that can be read."
        return f"source of {key[0]}/{key[1]}", graph, ""
