"""Finding runs: what a filter means, that paging loses nothing, and that no statement reads more than it must."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, URL, Engine, create_engine, event, text

from dashboard.data import embedded, run_search
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.run_search import words
from dashboard.errors import BadQuery
from dashboard.filters import STATUSES, RunFilter, RunQuery
from dashboard.models import JudgedRun
from tests import postgres
from tests.data.writing import Writer
from tests.oracle import HOUR, MINUTE, SECOND

FLOWS = ("HelloFlow", "hello100%_Flow", "<script>alert('x')</script>", 'Ünï"code\\Flow')
USERS = ("ana", "o'brien", "a_b", "axb", "50%", "<b>", "ünï", None)
TAGS = ("x", "X-ray", "50%", "500", "a_b", "a-b", "back\\slash", "quote'\"", "<script>", "ünïcode", "env:prod")
RUNS = 80


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Many runs of all kinds, most with a namesake at the same millisecond. They are only read."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path: Path = tmp_path_factory.mktemp("crowd") / "metaflow.db"
            url, engine = URL.create("sqlite", database=str(path)), embedded.open_for_writing(path)
        else:
            names = [request.getfixturevalue(name) for name in ("postgres_url", "postgres_template")]
            url = stack.enter_context(postgres.database(*names))
            engine = create_engine(url)
        stack.callback(engine.dispose)
        database = Database(url, statement_timeout=60)
        stack.callback(database.close)
        write_crowd(engine, database(Reader.now))
        yield database


def write_crowd(engine: Engine, now: int) -> None:
    writer, chance = Writer(engine), random.Random(7)
    for number in range(1, RUNS + 1):
        user = chance.choice(USERS)
        system_tags: Any = [f"user:{user}"] if chance.random() < 0.8 else ["runtime:dev"]
        system_tags += chance.choice(([], ["project:p", "project_branch:main"], ["project:q'", "project_branch:50%"]))
        tags: Any = tuple(sorted(set(chance.choices(TAGS, k=chance.randrange(4)))))
        kind = chance.choice(("ok", "ok", "caught", "failed", "killed", "running", "silent", "old client"))
        at = now - 2 * HOUR - chance.randrange(20) * SECOND
        beat = {"killed": -HOUR, "running": 0, "silent": -200 * SECOND}.get(kind)
        key = writer.run(
            chance.choice(FLOWS),
            number,
            at=at,
            heartbeat=None if beat is None else now + beat,
            user=user,
            tags=tags if chance.random() < 0.9 else JSON.NULL,
            system_tags=system_tags,
            run_id=f"argo-{number}_{'%' * (number % 3)}" if chance.random() < 0.2 else None,
        )
        if kind in ("ok", "caught", "failed"):
            task = writer.ended(key, at + MINUTE, ok=kind != "failed")
            if kind == "caught":
                writer.artifact(key, "end", task, "_success", "no", at + MINUTE)
                writer.artifact(key, "end", task, "_task_ok", "yes", at + MINUTE)
    writer.flush()


def find(
    database: Database, wanted: RunFilter, limit: int, *, newest_first: bool = True, budget: float = 60_000
) -> list[JudgedRun]:
    """All pages, one after the other."""
    judge = Judge()
    after: str | None = None
    found: list[JudgedRun] = []
    for _ in range(4 * RUNS):
        page = database(
            run_search.find, judge, wanted, limit=limit, after=after, newest_first=newest_first, budget=budget
        )
        assert len(page.runs) <= limit
        assert (page.searched_to is None) or page.next
        found += page.runs
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages do not end")


def expected(database: Database, wanted: RunFilter) -> list[JudgedRun]:
    """The same filter in plain Python over all runs."""
    everyone = all_runs(database)
    by_id = [one for one in everyone if wanted.q and wanted.q in (str(one.run.number), one.run.run_id)]
    by_id = [one for one in by_id if wanted.q.isdigit() or one.run.run_id == wanted.q]
    return [one for one in (by_id or everyone) if fits(one, wanted, bool(by_id))]


@cache
def all_runs(database: Database) -> list[JudgedRun]:
    """Without any condition; the statuses of the crowd do not change while the tests run."""
    found = find(database, RunFilter(), RUNS + 1)
    assert len(found) == RUNS
    judge = Judge()
    database(judge, [one.run for one in found], database(Reader.now))
    return database(judge.look_for_caught, found)


def fits(one: JudgedRun, wanted: RunFilter, found_by_id: bool) -> bool:
    run, tags = one.run, {*one.run.tags, *one.run.system_tags}
    project = {tag[8:] for tag in tags if tag.startswith("project:")}
    branch = {tag[15:] for tag in tags if tag.startswith("project_branch:")}
    q = lower(wanted.q)
    seen = (run.flow, run.owner or "", run.run_id or "", *tags)
    return (
        (not wanted.flow or run.flow in wanted.flow)
        and run.flow not in wanted.flow_not
        and (not wanted.user or run.user in wanted.user)
        and run.user not in wanted.user_not
        and (not wanted.project or not project.isdisjoint(wanted.project))
        and project.isdisjoint(wanted.project_not)
        and (not wanted.branch or not branch.isdisjoint(wanted.branch))
        and branch.isdisjoint(wanted.branch_not)
        and tags.issuperset(wanted.tag)
        and (not wanted.tag_any or not tags.isdisjoint(wanted.tag_any))
        and tags.isdisjoint(wanted.tag_not)
        and all(any(lower(part) in lower(tag) for tag in tags) for part in wanted.tag_contains)
        and (not wanted.status or not words(one.verdict).isdisjoint(wanted.status))
        and (found_by_id or any(q in lower(part) for part in seen))
    )


def lower(value: str) -> str:
    """Only ASCII: SQLite knows no other letters' cases."""
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), value)


