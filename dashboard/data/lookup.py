"""Objects by a part of their pathspec: what is asked for while somebody types. Every statement ends at an index."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, union_all

from dashboard.data.database import Reader
from dashboard.data.runs import Key, columns, get, is_number, run_of
from dashboard.data.task_counts import PARAMETERS
from dashboard.models import Run
from dashboard.pathspec import Pathspec

NEWEST = 100  # runs of a flow that are looked through for a part of an id
MOST_STEPS = 2_000
MOST_DIGITS = 18  # of a run number
NARROW = 1_000  # tasks of a step of which all ids are looked at


def flow_exists(reader: Reader, flow: str) -> bool:
    """Whether a flow of exactly this name is registered."""
    c = reader.tables.flows.c
    return reader.scalar("flow", select(c.flow_id).where(c.flow_id == flow)) is not None


def newest_of_each(reader: Reader, flows: Sequence[str]) -> dict[str, Run]:
    """The newest run of each flow that has any."""
    if not flows:
        return {}
    c = reader.tables.runs.c
    newest = [
        columns(reader).where(c.flow_id == flow).order_by(c.ts_epoch.desc()).limit(1).subquery() for flow in flows
    ]
    rows = reader.all("newest run per flow", union_all(*(select(one) for one in newest)))
    return {row.flow_id: run_of(row) for row in rows}


def runs_like(reader: Reader, flow: str, part: str, most: int) -> list[Run]:
    """Runs of the flow whose id begins with `part`, newest first; the newest of all where it is empty."""
    c = reader.tables.runs.c
    mine = columns(reader).where(c.flow_id == flow)
    newest = [run_of(row) for row in reader.all("newest runs", mine.order_by(c.ts_epoch.desc()).limit(NEWEST))]
    found = {run.key: run for run in newest if run.id.startswith(part)}
    if part and len(found) < most:
        exact = get(reader, flow, part)
        older = _with_prefix(reader, flow, part, most) if is_number(part) else []
        found.update({run.key: run for run in [*([exact] if exact else []), *older] if run.id.startswith(part)})
    ordered = sorted(found.values(), key=lambda run: (run.id != part, -run.created_at))
    return ordered[:most]


def _with_prefix(reader: Reader, flow: str, digits: str, most: int) -> list[Run]:
    """Runs whose number begins with these digits: one range of the primary key for each length."""
    if int(digits) == 0:
        return []
    c = reader.tables.runs.c
    ranges = []
    for more in range(MOST_DIGITS - len(digits) + 1):
        least = int(digits) * 10**more
        among = columns(reader).where(c.flow_id == flow, c.run_number.between(least, least + 10**more - 1))
        ranges.append(among.order_by(c.run_number.desc()).limit(most).subquery())
    rows = reader.all("runs by the digits of their number", union_all(*(select(one) for one in ranges)))
    return [run_of(row) for row in rows]


def step_names(reader: Reader, key: Key) -> list[str]:
    """Names of the registered steps of a run, in the order of their registration."""
    c = reader.tables.steps.c
    mine = (c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS)
    rows = reader.all("steps of a run", select(c.step_name, c.ts_epoch).where(*mine).limit(MOST_STEPS))
    return [row[0] for row in sorted(rows, key=lambda row: row[1])]


def has_few_tasks(reader: Reader, key: Key, few: int) -> bool:
    """Whether the run has at most so many tasks."""
    t = reader.tables.tasks.c
    some = select(t.task_id).where(t.flow_id == key[0], t.run_number == key[1]).limit(few + 1).subquery()
    return int(reader.scalar("tasks up to a bound", select(func.count()).select_from(some))) <= few


def tasks_like(reader: Reader, key: Key, step: str, part: str, most: int) -> list[str]:
    """Ids of tasks of a step that begin with `part`: among some of them, and the one of exactly this id or name."""
    t = reader.tables.tasks.c
    mine = (t.flow_id == key[0], t.run_number == key[1], t.step_name == step)
    wanted = select(t.task_id, t.task_name).where(*mine)
    rows = list(reader.all("some tasks of a step", wanted.limit(NARROW)))
    if part:
        rows += reader.all("task by name", wanted.where(t.task_name == part))
        rows += reader.all("task", wanted.where(t.task_id == int(part))) if is_number(part) else []
    ids = dict.fromkeys(row[1] or str(row[0]) for row in rows)
    return sorted((one for one in ids if one.startswith(part)), key=lambda one: (one != part, len(one), one))[:most]


def task_of_id(reader: Reader, task: str) -> Pathspec | None:
    """The task of this id in whatever flow; tasks of orchestrators and folders have names, which need their run."""
    if not is_number(task):
        return None
    t, r = reader.tables.tasks.c, reader.tables.runs.c
    rows = reader.all(
        "task of an id",
        select(t.flow_id, t.run_number, t.step_name, t.task_name, r.run_id)
        .join_from(reader.tables.tasks, reader.tables.runs, (t.flow_id == r.flow_id) & (t.run_number == r.run_number))
        .where(t.task_id == int(task), t.step_name != PARAMETERS),
    )
    for row in rows:
        if row.task_name in (None, task):
            return Pathspec(row.flow_id, row.run_id or str(row.run_number), row.step_name, task)
    return None
