from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.local import LocalIndex, watch
from tests.local.fixtures import start_flow, until
from tests.local.rows import metadata, rows
from tests.local.test_changes import run_of

Make = Callable[..., LocalIndex]


def followed(index: Make, folder: Path) -> LocalIndex:
    """An index that follows the folder, and has read it."""
    made = index(folder)
    made.scan()
    made.start()
    return made


def test_a_change_in_an_old_run_is_seen_within_two_seconds(folder: Path, index: Make) -> None:
    own = run_of(folder, "LinearFlow") / "_meta" / "_self.json"
    made = followed(index, folder)
    document = json.loads(own.read_text())
    new = own.with_name("tmp-new")
    new.write_text(json.dumps({**document, "tags": ["late"]}))
    changed_at = time.monotonic()
    new.rename(own)
    until(lambda: rows(made.database, "SELECT 1 FROM runs_v3 WHERE tags = '[\"late\"]'"))
    assert time.monotonic() - changed_at < 2


@pytest.mark.parametrize("notified", [True, False])
def test_a_run_comes_grows_and_goes(folder: Path, index: Make, monkeypatch: pytest.MonkeyPatch, notified: bool) -> None:
    if not notified:  # as on a system whose limit of watches is reached

        def refuse(*_paths: str, **_options: object) -> None:
            raise OSError("OS file watch limit reached.")

        monkeypatch.setattr(watch, "watch", refuse)
    run = run_of(folder, "NestedForeachFlow")
    away = folder.parent / "away"
    run.rename(away)
    made = followed(index, folder)
    number = int(run.name)

    def tasks() -> int:
        return len(rows(made.database, "SELECT 1 FROM tasks_v3 WHERE run_number = ?", number))

    assert tasks() == 0
    began = time.monotonic()
    for step in ("_meta", "_parameters", "start"):  # folder by folder, as Metaflow does
        shutil.copytree(away / step, run / step)
    until(lambda: tasks() == 2)
    shutil.copytree(away / "fruit", run / "fruit")
    until(lambda: tasks() == 4)
    assert time.monotonic() - began < 4
    shutil.rmtree(run)
    gone_at = time.monotonic()
    until(lambda: not rows(made.database, "SELECT 1 FROM runs_v3 WHERE run_number = ?", number))
    assert time.monotonic() - gone_at < 2


def test_a_flow_is_followed_while_it_runs_and_a_kill_of_all_its_processes_is_seen(tmp_path: Path, index: Make) -> None:
    folder = tmp_path / ".metaflow"
    folder.mkdir()
    made = followed(index, folder)
    with start_flow(tmp_path, "sleeping", "run", "--seconds", "600") as process:
        try:
            until(lambda: metadata(made.database, "SleepingFlow", "attempt"))
            latest = (folder / "SleepingFlow").stat().st_mtime
            (run,) = rows(made.database, "SELECT * FROM runs_v3")
            started = metadata(made.database, "SleepingFlow", "attempt")[0]

            def beat() -> int:
                (row,) = rows(made.database, "SELECT last_heartbeat_ts FROM tasks_v3 WHERE step_name = 'start'")
                return int(row["last_heartbeat_ts"] or 0)

            # The sleeping task writes nothing: later beats come from its process.
            until(lambda: beat() > started["ts_epoch"] // 1000 + 2 and beat() > latest)
            (row,) = rows(made.database, "SELECT last_heartbeat_ts FROM runs_v3")
            assert row["last_heartbeat_ts"] >= run["ts_epoch"] // 1000 + 2
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    killed_at = int(time.time())
    until(lambda: time.time() > killed_at + 2)
    (after,) = rows(made.database, "SELECT last_heartbeat_ts FROM runs_v3")
    assert killed_at - 3 <= after["last_heartbeat_ts"] <= killed_at + 1
    assert not metadata(made.database, "SleepingFlow", "attempt_ok")


def test_the_end_of_a_run_is_seen_and_its_heartbeats_go(tmp_path: Path, index: Make) -> None:
    folder = tmp_path / ".metaflow"
    folder.mkdir()
    made = followed(index, folder)
    with start_flow(tmp_path, "sleeping", "run", "--seconds", "0.5") as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output
    ended_at = time.monotonic()
    until(lambda: len(metadata(made.database, "SleepingFlow", "attempt_ok")) == 2)
    assert time.monotonic() - ended_at < 2
    until(lambda: rows(made.database, "SELECT 1 FROM runs_v3 WHERE last_heartbeat_ts IS NULL"))
    assert not rows(made.database, "SELECT 1 FROM tasks_v3 WHERE last_heartbeat_ts IS NOT NULL")
    assert not rows(made.database, "SELECT 1 FROM metadata_v3 WHERE system_tags IS NOT NULL AND system_tags != 'null'")


def test_an_index_that_learns_nothing_is_not_written_to(metaflow_folder: Path, index: Make) -> None:
    made = index(metaflow_folder, liveness=False)
    made.scan()
    with made._store.connection() as connection:
        before = connection.exec_driver_sql("PRAGMA data_version").scalar()
        connection.rollback()
        made.start()
        until(lambda: made._watcher is not None and made._watcher._glances > 3)
        assert connection.exec_driver_sql("PRAGMA data_version").scalar() == before


def test_an_error_in_the_thread_is_logged_and_tried_again(
    folder: Path, index: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = index(folder)
    listed, failures = made.listed, iter([True])

    def fail_once() -> list[tuple[str, str]]:
        if next(failures, False):
            raise RuntimeError("as if a bug")
        return listed()

    monkeypatch.setattr(made, "listed", fail_once)
    made.start()
    until(lambda: made.runs)
    assert "is tried again" in caplog.text
