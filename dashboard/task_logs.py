"""Logs that somebody reads, kept open so that their lines are counted once; the least used are let go."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from dashboard.data.task_facts import Home
from dashboard.datastore import Datastore, Unreadable, Withheld
from dashboard.datastore.logs import Log, Stream, open_log
from dashboard.stores import Stores

MOST = 64  # logs
MOST_MEMORY = 32 * 1024 * 1024  # bytes of all of them together, beside their copies on the disk
MOST_COPIED = 4 * 1024**3  # bytes of those copies
GOOD_FOR = 0.9  # seconds after which a log that may grow is looked at again

Key = tuple[Home, Stream]


@dataclass
class _Entry:
    """A log, or the place for one that is being opened."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    log: Log | None = None
    looked_at: float = 0.0
    problem: str = ""
    failed_at: float = -1.0


class Logs:
    """Open logs by attempt and stream; all who read the same one share it."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, home: Home, stream: Stream) -> Log:
        """The log as it is now, at most a second old; `Unreadable` with a sentence where it cannot be read."""
        if not self._stores.privacy.logs:
            raise Withheld("Logs are not shown on this dashboard.")
        store = self._stores(home.location)
        if store is None:
            raise Unreadable(unreachable(home))
        with self._lock:
            entry = self._entries.setdefault((home, stream), _Entry())
            self._entries.move_to_end((home, stream))
        log = self._current(entry, store, home, stream)
        self._let_go()
        return log

    @property
    def nbytes(self) -> int:
        """About the memory that the open ones take."""
        with self._lock:
            return sum(one.log.weight for one in self._entries.values() if one.log)

    @property
    def copied(self) -> int:
        """Bytes of their copies on the disk."""
        with self._lock:
            return sum(one.log.spooled for one in self._entries.values() if one.log)

    def _current(self, entry: _Entry, store: Datastore, home: Home, stream: Stream) -> Log:
        asked_at = time.monotonic()
        with entry.lock:
            if entry.failed_at > asked_at:  # while this one waited: it need not wait as long once more
                raise Unreadable(entry.problem)
            try:
                return self._looked_at(entry, store, home, stream)
            except Unreadable as problem:
                entry.problem, entry.failed_at = str(problem), time.monotonic()
                raise

    def _looked_at(self, entry: _Entry, store: Datastore, home: Home, stream: Stream) -> Log:
        now = time.monotonic()
        if entry.log is None:
            entry.log = open_log(store, home.flow, home.run, home.step, home.task, home.attempt, stream)
        elif not entry.log.is_complete and now - entry.looked_at > GOOD_FOR:
            entry.log.refresh()
        else:
            return entry.log
        entry.looked_at = now
        return entry.log

    def _let_go(self) -> None:
        """Forget the least used; who still reads one keeps it until he is done."""
        with self._lock:
            opened = [(key, one.log) for key, one in self._entries.items() if one.log]
            memory, copied = sum(log.weight for _, log in opened), sum(log.spooled for _, log in opened)
            for key, log in opened[:-1]:
                if memory <= MOST_MEMORY and copied <= MOST_COPIED and len(self._entries) <= MOST:
                    return
                memory, copied = memory - log.weight, copied - log.spooled
                del self._entries[key]


def unreachable(home: Home) -> str:
    """Why nothing can be read there, in a sentence."""
    if home.location is None:
        return "The metadata of this task do not say where its datastore is."
    return f"The datastore {home.location.ds_root} cannot be read from here, or the settings do not allow it."
