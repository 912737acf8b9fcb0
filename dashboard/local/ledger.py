"""What the index knows already: folders read, numbers of runs, verdicts of end steps. Statements are built once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select

from dashboard.data.schema import tables
from dashboard.local import store
from dashboard.local.layout import PARAMETERS

Key = tuple[str, str]  # flow, name of the run's folder
T = tables()  # of an embedded database: the names are the defaults


def below(path: ColumnElement[str]) -> ColumnElement[bool]:
    """A folder and all below it, as ranges of the primary key: `0` is the character after `/`."""
    column = store.dirs.c.path
    return or_(column == path, and_(column >= path.concat("/"), column < path.concat("0")))


_MINE = and_(T.metadata.c.flow_id == bindparam("flow"), T.metadata.c.run_number == bindparam("number"))
_FIELD = and_(_MINE, T.metadata.c.step_name == bindparam("step"), T.metadata.c.field_name == bindparam("field"))
VALUE = select(T.metadata.c.value).where(_FIELD).order_by(T.metadata.c.ts_epoch.desc(), T.metadata.c.id.desc()).limit(1)
SIGNS = select(store.dirs.c.path, store.dirs.c.mtime_ns, store.dirs.c.open).where(below(bindparam("path", "")))
NUMBER = select(store.runs.c.run_number).where(
    store.runs.c.flow_id == bindparam("flow"), store.runs.c.name == bindparam("name")
)
TAKEN = select(T.runs.c.run_number).where(
    T.runs.c.flow_id == bindparam("flow"), T.runs.c.run_number >= bindparam("number")
)
MARK = (
    store.runs.update()
    .where(store.runs.c.flow_id == bindparam("flow"), store.runs.c.name == bindparam("run_name"))
    .values(newest_ns=bindparam("newest"), finished=bindparam("done"))
)
_RUN = and_(T.runs.c.flow_id == bindparam("flow"), T.runs.c.run_number == bindparam("number"))
_BEAT = func.max(func.coalesce(T.runs.c.last_heartbeat_ts, 0), bindparam("second"))
NO_BEAT = T.runs.update().where(_RUN).values(last_heartbeat_ts=None)
LATER_BEAT = T.runs.update().where(_RUN).values(last_heartbeat_ts=_BEAT)
BEAT = T.runs.update().where(_RUN).values(last_heartbeat_ts=bindparam("second"))
BEAT_TASK = (
    T.tasks.update()
    .where(T.tasks.c.flow_id == bindparam("flow"), T.tasks.c.run_number == bindparam("number"))
    .where(T.tasks.c.task_name == bindparam("task"), T.tasks.c.last_heartbeat_ts.is_not(None))  # open ones
    .values(last_heartbeat_ts=bindparam("second"))
)


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Runs and tasks that the index holds after a scan, files that the scan read, and the seconds that it took."""

    runs: int
    tasks: int
    files_read: int
    seconds: float


class RunMark(NamedTuple):
    """A run in the index: its number, newest mtime in ns of its steps and tasks, whether its end step succeeded."""

    number: int
    newest_ns: int
    finished: bool


def signs(connection: Connection, path: str) -> dict[str, tuple[int, bool]]:
    """What was read of the folder `path` (below the root) and below it: path → (mtime in ns, open)."""
    found = connection.execute(SIGNS, {"path": path})
    return {path: (mtime, bool(opened)) for path, mtime, opened in found}


def marks(connection: Connection) -> dict[tuple[str, str], RunMark]:
    """(flow, name of the run's folder) → what is known of the run."""
    found = connection.execute(select(store.runs))
    return {(row.flow_id, row.name): RunMark(row.run_number, row.newest_ns, bool(row.finished)) for row in found}


def flows(connection: Connection) -> set[str]:
    """The flows in the index."""
    return set(connection.scalars(select(T.flows.c.flow_id)))


def number(connection: Connection, flow: str, name: str) -> int | None:
    """The number of a run, None when it is not in the index."""
    found: int | None = connection.scalar(NUMBER, {"flow": flow, "name": name})
    return found


def script(connection: Connection, flow: str, number: int) -> str | None:
    """Base name of the file that a run was started from, as the metadata of its parameters say."""
    return _value(connection, flow, number, PARAMETERS, "script-name")


def succeeded(connection: Connection, flow: str, number: int) -> bool:
    """Whether the newest attempt of a run's end step to be judged was a success."""
    end = _value(connection, flow, number, PARAMETERS, "end_step") or "end"
    return _value(connection, flow, number, end, "attempt_ok") == "True"


def _value(connection: Connection, flow: str, number: int, step: str, field: str) -> str | None:
    values = {"flow": flow, "number": number, "step": step, "field": field}
    found: str | None = connection.scalar(VALUE, values)
    return found
