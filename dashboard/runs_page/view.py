"""What the Runs page shows for a query: rows with their results, pinned ones first, or groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.run_groups import SHOWN, Group, groups
from components.runs_table import Row
from dashboard import query_text
from dashboard.data import runs
from dashboard.data.judge import judged_by_key
from dashboard.data.run_search import RUNNING, Cursor, RunPage, matches
from dashboard.digest import digest
from dashboard.filters import RunFilter, RunQuery, Span
from dashboard.models import JudgedRun, Status
from dashboard.services import Services

PINNED = 50  # running runs pinned at most


@dataclass(frozen=True, slots=True)
class Held:
    """The runs as they stand on a page that must not move: keys in order, pinned ones apart."""

    pinned: tuple[runs.Key, ...]
    rest: tuple[runs.Key, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a URL asks for: the query as far as it can be understood and, where a part cannot, why and which."""

    query: RunQuery
    problem: str | None = None
    bad: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, default_started: Span | None) -> Asked:
        """From a URL's query text; never raises."""
        return cls(*query_text.understood(text, lambda good: _query(good, default_started)))


@dataclass(frozen=True, slots=True)
class RunsView:
    """Everything that the table draws."""

    query: RunQuery
    now: int
    pinned: tuple[Row, ...]
    rest: tuple[Row, ...]
    groups: tuple[tuple[Group, tuple[Row, ...]], ...]
    next: str | None
    searched_to: int | None
    partial: int | None  # sorted or grouped within this many newest runs only
    new_runs: int = 0
    is_complete: bool = True  # False: results, or what to say when there is nothing, are still to be looked up

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.pinned or self.rest or self.groups)

    def digest(self) -> str:
        """Differs when the drawn table would, but for times that the browser itself keeps current."""
        rows = [*self.pinned, *self.rest, *(row for _, some in self.groups for row in some)]
        seen = [(_still(row), row.result, row.typical, row.selected, row.opened) for row in rows]
        heads = [
            (group.name, [(one.run.key, one.verdict.status, one.verdict.finished_at) for one in group.runs])
            for group, _ in self.groups
        ]
        more = (self.next, self.searched_to, self.partial, self.new_runs, self.is_empty and self.is_complete)
        return digest((self.query, len(self.pinned), seen, heads, more))


def runs_view(services: Services, query: RunQuery, *, details: bool, held: Held | None = None) -> RunsView:
    """The view; without `details` only what is known already is filled in, so that rows paint at once."""
    stays = held if held and (held.pinned or held.rest) and not query.group else None
    if stays:
        found, pinned, rest = _held(services, query, stays)
    elif query.group or query.sort.lstrip("-") != "started":
        found = services.finder.window(query.filter.of_any_status)
        pinned, rest = [], [one for one in found.runs if matches(query.filter, one.verdict)]
    else:
        found = services.finder.page(query.filter, query.rows, query.after, query.sort == "-started", not details)
        pinned, rest = _pinned(services, query, found.runs)
    if query.group:
        return _grouped(services, query, found, rest, details)
    partial = None
    if query.sort.lstrip("-") != "started":
        partial = len(found.runs) if found.next else None
        rest = rest if stays else sorted_runs(rest, query.sort)[: query.rows]
    rows, complete = _rows(services, query, [*pinned, *rest], found.now, details)
    return RunsView(
        query=query,
        now=found.now,
        pinned=tuple(rows[: len(pinned)]),
        rest=tuple(rows[len(pinned) :]),
        groups=(),
        next=found.next,
        searched_to=found.searched_to,
        partial=partial,
        new_runs=_new_runs(services, query, held) if held else 0,
        is_complete=complete and (details or bool(rows and found.searched_to is None)),
    )


def _query(text: str, default_started: Span | None) -> RunQuery:
    query = RunQuery.from_query(text, default_started)
    if query.after:
        Cursor.parse(query.after)
    return query


def _still(row: Row) -> object:
    """The judged run without what only ticks."""
    run, verdict = replace(row.judged.run, heartbeat_at=None), row.judged.verdict
    return run, replace(verdict, duration=None, reason="") if verdict.status is Status.RUNNING else verdict


