"""The routes of a task over a folder that the real Metaflow wrote: what the viewer gets, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import create_engine

from dashboard.data.schema import tables
from tests.datastore.conftest import FLOW, SOUND, TALKING, Tree, Written
from tests.datastore.served import Viewer, served

REFUSED = "The datastore {} cannot be read from here, or the settings do not allow it."
READING = ("/logs", "/logs/stdout", "/logs/both/raw", "/logs/stderr/error", "/cards")


@pytest.fixture
def viewer(talking_twice: Written, tmp_path: Path) -> Iterator[Viewer]:
    with served(talking_twice, tmp_path) as viewer:
        yield viewer


def test_attempts_and_their_metadata(viewer: Viewer) -> None:
    found = viewer.json()
    assert [(one["attempt"], one["status"]) for one in found["attempts"]] == [(0, "failed"), (1, "completed")]
    rows = viewer.json("/metadata")["metadata"]
    assert {"ds-type", "ds-root", "attempt_ok"} <= {one["name"] for one in rows}
    assert {one["attempt"] for one in viewer.json("/metadata?attempt=0")["metadata"]} <= {0, None}


def test_logs_of_both_attempts(viewer: Viewer) -> None:
    found = viewer.json("/logs")
    assert (found["attempt"], found["shown"], found["origin"], found["complete"]) == (1, "stdout", None, True)
    assert {name: one["lines"] for name, one in found["streams"].items()} == {"stdout": 5000, "stderr": 1}
    assert found["lines"][-1]["text"] == "line 5000"
    first, bar, junk, long = viewer.json("/logs/stdout?lines=4")["lines"]
    assert first["text"] == "grün \N{ROCKET} red and bold link"
    assert ["red b", "red and bold"] in first["parts"]
    assert bar["text"] == "100%"
    assert junk["text"].startswith("junk \\x00")
    assert long["bytes"] >= 1_000_000
    assert len(long["text"]) < 5_000
    matches = viewer.json("/logs/stdout?search=LINE 4..9$&regex=1&lines=1")
    assert (matches["matches"]["count"], matches["lines"][0]["text"]) == (100, "line 4009")
    assert viewer.json("/logs?attempt=0")["shown"] == "stderr"
    error = viewer.json("/logs/stderr/error?attempt=0")["line"]
    assert viewer.json(f"/logs/stderr?attempt=0&from={error}&lines=1")["lines"][0]["kind"] == "error"


def test_the_raw_log_is_what_was_written(viewer: Viewer, talking: Tree) -> None:
    answer = viewer.get("/logs/stdout/raw")
    assert answer.data == (talking.root / TALKING / talking.runs[""] / "start/1/1.runtime_stdout.log").read_bytes()
    assert b"[MFLOG|" not in viewer.get("/logs/stdout/raw?plain=1").data


def test_artifacts_and_values(tree: Tree, tmp_path: Path) -> None:
    with served(Written(tree.root, FLOW, tree.runs[SOUND], ""), tmp_path) as viewer:
        viewer = viewer.at(f"{tree.runs[SOUND]}/start/{tree.task_folder(SOUND).name}")
        found = {one["name"]: one for one in viewer.json("/artifacts")["artifacts"]}
        assert (found["alpha"]["type"], found["config"]["type"], found["LIMIT"]["type"]) == ("float", "dict", "int")
        assert found["alpha"]["location"] == f":root:{tree.root}"
        assert viewer.json("/artifacts/config?path=$.a")["node"]["parts"] == 3
        assert viewer.json("/artifacts/HUGE?offset=99990")["text"] == "x" * 10
        assert viewer.get("/artifacts/alpha/raw").data == b"0.5"
        assert viewer.refusal("/artifacts/none", status=404) == "This attempt has no artifact “none”."


def test_an_object_that_is_cut_off_is_a_sentence(tree: Tree, tmp_path: Path) -> None:
    moved = tmp_path / "moved" / ".metaflow"
    shutil.copytree(tree.root, moved)
    place = {"DASHBOARD_DATASTORE_MAP": f"{tree.root}={moved}"}
    with served(Written(tree.root, FLOW, tree.runs[SOUND], ""), tmp_path, **place) as viewer:
        viewer = viewer.at(f"{tree.runs[SOUND]}/start/{tree.task_folder(SOUND).name}")
        sha = next(one["sha"] for one in viewer.json("/artifacts")["artifacts"] if one["name"] == "alpha")
        blob = moved / FLOW / "data" / sha[:2] / sha
        blob.write_bytes(blob.read_bytes()[:-9])
        for part in ("/artifacts/alpha", "/artifacts/alpha/raw"):
            assert viewer.refusal(part) == "The artifact is damaged: it is not a complete gzip file."
        blob.unlink()
        assert viewer.refusal("/artifacts/alpha").endswith(".")
        assert viewer.json("/artifacts/config")["view"] == "tree"


def test_cards(viewer: Viewer) -> None:
    found = viewer.json("/cards")["cards"]
    assert {(one["type"], one["id"]) for one in found} == {("blank", "progress"), ("default", None)}
    moving = next(one for one in found if one["moves"])
    answer = viewer.get(f"/{moving['hash']}", "cards")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts;")
    assert viewer.get(f"/{moving['hash']}/data", "cards").get_json()["final"] is True


def test_a_clone_shows_what_its_origin_wrote(viewer: Viewer, talking_twice: Written) -> None:
    clone = viewer.at(f"{talking_twice.resumed}/start/1")
    assert clone.json()["attempts"][0]["qualifier"] == "cloned"
    found = clone.json("/logs")
    assert found["origin"] == f"{talking_twice.flow}/{talking_twice.run}/start/1"
    assert found["streams"]["stdout"]["lines"] == 5000
    assert clone.get("/logs/stdout/raw").data == viewer.get("/logs/stdout/raw").data
    assert clone.json("/cards") == viewer.json("/cards")
    own = {one["name"]: one["sha"] for one in viewer.json("/artifacts")["artifacts"]}
    assert {one["name"]: one["sha"] for one in clone.json("/artifacts")["artifacts"]} == own
    again = viewer.at(f"{talking_twice.resumed}/end/2")
    assert again.json("/logs")["origin"] is None


def test_a_datastore_that_was_moved_is_read_where_it_is_now(talking_twice: Written, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(talking_twice.metadata, moved)
    log = moved / talking_twice.flow / talking_twice.run / "start/1/1.runtime_stderr.log"
    log.write_bytes(log.read_bytes().replace(b"last words", b"moved here"))
    place = {"DASHBOARD_DATASTORE_MAP": f"{talking_twice.metadata}={moved}"}
    with served(talking_twice, tmp_path, **place) as viewer:
        assert viewer.json("/logs/stderr")["lines"][0]["text"] == "WARNING: moved here"
        clone = viewer.at(f"{talking_twice.resumed}/start/1")
        assert clone.json("/logs/stderr")["lines"][0]["text"] == "WARNING: moved here"


def test_what_the_settings_do_not_allow_is_refused(talking_twice: Written, tmp_path: Path) -> None:
    with served(talking_twice, tmp_path, DASHBOARD_DATASTORE_ROOTS="s3://bucket/metaflow,/data/.metaflow") as viewer:
        for part in READING:
            assert viewer.refusal(part) == REFUSED.format(talking_twice.metadata)
        assert viewer.json("/artifacts")["readable"] is False
        assert viewer.refusal("/artifacts/_current_step") == REFUSED.format(talking_twice.metadata)
        assert viewer.json()["attempts"]
        assert viewer.json("/metadata")["metadata"]


@pytest.mark.parametrize(
    ("ds_type", "ds_root"),
    [
        ("local", "/etc"),
        ("local", "relative/.metaflow"),
        ("local", "/nowhere/../etc"),
        ("s3", "https://example.org/bucket"),
        ("s3", "s3://bucket/../other"),
        ("s3", "s3://bucket/key?versionId=1"),
        ("gs", "s3://bucket/metaflow"),
        ("https", "https://example.org/"),
        ("file", "file:///etc"),
    ],
)
def test_only_places_as_metaflow_names_them_are_read(
    talking_twice: Written, tmp_path: Path, ds_type: str, ds_root: str
) -> None:
    with served(talking_twice, tmp_path) as viewer:
        engine = create_engine(f"sqlite:///{tmp_path}/index.sqlite")
        metadata = tables().metadata
        with engine.begin() as connection:
            for name, value in (("ds-type", ds_type), ("ds-root", ds_root)):
                connection.execute(update(metadata).where(metadata.c.field_name == name).values(value=value))
        engine.dispose()
        for part in READING:
            assert viewer.refusal(part) == REFUSED.format(ds_root)
        assert viewer.json("/metadata")["metadata"]
