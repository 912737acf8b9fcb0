"""What the about page is told of a database, and the memory of how long statements took."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from dashboard.data import diagnosis as of
from dashboard.data.database import Database
from dashboard.data.diagnosis import diagnosis
from dashboard.data.timings import KEPT, MOST, Timings
from dashboard.demo import service_tables
from dashboard.errors import DatabaseError, DatabaseUnreachable


@pytest.fixture
def engine(postgres_database: URL) -> Iterator[Engine]:
    engine = create_engine(postgres_database)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(postgres_database: URL) -> Iterator[Database]:
    database = Database(postgres_database)
    yield database
    database.close()


def test_the_list_of_indices_is_that_of_the_migrations() -> None:
    listed = [(migration, name) for migration, names in of.INDICES.items() for name in names]
    assert listed == [(version, name) for version, name, *_ in service_tables._INDICES]


def test_a_database_of_the_newest_level(engine: Engine, opened: Database) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE goose_db_version (version_id bigint, is_applied boolean)"))
        connection.execute(
            text("INSERT INTO goose_db_version VALUES (0, true), (20260706000003, true), (20270000000000, false)")
        )
        connection.execute(text("CREATE INDEX of_ours ON runs_v3 (user_name)"))
    found = diagnosis(opened)
    assert found.version.startswith("PostgreSQL ")
    assert (found.level, found.level_seen) == ("20260706000003", "20260706000003")
    assert all(index.is_there for index in found.indices)
    assert found.others == ("of_ours",)


def test_a_level_that_nobody_noted_is_seen_by_its_indices(engine: Engine, opened: Database) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX artifact_v3_idx_latest_attempt"))
    found = diagnosis(opened)
    assert (found.level, found.level_seen) == (None, "20260615000000")
    assert [index.name for index in found.indices if not index.is_there] == ["artifact_v3_idx_latest_attempt"]


def test_a_level_that_the_role_may_not_read_is_none(engine: Engine, postgres_database: URL) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE goose_db_version (version_id bigint, is_applied boolean)"))
        connection.execute(text("DROP ROLE IF EXISTS diagnosis_reader"))
        connection.execute(text("CREATE ROLE diagnosis_reader LOGIN"))
        connection.execute(text("GRANT SELECT ON runs_v3, metadata_v3 TO diagnosis_reader"))
    reader = Database(postgres_database.set(username="diagnosis_reader"))
    try:
        found = diagnosis(reader)
    finally:
        reader.close()
        with engine.begin() as connection:
            connection.execute(text("DROP OWNED BY diagnosis_reader"))
            connection.execute(text("DROP ROLE diagnosis_reader"))
    assert (found.level, found.level_seen) == (None, "20260706000003")


def test_an_embedded_database_has_indices_of_its_own(sqlite_database: URL) -> None:
    database = Database(sqlite_database)
    found = diagnosis(database)
    database.close()
    assert found.version.startswith("SQLite 3.")
    assert (found.level, found.level_seen) == (None, None)
    assert found.others == ("metadata_akey", "runs_flow_ts", "runs_ts", "tasks_run")


def test_a_silent_database_raises(postgres_database: URL) -> None:
    database = Database(postgres_database.set(port=1), connect_timeout=1)
    with pytest.raises(DatabaseUnreachable):
        diagnosis(database)
    database.close()


def test_every_statement_is_noted(database: Database) -> None:
    def asked(reader: object) -> None:
        reader.scalar("one", text("SELECT 1"))  # type: ignore[attr-defined]

    for _ in range(3):
        database(asked)
    with pytest.raises(DatabaseError):
        database(lambda reader: reader.scalar("broken", text("SELECT nothing_of_this_name")))
    found = {timing.name: timing for timing in database.timings.figures()}
    assert (found["one"].count, found["one"].failed) == (3, 0)
    assert (found["broken"].count, found["broken"].failed, found["broken"].p95) == (1, 1, None)


def test_timings_are_bounded_and_of_the_newest() -> None:
    timings = Timings()
    for number in range(2 * KEPT):
        timings.note("often", float(number))
    (often,) = timings.figures()
    assert (often.count, often.p50, often.slowest) == (2 * KEPT, 1.5 * KEPT, 2 * KEPT - 1.0)
    assert often.p95 == KEPT + 0.95 * KEPT
    for number in range(MOST):
        timings.note(str(number), 1)
    assert len(timings.figures()) == MOST
    assert "often" not in {timing.name for timing in timings.figures()}
