"""The source of the flow that a run ran, from its code package; text to look at."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cachetools import TTLCache, cached

from dashboard.data.code_package import code_package
from dashboard.data.database import Database
from dashboard.data.locations import Location
from dashboard.data.runs import Key
from dashboard.datastore import SourceFiles, Unreadable, source
from dashboard.stores import Stores

MOST, GOOD_FOR = 200, 60  # runs that are remembered, and seconds: a package may come later


@dataclass(frozen=True, slots=True)
class FlowSource:
    """The files, and the flow's script among them; without files, why there are none."""

    files: SourceFiles | None
    script: str
    problem: str = ""


class FlowSources:
    """Sources by run."""

    def __init__(self, database: Database, stores: Stores) -> None:
        self._database, self._stores = database, stores
        self._known = cached(TTLCache(MOST, GOOD_FOR), condition=threading.Condition())(self._find)

    def __call__(self, key: Key) -> FlowSource:
        """The source of this run's flow. Errors are those of `Database`."""
        return self._known(key)

    def _find(self, key: Key) -> FlowSource:
        package = self._database(code_package, key)
        script = package.script or ""
        if not package.about:
            return FlowSource(None, script, "The run names no code package.")
        kind, location = (str(package.about.get(name) or "") for name in ("ds_type", "location"))
        store = self._stores(Location(kind, location.partition(f"/{key[0]}/data/")[0]))
        if store is None:
            return FlowSource(None, script, f"The code package in the datastore “{kind}” cannot be read from here.")
        try:
            files = source(store, key[0], package.about)
        except Unreadable as problem:
            return FlowSource(None, script, str(problem))
        if files is None:
            return FlowSource(None, script, "The code package is not in the datastore.")
        return FlowSource(files, script or files.main or "")