def some(values: Sequence[str | None]) -> st.SearchStrategy[tuple[str, ...]]:
    present = [value for value in values if value is not None]
    return st.just(()) | st.lists(st.sampled_from(present), min_size=1, max_size=2, unique=True).map(tuple)


PARTS = ("%", "_", "\\", "'", '"', "<", "A_B", "0%", "x", "prod", "ünï", "user:", "none such")
FILTERS = st.builds(
    RunFilter,
    flow=some(FLOWS),
    flow_not=some(FLOWS),
    user=some(USERS),
    user_not=some(USERS),
    project=some(("p", "q'", "none")),
    project_not=some(("p", "q'")),
    branch=some(("main", "50%")),
    branch_not=some(("main", "50%")),
    tag=some(TAGS),
    tag_any=some(TAGS),
    tag_not=some(TAGS),
    tag_contains=some(PARTS),
    status=some(STATUSES),
    q=st.just("") | st.sampled_from((*PARTS, "7", "80", "99999999999999999999", "argo-", "hello", "0" * 18)),
)
# Most random filters find nothing, so each example drops most conditions.
FEW = st.builds(
    lambda full, kept: RunFilter(**{name: getattr(full, name) for name in kept}),
    FILTERS,
    st.sets(st.sampled_from([name for name in RunFilter.__slots__ if name != "started"]), max_size=2),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FEW, limit=st.integers(2, 50), newest_first=st.booleans(), budget=st.sampled_from((0, 60_000)))
