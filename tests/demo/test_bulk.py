from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from dashboard.demo import service_tables
from dashboard.demo.bulk import Order, fill
from dashboard.demo.population import population
from dashboard.demo.templates import SHAPES
from dashboard.errors import BadInput
from tests import postgres
from tests.demo.conftest import NOW

RUNS, WIDE, RUNNING = 2000, (60, 500), 300


@pytest.fixture
def empty(postgres_url: URL) -> Iterator[Engine]:
    with postgres.database(postgres_url) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def number(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one() or 0)


def indices_of(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"))
        return set(found.scalars())


def check_content(engine: Engine) -> None:
    assert number(engine, "SELECT count(*) FROM runs_v3") == RUNS + 3 + len(WIDE)
    assert number(engine, "SELECT count(DISTINCT flow_id) FROM runs_v3") > 100
    wide = "SELECT max(n) FROM (SELECT count(*) AS n FROM tasks_v3 GROUP BY run_number) AS counted"
    assert WIDE[-1] <= number(engine, wide) <= WIDE[-1] + 20
    at_work = f"FROM tasks_v3 WHERE run_number > {RUNS} AND last_heartbeat_ts >= {NOW // 1000 - 1} GROUP BY run_number"
    beating = f"SELECT max(n) FROM (SELECT count(*) AS n {at_work}) AS counted"
    assert 5 <= number(engine, beating) < RUNNING
    assert number(engine, f"SELECT count(*) FROM runs_v3 WHERE last_heartbeat_ts >= {NOW // 1000 - 1}") == 3
    assert number(engine, f"SELECT count(*) FROM metadata_v3 WHERE ts_epoch > {NOW}") == 0
    assert number(engine, "SELECT count(*) FROM metadata_v3") > 8 * RUNS
    assert number(engine, "SELECT count(*) - count(DISTINCT id) FROM metadata_v3") == 0
    lost = "SELECT count(*) FROM metadata_v3 m WHERE NOT EXISTS (SELECT 1 FROM tasks_v3 t WHERE t.task_id = m.task_id)"
    assert number(engine, lost) == 0
    newest = f"SELECT min(ts_epoch) FROM runs_v3 WHERE run_number > {RUNS}"
    assert number(engine, f"SELECT max(ts_epoch) FROM runs_v3 WHERE run_number <= {RUNS}") < number(engine, newest)


def test_a_postgresql_database_is_filled_and_has_the_services_keys_and_indices(empty: Engine) -> None:
    fill(Order(url_of(empty), RUNS, WIDE, RUNNING, now=NOW), progress=False)
    check_content(empty)
    with empty.connect() as connection:
        unlogged = connection.execute(text("SELECT count(*) FROM pg_class WHERE relpersistence = 'u'")).scalar_one()
        with pytest.raises(Exception, match="foreign key"):
            connection.execute(text("INSERT INTO runs_v3 (flow_id, ts_epoch) VALUES ('NoSuchFlow', 1)"))
        connection.rollback()
        flow = connection.execute(text("SELECT flow_id FROM flows_v3 LIMIT 1")).scalar_one()
        made = text("INSERT INTO runs_v3 (flow_id, ts_epoch) VALUES (:flow, 1) RETURNING run_number")
        assert connection.execute(made, {"flow": flow}).scalar_one() == RUNS + 3 + len(WIDE) + 2, (
            "one number went to the row that was refused"
        )
    assert unlogged == 0
    indices = indices_of(empty)
    assert {"runs_v3_pkey", "metadata_v3_pkey", "artifact_v3_pkey", "runs_v3_flow_id_run_id_key"} <= indices
    assert {"metadata_v3_akey", "runs_v3_idx_gin_tags_combined", "metadata_v3_idx_flow_run_ts_id_desc"} <= indices
    assert len(indices) == len(service_tables.KEYS) + len(service_tables.indices())


def test_an_older_level_and_json_values(empty: Engine) -> None:
    order = Order(url_of(empty), 200, (40,), level=service_tables.BEFORE_2026, jsonb_value=True, now=NOW)
    fill(order, progress=False)
    with empty.connect() as connection:
        values = set(
            connection.execute(text("SELECT DISTINCT value #>> '{}' FROM metadata_v3 WHERE field_name = 'attempt_ok'"))
            .scalars()
            .all()
        )
    assert values == {"True", "False"}
    indices = indices_of(empty)
    assert "metadata_v3_akey" in indices
    assert "runs_v3_idx_flow_ts_runnum_desc" not in indices


def test_a_database_with_tables_is_left_alone(empty: Engine) -> None:
    service_tables.create(empty)
    with pytest.raises(BadInput, match="already holds"):
        fill(Order(url_of(empty), 10, now=NOW), progress=False)
    assert number(empty, "SELECT count(*) FROM runs_v3") == 0


def test_a_sqlite_file_is_filled_alike(tmp_path: Path) -> None:
    path = tmp_path / "bulk.db"
    order = Order(f"sqlite:///{path}", RUNS, WIDE, RUNNING, now=NOW)
    fill(order, progress=False)
    engine = create_engine(order.url)
    check_content(engine)
    for column in ("run_number", "last_heartbeat_ts"):
        assert number(engine, f"SELECT count(*) FROM tasks_v3 WHERE typeof({column}) <> 'integer'") == 0
    assert number(engine, "SELECT count(*) FROM sqlite_master WHERE name = 'metadata_akey'") == 1
    engine.dispose()
    with pytest.raises(BadInput, match="already exists"):
        fill(order, progress=False)


def test_the_population_is_the_same_every_time_and_some_five_tasks_a_run() -> None:
    first, second = (population(5000, 365, 7, NOW) for _ in range(2))
    assert list(first.lines(100, 140, "")) == list(second.lines(100, 140, ""))
    assert (first.at + first.took <= NOW).all()
    assert 5.0 < first.last_task / 5000 < 6.0
    text_of_metadata = "".join(lines for table, lines in first.lines(0, 5000, "") if table == "metadata_v3")
    assert text_of_metadata.count("\n") == first.last_row
    assert abs(sum(shape.weight for shape in SHAPES) - 1) < 1e-9
