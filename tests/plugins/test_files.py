"""What plugins of the official GUI are served: their own files alone, in a sandbox, and the data of a run or task."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import URL

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.settings import Settings
from dashboard.source import Source
from tests.oracle import HOUR, SECOND
from tests.stage import Stage

CONFIG = """
[hello]
allow = ["https://cdn.example.org"]
parameters = { colour = "red" }
"""


@dataclass
class Served:
    """The app with one official plugin; `task` is a task of its database."""

    client: FlaskClient
    run: str
    task: str

    def json(self, path: str) -> Any:
        return self.client.get(f"/-/plugins/{path}").json


@pytest.fixture
def served(stage: Stage, sqlite_database: URL, tmp_path: Path) -> Iterator[Served]:
    at = stage.now - HOUR
    key = stage.writer.run(at=at)
    (task,) = stage.tasks(key, "start", [True], at)
    stage.writer.metadatum(key, "start", task, "colour", "blue", at, ("attempt_id:0",))
    stage.writer.metadatum(key, "start", task, "colour", "green", at + 1, ("attempt_id:0",))
    stage.writer.ended(key, stage.now - SECOND)
    stage.writer.flush()
    folder = tmp_path / "plugins" / "hello"
    (folder / "parts").mkdir(parents=True)
    manifest = {"name": "Hello", "version": "1", "entrypoint": "index.html", "slot": "task-details"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "index.html").write_text("<p>hello</p>")
    (folder / "parts" / "a b.js").write_text("1")
    (folder / ".env").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "plugins.toml").write_text(CONFIG)
    settings = Settings(plugin_folders=(tmp_path / "plugins",), plugin_config=tmp_path / "plugins.toml")
    database = Database(sqlite_database)
    app = create_app(database, Source("sqlite", "a test"), settings)
    run = f"{key[0]}/{key[1]}"
    yield Served(app.server.test_client(), run, f"{run}/start/{task}")
    database.close()


def test_files_are_served_into_a_sandbox(served: Served) -> None:
    answer = served.client.get("/-/plugins/hello/files/index.html?v=1")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<p>hello</p>", "text/html")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self' https://cdn.example.org"
    assert policy["frame-ancestors"] == "'self'"
    assert answer.headers["Access-Control-Allow-Origin"] == "null"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert served.client.get("/-/plugins/hello/files/parts/a%20b.js").mimetype == "text/javascript"


ELSEWHERE = (
    "hello/files/../../secret.txt",
    "hello/files/%2e%2e/%2e%2e/secret.txt",
    "hello/files/..%2f..%2fsecret.txt",
    "hello/files//etc/passwd",
    "hello/files/%2fetc%2fpasswd",
    "hello/files/..%5c..%5csecret.txt",
    "hello/files/way-out",
    "hello/files/.env",
    "hello/files/parts",
    "hello/files/a%00b",
    "hello/files/nothing.html",
    "other/files/index.html",
    "external-links/files/external_links.py",
)


def test_nothing_else_is_served(served: Served) -> None:
    for path in ELSEWHERE:
        answer = served.client.get(f"/-/plugins/{path}")
        assert answer.status_code in (308, 404), path
        assert "secret" not in answer.text, path
        assert "root:" not in answer.text, path


def test_the_definition_has_manifest_and_parameters(served: Served) -> None:
    found = served.json("hello/definition")
    assert found["config"]["entrypoint"] == "index.html"
    assert (found["name"], found["identifier"], found["parameters"]) == ("Hello", "hello", {"colour": "red"})


def test_data_of_a_task_and_of_its_run(served: Served) -> None:
    found = served.json(f"-/data/{served.task}?attempt=0")
    assert [one["value"] for one in found["metadata"] if one["field_name"] == "colour"] == ["green"]
    (attempt,) = found["task-info"]
    assert (attempt["attempt_id"], attempt["status"]) == (0, "completed")
    assert attempt["finished_at"] - attempt["started_at"] == attempt["duration"]
    of_run = served.json(f"-/data/{served.run}")
    assert {one["flow_id"] for one in of_run["run-metadata"]} <= {served.run.split("/")[0]}
    assert served.client.get(f"/-/plugins/-/data/{served.task}?attempt=7").status_code == 404
    assert served.client.get("/-/plugins/-/data/None/1").status_code == 404
    assert served.json("-/data/None/1?quiet=1") == {"error": "There is no run None/1."}


def test_without_such_plugins_there_are_no_routes(sqlite_database: URL) -> None:
    database = Database(sqlite_database)
    app = create_app(database, Source("sqlite", "a test"), Settings(plugins=()))
    rules = [str(rule) for rule in app.server.url_map.iter_rules()]
    assert not [rule for rule in rules if "plugins" in rule]
    database.close()


def test_the_folder_is_read_where_it_is(served: Served, tmp_path: Path) -> None:
    """A file that is replaced is served anew."""
    path = tmp_path / "plugins" / "hello" / "index.html"
    first = served.client.get("/-/plugins/hello/files/index.html")
    tag = first.headers["ETag"]
    assert served.client.get("/-/plugins/hello/files/index.html", headers={"If-None-Match": tag}).status_code == 304
    path.write_text("<p>changed for good</p>")
    os.utime(path, (1, 1))
    again = served.client.get("/-/plugins/hello/files/index.html", headers={"If-None-Match": tag})
    assert (again.status_code, again.text) == (200, "<p>changed for good</p>")