def test_paging_gives_each_run_that_fits_exactly_once(
    crowd: Database, wanted: RunFilter, limit: int, newest_first: bool, budget: float
) -> None:
    """A budget of 0 cuts every search after its first batch; batches are made small so that there are several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_search, "FIRST_BATCH", 5)
        found = find(crowd, wanted, limit, newest_first=newest_first, budget=budget)
    should = expected(crowd, wanted)
    assert [one.run.key for one in found] == [one.run.key for one in (should if newest_first else reversed(should))]


@pytest.mark.parametrize("name", [name for name in RunFilter.__slots__ if name not in ("started", "q")])
def test_each_condition_alone_finds_some_and_leaves_some_out(crowd: Database, name: str) -> None:
    """The property test above would also hold if no filter ever found anything."""
    value = {"status": "failed", "tag_contains": "%", "flow": FLOWS[2], "flow_not": FLOWS[3], "user": "o'brien"}.get(
        name, {"project": "q'", "branch": "50%", "user": "a_b"}.get(name.removesuffix("_not"), "quote'\"")
    )
    wanted = replace(RunFilter(), **{name: (value,)})  # type: ignore[arg-type]  # the names are fields of tuples
    found = find(crowd, wanted, 1000)
    assert 0 < len(found) < RUNS
    assert [one.run.key for one in found] == [one.run.key for one in expected(crowd, wanted)]


@pytest.mark.parametrize("part", ["%", "_", "\\", "'", "ünï"])
def test_wildcards_are_letters(crowd: Database, part: str) -> None:
    found = find(crowd, RunFilter(tag_contains=(part,)), 1000)
    assert found
    assert all(any(part in tag for tag in (*one.run.tags, *one.run.system_tags)) for one in found)


@pytest.mark.parametrize("after", ["1", "1-", "-1", "a-b", "1-2-3", "-5-1", "9" * 19 + "-1", "²-1", "1-٣"])
def test_a_cursor_that_no_page_gave_is_refused(crowd: Database, after: str) -> None:
    with pytest.raises(BadQuery, match="not a cursor"):
        crowd(run_search.find, Judge(), RunFilter(), after=after)


def test_a_cursor_beyond_everything_is_an_end(crowd: Database) -> None:
    far = "9" * 18
    assert crowd(run_search.find, Judge(), RunFilter(), after="0-0").runs == ()
    assert crowd(run_search.find, Judge(), RunFilter(), after=f"{far}-{far}", newest_first=False).runs == ()
    assert len(crowd(run_search.find, Judge(), RunFilter(), after=f"{far}-{far}", limit=500).runs) == RUNS


def test_a_run_is_found_by_its_number_and_by_its_id(crowd: Database) -> None:
    named = next(one.run for one in find(crowd, RunFilter(), 1000) if one.run.run_id)
    for q in (named.run_id or "", str(named.number)):
        assert named.key in [one.run.key for one in find(crowd, RunFilter(q=q), 10)]
        assert find(crowd, RunFilter(q=q, flow=("none",)), 10) == []


# --- the statements -------------------------------------------------------------------------------------------------


@contextmanager
def recorded(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """All statements with their parameters."""
    seen: list[tuple[str, Any]] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(database._engine, "before_cursor_execute", record)
    try:
        yield seen
    finally:
        event.remove(database._engine, "before_cursor_execute", record)


ALL_FILTERS = [
    RunFilter(),
    *(
        replace(RunFilter(), **{name: ("x", "y")})  # type: ignore[arg-type]
        for name in RunFilter.__slots__
        if name not in ("started", "q", "status")
    ),
    *(RunFilter(status=(status,)) for status in STATUSES),
    *(RunFilter(q=q) for q in ("7", "hello", "argo-1", "99999999999999999999")),
    RunQuery.from_query("started=7d").filter,
    RunQuery.from_query("started=..2020-01-01&status=running&tag.not=x&q=a").filter,
]


def test_no_statement_counts_or_skips_runs(crowd: Database) -> None:
    with recorded(crowd) as seen:
        for wanted in ALL_FILTERS:
            for newest_first in (True, False):
                page = crowd(run_search.find, Judge(), wanted, limit=3, newest_first=newest_first)
                if page.next:
                    crowd(run_search.find, Judge(), wanted, limit=3, after=page.next, newest_first=newest_first)
    statements = {re.sub(r"\s+", " ", statement) for statement, _ in seen}
    over_runs = [statement for statement in statements if "FROM runs_v3" in statement]
    assert len(over_runs) > 20
    if crowd.url.get_backend_name() == "postgresql":  # for SQLite, SQLAlchemy writes LIMIT as `LIMIT 3 OFFSET 0`
        assert not [one for one in statements if "OFFSET" in one]
    for one in over_runs:
        # The one count is of a batch that a LIMIT bounds, in the same statement.
        assert "LIMIT" in one.partition("FROM runs_v3")[2], one
        assert not re.search(r"count\([^)]*\)[^(]* FROM runs_v3", one), one


def test_every_query_leaves_a_line_with_its_name_time_and_rows(
    crowd: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with recorded(crowd) as seen, caplog.at_level("DEBUG", "metaflow_dashboard.sql"):
        for wanted in ALL_FILTERS:
            crowd(run_search.find, Judge(), wanted, limit=3)
    sent = [statement for statement, _ in seen if not statement.startswith("BEGIN")]
    traced = [record for record in caplog.records if record.levelname == "DEBUG"]  # a slow one warns besides
    lines = [record.getMessage() for record in traced]
    assert len(lines) == len(sent)
    assert all(re.fullmatch(r"[\w ,]+: \d+\.\d ms, \d+ rows", line) for line in lines)


# --- indices of the service -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(postgres_url: URL, postgres_template: str) -> Iterator[Database]:
    """30,000 runs with statistics: enough for the planner to prefer indices."""
    with postgres.database(postgres_url, postgres_template) as url, ExitStack() as stack:
        engine = create_engine(url)
        stack.callback(engine.dispose)
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO flows_v3 (flow_id, ts_epoch) SELECT 'F' || i, 1 FROM generate_series(0, 9) i")
            )
            connection.execute(text("INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('Rare', 1)"))
            connection.execute(
                text("""
                INSERT INTO runs_v3 (flow_id, run_number, user_name, ts_epoch, last_heartbeat_ts, tags, system_tags)
                SELECT CASE WHEN i % 1000 = 7 THEN 'Rare' ELSE 'F' || i % 10 END, i, u,
                       1700000000000 + i * 1000, 1700000000 + i,
                       jsonb_build_array('common', 'batch:' || i / 10), jsonb_build_array('user:' || u, 'runtime:dev')
                FROM (SELECT i, CASE WHEN i % 1000 = 0 THEN 'rare' WHEN i % 3 = 0 THEN 'bob' ELSE 'ana' END AS u
                      FROM generate_series(1, 30000) i) AS numbered
                """)
            )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE runs_v3"))
        database = Database(url)
        stack.callback(database.close)
        yield database


def plan(database: Database, wanted: RunFilter, after: str | None = None) -> str:
    """What PostgreSQL does for the statement that reads the runs."""
    with recorded(database) as seen:
        database(run_search.find, Judge(), wanted, after=after)
    statement, parameters = next(one for one in seen if "ts_epoch" in one[0] and "FROM runs_v3" in one[0])
    with database._engine.connect() as connection:
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))


@pytest.mark.parametrize("level", ["latest", "before 2026"])
@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("", "runs_v3_idx_epoch_ts_desc|runs_v3_idx_ts_epoch"),
        ("flow=Rare", "using runs_v3_idx_flow|on runs_v3_idx_(flow|str_ids)"),
        ("user=rare", "runs_v3_idx_user_asc_ts_epoch_desc"),
        ("user=nobody", "runs_v3_idx_user_asc_ts_epoch_desc"),
        ("user=rare&user=nobody", "runs_v3_idx_user_asc_ts_epoch_desc"),
        ("tag=batch:77", "runs_v3_idx_gin_tags_combined"),
        ("tag.any=batch:77&tag.any=batch:78", "runs_v3_idx_gin_tags_combined"),
        ("project=none", "runs_v3_idx_gin_tags_combined"),
        ("tag=common", "runs_v3_idx_"),
        ("user=ana", "runs_v3_idx_"),
        ("status=running", "runs_v3_idx_"),
        ("tag.not=common", "runs_v3_idx_"),
        ("q=77", "runs_v3_pkey"),
    ],
)
def test_the_indices_of_the_service_serve(many: Database, words: str, index: str, level: str) -> None:
    valid = str(level == "latest").lower()
    newest = "'runs_v3_idx_flow_ts_runnum_desc'::regclass"
    engine = create_engine(many.url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE pg_index SET indisvalid = {valid} WHERE indexrelid = {newest}"))
    engine.dispose()
    found = plan(many, RunQuery.from_query(words).filter)
    assert level == "latest" or "runnum" not in found
    assert re.search(index, found), found
    assert "Seq Scan on runs_v3" not in found


def test_a_page_far_down_starts_at_its_place(many: Database) -> None:
    found = plan(many, RunFilter(), after="1700001000000-1000")
    assert re.search(r"Index (Only )?Scan( Backward)? using runs_v3_idx_(epoch_ts_desc|ts_epoch)", found)
    assert "Index Cond: (ts_epoch <= " in found


def test_a_search_reads_its_batch_once(many: Database) -> None:
    found = plan(many, RunFilter(tag_contains=("77",)))
    assert found.count("CTE Scan on batch") >= 2
    assert len(re.findall(r"on runs_v3", found)) == 1
