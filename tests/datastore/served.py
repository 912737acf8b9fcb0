"""The JSON routes over what Metaflow wrote: its metadata, indexed as a local source is, and its datastore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import URL

from dashboard.data.database import Database
from dashboard.local import LocalIndex
from dashboard.settings import Settings
from tests.datastore.conftest import Written
from tests.test_api import serve


class Viewer:
    """Somebody who looks at one task."""

    def __init__(self, client: FlaskClient, task: str) -> None:
        self._client = client
        self.task = task

    def at(self, task: str) -> Viewer:
        """The same at another task, `run/step/task`, of the flow."""
        return Viewer(self._client, f"{self.task.partition('/')[0]}/{task}")

    def get(self, part: str = "", kind: str = "api") -> Any:
        """The answer of a route below that of the task."""
        return self._client.get(f"/-/{kind}/{self.task}{part}")

    def json(self, part: str = "") -> Any:
        """A good answer."""
        answer = self.get(part)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def refusal(self, part: str, kind: str = "api", status: int = 502) -> str:
        """The sentence in place of an answer."""
        answer = self.get(part, kind)
        assert answer.status_code == status, answer.text
        assert list(answer.get_json()) == ["error"]
        return str(answer.get_json()["error"])


@contextmanager
def served(written: Written, folder: Path, **environment: str) -> Iterator[Viewer]:
    """A dashboard with these settings, and a viewer of the first task of the first run."""
    index = LocalIndex(written.metadata, folder / "index.sqlite", liveness=False)
    index.scan()
    database = Database(URL.create("sqlite", database=str(index.database)))
    settings = Settings.from_env({f"METAFLOW_{name}": value for name, value in environment.items()})
    yield Viewer(serve(database, settings), f"{written.flow}/{written.run}/start/1")
    database.close()
    index.stop()
