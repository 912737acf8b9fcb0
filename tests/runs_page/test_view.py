"""The Runs page as a value: what is pinned, held, grouped and sorted, and when the drawn table would differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.data.database import Database, Reader
from dashboard.filters import RunFilter, RunQuery
from dashboard.models import Qualifier, Status
from dashboard.runs_page.view import PINNED, Held, RunsView, runs_view, without_each
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source
from tests.conftest import Store
from tests.data.writing import Writer
from tests.oracle import DAY, HOUR, MINUTE, SECOND


@dataclass
class Board:
    """A database and new services for each look, so that nothing is remembered unless a test asks for it."""

    store: Store
    database: Database
    now: int
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.writer = Writer(self.store.engine)

    def services(self, settings: Settings = Settings()) -> Services:
        return make_services(self.database, Source("sqlite", "a test"), settings)

    def look(self, query: str = "", held: Held | None = None, **settings: Any) -> RunsView:
        self.writer.flush()
        services = self.services(Settings(**settings))
        return runs_view(services, RunQuery.from_query(query), details=True, held=held)

    def done(self, minutes_ago: int, ok: bool = True, lasted: int = MINUTE, **more: Any) -> tuple[str, int]:
        """A run that ended."""
        at = self.now - minutes_ago * MINUTE
        key = self.writer.run(at=at, **more)
        self.writer.ended(key, at + lasted, ok=ok)
        return key

    def running(self, minutes_ago: int, **more: Any) -> tuple[str, int]:
        """A run that beats."""
        return self.writer.run(at=self.now - minutes_ago * MINUTE, heartbeat=self.now + 10 * SECOND, **more)

    def execute(self, statement: str) -> None:
        with self.store.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.fixture
def board(any_database: Store) -> Iterator[Board]:
    database = Database(any_database.url)
    yield Board(any_database, database, database(Reader.now))
    database.close()


def pinned(view: RunsView) -> list[int]:
    return [row.judged.run.number for row in view.pinned]


def rest(view: RunsView) -> list[int]:
    return [row.judged.run.number for row in view.rest]


def held(view: RunsView) -> Held:
    return Held(tuple(r.judged.run.key for r in view.pinned), tuple(r.judged.run.key for r in view.rest))


# --- pinned ---------------------------------------------------------------------------------------------------------


def test_running_runs_come_first_wherever_they_started(board: Board) -> None:
    board.running(60 * 24 * 3, number=1)
    for number in range(2, 62):
        board.done(100 - number, number=number)
    board.running(5, number=99)
    board.writer.run(number=98, at=board.now - HOUR, heartbeat=board.now - 200 * SECOND)  # no heartbeat: still running
    view = board.look("rows=10")
    assert pinned(view) == [99, 98, 1]
    assert len(rest(view)) == 9
    assert set(rest(view)).isdisjoint(pinned(view))
    assert view.next is not None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("status=failed", []),
        ("status=failed&status=running", [3]),
        ("status=running", [3]),
        ("status=no-heartbeat", []),
        ("sort=started", []),
        ("sort=duration", []),
        ("flow=Other", []),
        ("q=3", [3]),
    ],
)
def test_where_nothing_is_pinned(board: Board, query: str, first: list[int]) -> None:
    board.done(30, number=1)
    board.done(20, number=2, ok=False)
    board.running(10, number=3)
    assert pinned(board.look(query)) == first


def test_all_pages_but_the_first_have_no_pins(board: Board) -> None:
    board.running(100, number=1)
    for number in range(2, 9):
        board.done(90 - number, number=number)
    first = board.look("rows=3")
    second = board.look(f"rows=10&after={first.next}")
    assert pinned(first) == [1]
    assert pinned(second) == []
    assert [*rest(first), *rest(second)] == [8, 7, 6, 5, 4, 3, 2, 1]


def test_only_so_many_are_pinned_and_the_others_keep_their_place(board: Board) -> None:
    for number in range(PINNED + 5):
        board.running(60, number=number + 1)
    view = board.look("rows=100")
    assert len(pinned(view)) == PINNED
    assert len(rest(view)) == 5


# --- held -----------------------------------------------------------------------------------------------------------


def test_a_held_page_keeps_its_rows_and_counts_what_came(board: Board) -> None:
    board.running(30, number=1)
    board.done(20, number=2)
    before = board.look()
    assert (pinned(before), rest(before), before.new_runs) == ([1], [2], 0)
    board.done(10, number=3)
    board.running(5, number=4)
    task = board.writer.ended(("HelloFlow", 1), board.now - MINUTE)
    assert task
    view = board.look(held=held(before))
    assert (pinned(view), rest(view)) == ([1], [2]), "the run that ended stays where it was"
    assert view.pinned[0].judged.verdict.status is Status.COMPLETED
    assert view.new_runs == 2
    fresh = board.look()
    assert (pinned(fresh), rest(fresh), fresh.new_runs) == ([4], [3, 2, 1], 0)


def test_runs_that_are_gone_leave_a_held_page(board: Board) -> None:
    for number in (1, 2, 3):
        board.writer.run(number=number, at=board.now - DAY - number * MINUTE)
    before = board.look()
    board.execute("DELETE FROM runs_v3 WHERE run_number = 2")
    after = board.look(held=held(before))
    assert rest(after) == [1, 3]
    assert after.digest() != before.digest()
    board.execute("DELETE FROM runs_v3")
    assert board.look(held=held(before)).is_empty


def test_a_held_page_of_another_order_neither_moves_nor_counts(board: Board) -> None:
    for number in range(1, 7):
        board.done(60, number=number, lasted=number * MINUTE)
    before = board.look("sort=-duration&rows=4", window=10)
    assert rest(before) == [6, 5, 4, 3]
    board.done(59, number=7, lasted=50 * MINUTE)
    view = board.look("sort=-duration&rows=4", held(before), window=10)
    assert (rest(view), view.new_runs, view.partial) == ([6, 5, 4, 3], 0, None)
    assert rest(board.look("sort=-duration&rows=4", window=10)) == [7, 6, 5, 4]


def test_nothing_held_is_a_fresh_look(board: Board) -> None:
    board.done(10, number=1)
    assert rest(board.look(held=Held((), ()))) == [1]


# --- sorted, grouped ------------------------------------------------------------------------------------------------


def test_sorting_by_what_is_derived(board: Board) -> None:
    board.done(50, number=1, lasted=3 * MINUTE, flow="b", user="Zoe")
    board.done(40, number=2, lasted=9 * MINUTE, flow="A", user="adam")
    board.writer.run(number=3, at=board.now - 3 * DAY, flow="c", user="x", system_tags=[])  # ended, nobody knows when
    orders = {
        "duration": [1, 2, 3],
        "-duration": [2, 1, 3],
        "flow": [2, 1, 3],
        "-flow": [3, 1, 2],
        "user": [2, 1, 3],
        "-user": [1, 2, 3],
    }
    assert {sort: rest(board.look(f"sort={sort}")) for sort in orders} == orders
    assert rest(board.look("sort=-duration&rows=1")) == [2]
    assert board.look("sort=-duration").partial is None
    assert board.look("sort=-duration", window=10).partial is None


def test_what_is_sorted_within_the_newest_runs_only_says_so(board: Board) -> None:
    for number in range(1, 15):
        board.done(100 - number, number=number, lasted=number * SECOND)
    view = board.look("sort=duration&rows=3", window=10)
    assert rest(view) == [5, 6, 7]
    assert view.partial == 10


def test_groups_with_their_heads(board: Board) -> None:
    for number in range(1, 6):
        board.done(50 - number, number=number, ok=number != 4, flow="A" if number % 2 else "B")
    board.running(1, number=9, flow="A")
    view = board.look("group=flow")
    names = {group.name: [one.run.number for one in group.runs] for group, _ in view.groups}
    assert names == {"A": [9, 5, 3, 1], "B": [4, 2]}
    shown = [[row.judged.run.number for row in rows] for _, rows in view.groups]
    assert shown == [[9, 5, 3], [4, 2]]
    assert (view.pinned, view.rest) == ((), ())
    assert view.groups[1][0].success == 0.5
    assert not view.is_empty
    assert [group.name for group, _ in board.look("group=user").groups] == ["ana"]
    assert [group.name for group, _ in board.look("group=project").groups] == ["no project"]
    assert [group.name for group, _ in board.look("group=flow&status=failed").groups] == ["B"]
    assert board.look("group=flow&q=nothing").is_empty


# --- the digest -----------------------------------------------------------------------------------------------------


def test_the_digest_stays_while_only_clocks_go_on(board: Board) -> None:
    board.running(30, number=1)
    board.done(20, number=2)
    before = board.look()
    board.execute("UPDATE runs_v3 SET last_heartbeat_ts = last_heartbeat_ts + 1 WHERE run_number = 1")
    after = board.look()
    assert after.now >= before.now
    assert after.digest() == before.digest()


Change = Callable[[Board], object]
CHANGES: dict[str, Change] = {
    "a run comes": lambda board: board.done(1, number=50),
    "a run ends": lambda board: board.writer.ended(("HelloFlow", 1), board.now),
    "a tag is added": lambda board: board.execute("UPDATE runs_v3 SET tags = '[\"new\"]' WHERE run_number = 2"),
    "a task comes": lambda board: board.writer.task(("HelloFlow", 1), "more", at=board.now),
    "a run falls silent": lambda board: board.execute(
        "UPDATE runs_v3 SET last_heartbeat_ts = last_heartbeat_ts - 200 WHERE run_number = 1"
    ),
    "a run is gone": lambda board: board.execute("DELETE FROM runs_v3 WHERE run_number = 5"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with_what_is_drawn(board: Board, change: str) -> None:
    board.running(30, number=1)
    board.done(20, number=2)
    board.writer.run(number=5, at=board.now - 3 * DAY)
    before = board.look()
    CHANGES[change](board)
    assert board.look().digest() != before.digest()


def test_the_digest_of_groups_sees_runs_behind_the_heads(board: Board) -> None:
    """The header counts them."""
    for number in range(1, 6):
        board.running(60 - number, number=number)
    before = board.look("group=flow")
    board.writer.ended(("HelloFlow", 1), board.now - MINUTE)
    after = board.look("group=flow")
    assert [row.judged.run.number for row in after.groups[0][1]] == [5, 4, 3]
    assert after.digest() != before.digest()


def test_the_digest_sees_selection_expansion_and_query(board: Board) -> None:
    board.done(20, number=2)
    digests = {board.look(query).digest() for query in ("", "select=HelloFlow/2", "open=HelloFlow/2", "hide=tags")}
    assert len(digests) == 4


# --- details --------------------------------------------------------------------------------------------------------


def test_rows_paint_before_their_results(board: Board) -> None:
    key = board.done(20, number=1)
    board.writer.artifact(key, "end", 1, "_success", "no", board.now)
    board.writer.artifact(key, "end", 1, "_task_ok", "yes", board.now)
    for n in range(5):
        board.done(30 + n, lasted=10 * MINUTE, number=10 + n)
    board.writer.flush()
    services = board.services()
    query = RunQuery.from_query("")
    bare = runs_view(services, query, details=False)
    assert not bare.is_complete
    assert all(row.result is None and row.typical is None for row in bare.rest)
    full = runs_view(services, query, details=True)
    assert full.is_complete
    assert full.rest[0].judged.verdict.qualifier is Qualifier.CAUGHT
    assert full.rest[0].result is not None
    assert full.rest[0].result.caught == 1
    assert full.rest[0].typical == 10 * MINUTE
    again = runs_view(services, query, details=False)
    assert again.is_complete
    assert again.digest() == full.digest()


def test_results_are_not_those_of_a_namesake_before_a_wipe(board: Board) -> None:
    board.done(50, number=1)
    board.writer.flush()
    services = board.services()
    first = runs_view(services, RunQuery(), details=True)
    assert first.rest[0].result is not None
    assert first.rest[0].result.tasks == 1
    for table in reversed(list(board.writer.tables)):
        board.execute(f"DELETE FROM {table.name}")
    board.writer = Writer(board.store.engine)
    key = board.done(40, number=1)
    board.writer.task(key, "more", at=board.now)
    board.writer.flush()
    services = replace(services, finder=board.services().finder)  # which remembers pages for a second
    second = runs_view(services, RunQuery(), details=True)
    assert second.rest[0].result is not None
    assert second.rest[0].result.tasks == 2


# --- other ----------------------------------------------------------------------------------------------------------


def test_what_to_leave_out_when_nothing_is_found(board: Board) -> None:
    board.done(20, number=1, tags=("x",))
    board.done(10, number=2, ok=False)
    query = RunQuery.from_query("flow=HelloFlow&status=failed&tag=x&rows=100&sort=started")
    board.writer.flush()
    found = without_each(board.services(), query)
    assert {name: (number, more) for name, _, number, more in found} == {
        "flow": (0, False),
        "tag": (1, False),
        "status": (1, False),
    }
    other = {name: query for name, query, _, _ in found}["tag"]
    assert other.filter == replace(query.filter, tag=())
    assert (other.sort, other.rows) == ("started", 50)
    assert without_each(board.services(), RunQuery()) == []
    assert {name for name, *_ in without_each(board.services(), RunQuery.from_query("q=x&started=1h"))} == {
        "q",
        "started",
    }


def test_one_run_by_its_pathspec(board: Board) -> None:
    board.done(20, number=1)
    board.writer.flush()
    services = board.services()
    found = board.database(services.judge.find, "HelloFlow", "1")
    assert found is not None
    now, one = found
    assert (one.run.number, one.verdict.status) == (1, Status.COMPLETED)
    assert abs(now - board.now) < HOUR
    for flow, run in (("HelloFlow", "2"), ("HelloFlow", ""), ("None", "1")):
        assert board.database(services.judge.find, flow, run) is None


def test_viewers_who_ask_for_the_same_share_the_answer(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    board.done(20, number=1)
    board.writer.flush()
    services = board.services()
    with caplog.at_level("DEBUG", "metaflow_dashboard.sql"):
        pages = {id(services.finder.page(RunFilter(), 50, None)) for _ in range(10)}
        windows = {id(services.finder.window(RunFilter(status=()))) for _ in range(10)}
    assert (len(pages), len(windows)) == (1, 1)
    assert len([r for r in caplog.records if r.getMessage().startswith("runs:")]) == 2
