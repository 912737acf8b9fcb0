"""How many tasks runs have, and which of them hide a swallowed exception. Grouped statements, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from dashboard.data.database import Reader
from dashboard.data.runs import Key, chunks
from dashboard.models import TaskRef

PARAMETERS = "_parameters"
WIDEST = 3_000  # tasks; wider runs are not searched for swallowed exceptions: their artifacts are too many to read


def task_counts(reader: Reader, keys: Sequence[Key]) -> dict[Key, int]:
    """Tasks registered in each run, without `_parameters`; 0 where there is none."""
    c = reader.tables.tasks.c
    counts = dict.fromkeys(keys, 0)
    for piece in chunks(list(keys)):
        rows = reader.all(
            "task counts",
            select(c.flow_id, c.run_number, func.count())
            .where(reader.dialect.one_of((c.flow_id, c.run_number), list(piece)), c.step_name != PARAMETERS)
            .group_by(c.flow_id, c.run_number),
        )
        counts.update({(row[0], row[1]): row[2] for row in rows})
    return counts


def caught(reader: Reader, keys: Sequence[Key]) -> dict[Key, list[TaskRef]]:
    """Tasks that ended well only because @catch swallowed their exception.

    Such a task writes `_task_ok` True and `_success` False. Artifacts are addressed by content, so that is known
    without reading them: the two hashes differ. (`_catch_exception` is no sign: later tasks inherit it.)
    """
    narrow = [key for key, count in task_counts(reader, keys).items() if 0 < count <= WIDEST]
    found: dict[Key, list[TaskRef]] = {}
    for piece in chunks(narrow, 100):
        for row in reader.all("swallowed exceptions", _two_hashes(reader, piece)):
            task = TaskRef(row.step_name, row.task_name or str(row.task_id), row.attempt_id, row.at)
            found.setdefault((row.flow_id, row.run_number), []).append(task)
    return found


def _two_hashes(reader: Reader, keys: Sequence[Key]) -> Any:
    a = reader.tables.artifacts.c
    task = (a.flow_id, a.run_number, a.step_name, a.task_id, a.attempt_id)
    return (
        select(*task, func.max(a.task_name).label("task_name"), func.max(a.ts_epoch).label("at"))
        .where(reader.dialect.one_of((a.flow_id, a.run_number), list(keys)))
        .where(a.name.in_(("_success", "_task_ok")), a.step_name != PARAMETERS)
        .group_by(*task)
        .having(func.min(a.sha) != func.max(a.sha))
        .order_by(func.max(a.ts_epoch))
    )
