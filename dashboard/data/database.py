"""The one door to the metadata database: read-only, bounded in time, traced."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Executable, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from dashboard.data import dialect
from dashboard.data.schema import TableNames, Tables, tables
from dashboard.data.timings import Timings
from dashboard.errors import BadSource, DatabaseError, DatabaseUnreachable, QueryTimeout
from dashboard.privacy import Privacy

log = logging.getLogger("metaflow_dashboard.sql")
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """How the database answered last. Instants are epoch milliseconds of this process's clock."""

    ok: bool
    at: int
    last_ok_at: int | None
    message: str | None
    token: str | None  # differs when anything that the pages show may have changed


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections to the database: in use, open but idle, and how many there may be."""

    busy: int
    idle: int
    most: int


class Clock:
    """The database's clock, so that a skewed host clock does no harm: asked once a minute, carried on in between."""

    GOOD_FOR = 60  # seconds

    def __init__(self) -> None:
        self._known: tuple[int, float] | None = None  # epoch milliseconds, and this process's monotonic seconds then

    def set(self, now: int) -> None:
        """The database has just said so."""
        self._known = (now, time.monotonic())

    def get(self) -> int | None:
        """Epoch milliseconds now; None when it was not asked for a minute."""
        if self._known is None:
            return None
        passed = time.monotonic() - self._known[1]
        return None if passed > self.GOOD_FOR else self._known[0] + int(passed * 1000)


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement that was answered, or failed: then `rows` is None."""

    name: str  # of which there are few: it is never made of data
    ms: float
    rows: int | None


class Reader:
    """One read-only transaction: statements in, rows out, every one traced."""

    def __init__(
        self,
        connection: Connection,
        schema: Tables,
        slow_query: float,
        clock: Clock,
        listeners: Sequence[Callable[[Asked], None]] = (),
        privacy: Privacy = Privacy(),
    ) -> None:
        self._connection = connection
        self._listeners = listeners
        self.privacy = privacy
        self._clock = clock
        self._slow_query = slow_query
        self.tables = schema
        self.dialect = dialect.of(connection.dialect.name)

    def all(self, name: str, statement: Executable) -> Sequence[Any]:
        """All rows of `statement`; `name` says in the trace what was asked."""
        begun = time.perf_counter()
        try:
            rows = self._connection.execute(statement).fetchall()
        except DBAPIError:
            spent = (time.perf_counter() - begun) * 1000
            self._tell(Asked(name, spent, None))
            log.warning("failed query %s: %.0f ms", name, spent)
            raise
        spent = (time.perf_counter() - begun) * 1000
        self._tell(Asked(name, spent, len(rows)))
        log.debug("%s: %.1f ms, %d rows", name, spent, len(rows))
        if spent > self._slow_query:
            log.warning("slow query %s: %.0f ms, %d rows", name, spent, len(rows))
        return rows

    def scalar(self, name: str, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        rows = self.all(name, statement)
        return rows[0][0] if rows else None

    def _tell(self, asked: Asked) -> None:
        for listener in self._listeners:
            listener(asked)

    def now(self) -> int:
        """The database's clock in epoch milliseconds."""
        known = self._clock.get()
        if known is None:
            known = int(self.scalar("now", select(self.dialect.now())))
            self._clock.set(known)
        return known


