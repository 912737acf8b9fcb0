"""Databases with rows: a writer and the dashboard's own door to the same database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.data.database import Database
from tests.conftest import Store
from tests.data.writing import Writer


@pytest.fixture
def writer(any_database: Store) -> Writer:
    return Writer(any_database.engine)


@pytest.fixture
def database(any_database: Store) -> Iterator[Database]:
    database = Database(any_database.url)
    yield database
    database.close()
