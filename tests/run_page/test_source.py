"""The source of a step over HTTP: its lines as they were written, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard import api
from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.services import make_services
from dashboard.settings import Settings
from dashboard.source import Source
from tests.conftest import Store
from tests.dag.stored import Stored
from tests.data.writing import Writer
from tests.datastore.test_tar import packed

SOURCE = b"\n" * 11 + b"    def work(self):\n        return '<b>'\n\n    def join(self):\n        pass\n"
STEPS: dict[str, dict[str, Any]] = {
    "start": {"next": ["work"]},
    "work": {"next": ["end"], "line": 12, "source_file": "/home/ana/flow.py"},
    "end": {"next": [], "line": 900},
}


@dataclass
class Shop:
    stored: Stored
    client: FlaskClient
    key: Key

    def ask(self, step: str, status: int = 200) -> Any:
        self.stored.writer.flush()
        answer = self.client.get(f"/-/columns/{self.key[0]}/{self.key[1]}/source", query_string={"step": step})
        assert answer.status_code == status
        return answer.json


@pytest.fixture
def shop(sqlite_store: Store, tmp_path: Path, now: int) -> Iterator[Shop]:
    root = tmp_path / "data" / ".metaflow"
    root.mkdir(parents=True)
    database = Database(sqlite_store.url)
    server = Flask(__name__)
    api.register(server, make_services(database, Source("sqlite", "a test"), Settings()))
    stored = Stored(Writer(sqlite_store.engine), root)
    key = stored.writer.run(at=now)
    stored.graph(key, {"steps": STEPS}, now)
    yield Shop(stored, server.test_client(), key)
    database.close()


def test_the_lines_of_a_step(shop: Shop, now: int) -> None:
    task = shop.stored.writer.task(shop.key, "start", at=now)
    shop.stored.package(shop.key, "start", task, packed({"flow.py": SOURCE}), now)
    told = shop.ask("work")
    assert told == {"lines": [[12, "    def work(self):"], [13, "        return '<b>'"]], "problem": ""}
    assert shop.ask("end") == {"lines": [], "problem": "The code package does not hold this line."}


def test_why_there_are_none(shop: Shop) -> None:
    assert shop.ask("work") == {"lines": [], "problem": "The run names no code package."}


@pytest.mark.parametrize("step", ["start", "nothing", "", "\x00"])
def test_steps_of_which_no_line_is_known(shop: Shop, step: str) -> None:
    assert shop.ask(step, 404)["error"].endswith(".")
