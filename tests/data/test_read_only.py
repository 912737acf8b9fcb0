"""The database cannot be changed through the dashboard's door, needs no more than SELECT, and is never held up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import Connection

from dashboard.data import flows, locations, run_search, runs
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.outcomes import outcomes
from dashboard.data.progress import ProgressCounter
from dashboard.data.steps import step_spans
from dashboard.errors import DatabaseError
from dashboard.filters import RunQuery
from dashboard.models import TaskRef
from tests import postgres as server
from tests.conftest import Store
from tests.data.writing import Writer

ROLE = "dashboard_reader"
FILTERS = (
    "",
    "flow=HelloFlow&flow.not=Other",
    "user=ana&user.not=bob",
    "project=p&branch=b&project.not=x&branch.not=y",
    "tag=a&tag.any=b&tag.not=c&tag.contains=d",
    "status=running",
    "status=failed&status=killed",
    "status=caught&status=completed",
    "q=1",
    "q=hello",
    "started=7d",
)


def everything(reader: Reader) -> None:
    """Every query of the Runs page, the run page and the JSON interface."""
    judge, now = Judge(), reader.now()
    key = ("HelloFlow", 1)
    for words in FILTERS:
        for newest_first in (True, False):
            wanted = RunQuery.from_query(words).filter
            page = run_search.find(reader, judge, wanted, limit=2, newest_first=newest_first)
            if page.next:
                run_search.find(reader, judge, wanted, limit=2, after=page.next, newest_first=newest_first)
    page = run_search.find(reader, judge, RunQuery().filter, limit=100)
    outcomes(reader, judge, ProgressCounter(), page.runs)
    runs.get(reader, "HelloFlow", "1")
    runs.get(reader, "HelloFlow", "argo-x")
    runs.by_keys(reader, [key])
    flows.names(reader, "h")
    flows.typical_durations(reader, judge, ["HelloFlow"], now)
    step_spans(reader, key)
    locations.of_task(reader, key, TaskRef("start", "1"))
    locations.of_parameters(reader, key)


def some_rows(engine_of: Store) -> None:
    writer = Writer(engine_of.engine)
    at = 1_700_000_000_000
    key = writer.run(at=at)
    task = writer.task(key, "start", at=at)
    writer.attempt(key, "start", task, 0, at, ok=False)
    writer.ended(writer.run(at=at + 1), at + 2000)
    writer.ended(writer.run(at=at + 2), at + 2000, ok=False)
    writer.run(at=at + 3, run_id="argo-x")
    now = 4_000_000_000_000
    writer.run(at=now, heartbeat=now)
    writer.flush()


@pytest.fixture(scope="module")
def postgres(postgres_url: URL, postgres_template: str) -> Iterator[Store]:
    """One database for the whole module: nothing gets to change it."""
    with server.database(postgres_url, postgres_template) as url:
        engine = create_engine(url)
        store = Store(url, engine)
        some_rows(store)
        yield store
        engine.dispose()


@pytest.fixture
def opened() -> Iterator[Callable[..., Database]]:
    """Opens databases, and closes them at the end."""
    with ExitStack() as stack:

        def opened(url: URL, **more: Any) -> Database:
            database = Database(url, **more)
            stack.callback(database.close)
            return database

        yield opened


def execute(statement: str, first: str | None = None) -> Callable[[Reader], None]:
    """A query function that sends plain SQL through the door."""

    def ask(reader: Reader) -> None:
        connection: Connection = reader._connection
        if first is not None:
            connection.execute(text(first))
        connection.exec_driver_sql(statement)

    return ask


WRITES = (
    "INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('x', 1)",
    "UPDATE runs_v3 SET ts_epoch = 1",
    "DELETE FROM metadata_v3",
    "MERGE INTO flows_v3 USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM metadata_v3 RETURNING 1) SELECT * FROM gone",
    "TRUNCATE artifact_v3",
    "CREATE TABLE mine (x int)",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE INDEX mine ON runs_v3 (user_name)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TABLE runs_v3",
    "ALTER TABLE runs_v3 ADD COLUMN mine int",
    "COMMENT ON TABLE runs_v3 IS 'mine'",
    "GRANT ALL ON runs_v3 TO PUBLIC",
    "CREATE TEMPORARY TABLE mine (x int)",
    "SELECT 1 AS x INTO TEMPORARY mine",
    "SELECT * FROM runs_v3 FOR UPDATE",
    "SELECT * FROM runs_v3 FOR KEY SHARE",
    "COPY flows_v3 FROM STDIN",
    "SELECT nextval('runs_v3_run_number_seq')",
    "SELECT setval('runs_v3_run_number_seq', 1)",
    "SELECT lo_create(0)",
)


@pytest.mark.parametrize("statement", WRITES)
def test_postgresql_refuses_to_write(postgres: Store, opened: Callable[..., Database], statement: str) -> None:
    """The role of the test owns everything, so it is the transaction that refuses."""
    with pytest.raises(DatabaseError, match="in a read-only transaction") as caught:
        opened(postgres.url)(execute(statement))
    assert isinstance(getattr(caught.value.__cause__, "orig", None), psycopg.errors.ReadOnlySqlTransaction)


@pytest.mark.parametrize(
    "change",
    [
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SET TRANSACTION READ WRITE",
        "SET LOCAL transaction_read_only = off",
    ],
)
def test_a_transaction_that_has_read_cannot_be_made_writable(
    postgres: Store, opened: Callable[..., Database], change: str
) -> None:
    """Before its first query PostgreSQL lets any client ask for that; the dashboard sends no such text."""
    with pytest.raises(DatabaseError, match="read-write mode must be set before any query"):
        opened(postgres.url)(execute(change, first="SELECT 1 FROM runs_v3"))


@pytest.mark.parametrize(
    "change",
    [
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    ],
)
def test_what_a_session_changes_for_itself_is_rolled_back(
    postgres: Store, opened: Callable[..., Database], change: str
) -> None:
    database = opened(postgres.url, pool_size=1)
    database(execute(change))
    assert database(Reader.scalar, "mode", text("SHOW default_transaction_read_only")) == "on"
    with pytest.raises(DatabaseError, match="read-only transaction"):
        database(execute("DELETE FROM metadata_v3"))


def test_select_on_six_tables_is_all_the_privilege_needed(postgres: Store, opened: Callable[..., Database]) -> None:
    """What a read-only transaction lets an owner do (locks, REINDEX), this role may not; NOTIFY changes no data."""
    name = postgres.url.database
    with postgres.engine.begin() as connection:
        for statement in (
            f"DROP ROLE IF EXISTS {ROLE}",
            f"CREATE ROLE {ROLE} LOGIN PASSWORD 'secret'",
            f'GRANT CONNECT ON DATABASE "{name}" TO {ROLE}',
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA public TO {ROLE}",
            f"GRANT SELECT ON flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3 TO {ROLE}",
        ):
            connection.execute(text(statement))
    database = opened(postgres.url.set(username=ROLE, password="secret"))
    try:
        database.check()
        database(everything)
        assert database.health().ok
        for statement in ("DELETE FROM flows_v3", "LOCK TABLE runs_v3 IN ROW EXCLUSIVE MODE", "REINDEX TABLE runs_v3"):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner|read-only"):
                database(execute(statement))
        with postgres.engine.begin() as connection:
            connection.execute(text(f"REVOKE SELECT ON metadata_v3 FROM {ROLE}"))
        with pytest.raises(DatabaseError, match="role may not read this: permission denied for table metadata_v3"):
            database(everything)
    finally:
        with postgres.engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {ROLE}"))
            connection.execute(text(f"DROP ROLE {ROLE}"))


def test_the_session_says_who_it_is_and_is_bounded(postgres: Store, opened: Callable[..., Database]) -> None:
    database = opened(postgres.url, statement_timeout=1.5, lock_timeout=0.5)
    wanted = {
        "application_name": "metaflow-dashboard",
        "statement_timeout": "1500ms",
        "lock_timeout": "500ms",
        "transaction_read_only": "on",
        "transaction_isolation": "repeatable read",  # one snapshot per page; a hot standby refuses `serializable`
        "transaction_deferrable": "off",
        "jit": "off",
    }
    for name, value in wanted.items():
        assert database(Reader.scalar, name, text(f"SHOW {name}")) == value


def test_options_of_the_url_stay(postgres: Store, opened: Callable[..., Database]) -> None:
    url = postgres.url.update_query_dict({"options": "-c search_path=elsewhere -c work_mem=5MB"})
    database = opened(url)
    assert database(Reader.scalar, "path", text("SHOW search_path")) == "elsewhere"
    assert database(Reader.scalar, "mode", text("SHOW transaction_read_only")) == "on"


@pytest.mark.parametrize("statement", ["DELETE FROM runs_v3", "CREATE TABLE mine (x)", "DROP TABLE runs_v3"])
def test_sqlite_refuses_to_write(sqlite_database: URL, opened: Callable[..., Database], statement: str) -> None:
    database = opened(sqlite_database)
    with pytest.raises(DatabaseError, match="readonly database"):
        database(execute(statement))
    with pytest.raises(DatabaseError, match="readonly database"):
        database(execute(statement, first="PRAGMA query_only=OFF"))  # the file itself is opened for reading


def test_every_query_runs_on_both(any_database: Store, opened: Callable[..., Database]) -> None:
    some_rows(any_database)
    database = opened(any_database.url)
    database.check()
    database(everything)
