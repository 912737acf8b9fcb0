from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dashboard.data import runs
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.demo import build
from dashboard.demo.flows import FLOWS
from dashboard.demo.plan import DAY, DAYS, plan
from dashboard.demo.rows import COLUMNS
from dashboard.demo.simulate import Outcome
from dashboard.errors import BadInput
from dashboard.models import JudgedRun, Qualifier, Status
from tests.demo.conftest import NOW


def content(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    root, connection = str(database.parent), sqlite3.connect(database)
    found = {
        table: [
            tuple(value.replace(root, "ROOT") if isinstance(value, str) else value for value in row)
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")
        ]
        for table in COLUMNS
    }
    connection.close()
    return found


def files(folder: Path) -> dict[str, bytes]:
    root = folder / ".metaflow"
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_the_same_seed_and_now_give_the_same_rows_and_files(tmp_path: Path) -> None:
    first, second = (build(tmp_path / name, runs=30, now=NOW) for name in ("a", "b"))
    assert content(first) == content(second)
    assert files(first.parent) == files(second.parent)
    assert content(build(tmp_path / "c", runs=30, seed=8, now=NOW)) != content(first)


def test_two_thousand_runs_of_twelve_flows_in_two_months() -> None:
    planned = plan(7, 2000, NOW)
    assert [run.number for run in planned] == list(range(1, 2001))
    assert {run.flow.name for run in planned} == {flow.name for flow in FLOWS}
    assert len(FLOWS) == 12
    assert len({run.variant.user for run in planned}) == 6
    assert len({run.flow.project for run in planned}) == 4
    assert len({run.variant.branch for run in planned}) >= 5
    assert NOW - DAYS * DAY - DAY < planned[0].created < NOW - 50 * DAY
    assert 0.04 < sum(run.failed for run in planned) / 2000 < 0.15


@pytest.fixture(scope="module")
def judged(demo: Path) -> list[JudgedRun]:
    """All runs with their verdicts at the demo's now."""

    def everything(reader: Reader) -> list[JudgedRun]:
        judge = Judge()
        rows = reader.all("all", runs.columns(reader).order_by(reader.tables.runs.c.run_number))
        return judge.look_for_caught(reader, judge(reader, [runs.run_of(row) for row in rows], NOW))

    database = Database(f"sqlite:///{demo}")
    try:
        return database(everything)
    finally:
        database.close()


def test_every_verdict_is_there(judged: list[JudgedRun]) -> None:
    found = Counter((one.verdict.status, one.verdict.qualifier) for one in judged)
    assert found[(Status.RUNNING, None)] == 3
    assert found[(Status.RUNNING, Qualifier.NO_HEARTBEAT)] == 1
    for verdict in (
        (Status.COMPLETED, None),
        (Status.COMPLETED, Qualifier.CAUGHT),
        (Status.FAILED, None),
        (Status.FAILED, Qualifier.KILLED),
    ):
        assert found[verdict] >= 2, verdict


def test_a_renamed_last_step_completes(judged: list[JudgedRun]) -> None:
    assert {one.verdict.status for one in judged if one.run.flow == "SyncLabels"} >= {Status.COMPLETED}


def test_orchestrators_and_old_clients_are_there(judged: list[JudgedRun]) -> None:
    argo = [one.run for one in judged if one.run.run_id]
    assert argo
    assert all(run.id.startswith("argo-") and run.user is None and run.owner == "sched-prod" for run in argo)
    assert [one for one in judged if one.run.heartbeat_at is None and one.verdict.status is Status.COMPLETED]


def test_a_foreach_of_two_thousand_and_a_nested_one(rows: sqlite3.Connection) -> None:
    query = "SELECT count(*) FROM tasks_v3 WHERE step_name = 'train' GROUP BY run_number"
    assert [count for (count,) in rows.execute(query)].count(2000) == 3
    stacks = rows.execute("SELECT value FROM metadata_v3 WHERE field_name = 'foreach-stack' AND step_name = 'case'")
    assert ("{retrievers=bm25,datasets=nq}",) in set(stacks)


def test_a_switch_takes_different_ways_and_recurses(rows: sqlite3.Connection) -> None:
    steps = {step for (step,) in rows.execute("SELECT step_name FROM steps_v3 WHERE flow_id = 'RouteTickets'")}
    assert steps >= {"classify", "answer", "escalate", "clarify", "close", "end"}
    query = "SELECT max(n) FROM (SELECT count(*) AS n FROM tasks_v3 WHERE step_name = 'clarify' GROUP BY run_number)"
    assert rows.execute(query).fetchone()[0] > 1


def test_retries_resumes_and_spot_notices_are_there(rows: sqlite3.Connection) -> None:
    def count(where: str) -> int:
        return int(rows.execute(f"SELECT count(*) FROM metadata_v3 WHERE {where}").fetchone()[0])

    assert count("field_name = 'attempt' AND value = '1'") > 5
    assert count("field_name = 'origin-task-id'") > 5
    assert count("field_name = 'origin-run-id' AND value <> 'None'") > 5
    assert count("field_name = 'spot-termination-time'") > 1
    assert count("type = 'card-info'") > 20


def test_a_resumed_run_starts_after_its_origin_and_repeats_only_what_is_missing() -> None:
    resumed = [run for run in plan(7, 400, NOW) if run.origin]
    assert resumed
    for run in resumed:
        assert run.origin
        assert run.origin.ended < run.created
        assert run.origin.number < run.number
        cloned = [task for task in run.tasks if task.attempts and task.last.outcome is Outcome.CLONED]
        assert all(task.origin and task.origin.id == 0 for task in cloned)
        assert len(cloned) < len(run.tasks)


def test_a_demo_is_reused_for_an_hour_and_never_overwrites_another_folder(tmp_path: Path) -> None:
    database = build(tmp_path, runs=4, now=NOW)
    made = database.stat().st_mtime_ns
    assert build(tmp_path, runs=4, now=NOW + 3_599_000) == database
    assert database.stat().st_mtime_ns == made
    assert build(tmp_path, runs=5, now=NOW) == database
    assert json.loads((tmp_path / "demo.json").read_text())["runs"] == 5
    build(tmp_path, runs=5, now=NOW + 3_601_000)
    assert json.loads((tmp_path / "demo.json").read_text())["now"] == NOW + 3_601_000
    foreign = tmp_path / "foreign"
    (foreign / ".metaflow").mkdir(parents=True)
    with pytest.raises(BadInput, match="not demo data"):
        build(foreign, runs=4, now=NOW)
