"""Writes rows as the Metaflow service does: the parents of a row come with it."""

from __future__ import annotations

import csv
import hashlib
import json
import pickle
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, insert

from dashboard.data.runs import Key
from dashboard.data.schema import Tables, tables
from tests.oracle import Rows, instant

NOBODY: tuple[str, ...] = ()


def hash_of(value: object) -> str:
    """The key under which Metaflow stores this value."""
    return hashlib.sha1(pickle.dumps(value, protocol=4)).hexdigest()


@dataclass
class Writer:
    """Rows for the six tables, kept until `flush`. Instants are epoch milliseconds."""

    engine: Engine
    tables: Tables = field(default_factory=tables)
    _rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    _parents: set[tuple[object, ...]] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _tasks: count[int] = field(default_factory=lambda: count(1))
    _ids: count[int] = field(default_factory=lambda: count(1))

    def run(
        self,
        flow: str = "HelloFlow",
        number: int | None = None,
        *,
        at: int,
        heartbeat: int | None = None,
        user: str | None = "ana",
        tags: Any = NOBODY,
        system_tags: Any = None,
        run_id: str | None = None,
    ) -> Key:
        """A run; its user is verified unless `system_tags` are given."""
        key = (flow, next(self._numbers) if number is None else number)
        if (flow,) not in self._parents:
            self._parents.add((flow,))
            self._add(self.tables.flows, flow_id=flow, ts_epoch=at)
        self._add(
            self.tables.runs,
            flow_id=flow,
            run_number=key[1],
            run_id=run_id,
            user_name=user,
            ts_epoch=at,
            last_heartbeat_ts=None if heartbeat is None else heartbeat // 1000,
            tags=list(tags) if isinstance(tags, tuple) else tags,
            system_tags=[f"user:{user}"] if system_tags is None else system_tags,
        )
        return key

    def task(
        self,
        key: Key,
        step: str = "start",
        *,
        at: int,
        heartbeat: int | None = None,
        name: str | None = None,
        task_id: int | None = None,
    ) -> int:
        """A task and, the first time, its step; the task's id."""
        if (*key, step) not in self._parents:
            self._parents.add((*key, step))
            run_id = str(key[1])
            self._add(self.tables.steps, flow_id=key[0], run_number=key[1], run_id=run_id, step_name=step, ts_epoch=at)
        task = next(self._tasks) if task_id is None else task_id
        self._add(
            self.tables.tasks,
            flow_id=key[0],
            run_number=key[1],
            step_name=step,
            task_id=task,
            task_name=name,
            ts_epoch=at,
            last_heartbeat_ts=None if heartbeat is None else heartbeat // 1000,
        )
        return task

    def metadatum(
        self,
        key: Key,
        step: str,
        task: int,
        name: str,
        value: str,
        at: int,
        tags: tuple[str, ...] = (),
        task_name: str | None = None,
        id: int | None = None,  # noqa: A002 - the column
    ) -> None:
        """One row of metadata."""
        self._add(
            self.tables.metadata,
            flow_id=key[0],
            run_number=key[1],
            step_name=step,
            task_id=task,
            task_name=task_name,
            id=next(self._ids) if id is None else id,
            field_name=name,
            value=value,
            type=name,
            ts_epoch=at,
            tags=list(tags),
        )

    def artifact(
        self,
        key: Key,
        step: str,
        task: int,
        name: str,
        sha: str,
        at: int,
        attempt: int = 0,
        location: str = "location",
    ) -> None:
        """One artifact; the datastore of `location` is a local one."""
        self._add(
            self.tables.artifacts,
            flow_id=key[0],
            run_number=key[1],
            step_name=step,
            task_id=task,
            attempt_id=attempt,
            name=name,
            sha=sha,
            location=location,
            ds_type="local",
            ts_epoch=at,
        )

    def attempt(
        self, key: Key, step: str, task: int, number: int, started: int, ok: object = None, done: int | None = None
    ) -> None:
        """An attempt with what its process writes: the start and, unless `ok` is None, the verdict."""
        tags = (f"attempt_id:{number}",)
        self.metadatum(key, step, task, "attempt", str(number), started, tags)
        if ok is not None:
            self.metadatum(key, step, task, "attempt_ok", str(ok), started if done is None else done, tags)

    def ended(self, key: Key, at: int, ok: object = True, step: str = "end") -> int:
        """A task of the last step that ran one second and ended at `at`."""
        task = self.task(key, step, at=at - 1000)
        self.attempt(key, step, task, 0, at - 900, ok, at)
        return task

    def case(self, rows: Rows, now: int, flow: str = "HelloFlow") -> Key:
        """The rows of an oracle case. A swallowed exception shows in the hashes of `_success` and `_task_ok`."""
        run, heartbeat = rows.run, rows.run.heartbeat
        key = self.run(
            flow,
            at=instant(run.created, now),
            heartbeat=None if heartbeat is None else instant(heartbeat, now),
            user=run.user_name,
            system_tags=list(run.system_tags),
            run_id=run.run_id,
        )
        ids = [
            self.task(
                key,
                task.step,
                at=instant(task.created, now),
                heartbeat=None if task.heartbeat is None else instant(task.heartbeat, now),
                name=task.name,
            )
            for task in rows.tasks
        ]
        for row in rows.metadata:
            task = rows.tasks[row.task]
            at = instant(row.at, now)
            self.metadatum(key, task.step, ids[row.task], row.field, row.value, at, row.tags, task.name)
        for artifact in rows.artifacts:
            step, task_id, at = rows.tasks[artifact.task].step, ids[artifact.task], instant(artifact.at, now)
            if artifact.name == "_task_ok":
                self.artifact(key, step, task_id, "_task_ok", hash_of(artifact.value), at, artifact.attempt)
            elif artifact.name == "_catch_exception":
                self.artifact(key, step, task_id, "_success", hash_of(False), at, artifact.attempt)
                if not any(one.name == "_task_ok" and one.task == artifact.task for one in rows.artifacts):
                    self.artifact(key, step, task_id, "_task_ok", hash_of(True), at, artifact.attempt)
        return key

    def service_rows(self) -> None:
        """The rows that a real service wrote (tests/service_rows)."""
        folder = Path(__file__).parent.parent / "service_rows"
        for table in self.tables:
            with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    self._add(table, **{name: _value(table, name, text) for name, text in row.items()})

    def flush(self) -> None:
        """Write what was collected, parents first."""
        with self.engine.begin() as connection:
            for table in self.tables:
                if rows := self._rows.pop(table, None):
                    connection.execute(insert(table), rows)

    def _add(self, table: Table, **values: object) -> None:
        self._rows.setdefault(table, []).append(values)


def _value(table: Table, name: str, text: str) -> object:
    if text == "":
        return None
    if name in ("tags", "system_tags"):
        return json.loads(text)
    return int(text) if table.c[name].type.python_type is int else text
