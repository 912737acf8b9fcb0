"""Finds runs: keyset paging over runs_v3, and a bounded search where SQL alone cannot tell.

Conditions that an index serves go into one statement. The others (status, exclusions, parts of tags, free text) are
looked for batch by batch until the page is full or the budget is spent; then the page says how far it searched, and
its cursor goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from dashboard.data.database import Reader
from dashboard.data.judge import Judge
from dashboard.data.run_conditions import Conditions, conditions
from dashboard.data.runs import Key, by_keys, columns, is_number, run_of
from dashboard.errors import BadQuery
from dashboard.filters import RunFilter, Span
from dashboard.models import JudgedRun, Run, Verdict

RUNNING = ("running", "no-heartbeat")
RECENT = 2 * 86_400_000  # ms
SMALL_BATCH, FIRST_BATCH, LARGEST_BATCH = 60, 200, 6_400  # rows; small where each costs more, or for a quick look


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, the cursor of the rest, and how far the search came when it was cut."""

    runs: tuple[JudgedRun, ...]
    next: str | None
    searched_to: int | None = None  # epoch milliseconds; None: nothing was left out
    now: int = 0  # the database's clock


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order by (ts_epoch, run_number)."""

    at: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """From the text that a page gave as `next`."""
        at, _, number = text.partition("-")
        if not (is_number(at) and is_number(number)):
            raise BadQuery(f"after={text[:80]}: not a cursor that a page gave.")
        return cls(int(at), int(number))

    @classmethod
    def of(cls, run: Run) -> Cursor:
        """The place of a run."""
        return cls(run.created_at, run.number)

    def __str__(self) -> str:
        return f"{self.at}-{self.number}"


def find(
    reader: Reader,
    judge: Judge,
    wanted: RunFilter,
    *,
    limit: int = 50,
    after: str | None = None,
    newest_first: bool = True,
    budget: float = 400,
    quick: bool = False,
) -> RunPage:
    """One page of the runs that `wanted` describes; `budget` (ms) bounds the search for what no index serves.

    A `quick` one begins with fewer rows: whatever it shows, another will go on.
    """
    now = reader.now()
    order = _Order(reader, newest_first, Cursor.parse(after) if after else None)
    where = conditions(reader, wanted, now, judge.limits)
    pace = _Pace(budget, SMALL_BATCH if quick or "caught" in wanted.status else FIRST_BATCH)
    hits: list[JudgedRun] = []
    for runs, edge in _batches(reader, where, order, limit, bool(wanted.status), pace):
        judged = judge(reader, runs, now)
        if "caught" in wanted.status:
            judged = judge.look_for_caught(reader, judged)
        hits += [one for one in judged if matches(wanted, one.verdict)]
        if len(hits) > limit:
            return RunPage(tuple(hits[:limit]), str(Cursor.of(hits[limit - 1].run)), None, now)
        if edge is None:
            break
        if pace.is_over:
            return RunPage(tuple(hits), str(edge), edge.at, now)
    return RunPage(tuple(hits), None, None, now)


def running(reader: Reader, judge: Judge, long_running: Sequence[Key], limit: int) -> tuple[list[JudgedRun], bool]:
    """(running runs, newest first; whether there may be more). Looks at the newest two days and at `long_running`.

    No index knows heartbeats: 30 days cost 16 ms at a million runs, two days 1 ms.
    """
    wanted = RunFilter(status=RUNNING, started=Span(since=reader.now() - RECENT))
    page = find(reader, judge, wanted, limit=limit)
    recent = {one.run.key for one in page.runs}
    older = judge(reader, by_keys(reader, [key for key in long_running if key not in recent]), page.now)
    found = [*page.runs, *(one for one in older if matches(wanted, one.verdict))]
    return sorted(found, key=lambda one: one.run.created_at, reverse=True), page.next is not None


def among(reader: Reader, judge: Judge, wanted: RunFilter, keys: Sequence[Key]) -> set[Key]:
    """Which of these runs the filter describes, whatever its status; one statement by primary key."""
    where = conditions(reader, replace(wanted, status=()), reader.now(), judge.limits)
    c = reader.tables.runs.c
    more = [] if where.searched is None else [where.searched]
    chosen = reader.dialect.one_of((c.flow_id, c.run_number), keys)
    rows = reader.all("runs among these", select(c.flow_id, c.run_number).where(chosen, *where.served, *more))
    return {(row.flow_id, row.run_number) for row in rows}


def words(verdict: Verdict) -> frozenset[str]:
    """The filter words that a verdict answers to: its official status and its qualifier."""
    qualifier = verdict.qualifier.value.replace(" ", "-") if verdict.qualifier else verdict.status.value
    return frozenset((verdict.status.value, qualifier))


def matches(wanted: RunFilter, verdict: Verdict) -> bool:
    """Whether the status filter lets this verdict through."""
    return not wanted.status or not words(verdict).isdisjoint(wanted.status)


class _Order:
    """ORDER BY start and number, beyond a cursor that moves on with every batch."""

    def __init__(self, reader: Reader, newest_first: bool, cursor: Cursor | None) -> None:
        self._c = reader.tables.runs.c
        self._newest_first = newest_first
        self.cursor = cursor

    def apply(self, statement: Select[Any]) -> Select[Any]:
        at, number = self._c.ts_epoch, self._c.run_number
        if self.cursor is not None:
            here = self.cursor
            if self._newest_first:
                statement = statement.where(at <= here.at, or_(at < here.at, number < here.number))
            else:
                statement = statement.where(at >= here.at, or_(at > here.at, number > here.number))
        return statement.order_by(*self.by(self._c))

    def by(self, c: Any) -> tuple[Any, Any]:
        if self._newest_first:
            return c.ts_epoch.desc(), c.run_number.desc()
        return c.ts_epoch.asc(), c.run_number.asc()

    def against(self, c: Any) -> tuple[Any, Any]:
        """The opposite order: its first row is the last of a batch."""
        if self._newest_first:
            return c.ts_epoch.asc(), c.run_number.asc()
        return c.ts_epoch.desc(), c.run_number.desc()


class _Pace:
    """How many rows the next batch may have, so that a search ends near its budget (ms) and not far beyond it."""

    def __init__(self, budget: float, first: int) -> None:
        self._begun = time.monotonic()
        self._budget = budget / 1000
        self._read = 0
        self.first = first

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent."""
        return time.monotonic() - self._begun > self._budget

    def after(self, size: int, most: int) -> int:
        """The size of the batch that follows one of `size` rows."""
        self._read += size
        spent = time.monotonic() - self._begun
        fitting = int(self._read * (self._budget - spent) / spent * 0.7) if spent > 0 else most
        return max(self.first, min(size * 2, most, fitting))


