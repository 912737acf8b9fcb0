from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.local import LocalIndex
from tests.local.fixtures import environment, until
from tests.local.rows import metadata, rows

Make = Callable[..., LocalIndex]
TABLES = ("runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3", "local_dirs")


def run_of(folder: Path, flow: str) -> Path:
    """The folder of the newest run of a flow."""
    return max(path for path in (folder / flow).iterdir() if path.name.isdigit())


def counts(database: Path) -> dict[str, int]:
    return {table: rows(database, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in TABLES}


def test_tags_follow_a_mutation_and_the_rest_of_the_run_stays(folder: Path, index: Make) -> None:
    made = index(folder)
    made.scan()
    (before,) = rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow'")
    code = f"""from metaflow import Run, namespace
namespace(None)
Run("LinearFlow/{before["run_number"]}").replace_tags(["team:blue"], ["checked"])"""
    command = [sys.executable, "-c", code]
    environ = {**environment(folder.parent), "METAFLOW_USER": "somebody-else"}
    subprocess.run(command, env=environ, check=True, cwd=folder.parent)

    report = made.scan()

    (after,) = rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow'")
    assert sorted(json.loads(after["tags"])) == ["checked", "größe"]
    assert {**after, "tags": None} == {**before, "tags": None}
    assert report.files_read == 1
    # An index that is made only now cannot know the first file, and comes to the same.
    shutil.rmtree(made.database.parent, ignore_errors=True)
    made.stop()
    shutil.rmtree(made.database.parent, ignore_errors=True)
    made.scan()
    (anew,) = rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow'")
    assert (anew["ts_epoch"], anew["user_name"]) == (before["ts_epoch"], "tester")


def test_deleted_tasks_runs_and_flows_disappear_and_come_back_with_larger_ids(folder: Path, index: Make) -> None:
    made = index(folder)
    made.scan()
    whole = counts(made.database)
    (newest,) = rows(made.database, "SELECT max(id) AS id FROM metadata_v3")
    run = run_of(folder, "NestedForeachFlow")
    kept = folder.parent / "kept"

    shutil.copytree(run, kept)
    shutil.rmtree(next((run / "size").glob("[0-9]*")))
    made.scan()
    assert counts(made.database)["tasks_v3"] == whole["tasks_v3"] - 1

    shutil.rmtree(run)
    made.scan()
    left = "SELECT flow_id FROM {} WHERE flow_id = 'NestedForeachFlow'"
    assert not any(rows(made.database, left.format(table)) for table in TABLES[:-1])
    assert rows(made.database, left.format("flows_v3"))

    shutil.rmtree(folder / "NestedForeachFlow")
    made.scan()
    assert not rows(made.database, left.format("flows_v3"))
    assert not rows(made.database, "SELECT * FROM local_dirs WHERE path LIKE 'NestedForeachFlow%'")

    shutil.rmtree(folder / "LinearFlow")
    shutil.copytree(kept, folder / "BranchFlow" / run.name)
    made.scan()
    new = rows(made.database, "SELECT min(id) AS id FROM metadata_v3 WHERE run_number = ?", int(run.name))
    assert new[0]["id"] > newest["id"]


def test_a_tree_that_is_gone_empties_the_index(folder: Path, index: Make) -> None:
    made = index(folder)
    made.scan()
    shutil.rmtree(folder)
    assert made.scan().runs == 0
    assert set(counts(made.database).values()) == {0}


@pytest.mark.parametrize("content", ["", '{"flow_id": "Lin', "[1, 2]", "\x00\xff", "[" * 100_000])
def test_a_half_written_file_is_read_again(folder: Path, index: Make, content: str) -> None:
    run = run_of(folder, "LinearFlow")
    (verdict,) = (run / "end").glob("*/_meta/sysmeta_attempt_ok_*.json")
    whole = verdict.read_text()
    verdict.write_text(content)
    runtime = verdict.parent.parent / "0.runtime"
    runtime.unlink()
    made = index(folder)
    made.scan()
    assert "end" not in {row["step_name"] for row in metadata(made.database, "LinearFlow", "attempt_ok")}
    before = counts(made.database)

    verdict.write_text(whole)  # in place: the folder's mtime does not tell
    made.scan()

    assert "end" in {row["step_name"] for row in metadata(made.database, "LinearFlow", "attempt_ok")}
    assert counts(made.database) == {**before, "metadata_v3": before["metadata_v3"] + 1}
    (run_row,) = rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow'")
    assert run_row["last_heartbeat_ts"] is None


@pytest.mark.parametrize("name", ["_meta", "start/_meta", "start/1/_meta"])
def test_an_object_whose_own_file_is_half_written_comes_later(folder: Path, index: Make, name: str) -> None:
    whole = index(folder)
    whole.scan()
    expected = counts(whole.database)
    whole.stop()
    shutil.rmtree(whole.database.parent)
    own = run_of(folder, "LinearFlow") / name / "_self.json"
    text = own.read_text()
    own.write_text(text[:-9])
    made = index(folder)
    made.scan()
    assert counts(made.database)["tasks_v3"] < expected["tasks_v3"]
    own.write_text(text)
    made.scan()
    assert counts(made.database) == expected


def test_hostile_names_and_values_are_text_or_left_out(folder: Path, index: Make) -> None:
    run = run_of(folder, "LinearFlow")
    meta = run / "start" / "1" / "_meta"
    made = index(folder)
    made.scan()
    before = counts(made.database)
    row = {"type": "t", "tags": ["attempt_id:0"], "user_name": "u", "ts_epoch": 1}
    good = [
        {**row, "field_name": "a\nb", "value": "\ud800"},
        {**row, "field_name": "x" * 300, "value": {"deep": [1, None, True]}},
        {**row, "field_name": "flag", "value": False, "ts_epoch": 10**30, "tags": {"no": "list"}},
        {"field_name": "bare", "value": 10**400},
    ]
    bad = [{**row, "field_name": "none", "value": None}, {**row, "field_name": 7, "value": "x"}, {}]
    for number, document in enumerate([*good, *bad]):
        (meta / f"sysmeta_{number}\n_{number}.json").write_text(json.dumps(document))
    (meta / "sysmeta_large_1.json").write_text(json.dumps({**row, "field_name": "large", "value": "x" * 10_000_001}))
    os.mkfifo(meta / "sysmeta_fifo_1.json")
    (meta / "sysmeta_link_1.json").symlink_to("/etc/hostname")
    (meta / "0_artifact_far.json").write_text(json.dumps({"name": "far", "attempt_id": 10**9}))
    (meta / "tmpabc123").write_text("{")
    for name in (b"\xff\xfe", "größe\n🙂".encode(), b"x" * 255, b".hidden"):
        (run / "start" / os.fsdecode(name)).mkdir()
        (run / os.fsdecode(name)).mkdir()
    (run / "outside").symlink_to(folder / "BranchFlow")
    (folder / "LinkedFlow").symlink_to(folder / "BranchFlow")

    made.scan()

    after = counts(made.database)
    assert after["metadata_v3"] == before["metadata_v3"] + len(good)
    assert {**after, "metadata_v3": 0, "local_dirs": 0} == {**before, "metadata_v3": 0, "local_dirs": 0}
    values = {row["field_name"]: row["value"] for row in rows(made.database, "SELECT * FROM metadata_v3")}
    assert values["a\nb"] == "?"
    assert values["x" * 300] == '{"deep": [1, null, true]}'
    assert values["flag"] == "False"


def test_a_run_with_a_name_of_an_orchestrator_gets_a_number_of_its_own(folder: Path, index: Make) -> None:
    run = run_of(folder, "LinearFlow")
    for name in ("argo-linear-x7k2", "argo-linear-b3zz", "0123"):
        shutil.copytree(run, run.with_name(name))
    made = index(folder)
    made.scan()
    found = rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow' AND run_id IS NOT NULL")
    assert {row["run_id"] for row in found} == {"argo-linear-x7k2", "argo-linear-b3zz", "0123"}
    assert len({row["run_number"] for row in found}) == 3
    assert {row["ts_epoch"] // 1000 for row in found} == {int(run.name) // 10**6}
    copied = rows(made.database, "SELECT DISTINCT run_id FROM metadata_v3 WHERE flow_id = 'LinearFlow'")
    assert {row["run_id"] for row in copied} == {"argo-linear-x7k2", "argo-linear-b3zz", "0123", None}
    made.stop()
    again = index(folder)
    assert again.scan().files_read == 0
    assert rows(made.database, "SELECT * FROM runs_v3 WHERE flow_id = 'LinearFlow' AND run_id IS NOT NULL") == found


def test_a_start_that_only_the_attempt_file_tells_becomes_a_metadatum(folder: Path, index: Make) -> None:
    task = run_of(folder, "LinearFlow") / "start" / "1"
    (started,) = task.glob("_meta/sysmeta_attempt_1*.json")
    at = json.loads((task / "0.attempt.json").read_text())["time"]
    started.unlink()
    made = index(folder)
    made.scan()
    (row,) = (row for row in metadata(made.database, "LinearFlow", "attempt") if row["step_name"] == "start")
    assert (row["value"], row["ts_epoch"], row["user_name"]) == ("0", int(at * 1000), None)


def test_a_damaged_index_is_made_again(metaflow_folder: Path, index: Make) -> None:
    made = index(metaflow_folder)
    made.database.parent.mkdir(parents=True, exist_ok=True)
    made.database.write_bytes(b"no database" * 1000)
    assert made.scan().runs == 9


def test_an_index_has_one_writer(metaflow_folder: Path, index: Make) -> None:
    first, second = index(metaflow_folder), index(metaflow_folder)
    first.start()
    try:
        until(lambda: first.runs)
        report = second.scan()
        assert (report.files_read, second.runs) == (0, {})
    finally:
        first.stop()
    assert second.scan().runs == 9
    assert second.runs
