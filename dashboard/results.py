"""The slower half of a runs table: results and typical durations, remembered so that a page paints without them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache, TTLCache

from dashboard.data import flows
from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.data.outcomes import outcomes
from dashboard.data.progress import ProgressCounter
from dashboard.data.runs import Key
from dashboard.models import JudgedRun, Outcome, Status, TaskRef, Verdict
from dashboard.stores import Stores
from dashboard.task_errors import errors_of

TYPICAL_FOR = 300  # seconds that a typical duration stays good


@dataclass(frozen=True, slots=True)
class _Known:
    token: str | None  # the database's change token when it was looked up; None: good for ever
    status: Status  # of the run then: the tasks counted while it ran are not all of those that it ended with
    outcome: Outcome


class Results:
    """Results of runs by key (LRU). Those of runs that may still change are good until the database has changed."""

    def __init__(self, database: Database, judge: Judge, stores: Stores, size: int = 5_000) -> None:
        self._database = database
        self._judge = judge
        self._stores = stores
        self._progress = ProgressCounter()
        self._outcomes: LRUCache[tuple[Key, int], _Known] = LRUCache(size)
        self._typical: TTLCache[str, int | None] = TTLCache(size, TYPICAL_FOR)
        self._lock = threading.Lock()

    def peek(self, judged: Sequence[JudgedRun]) -> dict[Key, Outcome]:
        """What was known last, without asking the database."""
        with self._lock:
            known = {one.run.key: self._outcomes.get(_same(one)) for one in judged}
        return {key: entry.outcome for key, entry in known.items() if entry is not None}

    def load(self, judged: Sequence[JudgedRun]) -> dict[Key, Outcome]:
        """All of them; asks the database for what is not known, and again for unfinished runs when it has changed."""
        token = self._database.health().token
        with self._lock:
            missing = [one for one in judged if not _is_good(self._outcomes.get(_same(one)), one.verdict, token)]
        if missing:
            explained = self._explained(missing, self._database(outcomes, self._judge, self._progress, missing))
            with self._lock:
                for one in missing:
                    seen = None if one.verdict.final else token or "unknown"
                    self._outcomes[_same(one)] = _Known(seen, one.verdict.status, explained[one.run.key])
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

    def _explained(self, judged: Sequence[JudgedRun], found: dict[Key, Outcome]) -> dict[Key, Outcome]:
        """The same outcomes, with the exceptions of their first failures where logs are near: a page has fifty."""
        asked = [
            (one.run, task)
            for one in judged
            for task in (found[one.run.key].first_failure, found[one.run.key].first_caught)
            if task is not None and task.attempt is not None
        ]
        errors = {
            (run.key, task): error
            for (run, task), error in zip(asked, errors_of(self._database, self._stores, asked), strict=True)
        }

        def explained(key: Key, task: TaskRef | None) -> TaskRef | None:
            return replace(task, error=errors.get((key, task))) if task else None

        return {
            key: replace(
                outcome,
                first_failure=explained(key, outcome.first_failure),
                first_caught=explained(key, outcome.first_caught),
            )
            for key, outcome in found.items()
        }


def _is_good(known: _Known | None, verdict: Verdict, token: str | None) -> bool:
    return known is not None and known.status is verdict.status and known.token in (None, token)


def _same(one: JudgedRun) -> tuple[Key, int]:
    """Tells a run from its namesake of the time before the database was wiped."""
    return one.run.key, one.run.created_at
