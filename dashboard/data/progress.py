"""How far running runs are, counted by increments: a 50,000-task run is read once, then only what is new.

Ids may commit out of order, so only those older than OVERLAP ids count as settled; the rest is counted again each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from dashboard.data.database import Reader
from dashboard.data.flags import is_false, is_true
from dashboard.data.runs import Key
from dashboard.data.task_counts import PARAMETERS
from dashboard.data.task_signs import TaskKey, attempt_of, task_key, tried_again
from dashboard.models import TaskRef

OVERLAP = 1_000
MOST_FAILURES = 200  # failed attempts kept per run


@dataclass(frozen=True, slots=True)
class Progress:
    """Tasks of a run: registered, ended well, failed for good (first failure first)."""

    tasks: int
    done: int
    failed: tuple[TaskRef, ...]


@dataclass(slots=True)
class _Settled:
    tasks: int = 0
    tasks_to: int = 0
    done: int = 0
    metadata_to: int = 0
    failed: dict[TaskKey, Any] = field(default_factory=dict)


class ProgressCounter:
    """Counts for the runs that somebody looks at; the newest `size` of them are remembered."""

    def __init__(self, size: int = 200) -> None:
        self._size = size
        self._settled: OrderedDict[Key, _Settled] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, reader: Reader, key: Key) -> Progress:
        """The run's progress now."""
        with self._lock:
            known = self._settled.pop(key, None) or _Settled()
            tasks = self._count_tasks(reader, key, known)
            done = self._count_done(reader, key, known)
            self._settled[key] = known
            while len(self._settled) > self._size:
                self._settled.popitem(last=False)
            failed = dict(known.failed)
        return Progress(tasks, done, _final_failures(reader, failed))

    def _count_tasks(self, reader: Reader, key: Key, known: _Settled) -> int:
        c = reader.tables.tasks.c
        mine = (c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS)
        newest = reader.scalar("newest task", select(c.task_id).order_by(c.task_id.desc()).limit(1)) or 0
        if newest < known.tasks_to:  # ids began again: the database was wiped
            known.tasks = known.tasks_to = 0
        if newest - OVERLAP > known.tasks_to:
            new = select(func.count()).where(*mine, c.task_id > known.tasks_to, c.task_id <= newest - OVERLAP)
            known.tasks += reader.scalar("settled tasks", new)
            known.tasks_to = newest - OVERLAP
        return known.tasks + int(
            reader.scalar("new tasks", select(func.count()).where(*mine, c.task_id > known.tasks_to))
        )

    def _count_done(self, reader: Reader, key: Key, known: _Settled) -> int:
        m = reader.tables.metadata.c
        mine = (m.flow_id == key[0], m.run_number == key[1], m.field_name == "attempt_ok")
        newest = reader.scalar("newest metadata", select(m.id).order_by(m.id.desc()).limit(1)) or 0
        if newest < known.metadata_to:
            known.done = known.metadata_to = 0
            known.failed.clear()
        good = is_true(m.value)
        failures = (
            select(m.flow_id, m.run_number, m.step_name, m.task_id, m.task_name, m.ts_epoch, m.tags)
            .where(*mine, is_false(m.value), m.id > known.metadata_to)
            .limit(MOST_FAILURES)
        )
        for row in reader.all("new failed attempts", failures):
            before = known.failed.get(task_key(row))
            if before.ts_epoch <= row.ts_epoch if before else len(known.failed) < MOST_FAILURES:
                known.failed[task_key(row)] = row
        if newest - OVERLAP > known.metadata_to:
            new = select(func.count()).where(*mine, good, m.id > known.metadata_to, m.id <= newest - OVERLAP)
            known.done += reader.scalar("settled ends", new)
            known.metadata_to = newest - OVERLAP
        return known.done + int(
            reader.scalar("new ends", select(func.count()).where(*mine, good, m.id > known.metadata_to))
        )


def _final_failures(reader: Reader, failed: dict[TaskKey, Any]) -> tuple[TaskRef, ...]:
    again = tried_again(reader, failed)
    rows = sorted(failed.items(), key=lambda item: item[1].ts_epoch)
    return tuple(
        TaskRef(row.step_name, row.task_name or str(row.task_id), attempt_of(row.tags), row.ts_epoch)
        for task, row in rows
        if task not in again
    )