def _batches(
    reader: Reader, where: Conditions, order: _Order, limit: int, by_status: bool, pace: _Pace
) -> Iterator[tuple[list[Run], Cursor | None]]:
    """Matching runs, batch by batch, each with the place where the batch ended (None: at the last run)."""
    plain = where.searched is None
    size = limit + 1 if plain and not by_status else pace.first if plain else pace.first * 2
    most = LARGEST_BATCH if plain else LARGEST_BATCH * 4
    hits = max(limit + 1, pace.first) if by_status else limit + 1
    while True:
        batch = order.apply(columns(reader).where(*where.served)).limit(size)
        if where.searched is None:
            rows = reader.all("runs", batch)
            runs = [run_of(row) for row in rows]
            order.cursor = Cursor.of(runs[-1]) if len(runs) == size else None
        else:
            runs, order.cursor = _searched(reader, where, where.searched, order, size, hits)
        yield runs, order.cursor
        if order.cursor is None:
            return
        size = pace.after(size, most)


def _searched(
    reader: Reader, where: Conditions, searched: ColumnElement[bool], order: _Order, size: int, most: int
) -> tuple[list[Run], Cursor | None]:
    """Up to `most` matches among the next `size` runs, in one statement that reads the batch once."""
    batch = order.apply(columns(reader, searched.label("hit")).where(*where.served)).limit(size).cte("batch")
    last = select(batch.c.ts_epoch, batch.c.run_number).order_by(*order.against(batch.c)).limit(1).subquery("last_row")
    count = select(func.count().label("size")).select_from(batch).subquery("batch_size")
    hit = batch.alias("hits")
    rows = reader.all(
        "runs, searched",
        select(hit, last.c.ts_epoch.label("last_at"), last.c.run_number.label("last_number"), count.c.size)
        .select_from(last.join(count, true()).outerjoin(hit, and_(hit.c.hit)))
        .order_by(*order.by(hit.c))
        .limit(most),
    )
    runs = [run_of(row) for row in rows if row.flow_id is not None]
    if len(runs) == most:
        return runs, Cursor.of(runs[-1])
    full = bool(rows) and rows[0].size == size
    return runs, Cursor(rows[0].last_at, rows[0].last_number) if full else None
