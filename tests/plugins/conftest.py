"""An SQLite database with a folder for artifacts, and demo data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from dashboard.data import embedded
from dashboard.data.database import Database
from plugins.testing import Kit, demo_kit
from tests.data.writing import Writer
from tests.stage import Stage


@pytest.fixture
def stage(sqlite_database: URL, tmp_path: Path) -> Iterator[Stage]:
    """One dialect is enough: plugins see what pages see."""
    engine = embedded.open_for_writing(Path(sqlite_database.database or ""))
    (root := tmp_path / ".metaflow").mkdir()
    database = Database(sqlite_database)
    yield Stage(Writer(engine), database, root, int(time.time()) * 1000)
    database.close()
    engine.dispose()


@pytest.fixture(scope="session")
def kit() -> Iterator[Kit]:
    """The test kit on demo data."""
    with demo_kit(runs=40) as kit:
        yield kit
