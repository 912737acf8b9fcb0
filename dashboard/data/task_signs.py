"""What the tasks of a run say about it, for the runs that their end step does not decide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, case, func, select

from dashboard.data.database import Reader
from dashboard.data.flags import is_false
from dashboard.data.runs import Key, chunks
from dashboard.models import TaskRef
from dashboard.status import TaskSigns, parse_flag

TaskKey = tuple[str, int, str, int]
ATTEMPT_TAG = re.compile(r"attempt_id:(\d+)")
MOST_FAILURES = 500  # rows read at once, and of one run; enough for a sentence


def task_signs(reader: Reader, keys: Iterable[Key]) -> dict[Key, TaskSigns]:
    """One TaskSigns per run: five statements whatever the number of runs and tasks."""
    wanted = list(keys)
    activity = _activity(reader, wanted)
    beats = _beats(reader, wanted)
    failures = failed_for_good(reader, wanted)
    signs = {}
    for key in wanted:
        last, is_open = activity.get(key, (None, 0))
        task_at, beat = beats.get(key, (None, None))
        failed = failures.get(key, [])
        signs[key] = TaskSigns(
            last_activity_at=max((at for at in (last, task_at) if at is not None), default=None),
            failed=failed[0] if failed else None,
            failed_count=len(failed),
            open_attempts=is_open,
            beating_at=beat,
        )
    return signs


def failed_for_good(reader: Reader, keys: Sequence[Key]) -> dict[Key, list[TaskRef]]:
    """Tasks whose last attempt wrote attempt_ok=False and that were not tried again, first failure first."""
    rows = _failed_attempts(reader, keys)
    newest: dict[TaskKey, Row[Any]] = {}
    for row in sorted(rows, key=lambda row: row.ts_epoch):
        newest[task_key(row)] = row
    again = tried_again(reader, newest)
    failures: defaultdict[Key, list[TaskRef]] = defaultdict(list)
    for task, row in sorted(newest.items(), key=lambda item: item[1].ts_epoch):
        if task not in again:
            failures[(row.flow_id, row.run_number)].append(
                TaskRef(row.step_name, row.task_name or str(row.task_id), attempt_of(row.tags), row.ts_epoch)
            )
    return dict(failures)


def _failed_attempts(reader: Reader, keys: Sequence[Key]) -> list[Row[Any]]:
    """Rows of failed attempts, the first ones of a run that has too many; such a run does not crowd out others."""
    if not keys:
        return []
    m = reader.tables.metadata.c
    statement = (
        select(m.flow_id, m.run_number, m.step_name, m.task_id, m.task_name, m.ts_epoch, m.value, m.tags)
        .where(reader.dialect.one_of((m.flow_id, m.run_number), list(keys)))
        .where(m.field_name == "attempt_ok", is_false(m.value))
        .limit(MOST_FAILURES)
    )
    rows = reader.all("failed attempts", statement.order_by(m.ts_epoch) if len(keys) == 1 else statement)
    if len(rows) < MOST_FAILURES or len(keys) == 1:
        return list(rows)
    middle = len(keys) // 2
    return _failed_attempts(reader, keys[:middle]) + _failed_attempts(reader, keys[middle:])


def task_key(row: Row[Any]) -> TaskKey:
    """The keys that lead the metadata index: (flow, run_number, step, task_id)."""
    return (row.flow_id, row.run_number, row.step_name, row.task_id)


def attempt_of(tags: object) -> int | None:
    """The attempt in a metadata row's tags: `attempt_id:<n>`."""
    found = ATTEMPT_TAG.search(str(tags))
    return int(found[1]) if found else None


def tried_again(reader: Reader, failed: Mapping[TaskKey, Row[Any]]) -> set[TaskKey]:
    """Which of these tasks started another attempt after their failed one, or ended well."""
    m = reader.tables.metadata.c
    again: set[TaskKey] = set()
    for piece in chunks(list(failed)):
        rows = reader.all(
            "later attempts",
            select(m.flow_id, m.run_number, m.step_name, m.task_id, m.field_name, m.value, m.ts_epoch, m.tags)
            .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), piece))
            .where(m.field_name.in_(("attempt", "attempt_ok"))),
        )
        for row in rows:
            before = failed[task_key(row)]
            if (row.field_name == "attempt" or parse_flag(row.value)) and _is_later(row, before):
                again.add(task_key(row))
    return again


def _is_later(row: Row[Any], before: Row[Any]) -> bool:
    """By the number of the attempt, which no skew of clocks changes; by time where a row does not name its attempt."""
    attempt, attempt_before = attempt_of(row.tags), attempt_of(before.tags)
    if attempt is None or attempt_before is None:
        return bool(row.ts_epoch > before.ts_epoch)
    return attempt > attempt_before


def _activity(reader: Reader, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
    """(newest sign, tasks whose newest attempt has no end) of each run."""
    m = reader.tables.metadata.c
    task = (
        select(
            m.flow_id,
            m.run_number,
            func.max(m.ts_epoch).label("last"),
            func.max(case((m.field_name == "attempt", m.ts_epoch), else_=0)).label("begun"),
            func.max(case((m.field_name != "attempt", m.ts_epoch), else_=0)).label("ended"),
        )
        .where(reader.dialect.one_of((m.flow_id, m.run_number), list(keys)))
        .where(m.field_name.in_(("attempt", "attempt_ok", "attempt-done")))
        .group_by(m.flow_id, m.run_number, m.step_name, m.task_id)
        .subquery("task")
    )
    c = task.c
    is_open = func.sum(case((c.begun > c.ended, 1), else_=0))
    each_run = select(c.flow_id, c.run_number, func.max(c.last), is_open).group_by(c.flow_id, c.run_number)
    return {(row[0], row[1]): (row[2], int(row[3])) for row in reader.all("last signs of tasks", each_run)}


def _beats(reader: Reader, keys: Sequence[Key]) -> dict[Key, tuple[int, int | None]]:
    c = reader.tables.tasks.c
    rows = reader.all(
        "last task heartbeats",
        select(c.flow_id, c.run_number, func.max(c.ts_epoch), func.max(c.last_heartbeat_ts))
        .where(reader.dialect.one_of((c.flow_id, c.run_number), list(keys)))
        .group_by(c.flow_id, c.run_number),
    )
    return {(row[0], row[1]): (row[2], None if row[3] is None else row[3] * 1000) for row in rows}
