"""Where the tasks that begin a foreach have written how many tasks it will have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from dashboard.data.database import Reader
from dashboard.data.locations import Location, of_blob
from dashboard.data.runs import Key

SPLITS = "_foreach_num_splits"
MOST = 200  # tasks; a foreach in a foreach has as many beginnings as the outer one has tasks


@dataclass(frozen=True, slots=True)
class Split:
    """The artifact of one task of a step, by the hash of what it holds."""

    step: str
    sha: str
    location: Location | None


def splits(reader: Reader, key: Key, steps: Collection[str]) -> list[Split]:
    """Of all tasks of these steps, the last attempt of each; nothing where there are more than `MOST`."""
    a = reader.tables.artifacts.c
    rows = reader.all(
        "splits of foreaches",
        select(a.step_name, a.task_id, a.sha, a.ds_type, a.location)
        .where(a.flow_id == key[0], a.run_number == key[1], a.step_name.in_(sorted(steps)), a.name == SPLITS)
        .order_by(a.step_name, a.task_id, a.attempt_id)
        .limit(MOST + 1),
    )
    if len(rows) > MOST:
        return []
    last = {(row.step_name, row.task_id): row for row in rows if row.sha}
    return [Split(row.step_name, row.sha, of_blob(key[0], row.ds_type, row.location)) for row in last.values()]