class Database:
    """A Metaflow metadata database. Call it with a query function: `db(runs.get, pathspec)`.

    Times are seconds, `slow_query` milliseconds. Errors: DatabaseUnreachable, QueryTimeout, DatabaseError.
    """

    def __init__(
        self,
        url: URL | str,
        names: TableNames = TableNames(),
        schema: str | None = None,
        *,
        statement_timeout: float = 5,
        lock_timeout: float = 1,
        connect_timeout: float = 3,
        pool_size: int = 5,
        slow_query: float = 500,
        privacy: Privacy = Privacy(),
    ) -> None:
        self.url = make_url(url)
        self.tables = tables(names, schema)
        self._slow_query = slow_query
        self._privacy = privacy
        self._clock = Clock()
        self.timings = Timings()
        self.listeners: list[Callable[[Asked], None]] = [self._note]  # told of every statement; they must be quick
        self._health_lock = threading.Lock()
        self._health: Health | None = None
        self._health_at = 0.0
        if self.url.get_backend_name() == "postgresql":
            self._engine = _postgresql(self.url, statement_timeout, lock_timeout, connect_timeout, pool_size)
        else:
            self._engine = _sqlite(self.url, statement_timeout, pool_size)

    def __call__(self, query: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query(reader, …)` in one read-only transaction.

        Once more when the connection turns out to be lost, as after a restart of the server: cheaper than to ask every
        connection before every use whether it is still there.
        """
        with self._translated():
            try:
                return self._run(query, *args, **kwargs)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return self._run(query, *args, **kwargs)

    def _run(self, query: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._engine.connect() as connection:
            reader = Reader(connection, self.tables, self._slow_query, self._clock, self.listeners, self._privacy)
            return query(reader, *args, **kwargs)

    def _note(self, asked: Asked) -> None:
        self.timings.note(asked.name, asked.ms, failed=asked.rows is None)

    def check(self) -> None:
        """Raises BadSource when the six tables are not there, DatabaseUnreachable when nothing answers."""
        with self._translated(), self._engine.connect() as connection:
            present = inspect(connection)
            missing = [t.fullname for t in self.tables if not present.has_table(t.name, schema=t.schema)]
        if missing:
            looked = ", ".join(t.fullname for t in self.tables)
            raise BadSource(f"This is not a Metaflow database: looked for {looked}; missing {', '.join(missing)}.")

    def health(self, fresh_for: float = 1.0) -> Health:
        """Never raises. Asked at most once per `fresh_for` seconds, however many viewers poll."""
        with self._health_lock:
            if self._health is not None and time.monotonic() - self._health_at < fresh_for:
                return self._health
            before = self._health
            at = int(time.time() * 1000)
            try:
                token, now = self(_change_token)
                self._clock.set(now)
                self._health = Health(True, at, at, None, token)
            except DatabaseError as error:
                self._health = Health(False, at, before.last_ok_at if before else None, str(error), None)
            self._health_at = time.monotonic()
            return self._health

    def connections(self) -> Connections:
        """How many there are at this moment."""
        pool: Any = self._engine.pool  # a QueuePool in either case
        return Connections(pool.checkedout(), pool.checkedin(), pool.size())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise QueryTimeout("All connections to the database are busy; try again in a moment.") from error
        except DBAPIError as error:
            raise _translate(error) from error
        except SQLAlchemyError as error:
            raise DatabaseError(f"The database could not be asked: {type(error).__name__}.") from error


def _change_token(reader: Reader) -> tuple[str, int]:
    """Newest ids of metadata and tasks, newest run, and the half minute, after which heartbeats are looked at again.

    Each is the end of a primary key or index: 0.1 ms at a million runs.
    """
    t = reader.tables
    newest = select(t.runs.c.ts_epoch).order_by(t.runs.c.ts_epoch.desc()).limit(1).scalar_subquery()
    row = reader.all(
        "change token",
        select(
            select(t.metadata.c.id).order_by(t.metadata.c.id.desc()).limit(1).scalar_subquery(),
            select(t.tasks.c.task_id).order_by(t.tasks.c.task_id.desc()).limit(1).scalar_subquery(),
            newest,
            reader.dialect.now(),
        ),
    )[0]
    return f"{row[0]}-{row[1]}-{row[2]}-{int(row[3]) // 30_000}", int(row[3])


def _translate(error: DBAPIError) -> DatabaseError:
    cause = error.orig
    sqlstate = getattr(cause, "sqlstate", None)
    first = str(cause).strip().split("\n")[0][:300]
    if sqlstate == "57014" or "interrupted" in str(cause):
        return QueryTimeout("The database took longer than the limit, and the query was cancelled.")
    if sqlstate == "55P03" or "database is locked" in str(cause):
        return QueryTimeout("The database is locked by another transaction, and the query was given up.")
    if sqlstate == "42501":
        return DatabaseError(f"The database role may not read this: {first}")
    lost = isinstance(error, OperationalError) and sqlstate is None and not first.startswith("no such")  # table
    if error.connection_invalidated or lost or (sqlstate or "")[:2] in ("08", "28", "3D", "53", "57"):
        return DatabaseUnreachable(f"The database does not answer: {first}")
    return DatabaseError(f"The database refused a query: {first}")


def _json(text: str) -> Any:
    """SQLite checks no JSON; what cannot be read is no tags."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _postgresql(url: URL, statement: float, lock: float, connect: float, pool_size: int) -> Engine:
    given = url.query.get("options", "")
    options = (
        f"{given if isinstance(given, str) else ' '.join(given)} -c default_transaction_read_only=on -c jit=off"
        f" -c statement_timeout={int(statement * 1000)} -c lock_timeout={int(lock * 1000)}"
        f" -c idle_in_transaction_session_timeout={int((statement + connect) * 2000)}"
    )
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=statement,
        pool_recycle=600,
        isolation_level="REPEATABLE READ",
        connect_args={
            # psycopg prepares after five runs; the generic plan that follows takes 20 s instead of 2 ms.
            "prepare_threshold": None,
            "connect_timeout": max(2, round(connect)),
            "application_name": "metaflow-dashboard",
            "options": options,
        },
        execution_options={"postgresql_readonly": True},
    )


def _sqlite(url: URL, statement: float, pool_size: int) -> Engine:
    path = f"file:{quote(url.database or '')}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, uri=True, timeout=statement, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA mmap_size=268435456")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=statement,
        poolclass=QueuePool,
        json_deserializer=_json,
    )

    @event.listens_for(engine, "before_cursor_execute")
    def _limit(connection: Connection, *_rest: object) -> None:
        driver = connection.connection.dbapi_connection
        until = time.monotonic() + statement
        driver.set_progress_handler(lambda: time.monotonic() > until, 20_000)  # type: ignore[union-attr]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.execute(text("BEGIN"))  # one snapshot for all statements of a page

    return engine
