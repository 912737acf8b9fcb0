"""Where the datastore holds what a task wrote: ds-type and ds-root, and the hashes of its artifacts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from dashboard.data.database import Reader
from dashboard.data.runs import Key, is_number
from dashboard.data.task_counts import PARAMETERS
from dashboard.models import TaskRef

# A step's first task is looked for among this many, without an order: PostgreSQL would take ORDER BY task_id LIMIT 1 as
# an invitation to walk through the primary key of all tasks.
FEW = 50


@dataclass(frozen=True, slots=True)
class Location:
    """A datastore root as the metadata names it."""

    ds_type: str
    ds_root: str


@dataclass(frozen=True, slots=True)
class ParametersTask:
    """The `_parameters` task of a run: its id, where it wrote, and the hash of each artifact."""

    task: str
    location: Location | None
    hashes: dict[str, str]


def of_task(reader: Reader, key: Key, task: TaskRef) -> Location | None:
    """Where this task's logs and artifacts are; None where its metadata does not say."""
    t, m = reader.tables.tasks.c, reader.tables.metadata.c
    same = t.task_id == int(task.task) if is_number(task.task) else t.task_name == task.task
    mine = (t.flow_id == key[0], t.run_number == key[1], t.step_name == task.step)
    task_id = reader.scalar("task id", select(t.task_id).where(*mine, t.task_name == task.task))
    if task_id is None:
        task_id = reader.scalar("task id", select(t.task_id).where(*mine, same))
    if task_id is None:
        return None
    rows = reader.all(
        "datastore of a task",
        select(m.field_name, m.value)
        .where(m.flow_id == key[0], m.run_number == key[1], m.step_name == task.step, m.task_id == task_id)
        .where(m.field_name.in_(("ds-type", "ds-root"))),
    )
    return _location({row[0]: str(row[1]).strip('"') for row in rows})


def of_parameters(reader: Reader, key: Key) -> ParametersTask | None:
    """The run's `_parameters` task; None while it is not registered."""
    t, a = reader.tables.tasks.c, reader.tables.artifacts.c
    tasks = reader.all(
        "parameters task",
        select(t.task_id, t.task_name)
        .where(t.flow_id == key[0], t.run_number == key[1], t.step_name == PARAMETERS)
        .limit(FEW),
    )
    if not tasks:
        return None
    task_id, name = min(tasks)
    rows = reader.all(
        "parameters",
        select(a.name, a.sha, a.location, a.ds_type)
        .where(a.flow_id == key[0], a.run_number == key[1], a.step_name == PARAMETERS, a.task_id == task_id)
        .limit(2_000),
    )
    roots = (of_blob(key[0], row.ds_type, row.location) for row in rows)
    location = next((root for root in roots if root), None)
    return ParametersTask(name or str(task_id), location, {row.name: row.sha for row in rows if row.sha})


def of_blob(flow: str, ds_type: str, location: str | None) -> Location | None:
    """The root in an artifact's location: `:root:<root>`, or from older clients `<root>/<flow>/data/<xx>/<sha>`."""
    text = str(location)
    if text.startswith(":root:"):
        return Location(ds_type, text[6:])
    root, found, _ = text.partition(f"/{flow}/data/")
    return Location(ds_type, root) if found else None


def _location(values: dict[str, str]) -> Location | None:
    if "ds-type" in values and "ds-root" in values:
        return Location(values["ds-type"], values["ds-root"])
    return None
