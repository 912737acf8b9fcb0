"""A run in a PostgreSQL of its own, with large logs and many artifacts; the logs are kept for the next time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from dashboard.data.runs import Key
from dashboard.demo import service_tables
from tests import postgres
from tests.bench.artifacts import Folder
from tests.bench.logs import WIDTH, write
from tests.data.writing import Writer

FLOW, STEP = "BenchTaskFlow", "train"
SIBLINGS = 200
LINES = {"small": 1_000, "million": 1_000_000, "giga": 2**30 // WIDTH}  # of the log of each of these tasks


@dataclass(frozen=True, slots=True)
class TaskRun:
    """The database, and the paths of its tasks in URLs: by the names in `LINES`, and `artifacts`."""

    url: str
    paths: dict[str, str]


@contextmanager
def filled(root: Path) -> Iterator[TaskRun]:
    """The run, with its datastore in `root`."""
    with postgres.server() as maintenance, postgres.database(maintenance) as url:
        engine = create_engine(url)
        service_tables.create(engine)
        writer = Writer(engine)
        paths = _written(writer, root)
        writer.flush()
        engine.dispose()
        yield TaskRun(url.render_as_string(hide_password=False), paths)


def _written(writer: Writer, root: Path) -> dict[str, str]:
    at = int(time.time() * 1000) - 7_200_000
    key = writer.run(FLOW, at=at, heartbeat=at + 3_600_000)
    paths = {}
    for name in (*LINES, "artifacts", *range(SIBLINGS)):
        task = writer.task(key, STEP, at=at)
        writer.attempt(key, STEP, task, 0, at + 1_000, True, at + 600_000)
        for field, value in (("ds-type", "local"), ("ds-root", str(root))):
            writer.metadatum(key, STEP, task, field, value, at, ("attempt_id:0",))
        folder = root / FLOW / str(key[1]) / STEP / str(task)
        if name in LINES:
            _log(folder, LINES[str(name)])
        if name == "artifacts":
            _artifacts(writer, root, key, task, at)
        paths[str(name)] = f"{FLOW}/{key[1]}/{STEP}/{task}"
    writer.ended(key, at + 3_600_000)
    return paths


def _log(folder: Path, lines: int) -> None:
    """The log of a task that ended long ago, as one in a container leaves it."""
    file, done = folder / "0.task_stdout.log", folder / "0.DONE.lock"
    if file.exists() and file.stat().st_size == lines * WIDTH:
        return
    folder.mkdir(parents=True, exist_ok=True)
    write(file, lines)
    done.touch()
    os.utime(done, (0, time.time() - 3600))


def _artifacts(writer: Writer, root: Path, key: Key, task: int, at: int) -> None:
    folder = Folder(root, (FLOW, str(key[1]), STEP, str(task)))
    folder.save_many()
    for row in folder.finish():
        writer.artifact(key, STEP, task, row.name, row.sha, at, location=f":root:{root}")
