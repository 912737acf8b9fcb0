"""The live writer: advances the demo's running runs and starts new ones, as a scheduler and its tasks would."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from dashboard.data.embedded import open_for_writing
from dashboard.demo.build import ROOT, insert, read_marker
from dashboard.demo.datastore import DatastoreWriter
from dashboard.demo.plan import MOST_KEPT, live_run, unfinished
from dashboard.demo.rows import COLUMNS, METADATA_TS, Rows, Values
from dashboard.demo.simulate import Attempt, Outcome, Run, Task

BEAT = 10_000  # ms between heartbeats
FEWEST, MOST = 3, 5  # runs at work
PAUSE = (20_000, 30_000)  # ms between two starts
SETTLED = 5_000  # ms after a task's end in which its last rows come
GONE = 600_000  # ms of silence after which a run of an earlier writer is left alone


@dataclass(slots=True)
class _Live:
    """A run at work: what is written up to `until`, its tasks that are not settled, its last heartbeats (ms)."""

    run: Run
    rows: Rows
    until: int
    waiting: list[Task]
    open: list[Task] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)
    beats: dict[int, int] = field(default_factory=dict)


class Writer:
    """Writes one demo database. `tick(now)` brings it up to `now` (ms) in one transaction."""

    def __init__(self, database: Path, seed: int, now: int) -> None:
        self._folder, self._seed = database.absolute().parent, seed
        self._root = str(self._folder / ROOT)
        self._born = read_marker(self._folder).get("now")
        self._engine = open_for_writing(database)
        self._store = DatastoreWriter(Path(self._root))
        self._random = random.Random(f"writer/{seed}/{now}")
        self._live: dict[int, _Live] = {}
        self._next_start = now + 3_000
        with self._engine.begin() as connection:
            self._adopt(connection, now)

    @property
    def running(self) -> list[int]:
        """Numbers of the runs at work."""
        return list(self._live)

    @property
    def outdated(self) -> bool:
        """Whether the demo in the folder is another one by now."""
        return read_marker(self._folder).get("now") != self._born

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def tick(self, now: int) -> None:
        """Write all that has happened up to `now`; start a run when it is time to."""
        with self._engine.begin() as connection:
            active = len(self._live)
            if active < FEWEST or (active < MOST and now >= self._next_start):
                self._start(connection, now)
            metadata: list[Values] = []
            for live in list(self._live.values()):
                metadata += self._advance(connection, live, now)
                if live.run.ended <= now and not live.waiting:
                    del self._live[live.run.number]
            insert(connection, "metadata_v3", sorted(metadata, key=lambda row: row[METADATA_TS]))

    def _start(self, connection: Connection, now: int) -> None:
        number = connection.exec_driver_sql("SELECT coalesce(max(run_number), 0) + 1 FROM runs_v3").scalar_one()
        live = self._add(live_run(self._seed, number, now), until=now)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO flows_v3 (flow_id, user_name, ts_epoch, tags, system_tags) VALUES (?, ?, ?, ?, ?)",
            live.rows.flow_row(),
        )
        insert(connection, "runs_v3", [live.rows.run_row(now)])
        self._store.save_parameters(live.run)
        self._next_start = now + self._random.randint(*PAUSE)

    def _add(self, run: Run, until: int) -> _Live:
        live = _Live(run, Rows(run, self._root), until, list(run.tasks))
        live.beats[0] = until
        self._live[run.number] = live
        return live

    def _adopt(self, connection: Connection, now: int) -> None:
        """Take over what the build or an earlier writer left unfinished."""
        marker = read_marker(self._folder)
        if not marker:
            return
        for run in unfinished(marker["seed"], marker["now"]):
            query = "SELECT run_number FROM runs_v3 WHERE flow_id = ? AND ts_epoch = ?"
            number = connection.exec_driver_sql(query, (run.flow.name, run.created)).scalar()
            if number is not None:
                run.number = number
                run.full = run.files = len(run.tasks) <= MOST_KEPT
                self._resume(connection, run, now)
        query = (
            "SELECT run_number, ts_epoch FROM runs_v3"
            " WHERE run_number > ? AND coalesce(last_heartbeat_ts * 1000, ts_epoch) > ?"
        )
        for number, created in connection.exec_driver_sql(query, (marker["runs"], now - GONE)).all():
            self._resume(connection, live_run(self._seed, number, created), now)

    def _resume(self, connection: Connection, run: Run, now: int) -> None:
        key = (run.flow.name, run.number)
        newest = " UNION ALL ".join(
            f"SELECT max(ts_epoch) AS at FROM {table} WHERE flow_id = ?1 AND run_number = ?2"  # noqa: S608 - constants
            for table in ("tasks_v3", "metadata_v3", "artifact_v3")
        )
        until = connection.exec_driver_sql(f"SELECT max(at) FROM ({newest})", key).scalar() or run.created  # noqa: S608
        if run.ended <= until + 500 or run.ended < now - GONE:
            return
        query = "SELECT task_id, step_name FROM tasks_v3 WHERE flow_id = ? AND run_number = ? ORDER BY task_id"
        found = connection.exec_driver_sql(query, key).all()
        live = self._add(run, until)
        live.waiting = run.tasks[len(found) :]
        for task, (identifier, step) in zip(run.tasks, found, strict=False):
            task.id = identifier
            live.steps.add(step)
            if task.ended + SETTLED > until:
                live.open.append(task)

    def _advance(self, connection: Connection, live: _Live, now: int) -> list[Values]:
        """Write tasks, artifacts, heartbeats and files of one run; gives its new metadata."""
        run, made = live.run, live.rows
        while live.waiting and live.waiting[0].created <= now:
            task = live.waiting.pop(0)
            if task.step.name not in live.steps:
                live.steps.add(task.step.name)
                insert(connection, "steps_v3", [made.step_row(task.step.name, task.created)])
            task.id = self._insert_task(connection, made.task_row(task, now))
            live.open.append(task)
        metadata: list[Values] = []
        artifacts: list[Values] = []
        still: list[Task] = []
        for task in live.open:
            metadata += [row for row in made.metadata(task) if live.until < row[METADATA_TS] <= now]
            artifacts += [row for at, row in made.artifacts(task) if live.until < at <= now]
            self._beat(connection, live, task, now)
            self._show(run, task, now)
            for attempt in task.attempts:
                if live.until < attempt.ended <= now:
                    self._save(run, task, attempt)
            if task.ended + SETTLED > now:
                still.append(task)
        insert(connection, "artifact_v3", artifacts)
        live.open = still
        if run.heartbeats and (now - live.beats[0] >= BEAT or run.ended <= now):
            live.beats[0] = now
            query = "UPDATE runs_v3 SET last_heartbeat_ts = ? WHERE flow_id = ? AND run_number = ?"
            connection.exec_driver_sql(query, (made.run_row(now)[-1], run.flow.name, run.number))
        live.until = now
        return metadata

    def _beat(self, connection: Connection, live: _Live, task: Task, now: int) -> None:
        beat, last = task.beat(now), live.beats.get(task.id, task.created)
        over = task.ended <= now and beat > last
        if live.run.heartbeats and (beat - last >= BEAT or over):
            live.beats[task.id] = beat
            query = "UPDATE tasks_v3 SET last_heartbeat_ts = ? WHERE task_id = ?"
            connection.exec_driver_sql(query, (beat // 1000, task.id))

    def _show(self, run: Run, task: Task, now: int) -> None:
        """What an attempt that runs lets others see: its log and its card."""
        attempt = next((one for one in task.attempts if one.started <= now < one.ended), None)
        if run.files and attempt is not None:
            self._store.save_growing_logs(run, task, attempt, now)
            self._store.save_moving_card(run, task, attempt, now)

    def _save(self, run: Run, task: Task, attempt: Attempt) -> None:
        if run.files:
            self._store.save(run, task, attempt)
        elif attempt.outcome is not Outcome.OK:
            self._store.save_logs(run, task, attempt)
            self._store.save_exception(run, task, attempt)

    @staticmethod
    def _insert_task(connection: Connection, row: Values) -> int:
        columns = COLUMNS["tasks_v3"].split()
        marks = ", ".join("?" * len(columns))
        query = f"INSERT INTO tasks_v3 ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - constants
        values = tuple(None if column == "task_id" else value for column, value in zip(columns, row, strict=True))
        identifier = connection.exec_driver_sql(query, values).lastrowid
        return int(identifier)
