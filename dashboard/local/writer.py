"""Rows into the index: gives out numbers, gathers inserts, and changes only what differs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, bindparam, literal, select

from dashboard.local import ledger, store
from dashboard.local.layout import run_key
from dashboard.local.ledger import RunMark, T
from dashboard.local.reader import Row, TaskRows

GATHERED = 20_000  # rows that are kept in memory at most


class Writer:
    """Writes through one connection; the caller decides when to `commit()`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._rows: dict[Table, list[Row]] = defaultdict(list)
        self._gathered = 0
        # The highest numbers given out, of tasks and metadata that are deleted by now too.
        highest = dict(connection.execute(select(store.state.c.name, store.state.c.value)).all())
        self._task, self._metadatum = self._stored = int(highest.get("task", 0)), int(highest.get("metadatum", 0))

    def sign(self, path: str, mtime_ns: int, opened: bool) -> None:
        """Remembers a folder as read."""
        self._add(store.dirs, {"path": path, "mtime_ns": mtime_ns, "open": int(opened)})

    def put_flow(self, flow: str, row: Row) -> None:
        """Inserts a flow that is not in the index."""
        self._add(T.flows, {**row, "flow_id": flow})

    def put_run(self, flow: str, name: str, number: int | None, row: Row) -> int:
        """Inserts a run (`number` None), or updates its tags and nothing else; returns its run_number."""
        if number is not None:
            mine = and_(T.runs.c.flow_id == flow, T.runs.c.run_number == number)
            tags = {"tags": row["tags"], "system_tags": row["system_tags"]}
            self.connection.execute(T.runs.update().where(mine).values(tags))
            return number
        number, run_id = run_key(name)
        if number is None:  # any number does that no other run of the flow has
            number = int(row["ts_epoch"])
            self.flush()
            taken = set(self.connection.scalars(ledger.TAKEN, {"flow": flow, "number": number}))
            while number in taken:
                number += 1
        run = {**row, "flow_id": flow, "run_number": number, "run_id": run_id, "last_heartbeat_ts": None}
        self._add(T.runs, run)
        self._add(store.runs, {"flow_id": flow, "name": name, "run_number": number, "newest_ns": 0, "finished": 0})
        return number

    def put_step(self, key: Row, row: Row) -> None:
        """Inserts a step that is not in the index; `key` holds flow_id, run_number, run_id, step_name."""
        self._add(T.steps, {**row, **key})

    def put_task(self, key: Row, rows: TaskRows, beat: int | None, known: bool) -> None:
        """Inserts a task, or changes what differs; `key` holds flow_id … task_name, `beat` is in epoch seconds."""
        columns = ("flow_id", "run_number", "step_name", "task_name")
        mine = and_(*(T.tasks.c[column] == key[column] for column in columns))
        statement = select(T.tasks.c.task_id, T.tasks.c.last_heartbeat_ts).where(mine)
        found = self.connection.execute(statement).first() if known else None
        metadata, artifacts = rows.metadata, rows.artifacts
        if found is None:
            self._task += 1
            key = {**key, "task_id": self._task}
            self._add(T.tasks, {**rows.task, **key, "last_heartbeat_ts": beat})
        else:
            key = {**key, "task_id": found.task_id}
            beat = None if beat is None else max(beat, found.last_heartbeat_ts or 0)
            if beat != found.last_heartbeat_ts:
                self.connection.execute(T.tasks.update().where(mine).values(last_heartbeat_ts=beat))
            metadata, artifacts = self._new_metadata(key, metadata), self._new_artifacts(key, artifacts)
        for row in metadata:
            self._metadatum += 1
            self._add(T.metadata, {**row, **key, "id": self._metadatum})
        for row in artifacts:
            self._add(T.artifacts, {**row, **key})

    def _new_metadata(self, key: Row, rows: list[Row]) -> list[Row]:
        """Those rows that the index lacks; what it has and the files have not is deleted."""
        missing = Counter(_same(row) for row in rows)
        gone = []
        for known in self.connection.execute(select(T.metadata).where(_task(T.metadata, key))).mappings():
            if missing[_same(known)] > 0:
                missing[_same(known)] -= 1
            else:
                gone.append({"gone": known["id"]})
        if gone:
            self.connection.execute(T.metadata.delete().where(T.metadata.c.id == bindparam("gone")), gone)
        new = []
        for row in rows:
            if missing[_same(row)] > 0:
                missing[_same(row)] -= 1
                new.append(row)
        return new

    def _new_artifacts(self, key: Row, rows: list[Row]) -> list[Row]:
        """All of them after the old ones were deleted, or none when nothing differs: artifacts have no id to keep."""
        columns = ("attempt_id", "name", "sha", "location", "ts_epoch")
        statement = select(*(T.artifacts.c[column] for column in columns)).where(_task(T.artifacts, key))
        found = {tuple(row) for row in self.connection.execute(statement)}
        if found == {tuple(row[column] for column in columns) for row in rows}:
            return []
        self.connection.execute(T.artifacts.delete().where(_task(T.artifacts, key)))
        return rows

    def put_mark(self, flow: str, name: str, number: int, newest_ns: int, beats: bool) -> RunMark:
        """Judges whether a run's end step succeeded; if it did not, its heartbeat is its last sign of life."""
        self.flush()
        mark = RunMark(number, newest_ns, ledger.succeeded(self.connection, flow, number))
        values = {"flow": flow, "run_name": name, "newest": newest_ns, "done": int(mark.finished)}
        self.connection.execute(ledger.MARK, values)
        if beats and not mark.finished:
            values = {"flow": flow, "number": number, "second": newest_ns // 10**9}
            self.connection.execute(ledger.LATER_BEAT, values)
        else:
            self.connection.execute(ledger.NO_BEAT, {"flow": flow, "number": number})
        return mark

    def put_beats(self, now: int, runs: Iterable[tuple[str, int]], tasks: Iterable[tuple[str, int, str]]) -> None:
        """Heartbeats at `now` (epoch seconds) for runs (flow, number) and their tasks (flow, number, name), if open."""
        for flow, number in runs:
            self.connection.execute(ledger.BEAT, {"flow": flow, "number": number, "second": now})
        for flow, number, task in tasks:
            values = {"flow": flow, "number": number, "task": task, "second": now}
            self.connection.execute(ledger.BEAT_TASK, values)

    def drop(self, path: str) -> None:
        """Forgets the flow, run, step or task in the folder `path` (below the root) with all that it holds."""
        self.flush()
        flow, name, step, task = (*path.split("/"), None, None, None)[:4]
        values: Row = {"flow_id": flow}
        if name is not None:
            values["run_number"] = ledger.number(self.connection, str(flow), name)
        values |= {} if step is None else {"step_name": step}
        values |= {} if task is None else {"task_name": task}
        for table in T:
            if all(column in table.c for column in values):
                mine = and_(*(table.c[column] == value for column, value in values.items()))
                self.connection.execute(table.delete().where(mine))
        if step is None:
            mine = store.runs.c.flow_id == flow
            mine = mine if name is None else and_(mine, store.runs.c.name == name)
            self.connection.execute(store.runs.delete().where(mine))
        self.connection.execute(store.dirs.delete().where(ledger.below(literal(path))))

    def _add(self, table: Table, row: Row) -> None:
        self._rows[table].append(row)
        self._gathered += 1
        if self._gathered >= GATHERED:
            self.flush()

    def flush(self) -> None:
        """Writes what was gathered into the transaction."""
        for table, rows in self._rows.items():
            self.connection.execute(table.insert().prefix_with("OR REPLACE"), rows)
        self._rows.clear()
        self._gathered = 0

    def commit(self) -> None:
        """Ends the transaction; readers see all of it. Without changes nothing is written."""
        self.flush()
        if self._stored != (self._task, self._metadatum):
            self._stored = self._task, self._metadatum
            values = [{"name": "task", "value": str(self._task)}, {"name": "metadatum", "value": str(self._metadatum)}]
            self.connection.execute(store.state.insert().prefix_with("OR REPLACE"), values)
        self.connection.commit()

    def rollback(self) -> None:
        """Forgets all since the last commit; numbers that were given out are not given out again."""
        self._rows.clear()
        self._gathered = 0
        self.connection.rollback()


def _task(table: Table, key: Row) -> ColumnElement[bool]:
    return and_(*(table.c[column] == key[column] for column in ("flow_id", "run_number", "step_name", "task_id")))


def _same(row: Row | RowMapping) -> tuple[object, ...]:
    """What makes two metadata of a task the same one."""
    columns = ("field_name", "ts_epoch", "value", "type", "user_name")
    return (*(row[column] for column in columns), json.dumps(row["tags"]), row["system_tags"] is None)
