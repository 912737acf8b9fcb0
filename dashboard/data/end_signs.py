"""What the end step of runs says, in two statements with literal keys (tasks, then their metadata)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from dashboard.data.database import Reader
from dashboard.data.runs import Key, chunks
from dashboard.status import EndSign, parse_flag

END = "end"


def end_signs(reader: Reader, keys: Iterable[Key]) -> dict[Key, tuple[EndSign | None, int | None]]:
    """What the end step of each run says: newest attempt_ok, and the start of its newest attempt.

    Flows whose last step has another name say so in metadata `end_step` of their `_parameters` task.
    """
    wanted = list(keys)
    found = _signs_of_step(reader, dict.fromkeys(wanted, END))
    other = {k: v for k, v in _end_steps(reader, [k for k in wanted if k not in found]).items() if v != END}
    return {**found, **_signs_of_step(reader, other)} if other else found


def _signs_of_step(reader: Reader, steps: dict[Key, str]) -> dict[Key, tuple[EndSign | None, int | None]]:
    t = reader.tables
    tasks = _tasks_of_step(reader, steps)
    if not tasks:
        return {}
    m = t.metadata.c
    rows = [
        row
        for piece in chunks(tasks)
        for row in reader.all(
            "end metadata",
            select(m.flow_id, m.run_number, m.field_name, m.value, m.ts_epoch, m.id)
            .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), piece))
            .where(m.field_name.in_(("attempt", "attempt_ok"))),
        )
    ]
    ok: dict[Key, EndSign] = {}
    attempt_at: dict[Key, int] = {}
    for row in sorted(rows, key=lambda row: (row.ts_epoch, row.id)):
        key = (row.flow_id, row.run_number)
        if row.field_name == "attempt":
            attempt_at[key] = row.ts_epoch
        else:
            ok[key] = EndSign(row.ts_epoch, parse_flag(row.value))
    return {key: (ok.get(key), attempt_at.get(key)) for key in ok.keys() | attempt_at.keys()}


def _tasks_of_step(reader: Reader, steps: dict[Key, str]) -> list[tuple[str, int, str, int]]:
    if not steps:
        return []
    by_step: defaultdict[str, list[Key]] = defaultdict(list)
    for key, step in steps.items():
        by_step[step].append(key)
    c = reader.tables.tasks.c
    return [
        (row.flow_id, row.run_number, row.step_name, row.task_id)
        for step, keys in by_step.items()
        for row in reader.all(
            "tasks of a step",
            select(c.flow_id, c.run_number, c.step_name, c.task_id)
            .where(reader.dialect.one_of((c.flow_id, c.run_number), keys))
            .where(c.step_name == step)
            .limit(20 * len(keys)),
        )
    ]


def _end_steps(reader: Reader, keys: Sequence[Key]) -> dict[Key, str]:
    tasks = _tasks_of_step(reader, dict.fromkeys(keys, "_parameters"))
    if not tasks:
        return {}
    m = reader.tables.metadata.c
    return {
        (row.flow_id, row.run_number): str(row.value).strip('"')
        for piece in chunks(tasks)
        for row in reader.all(
            "names of end steps",
            select(m.flow_id, m.run_number, m.value)
            .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), piece))
            .where(m.field_name == "end_step"),
        )
    }
