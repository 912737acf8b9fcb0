"""How many tasks the foreaches of a run will have, before all of them are registered."""

from __future__ import annotations

import threading
from collections.abc import Collection

from cachetools import LRUCache

from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.data.splits import Split, splits
from dashboard.datastore import NotPlain, Unreadable, decode, open_store

LIMIT = 1024  # bytes of the pickle of a number


class Cardinalities:
    """Numbers by run and step; what an artifact holds never changes, so it is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: LRUCache[str, int] = LRUCache(10_000)
        self._lock = threading.Lock()

    def __call__(self, key: Key, steps: Collection[str]) -> dict[str, int]:
        """Step that begins a foreach → tasks of all its foreaches; a step of which one cannot be read is left out."""
        found: dict[str, int] = {}
        unread: set[str] = set()
        for split in self._database(splits, key, steps) if steps else ():
            number = self._number(key[0], split)
            if number is None:
                unread.add(split.step)
            else:
                found[split.step] = found.get(split.step, 0) + number
        return {step: number for step, number in found.items() if step not in unread}

    def _number(self, flow: str, split: Split) -> int | None:
        with self._lock:
            known = self._known.get(split.sha)
        if known is not None or split.location is None:
            return known
        store = open_store(split.location.ds_type, split.location.ds_root)
        try:
            blob = store.blob(flow, split.sha, LIMIT) if store else None
            value = decode(blob, LIMIT) if blob else None
        except (Unreadable, NotPlain):
            return None
        if type(value) is not int or value < 0:
            return None
        with self._lock:
            self._known[split.sha] = value
        return value
