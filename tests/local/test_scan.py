from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.local import LocalIndex
from tests.local.fixtures import environment
from tests.local.rows import everything, metadata, rows

Make = Callable[..., LocalIndex]


@pytest.fixture
def database(metaflow_folder: Path, index: Make) -> Path:
    """The index of the session's flows."""
    made = index(metaflow_folder)
    made.scan()
    return made.database


def client_says(folder: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("client.py")
    command = [sys.executable, str(script), str(folder)]
    output = subprocess.run(command, env=environment(folder.parent), capture_output=True, text=True, check=True).stdout
    said: dict[str, Any] = json.loads(output)
    return said


def value(text: str) -> str:
    """A metadatum's value as the client prints it: lists are lists there."""
    return str(json.loads(text)) if text.startswith("[") else text


def test_the_index_says_what_the_metaflow_client_says(metaflow_folder: Path, database: Path) -> None:
    said, read = client_says(metaflow_folder), everything(database)

    assert {flow: set(runs) for flow, runs in read.items()} == {flow: set(runs) for flow, runs in said.items()}
    for flow, runs in said.items():
        for name, run in runs.items():
            mine = read[flow][name]
            for column in ("tags", "system_tags"):
                assert mine[column] == run[column]
            assert mine["user"] == "tester"
            # The client hides the step of the parameters.
            steps = {step: tasks for step, tasks in mine["steps"].items() if step != "_parameters"}
            assert {step: set(tasks) for step, tasks in steps.items()} == {
                step: set(tasks) for step, tasks in run["steps"].items()
            }
            for step, tasks in run["steps"].items():
                for task, view in tasks.items():
                    found = steps[step][task]
                    names = {artifact for attempt, artifact in found["artifacts"] if attempt == view["attempt"]}
                    assert sorted(artifact for artifact in names if artifact[0] != "_") == view["artifacts"]
                    written = [row for row in found["metadata"] if row["system_tags"] is None]
                    written = [[row["field_name"], row["type"], value(row["value"])] for row in written]
                    fields = {field for field, _, _ in written}
                    # The client lends a clone what only its origin has: datastore, foreach stack and path.
                    lent = {field for field, _, _ in view["metadata"]} - fields if "origin-task-id" in fields else set()
                    assert lent <= {"ds-type", "ds-root", "foreach-stack", "foreach-execution-path"}
                    assert sorted(written) == [each for each in view["metadata"] if each[0] not in lent]


def test_runs_finished_as_the_client_says_have_no_heartbeat_and_others_their_last_sign(
    metaflow_folder: Path, database: Path
) -> None:
    said = client_says(metaflow_folder)
    for row in rows(database, "SELECT * FROM runs_v3"):
        successful = said[row["flow_id"]][str(row["run_number"])]["successful"]
        if successful:
            assert row["last_heartbeat_ts"] is None
        else:
            assert 0 <= row["last_heartbeat_ts"] - row["ts_epoch"] // 1000 < 120


def test_a_run_is_created_when_its_id_says_and_its_steps_carry_its_name(database: Path) -> None:
    for row in rows(database, "SELECT r.*, s.run_id AS of_step FROM runs_v3 r JOIN steps_v3 s USING (run_number)"):
        assert row["ts_epoch"] == row["run_number"] // 1000
        assert row["run_id"] is None
        assert row["of_step"] == str(row["run_number"])


def test_a_task_keeps_its_id_as_its_name_beside_a_number_that_is_unique(database: Path) -> None:
    tasks = rows(database, "SELECT * FROM tasks_v3 WHERE flow_id = 'LinearFlow' ORDER BY task_id")
    assert [(row["step_name"], row["task_name"]) for row in tasks] == [
        ("_parameters", "0"),
        ("start", "1"),
        ("train", "2"),
        ("end", "3"),
    ]
    (end,) = (row for row in metadata(database, "LinearFlow", "attempt_ok") if row["step_name"] == "end")
    assert (end["task_id"], end["task_name"], end["value"]) == (tasks[-1]["task_id"], "3", "True")


def test_foreach_stacks_are_json_text_and_paths_are_kept(database: Path) -> None:
    stacks = [json.loads(row["value"]) for row in metadata(database, "NestedForeachFlow", "foreach-stack")]
    assert ["fruits=apple", "sizes=2"] in stacks
    assert ["fruits=Birne, größer", "sizes=1"] in stacks
    paths = {row["value"] for row in metadata(database, "NestedForeachFlow", "foreach-execution-path")}
    assert "fruit:1,size:0" in paths


def test_attempts_of_retry_and_catch_are_all_there(database: Path) -> None:
    verdicts: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for row in metadata(database, "FailingForeachFlow", "attempt_ok"):
        if row["step_name"] == "work":
            verdicts.setdefault((row["run_number"], row["task_name"]), []).append((row["tags"], row["value"]))
    first, second = '["attempt_id:0"]', '["attempt_id:1"]'
    for task, expected in {
        "2": [(first, "True")],
        "3": [(first, "False"), (second, "True")],
        "4": [(first, "False"), (second, "True")],
    }.items():
        assert all(found == expected for (_, name), found in verdicts.items() if name == task)
    assert len(verdicts) == 6


def test_only_the_branch_that_a_switch_takes_has_run(database: Path) -> None:
    steps = {row["step_name"] for row in rows(database, "SELECT * FROM steps_v3 WHERE flow_id = 'SwitchFlow'")}
    assert steps == {"_parameters", "start", "fast", "end"}


def test_a_resumed_run_has_clones_with_their_origin(database: Path) -> None:
    origin, resumed = rows(database, "SELECT * FROM runs_v3 WHERE flow_id = 'ResumedFlow' ORDER BY run_number")
    clones = metadata(database, "ResumedFlow", "origin-task-id")
    assert {row["run_number"] for row in clones} == {resumed["run_number"]}
    assert sorted(row["step_name"] for row in clones) == ["join", "square", "square", "start"]
    origins = metadata(database, "ResumedFlow", "origin-run-id")
    assert {row["value"] for row in origins if row["run_number"] == resumed["run_number"]} == {
        str(origin["run_number"])
    }


def test_a_task_that_was_killed_has_a_verdict_from_its_runtime_file(database: Path) -> None:
    found = metadata(database, "DyingFlow", "attempt_ok")
    assert [(row["value"], row["tags"], row["user_name"]) for row in found] == [
        ("False", '["attempt_id:0"]', None),
        ("False", '["attempt_id:1"]', None),
    ]
    assert all(row["system_tags"] == '["synthesised:runtime-file"]' for row in found)
    started = metadata(database, "DyingFlow", "attempt")
    assert all(begin["ts_epoch"] <= end["ts_epoch"] for begin, end in zip(started, found, strict=True))


def test_a_second_scan_and_a_new_process_read_nothing(metaflow_folder: Path, index: Make) -> None:
    first = index(metaflow_folder)
    report = first.scan()
    assert report.files_read > 1000
    assert (report.runs, report.tasks) == (9, len(rows(first.database, "SELECT * FROM tasks_v3")))
    before = rows(first.database, "SELECT * FROM metadata_v3")
    assert first.scan().files_read == 0
    first.stop()
    second = index(metaflow_folder)
    report = second.scan()
    assert (report.files_read, report.runs) == (0, 9)
    assert rows(second.database, "SELECT * FROM metadata_v3") == before


def test_without_liveness_there_are_no_heartbeats(metaflow_folder: Path, index: Make) -> None:
    index(metaflow_folder).scan()
    made = index(metaflow_folder, liveness=False)  # the rows of before are dropped: they depend on it
    made.scan()
    assert {row["last_heartbeat_ts"] for row in rows(made.database, "SELECT * FROM runs_v3")} == {None}
    assert {row["last_heartbeat_ts"] for row in rows(made.database, "SELECT * FROM tasks_v3")} == {None}


def test_progress_is_drawn_on_stderr(metaflow_folder: Path, index: Make, capsys: pytest.CaptureFixture[str]) -> None:
    index(metaflow_folder).scan(progress=True)
    assert "Reading runs: 100%" in capsys.readouterr().err


def test_nothing_is_written_into_the_tree(metaflow_folder: Path, index: Make) -> None:
    before = sorted((path, path.lstat().st_mtime_ns) for path in metaflow_folder.rglob("*"))
    index(metaflow_folder).scan()
    assert sorted((path, path.lstat().st_mtime_ns) for path in metaflow_folder.rglob("*")) == before
