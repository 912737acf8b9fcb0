"""Rows into the index: gives out numbers, gathers inserts, and changes only what differs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, bindparam, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from dashboard.data.schema import tables
from dashboard.local import store
from dashboard.local.layout import PARAMETERS, run_key
from dashboard.local.reader import Row, TaskRows

GATHERED = 20_000  # rows that are kept in memory at most


class Writer:
    """Writes through one connection; the caller decides when to `commit()`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = tables()
        self._rows: dict[Table, list[Row]] = defaultdict(list)
        self._gathered = 0
        # The highest numbers given out, of tasks and metadata that are deleted by now too.
        highest = dict(connection.execute(select(store.state.c.name, store.state.c.value)).tuples().all())
        self._task, self._metadatum = self._stored = int(highest.get("task", 0)), int(highest.get("metadatum", 0))

    def signs(self, path: str) -> dict[str, tuple[int, bool]]:
        """What was read of the folder `path` (below the root) and below it: path → (mtime in ns, open)."""
        columns = (store.dirs.c.path, store.dirs.c.mtime_ns, store.dirs.c.open)
        found = self._connection.execute(select(*columns).where(_below(path)))
        return {row.path: (row.mtime_ns, bool(row.open)) for row in found}

    def sign(self, path: str, mtime_ns: int, opened: bool = False) -> None:
        """Remembers a folder as read; mtime -1 has it read again."""
        self._add(store.dirs, {"path": path, "mtime_ns": mtime_ns, "open": int(opened)})

    def put_flow(self, flow: str, row: Row) -> None:
        """Inserts a flow or leaves it as it is."""
        self._connection.execute(insert(self._tables.flows).values(flow_id=flow, **row).on_conflict_do_nothing())

    def run_number(self, flow: str, name: str) -> int | None:
        """The number under which a run is in the index, or None."""
        statement = select(store.runs.c.run_number).where(store.runs.c.flow_id == flow, store.runs.c.name == name)
        number: int | None = self._connection.scalar(statement)
        return number

    def put_run(self, flow: str, name: str, row: Row) -> int:
        """Inserts a run, or updates its tags and nothing else; returns its run_number."""
        table = self._tables.runs
        number = self.run_number(flow, name)
        if number is not None:
            mine = and_(table.c.flow_id == flow, table.c.run_number == number)
            tags = {"tags": row["tags"], "system_tags": row["system_tags"]}
            self._connection.execute(table.update().where(mine).values(tags))
            return number
        number, run_id = run_key(name)
        if number is None:  # any number does that no other run of the flow has
            number = row["ts_epoch"]
            taken = select(table.c.run_number).where(table.c.flow_id == flow, table.c.run_number >= number)
            numbers = set(self._connection.scalars(taken))
            while number in numbers:
                number += 1
        self._connection.execute(table.insert(), {**row, "flow_id": flow, "run_number": number, "run_id": run_id})
        mark = {"flow_id": flow, "name": name, "run_number": number, "newest_ns": 0, "finished": 0}
        self._connection.execute(store.runs.insert(), mark)
        return number

    def put_step(self, flow: str, name: str, number: int, step: str, row: Row) -> None:
        """Inserts a step or leaves it as it is; its run_id is the run's name always, as in the service."""
        values = {**row, "flow_id": flow, "run_number": number, "run_id": name, "step_name": step}
        self._connection.execute(insert(self._tables.steps).values(values).on_conflict_do_nothing())

    def put_task(self, key: Row, rows: TaskRows, beat: int | None) -> None:
        """Inserts a task, or changes what differs; `key` holds flow_id … task_name, `beat` is in epoch seconds."""
        table = self._tables.tasks
        columns = ("flow_id", "run_number", "step_name", "task_name")
        mine = and_(*(table.c[column] == key[column] for column in columns))
        found = self._connection.execute(select(table.c.task_id, table.c.last_heartbeat_ts).where(mine)).first()
        if found is None:
            self._task += 1
            key = {**key, "task_id": self._task}
            self._add(table, {**rows.task, **key, "last_heartbeat_ts": beat})
            metadata, artifacts = rows.metadata, rows.artifacts
        else:
            key = {**key, "task_id": found.task_id}
            beat = None if beat is None else max(beat, found.last_heartbeat_ts or 0)
            if beat != found.last_heartbeat_ts:
                self._connection.execute(table.update().where(mine).values(last_heartbeat_ts=beat))
            metadata, artifacts = self._new_metadata(key, rows.metadata), self._new_artifacts(key, rows.artifacts)
        for row in metadata:
            self._metadatum += 1
            self._add(self._tables.metadata, {**row, **key, "id": self._metadatum})
        for row in artifacts:
            self._add(self._tables.artifacts, {**row, **key})

    def _new_metadata(self, key: Row, rows: list[Row]) -> list[Row]:
        """Those rows that the index lacks; what it has and the files have not is deleted."""
        table = self._tables.metadata
        missing = Counter(_same(row) for row in rows)
        gone = []
        for known in self._connection.execute(select(table).where(_task(table, key))).mappings():
            if missing[_same(known)] > 0:
                missing[_same(known)] -= 1
            else:
                gone.append({"gone": known["id"]})
        if gone:
            self._connection.execute(table.delete().where(table.c.id == bindparam("gone")), gone)
        new = []
        for row in rows:
            if missing[_same(row)] > 0:
                missing[_same(row)] -= 1
                new.append(row)
        return new

    def _new_artifacts(self, key: Row, rows: list[Row]) -> list[Row]:
        """All of them after the old ones were deleted, or none when nothing differs: artifacts have no id to keep."""
        table = self._tables.artifacts
        columns = ("attempt_id", "name", "sha", "location", "ts_epoch")
        found = self._connection.execute(select(*(table.c[column] for column in columns)).where(_task(table, key)))
        if {tuple(row) for row in found} == {tuple(row[column] for column in columns) for row in rows}:
            return []
        self._connection.execute(table.delete().where(_task(table, key)))
        return rows

    def put_mark(self, flow: str, name: str, newest_ns: int, beats: bool) -> bool:
        """Judges whether a run's end step succeeded, and sets its heartbeat to its last sign of life if it did not."""
        self.flush()
        number = self.run_number(flow, name)
        finished = self._succeeded(flow, number)
        mine = and_(store.runs.c.flow_id == flow, store.runs.c.name == name)
        values = {"newest_ns": newest_ns, "finished": int(finished)}
        self._connection.execute(store.runs.update().where(mine).values(values))
        table = self._tables.runs
        beat = table.c.last_heartbeat_ts
        mine = and_(table.c.flow_id == flow, table.c.run_number == number)
        newest = func.max(func.coalesce(beat, 0), newest_ns // 10**9) if beats and not finished else None
        self._connection.execute(table.update().where(mine).values(last_heartbeat_ts=newest))
        return finished

    def _succeeded(self, flow: str, number: int | None) -> bool:
        table = self._tables.metadata
        mine = and_(table.c.flow_id == flow, table.c.run_number == number)
        named = select(table.c.value).where(mine, table.c.step_name == PARAMETERS, table.c.field_name == "end_step")
        end = self._connection.scalar(named.limit(1)) or "end"
        said = select(table.c.value).where(mine, table.c.step_name == end, table.c.field_name == "attempt_ok")
        return self._connection.scalar(said.order_by(table.c.ts_epoch.desc(), table.c.id.desc()).limit(1)) == "True"

    def marks(self) -> dict[tuple[str, str], tuple[int, int, bool]]:
        """(flow, name of the run's folder) → (run_number, newest mtime in ns, end step succeeded)."""
        found = self._connection.execute(select(store.runs))
        return {(row.flow_id, row.name): (row.run_number, row.newest_ns, bool(row.finished)) for row in found}

    def flows(self) -> set[str]:
        """The flows in the index."""
        return set(self._connection.scalars(select(self._tables.flows.c.flow_id)))

    def script(self, flow: str, number: int) -> str | None:
        """Base name of the file that a run was started from, as its parameters' metadata say."""
        table = self._tables.metadata
        mine = and_(table.c.flow_id == flow, table.c.run_number == number, table.c.step_name == PARAMETERS)
        statement = select(table.c.value).where(mine, table.c.field_name == "script-name").limit(1)
        script: str | None = self._connection.scalar(statement)
        return script

    def put_beats(self, now: int, runs: list[tuple[str, int]], tasks: list[tuple[str, int, str]]) -> None:
        """Heartbeats at `now` (epoch seconds) for runs (flow, number) and their tasks (flow, number, name), if open."""
        table = self._tables.runs
        mine = and_(table.c.flow_id == bindparam("flow"), table.c.run_number == bindparam("number"))
        if runs:
            values = [{"flow": flow, "number": number} for flow, number in runs]
            self._connection.execute(table.update().where(mine).values(last_heartbeat_ts=now), values)
        table = self._tables.tasks
        mine = and_(table.c.flow_id == bindparam("flow"), table.c.run_number == bindparam("number"))
        mine = and_(mine, table.c.task_name == bindparam("name"), table.c.last_heartbeat_ts.is_not(None))
        if tasks:
            named = [{"flow": flow, "number": number, "name": name} for flow, number, name in tasks]
            self._connection.execute(table.update().where(mine).values(last_heartbeat_ts=now), named)

    def drop(self, path: str) -> None:
        """Forgets the flow, run, step or task in the folder `path` (below the root) with all that it holds."""
        self.flush()
        flow, name, step, task = (*path.split("/"), None, None, None)[:4]
        values: Row = {"flow_id": flow}
        if name is not None:
            values["run_number"] = self.run_number(str(flow), name)
        values |= {} if step is None else {"step_name": step}
        values |= {} if task is None else {"task_name": task}
        for table in self._tables:
            if all(column in table.c for column in values):
                mine = and_(*(table.c[column] == value for column, value in values.items()))
                self._connection.execute(table.delete().where(mine))
        if step is None:
            mine = store.runs.c.flow_id == flow
            mine = mine if name is None else and_(mine, store.runs.c.name == name)
            self._connection.execute(store.runs.delete().where(mine))
        self._connection.execute(store.dirs.delete().where(_below(path)))

    def _add(self, table: Table, row: Row) -> None:
        self._rows[table].append(row)
        self._gathered += 1
        if self._gathered >= GATHERED:
            self.flush()

    def flush(self) -> None:
        """Writes what was gathered into the transaction."""
        for table, rows in self._rows.items():
            self._connection.execute(table.insert().prefix_with("OR REPLACE"), rows)
        self._rows.clear()
        self._gathered = 0

    def commit(self) -> None:
        """Ends the transaction; readers see all of it."""
        self.flush()
        if self._stored != (self._task, self._metadatum):
            self._stored = self._task, self._metadatum
            values = [{"name": "task", "value": str(self._task)}, {"name": "metadatum", "value": str(self._metadatum)}]
            self._connection.execute(store.state.insert().prefix_with("OR REPLACE"), values)
        self._connection.commit()

    def rollback(self) -> None:
        """Forgets all since the last commit; numbers that were given out are not given out again."""
        self._rows.clear()
        self._gathered = 0
        self._connection.rollback()


def _below(path: str) -> ColumnElement[bool]:
    """The folder and all below it, as a range of the primary key: `0` is the character after `/`."""
    column = store.dirs.c.path
    return or_(column == path, and_(column >= f"{path}/", column < f"{path}0"))


def _task(table: Table, key: Row) -> ColumnElement[bool]:
    return and_(*(table.c[column] == key[column] for column in ("flow_id", "run_number", "step_name", "task_id")))


def _same(row: Row | RowMapping) -> tuple[object, ...]:
    """What makes two metadata of a task the same one."""
    columns = ("field_name", "ts_epoch", "value", "type", "user_name")
    return (*(row[column] for column in columns), json.dumps(row["tags"]), row["system_tags"] is None)
