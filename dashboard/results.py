"""The slower half of a runs table: results and typical durations, remembered so that a page paints without them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cachetools import LRUCache, TTLCache

from dashboard.data import flows, locations
from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.data.outcomes import outcomes
from dashboard.data.progress import ProgressCounter
from dashboard.data.runs import Key
from dashboard.datastore import last_error, open_store
from dashboard.models import JudgedRun, Outcome, TaskRef

TYPICAL_FOR, GOOD_FOR = 300, 1.5  # seconds that a typical duration, and the result of an unfinished run, stay good


class Results:
    """Results of runs by key (LRU). Those of runs that may still change are looked up again after a moment."""

    def __init__(self, database: Database, judge: Judge, size: int = 5_000) -> None:
        self._database = database
        self._judge = judge
        self._progress = ProgressCounter()
        self._outcomes: LRUCache[Key, tuple[float, Outcome]] = LRUCache(size)  # (good until, outcome)
        self._typical: TTLCache[str, int | None] = TTLCache(size, TYPICAL_FOR)
        self._lock = threading.Lock()

    def peek(self, judged: Sequence[JudgedRun]) -> dict[Key, Outcome]:
        """What was known last, without asking the database."""
        with self._lock:
            known = {one.run.key: self._outcomes.get(one.run.key) for one in judged}
        return {key: entry[1] for key, entry in known.items() if entry is not None}

    def load(self, judged: Sequence[JudgedRun]) -> dict[Key, Outcome]:
        """All of them; asks the database for what is not known or no longer good."""
        now = time.monotonic()
        with self._lock:
            good = {one.run.key for one in judged if self._outcomes.get(one.run.key, (0.0, None))[0] > now}
        missing = [one for one in judged if one.run.key not in good]
        if missing:
            found = self._database(outcomes, self._judge, self._progress, missing)
            explained = {one.run.key: self._with_error(one, found[one.run.key]) for one in missing}
            with self._lock:
                for one in missing:
                    until = math.inf if one.verdict.final else now + GOOD_FOR
                    self._outcomes[one.run.key] = (until, explained[one.run.key])
        return self.peek(judged)

    def peek_typical(self, names: Iterable[str]) -> dict[str, int | None]:
        """Typical durations (ms) by flow, as far as they are known."""
        with self._lock:
            return {name: self._typical[name] for name in set(names) if name in self._typical}

    def load_typical(self, names: Iterable[str], now: int) -> dict[str, int | None]:
        """Typical durations (ms) of these flows; None where too few runs have completed."""
        known = self.peek_typical(names)
        missing = set(names) - known.keys()
        if missing:
            found = self._database(flows.typical_durations, self._judge, missing, now)
            with self._lock:
                self._typical.update(found)
            known.update(found)
        return known

    def _with_error(self, one: JudgedRun, outcome: Outcome) -> Outcome:
        """The same outcome, with the exception of its first failure where the log can be read from here."""
        return replace(
            outcome,
            first_failure=self._explained(one, outcome.first_failure),
            first_caught=self._explained(one, outcome.first_caught),
        )

    def _explained(self, one: JudgedRun, task: TaskRef | None) -> TaskRef | None:
        if task is None or task.attempt is None:
            return task
        location = self._database(locations.of_task, one.run.key, task)
        store = open_store(location.ds_type, location.ds_root) if location else None
        error = last_error(store, one.run.flow, one.run.id, task.step, task.task, task.attempt) if store else None
        return replace(task, error=error)
