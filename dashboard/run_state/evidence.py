"""What the database has said of a run's tasks so far, as columns that grow.

Gathering is commutative and idempotent: rows may come in any order and more than once, as they do when an overlap is
read again because ids committed out of order. Tasks and attempts keep the order in which they came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.data.columns import Columns
from dashboard.data.metadata import plain
from dashboard.data.run_evidence import TaskRows
from dashboard.run_state import foreach
from dashboard.status import AttemptColumns, parse_flag
from dashboard.status.attempts import ABSENT, NO_ATTEMPT, Flags, Instants

ATTEMPTS = 4096  # more than a task can have: a key is task * ATTEMPTS + attempt
_NUMBER = re.compile(r'"?(\d{1,3})"?')
_TAG = re.compile(r"attempt_id:(\d{1,3})(?!\d)")


class Evidence:
    """Tasks by place (0, 1, …, in the order of arrival) and their attempts as rows."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.variables: dict[int, tuple[str, ...]] = {}  # step → the variables of its foreaches, outermost first
        self.is_partial = False  # signs of a task came that is not known: something was missed
        self.revision = 0  # counts what was gathered
        self.ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self.step: NDArray[np.uint16] = np.zeros(0, np.uint16)
        self.created: Instants = np.zeros(0, np.int64)
        self.beat: Instants = np.zeros(0, np.int64)
        self.cloned: Flags = np.zeros(0, np.bool_)
        self.index: NDArray[np.int32] = np.zeros(0, np.int32)  # in the innermost foreach; -1: none
        self.node: NDArray[np.int32] = np.zeros(0, np.int32)  # in a gang (@parallel); -1: none
        self.labelled: NDArray[np.int64] = np.zeros(0, np.int64)  # the revision that last changed label, index or node
        self.names: list[str | None] = []
        self.labels: list[str] = []
        self.task: NDArray[np.int32] = np.zeros(0, np.int32)
        self.attempt: NDArray[np.int16] = np.zeros(0, np.int16)
        self.started: Instants = np.zeros(0, np.int64)
        self.done: Instants = np.zeros(0, np.int64)
        self.ok: NDArray[np.int8] = np.zeros(0, np.int8)
        self.task_ok_at: Instants = np.zeros(0, np.int64)
        self.task_ok: NDArray[np.int8] = np.zeros(0, np.int8)
        self.caught: Flags = np.zeros(0, np.bool_)
        self._places: tuple[NDArray[Any], NDArray[Any]] = (self.ids, self.ids)  # sorted ids, and their places
        self._rows: tuple[NDArray[Any], NDArray[Any]] = (self.ids, self.ids)  # sorted keys, and their rows

    def add_tasks(self, rows: TaskRows) -> None:
        """Tasks that are new; of those known already only the heartbeat counts."""
        ids = np.array(rows.ids, np.int64)
        beats = np.array([ABSENT if beat is None else beat for beat in rows.beats], np.int64)
        known = self._find(ids)
        self.beat[known[known >= 0]] = np.maximum(self.beat[known[known >= 0]], beats[known >= 0])
        new = np.flatnonzero(known < 0)
        if not len(new):
            return
        places = {step: place for place, step in enumerate(self.steps)}
        steps = np.array([places.setdefault(rows.steps[n], len(places)) for n in new], np.uint16)
        self.steps = list(places)
        self.ids = np.append(self.ids, ids[new])
        self.step = np.append(self.step, steps)
        self.created = np.append(self.created, np.array(rows.created, np.int64)[new])
        self.beat = np.append(self.beat, beats[new])
        self.cloned = np.append(self.cloned, np.zeros(len(new), np.bool_))
        self.index = np.append(self.index, np.full(len(new), -1, np.int32))
        self.node = np.append(self.node, np.full(len(new), -1, np.int32))
        self.labelled = np.append(self.labelled, np.zeros(len(new), np.int64))
        self.names += [rows.names[n] for n in new]
        self.labels += [""] * len(new)
        order = np.argsort(self.ids, kind="stable")
        self._places = (self.ids[order], order)

    def set_beats(self, beats: Mapping[int, int | None]) -> None:
        """Later heartbeats of known tasks."""
        found = {task: beat for task, beat in beats.items() if beat is not None}
        places = self._find(np.array(list(found), np.int64))
        values = np.array(list(found.values()), np.int64)
        self.beat[places[places >= 0]] = np.maximum(self.beat[places[places >= 0]], values[places >= 0])

    def add_signs(self, signs: Mapping[str, Columns]) -> None:
        """Metadata by field, as `run_evidence.signs` gives it."""
        nothing: Columns = ((), (), (), ())
        self._add_instants("started", signs.get("attempt", nothing), _number)
        self._add_instants("done", signs.get("attempt-done", nothing), _number)
        self._add_verdicts(signs.get("attempt_ok", nothing))
        origins = self._find(np.array(signs.get("origin-task-id", nothing)[0], np.int64))
        self.cloned[origins[origins >= 0]] = True
        self.revision += 1
        self._add_labels(signs.get("foreach-stack", nothing))
        self._add_places(self.index, signs.get("foreach-execution-path", nothing), foreach.index)
        self._add_places(self.node, signs.get("parallel-node-index", nothing), _number)

    def add_task_oks(self, rows: Iterable[tuple[int, int, int, bool | None]]) -> None:
        """Artifacts `_task_ok`: (task id, attempt, instant, value as far as it is known)."""
        found = list(rows)
        mine, oks = self._attempts([row[0] for row in found], [row[1] for row in found])
        np.maximum.at(self.task_ok_at, oks, np.array([row[2] for row in found], np.int64)[mine])
        values = np.array([-1 if row[3] is None else int(row[3]) for row in found], np.int8)
        np.maximum.at(self.task_ok, oks, values[mine])

    def add_caught(self, rows: Iterable[tuple[int, int]]) -> None:
        """Attempts (task id, attempt) that ended well only because @catch swallowed their exception."""
        keys = list(rows)
        places = self._find(np.array([key[0] for key in keys], np.int64))
        rows_of = self._find_rows(places * ATTEMPTS + np.array([key[1] for key in keys], np.int64))
        self.caught[rows_of[rows_of >= 0]] = True

    def columns(self) -> tuple[AttemptColumns, NDArray[np.int32]]:
        """The evidence of every attempt, and its task; one row for a task without any. In order of tasks, attempts."""
        silent = np.setdiff1d(np.arange(len(self.ids), dtype=np.int32), self.task)
        order = np.argsort(np.append(self._keys(), silent.astype(np.int64) * ATTEMPTS), kind="stable")
        task = np.append(self.task, silent)[order]

        def column(values: NDArray[Any], missing: Any) -> NDArray[Any]:
            return np.append(values, np.full(len(silent), missing, values.dtype))[order]

        following = self._find_rows(self._keys() + 1)
        next_started = np.where(following >= 0, self.started[following], ABSENT) if len(following) else self.started
        attempts = AttemptColumns(
            created=self.created[task],
            beat=self.beat[task],
            attempt=column(self.attempt, NO_ATTEMPT),
            started=column(self.started, ABSENT),
            done=column(self.done, ABSENT),
            ok=column(self.ok, -1),
            task_ok_at=column(self.task_ok_at, ABSENT),
            task_ok=column(self.task_ok, -1),
            next_started=column(next_started, ABSENT),
            cloned=self.cloned[task],
            caught=column(self.caught, False),
        )
        return attempts, task

    def without_verdict(self) -> NDArray[np.int32]:
        """Tasks of which some attempt has no `attempt_ok`, or that have no attempt at all."""
        open_ = self.task[(self.ok < 0) & (self.task_ok_at == ABSENT)]
        return np.union1d(open_, np.setdiff1d(np.arange(len(self.ids), dtype=np.int32), self.task)).astype(np.int32)

    def fingerprint(self) -> tuple[int, ...]:
        """Differs when anything was gathered that was not known."""
        sums = (self.started, self.done, self.ok, self.task_ok_at, self.caught, self.beat, self.labelled, self.cloned)
        return (len(self.ids), len(self.task), *(int(column.sum(dtype=np.int64)) for column in sums))

    @property
    def nbytes(self) -> int:
        """About what this takes."""
        arrays = sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))
        texts = sum(map(len, self.labels)) + sum(len(name) for name in self.names if name)
        return arrays + 16 * (len(self.ids) + len(self.task)) + texts + 66 * len(self.labels)

    def _add_instants(self, column: str, columns: Columns, number: Callable[[str], int | None]) -> None:
        ids, values, instants, _ = columns
        mine, rows = self._attempts(ids, [number(value) for value in values])
        np.maximum.at(getattr(self, column), rows, np.array(instants, np.int64)[mine])

    def _add_verdicts(self, columns: Columns) -> None:
        ids, values, instants, tags = columns
        mine, rows = self._attempts(ids, [_tagged(tag) for tag in tags])
        np.maximum.at(self.done, rows, np.array(instants, np.int64)[mine])
        np.maximum.at(self.ok, rows, np.array([_flag(value) for value in values], np.int8)[mine])

    # Every attempt writes labels and places anew, and the same: the largest is one that does not depend on the order.

    def _add_labels(self, columns: Columns) -> None:
        seen: set[tuple[int, tuple[str, ...]]] = set()
        for place, stack in self._each(columns):
            variables, text = foreach.label(plain(stack))
            if text > self.labels[place]:
                self.labels[place] = text
                self.labelled[place] = self.revision
                seen.add((int(self.step[place]), variables))
        for step, variables in seen:
            self.variables[step] = max(self.variables.get(step, ()), variables)

    def _add_places(self, column: NDArray[np.int32], columns: Columns, read: Callable[[str], int | None]) -> None:
        for place, value in self._each(columns):
            number = read(value)
            if number is not None and number > column[place]:
                column[place] = number
                self.labelled[place] = self.revision

    def _attempts(self, ids: Sequence[int], numbers: Sequence[int | None]) -> tuple[Flags, NDArray[Any]]:
        """Which of these (task id, attempt) are fit to be kept, and the rows of those, made where they are missing."""
        places = self._find(np.array(ids, np.int64))
        attempts = np.array([-1 if number is None else number for number in numbers], np.int64)
        self.is_partial |= bool((places < 0).any())
        mine = (places >= 0) & (attempts >= 0)
        keys = places[mine] * ATTEMPTS + attempts[mine]
        missing = np.unique(keys[self._find_rows(keys) < 0])
        if len(missing):
            self._append(missing)
        return mine, self._find_rows(keys)

    def _append(self, keys: NDArray[np.int64]) -> None:
        size = len(keys)
        self.task = np.append(self.task, (keys // ATTEMPTS).astype(np.int32))
        self.attempt = np.append(self.attempt, (keys % ATTEMPTS).astype(np.int16))
        for name in ("started", "done", "task_ok_at"):
            setattr(self, name, np.append(getattr(self, name), np.full(size, ABSENT)))
        for name in ("ok", "task_ok"):
            setattr(self, name, np.append(getattr(self, name), np.full(size, -1, np.int8)))
        self.caught = np.append(self.caught, np.zeros(size, np.bool_))
        found = self._keys()
        order = np.argsort(found, kind="stable")
        self._rows = (found[order], order)

    def _keys(self) -> NDArray[np.int64]:
        return self.task.astype(np.int64) * ATTEMPTS + self.attempt

    def _find(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of tasks; -1 where one is not known."""
        return _lookup(self._places, ids)

    def _find_rows(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        return _lookup(self._rows, keys)

    def _each(self, columns: Columns) -> Iterable[tuple[int, str]]:
        """(place, value) of known tasks."""
        places = self._find(np.array(columns[0], np.int64)).tolist()
        return ((place, value) for place, value in zip(places, columns[1], strict=True) if place >= 0)


def _lookup(table: tuple[NDArray[Any], NDArray[Any]], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    keys, places = table
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, places[at], -1).astype(np.int64)


@lru_cache(maxsize=4096)
def _number(value: str) -> int | None:
    found = _NUMBER.fullmatch(value)
    return int(found[1]) if found else None


@lru_cache(maxsize=4096)
def _tagged(tags: str | None) -> int | None:
    found = _TAG.search(tags or "")
    return int(found[1]) if found else None


@lru_cache(maxsize=4096)
def _flag(value: str) -> int:
    flag = parse_flag(value)
    return -1 if flag is None else int(flag)