def _pinned(services: Services, query: RunQuery, page: Sequence[JudgedRun]) -> tuple[list[JudgedRun], list[JudgedRun]]:
    """Running runs first, wherever they started; only on the first page, newest first."""
    wanted = query.filter
    if query.after or query.sort != "-started" or (wanted.status and not set(wanted.status) & set(RUNNING)):
        return [], list(page)
    running = services.finder.running(wanted, PINNED)
    keys = {one.run.key for one in running}
    return running, [one for one in page if one.run.key not in keys]


def _held(services: Services, query: RunQuery, held: Held) -> tuple[RunPage, list[JudgedRun], list[JudgedRun]]:
    now, judged = services.database(judged_by_key, services.judge, [*held.pinned, *held.rest])
    known = {one.run.key: one for one in judged}
    if query.sort.lstrip("-") == "started":
        page = services.finder.page(query.filter, query.rows, query.after, query.sort == "-started")
    else:
        page = services.finder.window(query.filter.of_any_status)
    pinned = [known[key] for key in held.pinned if key in known]
    rest = [known[key] for key in held.rest if key in known]
    return replace(page, now=now), pinned, rest


def _new_runs(services: Services, query: RunQuery, held: Held) -> int:
    """How many runs have come since; counted up to 100."""
    if query.sort != "-started" or query.after:
        return 0
    shown = set(held.pinned) | set(held.rest)
    fresh = services.finder.page(query.filter, query.rows, None).runs
    oldest_held = len(fresh)
    for place, one in enumerate(fresh):
        if one.run.key in held.rest:
            oldest_held = place
            break
    return sum(1 for one in fresh[:oldest_held] if one.run.key not in shown)


def _grouped(services: Services, query: RunQuery, found: RunPage, rest: list[JudgedRun], details: bool) -> RunsView:
    made = groups(sorted_runs(rest, query.sort), query.group or "flow")[: query.rows]
    heads = [one for group in made for one in group.runs[:SHOWN]]
    rows, complete = _rows(services, query, heads, found.now, details)
    by_key = {row.judged.run.key: row for row in rows}
    shown = tuple((group, tuple(by_key[one.run.key] for one in group.runs[:SHOWN])) for group in made)
    partial = len(found.runs) if found.next else None
    return RunsView(query, found.now, (), (), shown, None, None, partial, 0, complete and (details or bool(rows)))


def sorted_runs(judged: Sequence[JudgedRun], sort: str) -> list[JudgedRun]:
    """In this order; what has no value comes last either way."""
    name, descending = sort.lstrip("-"), sort.startswith("-")

    def value(one: JudgedRun) -> object:
        if name == "duration":
            return one.verdict.duration
        return one.run.flow.lower() if name == "flow" else (one.run.user or "").lower() or None

    if name == "started":
        return sorted(judged, key=lambda one: one.run.created_at, reverse=descending)
    known = [one for one in judged if value(one) is not None]
    unknown = [one for one in judged if value(one) is None]
    return sorted(known, key=lambda one: value(one), reverse=descending) + unknown  # type: ignore[arg-type,return-value]


def _rows(
    services: Services, query: RunQuery, judged: Sequence[JudgedRun], now: int, details: bool
) -> tuple[list[Row], bool]:
    flows = {one.run.flow for one in judged}
    if details:
        results = services.results.load(judged)
        typical = services.results.load_typical(flows, now)
    else:
        results, typical = services.results.peek(judged), services.results.peek_typical(flows)
    judged = services.judge.with_caught(judged)
    selected, opened = set(query.select), set(query.open)
    rows = [
        Row(
            judged=one,
            result=results.get(one.run.key),
            typical=typical.get(one.run.flow),
            selected=one.run.pathspec in selected,
            opened=one.run.pathspec in opened,
        )
        for one in judged
    ]
    return rows, len(results) >= len(judged) and len(typical) >= len(flows)


def without_each(services: Services, query: RunQuery) -> list[tuple[str, RunQuery, int, bool]]:
    """For a view filtered to nothing: (what to leave out, the query without it, runs then found, at least)."""
    found = []
    for name in RunFilter.__slots__:
        empty: object = () if name not in ("q", "started") else "" if name == "q" else None
        if getattr(query.filter, name) != empty:
            other = query.where(**{name: empty})
            page = services.finder.page(other.filter, 100, None)
            found.append((name, other, len(page.runs), page.next is not None))
    return found
