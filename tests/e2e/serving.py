"""The real command line in a process of its own, and a database that a test lets grow."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import Engine, update

from dashboard.data import embedded
from dashboard.data.runs import Key
from dashboard.settings import Settings
from tests.conftest import wait_until
from tests.data.writing import Writer

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60  # seconds for the start of the program on a busy machine
HARMLESS = re.compile(r"slow query")  # a busy machine, not a fault


@dataclass(frozen=True, slots=True)
class App:
    """A running dashboard."""

    url: str
    database: Path
    log: Path

    def complaints(self) -> list[str]:
        """What the server logged beyond its greeting."""
        return [line for line in self.log.read_text().splitlines() if not HARMLESS.search(line)]


@contextmanager
def serve(
    database: Path,
    folder: Path,
    refresh: float = 1,
    statement_timeout: float = 60,
    settings: Mapping[str, str] | None = None,
) -> Iterator[App]:
    """The dashboard on a free port; ends with the context. `settings`: more variables of its environment."""
    settings = settings or {}
    port, log = _free_port(), folder / "server.log"
    names = {name for setting in fields(Settings) for name in setting.metadata["names"]}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment["METAFLOW_DASHBOARD_REFRESH"] = str(refresh)
    environment["METAFLOW_DASHBOARD_STATEMENT_TIMEOUT"] = str(statement_timeout)
    environment["METAFLOW_DASHBOARD_SCAN_BUDGET"] = "20000"  # a search is never cut short by a busy machine
    environment |= settings
    command = [sys.executable, str(ROOT / "app.py"), str(database), "--port", str(port)]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    url = f"http://127.0.0.1:{port}{settings.get('METAFLOW_DASHBOARD_PATH_PREFIX', '/')}"
    try:
        wait_until(lambda: _answers(url) or process.poll() is not None, PATIENCE, "the dashboard answers")
        assert process.poll() is None, log.read_text()
        yield App(url, database, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}-/health", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def now() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)


class Growing:
    """A SQLite database of Metaflow that a test writes to while the dashboard reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: Engine = embedded.open_for_writing(path)
        self.writer = Writer(self.engine)
        self.app: App

    def running(self, flow: str = "HelloFlow", *, ago: int = 30, tasks: int = 2, tags: tuple[str, ...] = ()) -> Key:
        """A run that started `ago` seconds before now, beats, and has one task done, the others open."""
        at = now()
        key = self.writer.run(flow, at=at - ago * 1000, heartbeat=at, tags=tags)
        for number in range(tasks):
            began = at - ago * 1000 + 500
            task = self.writer.task(key, "start" if number == 0 else "work", at=began, heartbeat=at)
            self.writer.attempt(key, "start" if number == 0 else "work", task, 0, began, True if number == 0 else None)
        self.writer.flush()
        return key

    def finished(
        self, flow: str = "HelloFlow", *, ago: int = 3600, lasted: int = 20, tags: tuple[str, ...] = ()
    ) -> Key:
        """A completed run that started `ago` seconds before now."""
        began = now() - ago * 1000
        key = self.writer.run(flow, at=began, heartbeat=began + lasted * 1000, tags=tags)
        self.writer.ended(key, began + lasted * 1000)
        self.writer.flush()
        return key

    def history(self, number: int) -> list[Key]:
        """Completed runs, a minute apart, the newest an hour old."""
        return [self.finished(ago=3600 + 60 * (number - one)) for one in range(number)]

    def complete(self, key: Key) -> None:
        """The run's end step ends well."""
        self.writer.ended(key, now())
        self.writer.flush()

    def silence(self, key: Key, seconds: int) -> None:
        """The run's last heartbeat was `seconds` before now."""
        runs = self.writer.tables.runs
        here = (runs.c.flow_id == key[0]) & (runs.c.run_number == key[1])
        with self.engine.begin() as connection:
            connection.execute(update(runs).where(here).values(last_heartbeat_ts=now() // 1000 - seconds))
        self.touch(key)

    def touch(self, key: Key) -> None:
        """Something new in the database that changes no status."""
        self.writer.metadatum(key, "start", 1, "note", "touched", now())
        self.writer.flush()
