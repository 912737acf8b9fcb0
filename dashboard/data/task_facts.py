"""What the database says of one task: its row, its metadata by attempt, the artifacts that are registered.

A task that `resume` took over has no datastore of its own: it says of which task it is a copy, and what that one left
counts as its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, select

from dashboard.data.database import Reader
from dashboard.data.locations import Location
from dashboard.data.metadata import plain
from dashboard.data.runs import Key, get, is_number, tags_of

MOST_METADATA = 5_000  # rows of one task
MOST_ARTIFACTS = 50_000  # of all attempts of one task
MOST_ORIGINS = 8  # resumes of resumes that are followed
NO_ID = ("", "None")
_ATTEMPT = re.compile(r"attempt_id:(\d{1,3})")


@dataclass(frozen=True, slots=True)
class TaskMetadatum:
    """One row of metadata; `attempt` is None where it belongs to none."""

    name: str
    value: str
    kind: str
    attempt: int | None
    at: int  # epoch ms


@dataclass(frozen=True, slots=True)
class Registered:
    """One row of artifact_v3."""

    name: str
    sha: str
    ds_type: str
    location: str
    content_type: str
    attempt: int


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A task as it is registered; `metadata` newest first."""

    key: Key
    step: str
    id: int
    name: str | None  # ids of orchestrators
    created_at: int
    metadata: tuple[TaskMetadatum, ...]

    @property
    def task(self) -> str:
        """The id in pathspecs."""
        return self.name or str(self.id)

    def value(self, name: str, attempt: int | None = None) -> str | None:
        """The newest value of a field, of this attempt if it has one."""
        of_attempt = (one.value for one in self.metadata if one.name == name and one.attempt == attempt)
        return next(of_attempt, next((one.value for one in self.metadata if one.name == name), None))

    def own(self, name: str, attempt: int) -> str | None:
        """The newest value that this attempt, or no certain one, wrote."""
        mine = (one.value for one in self.metadata if one.name == name and one.attempt in (attempt, None))
        return next(mine, None)

    @property
    def attempts(self) -> tuple[int, ...]:
        """The attempts that have begun, in order."""
        begun = {int(one.value) for one in self.metadata if one.name == "attempt" and is_number(one.value)}
        return tuple(sorted(begun))

    def has_begun(self, attempt: int) -> bool:
        """Whether this attempt says that it began or ended; what has not begun has left nothing in a datastore."""
        return attempt in self.attempts or self.own("attempt_ok", attempt) is not None

    @property
    def origin(self) -> tuple[str, str] | None:
        """Ids of run and task that this one is a copy of."""
        run, task = self.value("origin-run-id"), self.value("origin-task-id")
        return None if run in (None, *NO_ID) or task in (None, *NO_ID) else (str(run), str(task))


@dataclass(frozen=True, slots=True)
class Home:
    """Where an attempt left its logs and cards: names in the datastore, and which one that is."""

    flow: str
    run: str
    step: str
    task: str
    attempt: int
    location: Location | None
    is_origin: bool = False  # those of the task that this one is a copy of


def find(reader: Reader, key: Key, step: str, task: str) -> TaskFacts | None:
    """The task with this id or, of an orchestrator, this name; None when it is not registered."""
    rows = _rows(reader, key, step, task)
    if not rows:
        return None
    return TaskFacts(key, step, rows[0][0], rows[0][1], rows[0][2], _metadata(reader, key, step, rows[0][0]))


def exists(reader: Reader, key: Key, step: str, task: str) -> bool:
    """Whether a task with this id or name is registered."""
    return bool(_rows(reader, key, step, task))


def near(reader: Reader, key: Key, step: str, task: str, most: int = 3) -> list[str]:
    """Ids of tasks of the step next to this one; some of them where it is no number."""
    t = reader.tables.tasks.c
    mine = (t.flow_id == key[0], t.run_number == key[1], t.step_name == step)
    wanted = select(t.task_id, t.task_name).where(*mine)
    if not is_number(task):
        rows = reader.all("some tasks of a step", wanted.limit(most))
    else:
        # Bounds on both sides, so that no planner takes the order for an invitation to read on from there for ever.
        number, far = int(task), 1_000
        rows = reader.all("tasks around", wanted.where(t.task_id.between(number - far, number + far)).limit(2 * far))
        rows = sorted(rows, key=lambda row: abs(row[0] - number))[:most]
    return [row[1] or str(row[0]) for row in sorted(rows)]


