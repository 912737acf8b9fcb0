"""The routes of a task over what Metaflow wrote to S3; a store that refuses, fails or is silent fails alone."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fsspec.asyn import loop as io_loop

from dashboard.data.runs import Key
from dashboard.settings import Settings
from dashboard.task_details import TaskDetails, place_of, row_of_attempt
from tests.conftest import wait_until
from tests.datastore.conftest import Written
from tests.datastore.s3 import BUCKET, ROOT, Server
from tests.datastore.served import Viewer, served
from tests.stage import Stage

PATIENCE = 60  # seconds, on a busy machine
SHORT = 0.5  # seconds that a read may take, where the store is silent on purpose
SILENT = "The datastore did not answer within 0.5 s."
REFUSED = "The datastore does not let the dashboard in (PermissionError)."
FAILED = "The datastore cannot be read now (OSError)."
READING = ("/logs", "/logs/stderr", "/logs/stderr/raw", "/artifacts/alpha", "/artifacts/alpha/raw", "/cards")
LOG = "start/1/0.runtime_stderr.log"


@pytest.fixture
def place(s3_server: Server) -> dict[str, str]:
    """The settings of a dashboard that reads the server."""
    return {"S3_ENDPOINT_URL": s3_server.url, "DASHBOARD_DATASTORE_TIMEOUT": str(PATIENCE)}


@pytest.fixture
def viewer(s3_written: Written, place: dict[str, str], tmp_path: Path) -> Iterator[Viewer]:
    """One who has looked at nothing yet."""
    with served(s3_written, tmp_path, **place) as viewer:
        yield viewer


@pytest.fixture
def hasty(s3_written: Written, place: dict[str, str], tmp_path: Path, s3_server: Server) -> Iterator[Viewer]:
    """A viewer whose dashboard waits half a second, and reads two objects at a time."""
    place |= {"DASHBOARD_DATASTORE_TIMEOUT": str(SHORT), "DASHBOARD_DATASTORE_READS": "2"}
    with served(s3_written, tmp_path, **place) as viewer:
        yield viewer
    s3_server.heal()
    wait_until(lambda: not _waiting(), PATIENCE, "nothing waits for the store any more")


def _waiting() -> list[Any]:
    """Requests that are under way."""
    (running,) = io_loop
    return [one for one in asyncio.all_tasks(running) if not one.done()] if running else []


def still_works(viewer: Viewer) -> None:
    """What needs no datastore is there."""
    assert [one["status"] for one in viewer.json()["attempts"]] == ["completed"]
    assert "ds-root" in {one["name"] for one in viewer.json("/metadata")["metadata"]}
    assert "alpha" in {one["name"] for one in viewer.json("/artifacts")["artifacts"]}


def test_all_of_a_task(viewer: Viewer) -> None:
    still_works(viewer)
    found = viewer.json("/logs")
    assert (found["shown"], found["origin"], found["complete"]) == ("stderr", None, True)
    assert [one["text"] for one in found["lines"]] == ["ValueError: handled, carrying on"]
    assert viewer.json("/logs/stderr/error")["line"] == 1
    assert viewer.get("/logs/stderr/raw").data.endswith(b"]ValueError: handled, carrying on\n")
    artifacts = {one["name"]: one for one in viewer.json("/artifacts")["artifacts"]}
    assert (artifacts["alpha"]["type"], artifacts["alpha"]["location"]) == ("float", f":root:{ROOT}")
    assert viewer.get("/artifacts/alpha/raw").data == b"0.5"
    assert viewer.json("/artifacts/config?path=$.a")["node"]["parts"] == 3
    (card,) = viewer.json("/cards")["cards"]
    assert card["type"] == "default"
    assert len(viewer.get(f"/{card['hash']}?download=1", "cards").data) == card["size"]
    assert viewer.get(f"/{card['hash']}/data", "cards").get_json()["final"] is True


def test_a_clone_shows_what_its_origin_wrote(viewer: Viewer, s3_written: Written) -> None:
    clone = viewer.at(f"{s3_written.resumed}/start/1")
    assert clone.json()["attempts"][0]["qualifier"] == "cloned"
    assert clone.json("/logs")["origin"] == f"{s3_written.flow}/{s3_written.run}/start/1"
    assert clone.get("/logs/stderr/raw").data == viewer.get("/logs/stderr/raw").data
    assert clone.json("/cards") == viewer.json("/cards")
    assert clone.get("/artifacts/alpha/raw").data == b"0.5"


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [(403, "AccessDenied", REFUSED), (400, "ExpiredToken", REFUSED), (500, "InternalError", FAILED)],
)
def test_a_store_that_refuses_or_fails_says_so(
    viewer: Viewer, s3_server: Server, status: int, code: str, sentence: str
) -> None:
    (card,) = viewer.json("/cards")["cards"]
    s3_server.victim, s3_server.status, s3_server.code = "metaflow", status, code
    for part in READING:
        assert viewer.refusal(part) == sentence
    assert viewer.refusal(f"/{card['hash']}", "cards") == sentence
    assert viewer.refusal(f"/{card['hash']}/data", "cards") == sentence
    assert viewer.get("/logs?quiet=1").get_json() == {"error": sentence}
    assert viewer.json("/artifacts")["problem"] == sentence
    still_works(viewer)
    s3_server.heal()
    assert viewer.json("/artifacts")["problem"] == ""
    for part in READING:
        assert viewer.get(part).status_code == 200, "a new try finds it"


def test_a_server_that_is_not_there_says_so(s3_written: Written, place: dict[str, str], tmp_path: Path) -> None:
    with served(s3_written, tmp_path, **place | {"S3_ENDPOINT_URL": "http://127.0.0.1:9"}) as viewer:
        for part in READING:
            assert viewer.refusal(part).startswith("The datastore cannot be read now (")
        still_works(viewer)


def test_a_part_that_cannot_be_read_fails_alone(viewer: Viewer, s3_server: Server) -> None:
    s3_server.victim, s3_server.status, s3_server.code = "mf.cards", 403, "AccessDenied"
    assert viewer.refusal("/cards") == REFUSED
    assert viewer.json("/logs")["total"] == 1
    assert viewer.get("/artifacts/alpha/raw").data == b"0.5"
    still_works(viewer)


def test_a_store_that_is_silent_is_given_up_and_the_rest_of_the_page_works(hasty: Viewer, s3_server: Server) -> None:
    s3_server.victim, s3_server.hold = "metaflow", threading.Event()
    for part in READING:
        assert hasty.refusal(part) == SILENT
    assert hasty.json("/artifacts")["problem"] == SILENT
    still_works(hasty)
    s3_server.heal()
    wait_until(lambda: hasty.get("/logs").status_code == 200, PATIENCE, "the log can be read again")
    wait_until(lambda: hasty.get("/cards").status_code == 200, PATIENCE, "the cards can be read again")


def test_many_who_wait_for_a_silent_log_wait_no_longer_than_one(hasty: Viewer, s3_server: Server) -> None:
    s3_server.victim, s3_server.hold = "metaflow", threading.Event()
    said: list[str] = []
    together = threading.Barrier(8)

    def look() -> None:
        together.wait(PATIENCE)
        said.append(hasty.refusal("/logs/stderr"))

    viewers = [threading.Thread(target=look) for _ in range(8)]
    for one in viewers:
        one.start()
    for one in viewers:
        one.join(PATIENCE)
    assert said == [SILENT] * 8
    assert len(s3_server.asked) < 8, "whoever waited beside another does not ask again"


def test_objects_that_break_off_are_no_objects(hasty: Viewer, s3_server: Server) -> None:
    s3_server.victim, s3_server.missing = "/data/", 5
    assert hasty.refusal("/artifacts/alpha") in (SILENT, "The datastore cannot be read now (ClientPayloadError).")
    wait_until(lambda: hasty.get("/logs").status_code == 200, PATIENCE, "the log is there")
    still_works(hasty)


def test_an_artifact_that_was_stored_in_part_is_said_to_be_damaged(viewer: Viewer, s3_server: Server) -> None:
    sha = next(one["sha"] for one in viewer.json("/artifacts")["artifacts"] if one["name"] == "alpha")
    key = f"metaflow/BrokenFlow/data/{sha[:2]}/{sha}"
    stored = s3_server.client.get_object(Bucket=BUCKET, Key=key)
    whole, about = stored["Body"].read(), stored["Metadata"]
    try:
        s3_server.client.put_object(Bucket=BUCKET, Key=key, Body=whole[:-9], Metadata=about)
        assert viewer.refusal("/artifacts/alpha") == "The artifact is damaged: it is not a complete gzip file."
        assert viewer.get("/artifacts/config").status_code == 200
    finally:
        s3_server.client.put_object(Bucket=BUCKET, Key=key, Body=whole, Metadata=about)


def test_a_bucket_that_is_mounted_is_read_there(
    s3_written: Written, s3_server: Server, place: dict[str, str], tmp_path: Path
) -> None:
    mounted = tmp_path / "mounted"
    for one in s3_server.client.list_objects_v2(Bucket=BUCKET, Prefix=f"metaflow/{s3_written.flow}/")["Contents"]:
        file = mounted / one["Key"].partition("/")[2]
        file.parent.mkdir(parents=True, exist_ok=True)
        s3_server.client.download_file(BUCKET, one["Key"], str(file))
    s3_server.asked.clear()
    with served(s3_written, tmp_path, **place, DASHBOARD_DATASTORE_MAP=f"{ROOT}={mounted}") as viewer:
        assert viewer.json("/logs")["total"] == 1
        assert viewer.get("/artifacts/alpha/raw").data == b"0.5"
        assert viewer.at(f"{s3_written.resumed}/start/1").json("/logs")["origin"]
    assert s3_server.asked == []


def test_a_bucket_that_is_not_allowed_is_never_asked(
    s3_written: Written, s3_server: Server, place: dict[str, str], tmp_path: Path
) -> None:
    with served(s3_written, tmp_path, **place, DASHBOARD_DATASTORE_ROOTS="s3://bucket/meta") as viewer:
        for part in READING:
            sentence = f"The datastore {ROOT} cannot be read from here, or the settings do not allow it."
            assert viewer.refusal(part) == sentence
        still_works(viewer)
    assert s3_server.asked == []


def test_a_package_that_is_not_installed_is_named(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(import_module("fsspec.registry")._registry, "s3", raising=False)
    for part in READING:
        sentence = "Reading S3 needs a package that is not installed: pip install -r requirements-s3.txt."
        assert viewer.refusal(part) == sentence
    still_works(viewer)


def test_the_head_of_a_failed_task_comes_although_the_store_is_silent(stage: Stage, s3_server: Server) -> None:
    settings = {"METAFLOW_S3_ENDPOINT_URL": s3_server.url, "METAFLOW_DASHBOARD_DATASTORE_TIMEOUT": str(SHORT)}
    stage.settings = Settings.from_env(settings)
    key = _failed_in_s3(stage)
    services = stage.services()
    view = services.run_states(key)
    assert view
    place = place_of(view, "start", "1")
    assert place is not None
    s3_server.victim, s3_server.hold = "metaflow", threading.Event()
    began = time.monotonic()
    details = services.tasks(view, place, row_of_attempt(view, place, None) or 0)
    assert isinstance(details, TaskDetails)
    assert details.failure
    assert details.failure.said_by == "scheduler"
    assert services.tasks.alike(details) == ([], 5)
    assert len(s3_server.asked) <= 3, "for the graph, the failure and the others: each once"
    assert time.monotonic() - began < PATIENCE
    s3_server.heal()


def _failed_in_s3(stage: Stage) -> Key:
    """A run whose six tasks failed, with nothing in the datastore that it names."""
    writer, at = stage.writer, stage.now - 100_000
    key = writer.run(at=at, heartbeat=at)
    for _ in range(6):
        task = writer.task(key, "start", at=at)
        writer.attempt(key, "start", task, 0, at, False, at + 1_000)
        for name, value in (("ds-type", "s3"), ("ds-root", ROOT)):
            writer.metadatum(key, "start", task, name, value, at, ("attempt_id:0",))
        writer.artifact(key, "start", task, "_exception", "a" * 40, at, location=f":root:{ROOT}")
    parameters = writer.task(key, "_parameters", at=at)
    writer.artifact(key, "_parameters", parameters, "_graph_info", "b" * 40, at, location=f":root:{ROOT}")
    package = f'{{"ds_type": "s3", "sha": "{"c" * 40}", "location": "{ROOT}/HelloFlow/data/cc/{"c" * 40}"}}'
    writer.metadatum(key, "_parameters", parameters, "code-package", package, at)
    return key
