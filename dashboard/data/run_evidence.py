"""What the database says of one run's tasks, as columns: all of it, or what has come since.

Whole-run scans by literal keys: 0.4 s for 50,000 tasks, whatever the planner knows of a run that was just written.
Ids may commit out of order; the caller reads an overlap again, and what it gathers does not mind rows that come twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, select

from dashboard.data.columns import Columns, columns_by
from dashboard.data.database import Reader
from dashboard.data.runs import Key, chunks
from dashboard.data.task_counts import PARAMETERS

FIELDS = (
    "attempt",
    "attempt-done",
    "attempt_ok",
    "origin-task-id",
    "foreach-stack",
    "foreach-execution-path",
    "parallel-node-index",
)
FEW = 2_000  # tasks that are asked for by their ids; of more all rows of the run are read


@dataclass(frozen=True, slots=True)
class Newest:
    """The highest ids given out so far, of all runs."""

    task: int
    metadatum: int


@dataclass(frozen=True, slots=True)
class TaskRows:
    """Tasks as columns, in the order of their ids. Instants are epoch milliseconds."""

    ids: Sequence[int] = ()
    steps: Sequence[str] = ()
    names: Sequence[str | None] = ()
    created: Sequence[int] = ()
    beats: Sequence[int | None] = ()


def newest(reader: Reader) -> Newest:
    """Read before the rows, so that what comes in between is read again."""
    t, m = reader.tables.tasks.c, reader.tables.metadata.c
    row = reader.all(
        "newest ids",
        select(
            select(t.task_id).order_by(t.task_id.desc()).limit(1).scalar_subquery(),
            select(m.id).order_by(m.id.desc()).limit(1).scalar_subquery(),
        ),
    )[0]
    return Newest(row[0] or 0, row[1] or 0)


def steps(reader: Reader, key: Key) -> dict[str, int]:
    """The run's registered steps and when they were, without `_parameters`."""
    c = reader.tables.steps.c
    rows = reader.all(
        "steps of a run",
        select(c.step_name, c.ts_epoch).where(c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS),
    )
    return {row[0]: row[1] for row in rows}


def tasks(reader: Reader, key: Key, after: int | None = None) -> TaskRows:
    """The run's tasks, those with an id above `after` if it is given; without that of the parameters."""
    c = reader.tables.tasks.c
    rows = reader.all(
        "tasks of a run",
        select(c.task_id, c.step_name, c.task_name, c.ts_epoch, c.last_heartbeat_ts * 1000)
        .where(*_of_run(reader, c, key, c.task_id, after))
        .order_by(c.task_id),
    )
    return TaskRows(*zip(*rows, strict=True)) if rows else TaskRows()


def signs(reader: Reader, key: Key, after: int | None = None) -> dict[str, Columns]:
    """Metadata by field: (task ids, values, instants, tags as text, of `attempt_ok` only); `after` as in `tasks`."""
    c = reader.tables.metadata.c
    return columns_by(
        reader,
        "signs of a run",
        c.field_name,
        (c.task_id, cast(c.value, Text), c.ts_epoch, case((c.field_name == "attempt_ok", cast(c.tags, Text)))),
        *_of_run(reader, c, key, c.id, after),
        c.field_name.in_(FIELDS),
    )


def _of_run(reader: Reader, c: Any, key: Key, serial: Any, after: int | None) -> list[ColumnElement[bool]]:
    """The rows of a run; what is newer than `after` is found by its id, not by reading the run."""
    mine = [c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS]
    if after is None:
        return mine
    flow, number = (reader.dialect.checked(column) for column in (c.flow_id, c.run_number))
    return [serial > after, flow == key[0], number == key[1], c.step_name != PARAMETERS]


def beats(reader: Reader, ids: Sequence[int]) -> dict[int, int | None]:
    """The last heartbeats (epoch ms) of these tasks."""
    c = reader.tables.tasks.c
    found: dict[int, int | None] = {}
    for piece in chunks(ids):
        statement = select(c.task_id, c.last_heartbeat_ts * 1000).where(c.task_id.in_(piece))
        found.update((row[0], row[1]) for row in reader.all("heartbeats of tasks", statement))
    return found


def flags(reader: Reader, key: Key, name: str, hashes: Sequence[str], tasks: Sequence[tuple[str, int]]) -> list[Any]:
    """Artifacts of this name, with one of these hashes if any are given: (task id, attempt, instant, hash).

    `tasks` are (step, id); of more than `FEW` all of the run are read.
    """
    c = reader.tables.artifacts.c
    mine = [c.flow_id == key[0], c.run_number == key[1], c.name == name]
    if hashes:
        mine.append(c.sha.in_(hashes))
    statement = select(c.task_id, c.attempt_id, c.ts_epoch, c.sha).where(*mine)
    if len(tasks) > FEW:
        return list(reader.all(f"artifacts {name} of a run", statement.where(c.step_name != PARAMETERS)))
    return [
        row
        for piece in chunks(tasks)
        for row in reader.all(
            f"artifacts {name} of tasks", statement.where(reader.dialect.one_of((c.step_name, c.task_id), piece))
        )
    ]
