"""Builds the demo: a SQLite database with the service's tables and a local datastore beside it."""

from __future__ import annotations

import json
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from tqdm import tqdm

from dashboard.data.embedded import open_for_writing
from dashboard.demo.datastore import DatastoreWriter
from dashboard.demo.plan import plan
from dashboard.demo.rows import COLUMNS, METADATA_TS, Rows, Values
from dashboard.demo.simulate import Outcome, Run
from dashboard.errors import BadInput

DATABASE, MARKER, ROOT = "demo.sqlite", "demo.json", ".metaflow"
FORMAT = 1  # raised when older demos shall be built again
FRESH = 3_600_000  # ms for which a demo is reused
INDICES = ("runs_ts", "runs_flow_ts", "tasks_run", "metadata_akey")


def build(folder: Path, runs: int = 2000, seed: int = 7, progress: bool = False, now: int | None = None) -> Path:
    """Make the demo in `folder` and give the path of its database; one of the same seed is reused for an hour.

    `now` is the end of the demo's history in ms, the clock's time when missing. Raises BadInput when the folder holds
    a `.metaflow` that is not the demo's.
    """
    folder = folder.expanduser().absolute()
    now = int(time.time() * 1000) if now is None else now
    wanted = {"format": FORMAT, "seed": seed, "runs": runs}
    marker = read_marker(folder)
    path = folder / DATABASE
    if marker.get("made") and path.exists() and wanted.items() <= marker.items() and 0 <= now - marker["now"] < FRESH:
        return path
    _clear(folder, known=bool(marker))
    _write_marker(folder, wanted | {"now": now, "made": False})
    _fill(path, plan(seed, runs, now), now, progress)
    _write_marker(folder, wanted | {"now": now, "made": True})
    return path


def read_marker(folder: Path) -> dict[str, Any]:
    """What is known of the demo in `folder`: format, seed, runs, now (ms), made; empty when there is none."""
    try:
        marker = json.loads((folder / MARKER).read_text())
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def _write_marker(folder: Path, marker: dict[str, Any]) -> None:
    (folder / MARKER).write_text(json.dumps(marker) + "\n")


def _clear(folder: Path, known: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not known and ((folder / ROOT).exists() or (folder / DATABASE).exists()):
        raise BadInput(f"{folder} already holds a {ROOT} or {DATABASE} that is not demo data; choose another folder.")
    shutil.rmtree(folder / ROOT, ignore_errors=True)
    for suffix in ("", "-wal", "-shm", "-journal"):
        (folder / (DATABASE + suffix)).unlink(missing_ok=True)


def _fill(path: Path, runs: list[Run], now: int, progress: bool) -> None:
    root = path.parent / ROOT
    _number_tasks(runs, now)
    rows = {run.number: Rows(run, str(root)) for run in runs}
    engine = open_for_writing(path)
    try:
        with engine.begin() as connection:
            for index in INDICES:
                connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
            _insert_rows(connection, runs, rows, now, progress)
        open_for_writing(path).dispose()  # makes the indices again
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()
    _save_files(DatastoreWriter(root), runs, now)


def _number_tasks(runs: list[Run], now: int) -> None:
    """Task ids come from one sequence over all runs, in the order in which tasks are created."""
    tasks = sorted((task.created, run.number, n) for run in runs for n, task in enumerate(run.tasks))
    by_number = {run.number: run for run in runs}
    identifier = 0
    for created, number, n in tasks:
        if created <= now:
            identifier += 1
            by_number[number].tasks[n].id = identifier


def _insert_rows(connection: Connection, runs: list[Run], rows: dict[int, Rows], now: int, progress: bool) -> None:
    metadata: list[Values] = []
    tables: defaultdict[str, list[Values]] = defaultdict(list)
    flows: set[str] = set()
    for run in tqdm(runs, "demo data", disable=not progress, unit="run"):
        made = rows[run.number]
        if run.flow.name not in flows:
            flows.add(run.flow.name)
            tables["flows_v3"].append(made.flow_row())
        tables["runs_v3"].append(made.run_row(now))
        steps: set[str] = set()
        for task in run.tasks:
            if task.created > now:
                break
            if task.step.name not in steps:
                steps.add(task.step.name)
                tables["steps_v3"].append(made.step_row(task.step.name, task.created))
            tables["tasks_v3"].append(made.task_row(task, now))
            metadata += [row for row in made.metadata(task) if row[METADATA_TS] <= now]
            tables["artifact_v3"] += [row for at, row in made.artifacts(task) if at <= now]
    metadata.sort(key=lambda row: row[METADATA_TS])
    for name, found in tables.items():
        insert(connection, name, found)
    insert(connection, "metadata_v3", metadata)


def insert(connection: Connection, table: str, rows: Sequence[Values]) -> None:
    """Insert tuples in the order of `COLUMNS`; SQLite numbers rows of metadata by itself."""
    columns = COLUMNS[table].split()
    marks = ", ".join("?" * len(columns))
    cursor = connection.connection.cursor()
    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - constants
    cursor.close()


def _save_files(store: DatastoreWriter, runs: list[Run], now: int) -> None:
    longest = _long_log(runs)
    for run in runs:
        store.save_parameters(run)
        for task in run.tasks:
            for attempt in task.attempts:
                if attempt.ended > now:
                    continue
                if run.files:
                    store.save(run, task, attempt, long_log=(run.number, task.id) == longest)
                elif attempt.fault and attempt.outcome is not Outcome.OK:
                    store.save_logs(run, task, attempt)
                    store.save_exception(run, task, attempt)


def _long_log(runs: list[Run]) -> tuple[int, int]:
    """The task with the long log: one of the newest training runs that has files."""
    return next(_long_candidates(runs), (0, 0))


def _long_candidates(runs: list[Run]) -> Iterator[tuple[int, int]]:
    for run in reversed(runs):
        if run.files and run.flow.name == "TrainChurnModel":
            for task in run.tasks:
                if task.step.name == "train" and task.attempts and task.last.outcome is Outcome.OK and task.id:
                    yield run.number, task.id
