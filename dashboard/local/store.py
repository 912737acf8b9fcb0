"""The SQLite file of a local index: the service's tables, and beside them what was read when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table, Text, select
from sqlalchemy.exc import DatabaseError, OperationalError

from dashboard.data.embedded import open_for_writing
from dashboard.data.schema import tables

VERSION = 1  # of what is kept and how: another number in the file makes the index anew

side = MetaData()
# One row per folder that was read: its path below the root, its mtime in ns then (-1: to be read again), and for the
# folder of a task whether an attempt of it is open.
dirs = Table(
    "local_dirs",
    side,
    Column("path", Text, primary_key=True),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("open", Integer, nullable=False),
    sqlite_with_rowid=False,
)
# One row per run: the name of its folder, the newest mtime of a task or step in it, whether its end step succeeded.
runs = Table(
    "local_runs",
    side,
    Column("flow_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("run_number", BigInteger, nullable=False),
    Column("newest_ns", BigInteger, nullable=False),
    Column("finished", Integer, nullable=False),
    sqlite_with_rowid=False,
)
state = Table("local_state", side, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))


class Store:
    """The SQLite file at `path`; if what its rows depend on, `about`, differs from what it holds, they are dropped."""

    def __init__(self, path: Path, about: dict[str, str | bool]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._about = json.dumps({"version": VERSION, **about}, sort_keys=True)
        self._engine: Engine | None = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection to the file, which is made or made anew as needed; commit by yourself."""
        if self._engine is None:
            self._engine = self._open()
        with self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Closes the file; the next `connection()` opens it again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _open(self) -> Engine:
        try:
            return self._checked()
        except OperationalError:  # locked, disk full, not allowed: no reason to throw an index away
            raise
        except DatabaseError:  # no SQLite file, or a damaged one: an index can always be made again
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            return self._checked()

    def _checked(self) -> Engine:
        engine = open_for_writing(self.path)
        try:
            side.create_all(engine)
            with engine.begin() as connection:
                if connection.scalar(select(state.c.value).where(state.c.name == "about")) == self._about:
                    return engine
                # Rows go, numbers stay: readers that ask for `id > last` must never miss a new one.
                for table in (*tables(), dirs, runs):
                    connection.execute(table.delete())
                connection.execute(state.delete().where(state.c.name == "about"))
                connection.execute(state.insert(), {"name": "about", "value": self._about})
        except BaseException:
            engine.dispose()
            raise
        return engine
