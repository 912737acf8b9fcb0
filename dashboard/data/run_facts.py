"""What the metadata say of a run as a whole: code, triggers, orchestrator, and the runs it was resumed from and as."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, select

from dashboard.data.database import Reader
from dashboard.data.locations import FEW
from dashboard.data.metadata import Metadatum, clean, plain
from dashboard.data.runs import Key, chunks, columns, run_of
from dashboard.data.task_counts import PARAMETERS
from dashboard.models import Run

NEWER = 300  # runs of the flow after this one that are looked at for resumes of it
MOST_METADATA = 2_000  # rows of the two tasks that speak for the run


@dataclass(frozen=True, slots=True)
class Trigger:
    """What started a run: another run (`id` is its pathspec) or an event."""

    kind: str  # run or event
    name: str
    id: str
    fields: Mapping[str, str]  # all that was written of it


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The metadata of the run's first tasks, newest value of each field first in `metadata`."""

    metadata: tuple[Metadatum, ...]
    triggers: tuple[Trigger, ...]
    git: Mapping[str, Any]  # repo_url branch_name commit_sha has_uncommitted_changes
    code: Mapping[str, Any]  # sha location ds_type of the code package
    origin: str | None  # id of the run that this one resumed

    def value(self, name: str) -> str | None:
        """The newest value of a field."""
        return next((one.value for one in self.metadata if one.name == name), None)


def facts(reader: Reader, key: Key, first_step: str | None) -> RunFacts:
    """From the `_parameters` task and the first task of the first step; what is not there yet is empty."""
    t, m = reader.tables.tasks.c, reader.tables.metadata.c
    steps = [step for step in (PARAMETERS, first_step) if step is not None]
    found = reader.all(
        "tasks of the first steps",
        select(t.step_name, t.task_id)
        .where(t.flow_id == key[0], t.run_number == key[1], t.step_name.in_(steps))
        .limit(FEW),
    )
    tasks = [(*key, *min(row for row in found if row[0] == step)) for step in {row[0] for row in found}]
    if not tasks:
        return RunFacts((), (), {}, {}, None)
    rows = reader.all(
        "metadata of a run",
        select(m.step_name, m.field_name, cast(m.value, Text), m.type, m.ts_epoch, m.id)
        .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), tasks))
        .limit(MOST_METADATA),
    )
    rows = sorted(rows, key=lambda row: (row.ts_epoch, row.id), reverse=True)
    metadata = tuple(
        Metadatum(row[0], row[1], reader.privacy.value(row[1], plain(row[2])), row[3], row[4]) for row in rows
    )
    newest = {one.name: one.value for one in reversed(metadata)}
    origin = newest.get("origin-run-id")
    return RunFacts(
        metadata,
        tuple(_triggers(newest.get("execution-triggers"))),
        _object(newest.get("git-info")),
        _object(newest.get("code-package")),
        None if origin in (None, "", "None") else origin,
    )


def resumed_as(reader: Reader, run: Run, first_step: str | None) -> list[Run]:
    """The runs that resumed this one, oldest first, among the next `NEWER` runs of its flow."""
    c, t, m = reader.tables.runs.c, reader.tables.tasks.c, reader.tables.metadata.c
    if first_step is None:
        return []
    newer = reader.all(
        "newer runs of a flow",
        columns(reader)
        .where(c.flow_id == run.flow, c.ts_epoch >= run.created_at, c.run_number != run.number)
        .order_by(c.ts_epoch)
        .limit(NEWER),
    )
    by_key = {(row.flow_id, row.run_number): run_of(row) for row in newer}
    found = []
    for piece in chunks(list(by_key), 100):
        tasks = reader.all(
            "first tasks of newer runs",
            select(t.flow_id, t.run_number, t.step_name, t.task_id)
            .where(reader.dialect.one_of((t.flow_id, t.run_number), piece), t.step_name == first_step)
            .limit(5 * len(piece)),
        )
        if tasks:
            keys = [tuple(row) for row in tasks]
            statement = select(m.flow_id, m.run_number).where(
                reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), keys),
                m.field_name == "origin-run-id",
                cast(m.value, Text).in_((run.id, json.dumps(run.id))),
            )
            found += [by_key[row[0], row[1]] for row in reader.all("origins of newer runs", statement)]
    return sorted(dict.fromkeys(found), key=lambda one: one.created_at)


def _object(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    listed = found.items() if isinstance(found, dict) else ()
    return {clean(name): clean(value) if isinstance(value, str) else value for name, value in listed}


def _triggers(text: str | None) -> Sequence[Trigger]:
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [
        Trigger(
            clean(str(one.get("type") or "event")),
            clean(str(one.get("name") or "unknown")),
            clean(str(one.get("id") or "")),
            {clean(name): clean(str(value)) for name, value in one.items()},
        )
        for one in listed[:100]
    ]
