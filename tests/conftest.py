"""Fixtures for all tests: databases of both dialects, a clean environment, the system's Chromium."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import URL, Engine, create_engine

from dashboard.data import embedded
from dashboard.data.database import Database, Reader
from dashboard.demo import service_tables
from dashboard.settings import Settings
from tests import browser, postgres
from tests.data.writing import Writer
from tests.stage import Stage

# Times of first examples vary too much on a loaded machine; CI draws the same examples every time.
hypothesis.settings.register_profile("dashboard", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("dashboard")


@dataclass(frozen=True, slots=True)
class Store:
    """An empty Metaflow database: `url` for the dashboard, `engine` to write with."""

    url: URL
    engine: Engine


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests do not reach them."""
    for setting in fields(Settings):
        for name in setting.metadata["names"]:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """The maintenance database of a PostgreSQL server."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: URL) -> Iterator[str]:
    """The name of a database with the service's empty tables, as its newest migration leaves them."""
    with postgres.database(postgres_url) as url:
        engine = create_engine(url)
        service_tables.create(engine)
        engine.dispose()
        assert url.database
        yield url.database


@pytest.fixture
def postgres_database(postgres_url: URL, postgres_template: str) -> Iterator[URL]:
    """A PostgreSQL database of its own with the service's empty tables."""
    with postgres.database(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> URL:
    """An embedded SQLite database of its own with the service's empty tables."""
    path = tmp_path / "metaflow.db"
    embedded.open_for_writing(path).dispose()
    return URL.create("sqlite", database=str(path))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty Metaflow database, once on each dialect."""
    if request.param == "sqlite":
        url: URL = request.getfixturevalue("sqlite_database")
        engine = embedded.open_for_writing(Path(url.database or ""))
    else:
        url = request.getfixturevalue("postgres_database")
        engine = create_engine(url)
    yield Store(url, engine)
    engine.dispose()


@pytest.fixture
def stage(any_database: Store, tmp_path: Path) -> Iterator[Stage]:
    """An empty database with a folder for artifacts, once on each dialect."""
    root = tmp_path / ".metaflow"
    root.mkdir()
    database = Database(any_database.url)
    now = database(Reader.now) // 1000 * 1000
    yield Stage(Writer(any_database.engine), database, root, now)
    database.close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright with the system's Chromium, silent on the network."""
    return {**browser_type_launch_args, **browser.launch_args()}


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return as soon as `condition()` is true; fail with `what` after `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"After {seconds:g} s still not: {what}")
        time.sleep(0.02)
