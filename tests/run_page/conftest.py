"""An SQLite database for the parts of a run's page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from dashboard.data import embedded
from tests.conftest import Store


@pytest.fixture
def sqlite_store(sqlite_database: URL) -> Iterator[Store]:
    engine = embedded.open_for_writing(Path(sqlite_database.database or ""))
    yield Store(sqlite_database, engine)
    engine.dispose()


@pytest.fixture
def now() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)