def artifact_rows(reader: Reader, facts: TaskFacts, attempt: int) -> list[Registered]:
    """The artifacts that this attempt registered."""
    a = reader.tables.artifacts.c
    mine = (a.flow_id == facts.key[0], a.run_number == facts.key[1], a.step_name == facts.step, a.task_id == facts.id)
    rows = reader.all(
        "artifacts of a task",
        select(a.name, a.sha, a.ds_type, a.location, a.content_type, a.attempt_id).where(*mine).limit(MOST_ARTIFACTS),
    )
    return [Registered(*row) for row in rows if row[5] == attempt and row[1]]


def home(reader: Reader, run: str, facts: TaskFacts, attempt: int) -> Home:
    """Where the logs and cards of an attempt are; `run` is the id of its run in pathspecs."""
    for names, found, number in _line(reader, run, facts, attempt):
        location = _location(found, number) or _of_artifacts(reader, found, number)
        if location is not None or not found.origin:
            return Home(facts.key[0], names, facts.step, found.task, number, location, found is not facts)
    return Home(facts.key[0], run, facts.step, facts.task, attempt, None)


def _line(reader: Reader, run: str, facts: TaskFacts, attempt: int) -> Iterator[tuple[str, TaskFacts, int]]:
    """The task, and those that it is a copy of: run id, facts, attempt."""
    for _ in range(MOST_ORIGINS):
        yield run, facts, attempt
        origin = facts.origin
        found = get(reader, facts.key[0], origin[0]) if origin else None
        before = find(reader, found.key, facts.step, origin[1]) if found and origin else None
        if found is None or before is None:
            return
        run, facts, attempt = found.id, before, max(before.attempts, default=0)


def _rows(reader: Reader, key: Key, step: str, task: str) -> Sequence[Any]:
    t = reader.tables.tasks.c
    mine = (t.flow_id == key[0], t.run_number == key[1], t.step_name == step)
    wanted = select(t.task_id, t.task_name, t.ts_epoch)
    rows = reader.all("task by name", wanted.where(*mine, t.task_name == task))
    if not rows and is_number(task):
        rows = reader.all("task", wanted.where(*mine, t.task_id == int(task)))
    return rows


def _location(facts: TaskFacts, attempt: int) -> Location | None:
    ds_type, ds_root = facts.value("ds-type", attempt), facts.value("ds-root", attempt)
    return Location(ds_type, ds_root) if ds_type and ds_root else None


def _of_artifacts(reader: Reader, facts: TaskFacts, attempt: int) -> Location | None:
    """Where its artifacts say that they are; a copy has artifacts, but its logs are elsewhere."""
    if facts.origin:
        return None
    rows = artifact_rows(reader, facts, attempt)
    roots = (row for row in rows if row.location.startswith(":root:"))
    return next((Location(row.ds_type, row.location[6:]) for row in roots), None)


def _metadata(reader: Reader, key: Key, step: str, task: int) -> tuple[TaskMetadatum, ...]:
    m = reader.tables.metadata.c
    rows = reader.all(
        "metadata of a task",
        select(m.field_name, cast(m.value, Text), m.type, m.tags, m.ts_epoch, m.id)
        .where(m.flow_id == key[0], m.run_number == key[1], m.step_name == step, m.task_id == task)
        .limit(MOST_METADATA),
    )
    found = sorted(rows, key=lambda row: (row[4], row[5]), reverse=True)
    shown = reader.privacy.value
    return tuple(
        TaskMetadatum(row[0], shown(row[0], plain(row[1] or "")), row[2] or "", _attempt(row[3]), row[4])
        for row in found
    )


def _attempt(tags: object) -> int | None:
    matches = (_ATTEMPT.fullmatch(tag) for tag in tags_of(tags))
    return next((int(match[1]) for match in matches if match), None)
