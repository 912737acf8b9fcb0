from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.demo import build, start_writer
from dashboard.demo.build import read_marker
from dashboard.demo.writer import Writer
from tests.demo.conftest import NOW

PATIENCE = 60  # seconds


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return build(tmp_path, runs=5, now=NOW)


def number(database: Path, query: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(query).fetchone()[0] or 0)
    finally:
        connection.close()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until the condition holds; fails when the process ends or patience does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, "the writer ended by itself"
        assert time.monotonic() < end, "nothing happened"
        select.select([], [], [], 0.05)


def test_a_running_task_shows_its_log_and_its_card(tmp_path: Path) -> None:
    writer, root = Writer(build(tmp_path, runs=5, now=NOW), 7, NOW), tmp_path / ".metaflow"
    seen: dict[Path, list[tuple[str, int]]] = {}
    sizes: dict[Path, set[int]] = {}
    try:
        for second in range(0, 300, 10):
            writer.tick(NOW + second * 1000)
            for file in root.glob("mf.cards/*/runs/*/steps/*/tasks/*/runtime/*.data.json"):
                told = json.loads(file.read_text())
                seen.setdefault(file, []).append((told["reload_token"], told["data"]["done"]))
            for log in root.glob("RankerTraining/*/train/*/0.task_stdout.log"):
                sizes.setdefault(log, set()).add(log.stat().st_size)
    finally:
        writer.close()
    whole = {file: one for file, one in seen.items() if len(set(one)) > 3 and one[-1][0] == "final"}
    assert whole, "no card moved from its beginning to its end"
    for file, one in whole.items():
        assert one[0][0] == "live"
        assert one == sorted(one, key=lambda told: told[1])
        html = (file.parents[1] / "cards" / file.name.replace(".data.json", ".html")).read_text()
        assert "METAFLOW_RELOAD_TOKEN" not in html  # the last one stands still
    assert max(len(one) for one in sizes.values()) > 3


def test_it_takes_over_what_runs_and_keeps_runs_going(database: Path) -> None:
    writer = Writer(database, 7, NOW)
    try:
        before = number(database, "SELECT count(*) FROM metadata_v3")
        for second in range(0, 400, 2):
            writer.tick(NOW + second * 1000)
            assert 3 <= len(writer.running) <= 5
        assert number(database, "SELECT count(*) FROM metadata_v3") > before + 500
        assert number(database, "SELECT max(run_number) FROM runs_v3") >= 15
        beats = "SELECT count(*) FROM runs_v3 WHERE last_heartbeat_ts >= {}"
        assert number(database, beats.format((NOW + 385_000) // 1000)) >= 3
        assert number(database, "SELECT max(ts_epoch) FROM metadata_v3") <= NOW + 398_000
        ended = "SELECT count(*) FROM metadata_v3 WHERE field_name = 'attempt_ok' AND step_name IN ('end', 'publish')"
        assert number(database, ended) >= 8
    finally:
        writer.close()


def test_a_second_writer_goes_on_without_writing_anything_twice(database: Path) -> None:
    for start in (0, 61, 122):
        writer = Writer(database, 7, NOW + start * 1000)
        for second in range(start, start + 60):
            writer.tick(NOW + second * 1000)
        writer.close()
    twice = """
        SELECT count(*) FROM (SELECT 1 FROM metadata_v3 WHERE field_name IN ('attempt', 'attempt_ok', 'attempt-done')
        GROUP BY task_id, field_name, value, tags HAVING count(*) > 1)
    """
    assert number(database, twice) == 0
    open_ids = "SELECT count(*) FROM tasks_v3 WHERE task_id NOT IN (SELECT task_id FROM metadata_v3)"
    assert number(database, open_ids) <= number(database, "SELECT count(*) FROM tasks_v3") // 2


def test_logs_of_live_runs_are_written(database: Path) -> None:
    writer = Writer(database, 7, NOW)
    for second in range(0, 200, 2):
        writer.tick(NOW + second * 1000)
    writer.close()
    first = read_marker(database.parent)["runs"] + 1
    logs = database.parent.glob(".metaflow/*/*/*/*/*.log")
    assert [log for log in logs if log.parts[-4].isdigit() and int(log.parts[-4]) >= first]


def test_a_rebuilt_demo_ends_it(database: Path) -> None:
    writer = Writer(database, 7, NOW)
    before = writer.outdated
    build(database.parent, runs=6, now=NOW + 1)
    after = writer.outdated
    writer.close()
    assert (before, after) == (False, True)


@pytest.mark.parametrize("end", ["stdin", "SIGTERM"])
def test_its_process_writes_and_ends_with_its_parent(tmp_path: Path, end: str) -> None:
    database = build(tmp_path, runs=3)
    writer = start_writer(database)
    assert writer.stdin is not None
    try:
        wait_for(lambda: number(database, "SELECT max(run_number) FROM runs_v3") > 3, writer)
        if end == "stdin":
            writer.stdin.close()
        else:
            os.kill(writer.pid, signal.SIGTERM)
        assert writer.wait(PATIENCE) == 0
    finally:
        writer.kill()
        writer.wait()
        writer.stdin.close()
