"""What pages, plugins and the JSON interface may use: read-only queries and what is remembered of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cachetools import TTLCache, cached
from cachetools.keys import hashkey

from dashboard.cardinalities import Cardinalities
from dashboard.data import run_search
from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.data.run_search import RUNNING, RunPage, matches, words
from dashboard.data.runs import Key
from dashboard.filters import RunFilter, Span
from dashboard.flow_source import FlowSources
from dashboard.graphs import Graphs
from dashboard.models import JudgedRun, Status
from dashboard.results import Results
from dashboard.run_details import DetailsOf
from dashboard.run_state.states import RunStates
from dashboard.settings import Settings
from dashboard.source import Source
from dashboard.status import Limits
from dashboard.stores import Stores
from dashboard.task_details import TasksOf
from dashboard.task_logs import Logs

MOST_RUNNING = 500  # running runs that are kept at hand
GOOD_FOR = 30  # seconds; the token itself changes every half minute, since statuses depend on the time
QUICK = 5  # ms that the first answer may search; the rest follows in a second one
CAUGHT_AT_ONCE = 500  # completed runs looked through for swallowed exceptions at a time: some 40 ms


@dataclass(frozen=True)
class Services:
    """One set per app; all of it is cache, so that replicas need no shared state."""

    database: Database
    judge: Judge
    results: Results
    source: Source
    settings: Settings
    finder: RunFinder
    run_states: RunStates
    sources: FlowSources
    graphs: Graphs
    cardinalities: Cardinalities
    details: DetailsOf
    stores: Stores
    tasks: TasksOf
    logs: Logs

    @property
    def default_started(self) -> Span | None:
        """The time range of a URL that names none: a server's database is large, a folder is somebody's own."""
        return Span(preset="7d") if self.source.kind == "postgresql" else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs of a window answer to which filter words together."""

    kinds: dict[frozenset[str], int]
    at_least: bool  # the window ended before the runs did
    is_searched: bool  # all were looked through for swallowed exceptions

    def count(self, chosen: Iterable[str] = ()) -> int:
        """Runs that answer to one of these words; all of them when none is given."""
        asked = set(chosen)
        return sum(number for kind, number in self.kinds.items() if not asked or kind & asked)


class RunFinder:
    """Pages and windows of runs, shared for a moment by all viewers who ask for the same."""

    def __init__(self, database: Database, judge: Judge, settings: Settings) -> None:
        self._database, self._judge, self._settings = database, judge, settings
        # Single flight: whoever asks for what is being looked up waits for that answer.
        # What was looked up is good until the database's change token differs; a window of 5,000 runs is some 6 MB.
        self._pages: TTLCache[object, RunPage] = TTLCache(256, GOOD_FOR)
        self._windows: TTLCache[object, RunPage] = TTLCache(8, GOOD_FOR)
        self.page = cached(self._pages, key=self._now_key, condition=threading.Condition())(self._page)
        self.window = cached(self._windows, key=self._now_key, condition=threading.Condition())(self._window)
        self._tallies: TTLCache[object, Tally] = TTLCache(256, GOOD_FOR)
        self.tally = cached(self._tallies, key=self._now_key, condition=threading.Condition())(self._tally)
        self._all_running: TTLCache[object, tuple[list[JudgedRun], bool]] = TTLCache(2, GOOD_FOR)
        self._running = cached(self._all_running, key=self._now_key, condition=threading.Condition())(
            self._find_running
        )
        self._long_running = cached(TTLCache(1, 60), condition=threading.Condition())(self._find_long_running)

    def _now_key(self, *asked: object, **more: object) -> object:
        return hashkey(self._database.health().token, *asked, **more)

    def forget(self) -> None:
        """Empty the caches; for measurements."""
        self._pages.clear()
        self._windows.clear()
        self._tallies.clear()
        self._all_running.clear()

    def running(self, wanted: RunFilter, limit: int) -> list[JudgedRun]:
        """Runs that are running and that the filter describes, newest first.

        All running runs are looked for once, for all viewers and filters; a filter then only picks from them. Looked
        for with the filter they cost 15 to 70 ms at a million runs.
        """
        everything, is_cut = self._running()
        if is_cut:
            status = tuple(word for word in wanted.status if word in RUNNING) or RUNNING
            return list(self.page(replace(wanted, status=status), limit, None).runs)
        found = [one for one in everything if matches(wanted, one.verdict)]
        if found and wanted.of_any_status != RunFilter():
            keys = self._database(run_search.among, self._judge, wanted, [one.run.key for one in found])
            found = [one for one in found if one.run.key in keys]
        return found[:limit]

    def _find_running(self) -> tuple[list[JudgedRun], bool]:
        return self._database(run_search.running, self._judge, self._long_running(), MOST_RUNNING)

    def _find_long_running(self) -> list[Key]:
        """Running runs of any start, as of up to a minute ago; what has begun since is among the newest."""
        page = self._database(run_search.find, self._judge, RunFilter(status=RUNNING), limit=MOST_RUNNING)
        return [one.run.key for one in page.runs]

    def _page(
        self, wanted: RunFilter, limit: int, after: str | None, newest_first: bool = True, quick: bool = False
    ) -> RunPage:
        """Runs in the order of their start; `quick` searches only as long as nobody notices."""
        return self._database(
            run_search.find,
            self._judge,
            wanted,
            limit=limit,
            after=after,
            newest_first=newest_first,
            budget=QUICK if quick else self._settings.scan_budget,
            quick=quick,
        )

    def _window(self, wanted: RunFilter) -> RunPage:
        """The newest runs, up to the window's size, for counts, strip, groups and sorting by what is derived.

        Ask with `of_any_status`, and pick a status from what is found.
        """
        return self._database(
            run_search.find,
            self._judge,
            wanted,
            limit=self._settings.window,
            budget=4 * self._settings.scan_budget,
        )

    def _tally(self, wanted: RunFilter) -> Tally:
        """Counts of the window; each time a few more runs are looked through for swallowed exceptions."""
        window = self.window(wanted)
        waiting = [
            one
            for one in window.runs
            if one.verdict.status is Status.COMPLETED and not self._judge.is_searched(one.run.key)
        ]
        if waiting:
            self._database(self._judge.look_for_caught, waiting[:CAUGHT_AT_ONCE])
        kinds = Counter(words(one.verdict) for one in self._judge.with_caught(window.runs))
        return Tally(dict(kinds), window.next is not None, len(waiting) <= CAUGHT_AT_ONCE)


def make_services(database: Database, source: Source, settings: Settings) -> Services:
    """Wire the services of one app."""
    limits = Limits(
        heartbeat=int(settings.heartbeat_threshold * 1000),
        run_inactive=int(settings.run_inactive_cutoff_time * 1000),
        old=int(settings.old_run_failure_cutoff_time),
    )
    judge = Judge(limits)
    finder = RunFinder(database, judge, settings)
    states = RunStates(database, judge, settings.run_cache * 1_000_000)
    stores = Stores(settings)
    sources = FlowSources(database, stores)
    graphs = Graphs(database, stores, sources)
    return Services(
        database=database,
        judge=judge,
        results=Results(database, judge, stores),
        source=source,
        settings=settings,
        finder=finder,
        run_states=states,
        sources=sources,
        graphs=graphs,
        details=DetailsOf(database, judge, graphs, stores),
        stores=stores,
        tasks=TasksOf(database, graphs, stores, sources),
        logs=Logs(stores),
        cardinalities=Cardinalities(database),
    )
