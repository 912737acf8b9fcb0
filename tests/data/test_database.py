"""The door to the database: limits, errors in words, traces, health; other names, schemas and column types."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, URL, Engine, create_engine, text
from sqlalchemy.schema import CreateSchema

from dashboard.data import embedded, run_search, runs
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.outcomes import outcomes
from dashboard.data.progress import ProgressCounter
from dashboard.data.schema import TableNames, tables
from dashboard.data.steps import step_spans
from dashboard.errors import BadSource, DatabaseError, DatabaseUnreachable, QueryTimeout
from dashboard.filters import RunFilter, RunQuery
from dashboard.models import Status
from tests.conftest import Store, wait_until
from tests.data.writing import Writer
from tests.oracle import HOUR, MINUTE, SECOND

FOREVER = "WITH RECURSIVE forever(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM forever) SELECT count(*) FROM forever"


@pytest.fixture
def opened() -> Iterator[Callable[..., Database]]:
    """Opens databases, and closes them at the end."""
    with ExitStack() as stack:

        def opened(url: URL, *names: Any, **more: Any) -> Database:
            database = Database(url, *names, **more)
            stack.callback(database.close)
            return database

        yield opened


def find(database: Database, words: str = "") -> list[int]:
    page = database(run_search.find, Judge(), RunQuery.from_query(words).filter, budget=60_000)
    return [one.run.number for one in page.runs]


def ask(reader: Reader, statement: str) -> Any:
    return reader.scalar("asked", text(statement))


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_statement_that_takes_too_long_is_cancelled(any_database: Store, opened: Callable[..., Database]) -> None:
    database = opened(any_database.url, statement_timeout=0.2)
    begun = time.monotonic()
    with pytest.raises(QueryTimeout, match="cancelled"):
        database(ask, FOREVER)
    assert time.monotonic() - begun < 10
    assert database(ask, "SELECT 1") == 1, "the connection is good for the next query"


def test_a_cancelled_statement_leaves_nothing_at_the_server(
    postgres_database: URL, opened: Callable[..., Database]
) -> None:
    database = opened(postgres_database, statement_timeout=0.2)
    with pytest.raises(QueryTimeout):
        database(ask, "SELECT pg_sleep(60)")
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metaflow-dashboard' AND state <> 'idle'"
    mine = f"{left} AND datname = current_database()"
    engine = create_engine(postgres_database)
    with engine.connect() as connection:
        assert connection.execute(text(mine)).scalar() == 0
    engine.dispose()


def test_a_locked_table_is_not_waited_for(postgres_database: URL, opened: Callable[..., Database]) -> None:
    database = opened(postgres_database, lock_timeout=0.1)
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE runs_v3 IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(QueryTimeout, match="locked by another transaction"):
            find(database)
    assert find(database) == []
    engine.dispose()


def test_when_all_connections_are_busy_the_next_query_is_given_up(
    any_database: Store, opened: Callable[..., Database]
) -> None:
    database = opened(any_database.url, statement_timeout=0.3, pool_size=1)
    begun = time.monotonic()
    with pytest.raises(QueryTimeout, match="busy"):
        database(lambda _reader: database(ask, "SELECT 1"))
    assert time.monotonic() - begun < 10
    assert database(ask, "SELECT 1") == 1


def test_all_statements_of_a_query_see_one_moment(any_database: Store, opened: Callable[..., Database]) -> None:
    database = opened(any_database.url)
    count = "SELECT count(*) FROM runs_v3"

    def twice(reader: Reader) -> tuple[int, int]:
        before = ask(reader, count)
        writer = Writer(any_database.engine)
        writer.run(at=1)
        writer.flush()
        return before, ask(reader, count)

    assert database(twice) == (0, 0)
    assert database(ask, count) == 1


# --- errors, traces, health -----------------------------------------------------------------------------------------


def test_nothing_at_the_address(opened: Callable[..., Database]) -> None:
    database = opened(URL.create("postgresql", "nobody", "secret", "127.0.0.1", 1, "none"))
    with pytest.raises(DatabaseUnreachable, match="does not answer") as caught:
        database(Reader.now)
    assert "secret" not in str(caught.value)
    health = database.health()
    assert (health.ok, health.last_ok_at, health.token) == (False, None, None)
    assert "does not answer" in (health.message or "")


def test_a_server_that_goes_and_comes_back(
    postgres_database: URL, postgres_url: URL, opened: Callable[..., Database]
) -> None:
    database = opened(postgres_database)
    good = database.health(fresh_for=0)
    assert good.ok
    name = postgres_database.database
    _as_owner(
        postgres_url,
        f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    with pytest.raises(DatabaseUnreachable):
        find(database)
    gone = database.health(fresh_for=0)
    assert not gone.ok
    assert gone.last_ok_at == good.at
    _as_owner(postgres_url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert find(database) == []
    assert database.health(fresh_for=0).ok


def _as_owner(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_an_sqlite_file_that_goes(sqlite_database: URL, opened: Callable[..., Database], tmp_path: Path) -> None:
    database = opened(sqlite_database)
    path = Path(sqlite_database.database or "")
    path.rename(tmp_path / "elsewhere.db")
    assert not database.health(fresh_for=0).ok
    assert not path.exists(), "looking for it did not make it"
    (tmp_path / "elsewhere.db").rename(path)
    assert database.health(fresh_for=0).ok


def test_health_is_asked_once_however_many_look(
    any_database: Store, opened: Callable[..., Database], caplog: pytest.LogCaptureFixture
) -> None:
    database = opened(any_database.url)
    with caplog.at_level("DEBUG", "metaflow_dashboard.sql"):
        answers = {id(database.health(fresh_for=60)) for _ in range(20)}
    assert len(answers) == 1
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["change token"]


def test_the_token_changes_with_every_kind_of_news(any_database: Store, opened: Callable[..., Database]) -> None:
    database = opened(any_database.url)
    writer = Writer(any_database.engine)

    def token() -> str:
        writer.flush()
        whole = database.health(fresh_for=0).token or ""
        return whole.rpartition("-")[0]  # without the half minute

    seen = [token()]
    key = writer.run(at=SECOND)
    seen.append(token())
    task = writer.task(key, at=2 * SECOND)
    seen.append(token())
    writer.attempt(key, "start", task, 0, 3 * SECOND)
    seen.append(token())
    assert len(set(seen)) == len(seen)
    assert token() == seen[-1]


def test_slow_and_failed_queries_are_warned_of(
    any_database: Store, opened: Callable[..., Database], caplog: pytest.LogCaptureFixture
) -> None:
    quick, slow = opened(any_database.url, slow_query=3_600_000), opened(any_database.url, slow_query=0)
    with caplog.at_level("WARNING", "metaflow_dashboard.sql"):
        quick(ask, "SELECT 1")
        assert caplog.records == []
        slow(ask, "SELECT 1")
        with pytest.raises(DatabaseError, match="refused"):
            quick(ask, "SELECT none FROM nowhere")
    slow_line, failed_line = (record.getMessage() for record in caplog.records)
    assert re.fullmatch(r"slow query asked: \d+ ms, 1 rows", slow_line)
    assert re.fullmatch(r"failed query asked: \d+ ms", failed_line)


def test_a_database_of_something_else(any_database: Store, opened: Callable[..., Database]) -> None:
    opened(any_database.url).check()
    with any_database.engine.begin() as connection:
        connection.execute(text("DROP TABLE artifact_v3"))
    with pytest.raises(BadSource, match=r"not a Metaflow database: looked for flows_v3.*; missing artifact_v3\.$"):
        opened(any_database.url).check()


# --- other names, schemas and types ---------------------------------------------------------------------------------


def some_runs(engine: Engine, now: int, schema: Any = None) -> None:
    writer = Writer(engine, schema) if schema else Writer(engine)
    done = writer.run(number=1, at=now - HOUR)
    writer.ended(done, now - 30 * MINUTE, ok='"True"')
    failed = writer.run(number=2, at=now - 50 * MINUTE, tags=("x",))
    writer.ended(failed, now - 40 * MINUTE, ok='"False"')
    task = writer.task(failed, "train", at=now - 49 * MINUTE)
    writer.attempt(failed, "train", task, 0, now - 48 * MINUTE, '"False"', now - 47 * MINUTE)
    renamed = writer.run(number=3, at=now - 30 * MINUTE)
    parameters = writer.task(renamed, "_parameters", at=now - 30 * MINUTE)
    writer.metadatum(renamed, "_parameters", parameters, "end_step", '"finish"', now - 30 * MINUTE)
    writer.ended(renamed, now - 20 * MINUTE, ok="true", step="finish")
    writer.flush()


def look(database: Database) -> None:
    database.check()
    judge, counter = Judge(), ProgressCounter()
    page = database(run_search.find, judge, RunFilter())
    statuses = {one.run.number: one.verdict.status for one in page.runs}
    assert statuses == {1: Status.COMPLETED, 2: Status.FAILED, 3: Status.COMPLETED}
    found = database(outcomes, judge, counter, page.runs)
    assert found["HelloFlow", 2].failed == 2
    assert found["HelloFlow", 2].first_failure is not None
    assert found["HelloFlow", 2].first_failure.step == "train"
    assert database(counter, ("HelloFlow", 1)).done == 1
    assert [span.done for span in database(step_spans, ("HelloFlow", 3))] == [1]
    assert find(database, "tag=x") == [2]
    assert database.health().ok


def test_a_jsonb_column_of_values(postgres_database: URL, opened: Callable[..., Database]) -> None:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE metadata_v3 ALTER COLUMN value TYPE jsonb USING to_jsonb(value)"))
        connection.execute(
            text("CREATE FUNCTION as_jsonb(varchar) RETURNS jsonb LANGUAGE sql AS 'SELECT $1::text::jsonb'")
        )
        connection.execute(text("CREATE CAST (varchar AS jsonb) WITH FUNCTION as_jsonb(varchar) AS ASSIGNMENT"))
    database = opened(postgres_database)
    some_runs(engine, database(Reader.now))
    look(database)
    engine.dispose()


def test_other_names_in_another_schema(postgres_database: URL, opened: Callable[..., Database]) -> None:
    names = TableNames("f", "r", "s", "t", "m", 'a "quoted" one')
    schema = tables(names, "Other schema")
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(CreateSchema("Other schema"))
    schema.runs.metadata.create_all(engine)
    database = opened(postgres_database, names, "Other schema")
    some_runs(engine, database(Reader.now), schema)
    look(database)
    engine.dispose()


def test_other_names_in_sqlite(tmp_path: Path, opened: Callable[..., Database]) -> None:
    names = TableNames("f", "r", "s", "t", "m", "a")
    url = URL.create("sqlite", database=str(tmp_path / "it's 100% #1?.db"))
    engine = create_engine(url)
    schema = tables(names)
    schema.runs.metadata.create_all(engine)
    database = opened(url, names)
    some_runs(engine, database(Reader.now), schema)
    look(database)
    engine.dispose()


def test_the_clock_of_the_database(any_database: Store, opened: Callable[..., Database]) -> None:
    database = opened(any_database.url)
    before = time.time() * 1000
    now = database(Reader.now)
    assert before - SECOND <= now <= time.time() * 1000 + SECOND
    wait_until(lambda: database(Reader.now) > now, 5, "a later moment")


# --- rows as no one should write them -------------------------------------------------------------------------------


def test_tags_of_every_shape(any_database: Store, opened: Callable[..., Database]) -> None:
    writer = Writer(any_database.engine)
    shapes = {1: ("x",), 2: None, 3: JSON.NULL, 4: '["x"]', 5: "x", 6: {"x": 1}, 7: 7, 8: [1, None, "x"], 9: []}
    for number, tags in shapes.items():
        writer.run(number=number, at=number, tags=tags)
    writer.flush()
    database = opened(any_database.url)
    found = {number: database(runs.get, "HelloFlow", str(number)) for number in shapes}
    shown = {number: run.tags for number, run in found.items() if run}
    assert shown == {1: ("x",), 2: (), 3: (), 4: ("x",), 5: (), 6: (), 7: (), 8: ("1", "None", "x"), 9: ()}
    for words in ("tag=x", "tag.any=x", "tag.not=x", "tag.contains=x", "q=x", "user=ana", "user.not=bob"):
        assert set(find(database, words)) <= set(shapes), words
    assert {1, 8} <= set(find(database, "tag=x"))
    assert {2, 3, 7, 9} <= set(find(database, "tag.not=x"))
    assert {1, 8} <= set(find(database, "tag.contains=X"))
    assert len(find(database, "user=ana")) == len(shapes)


@pytest.mark.parametrize("broken", ["", "[", "{'x'}", "\udc80".encode("utf-8", "surrogatepass")])
def test_broken_json_in_sqlite_hides_no_run(
    sqlite_database: URL, opened: Callable[..., Database], broken: str | bytes
) -> None:
    engine = embedded.open_for_writing(Path(sqlite_database.database or ""))
    writer = Writer(engine)
    writer.run(number=1, at=1, tags=("x",))
    writer.run(number=2, at=2)
    writer.flush()
    with engine.begin() as connection:
        value = broken.decode("utf-8", "replace") if isinstance(broken, bytes) else broken
        for column in ("tags", "system_tags"):
            connection.execute(text(f"UPDATE runs_v3 SET {column} = :value WHERE run_number = 2"), {"value": value})
    engine.dispose()
    database = opened(sqlite_database)
    for words, wanted in {
        "": [2, 1],
        "tag=x": [1],
        "tag.not=x": [2],
        "tag.contains=x": [1],
        "user=ana": [1],
        "user.not=ana": [2],
        "q=x": [1],
    }.items():
        assert find(database, words) == wanted, words
    run = database(runs.get, "HelloFlow", "2")
    assert run is not None
    assert (run.tags, run.system_tags, run.user) == ((), (), None)
