"""One demo for all tests of this folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.demo import build

NOW = 1_795_444_800_000  # ms


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a demo of 400 runs; its datastore is beside it."""
    return build(tmp_path_factory.mktemp("demo"), runs=400, now=NOW)


@pytest.fixture
def rows(demo: Path) -> Iterator[sqlite3.Connection]:
    """A connection to that database."""
    connection = sqlite3.connect(demo)
    yield connection
    connection.close()
