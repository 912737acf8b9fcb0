"""The tasks before and after a task: by steps of the graph and places in foreaches, as the client does."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Text, cast, or_, select

from dashboard.data.database import Reader
from dashboard.data.runs import Key

FIELD = "foreach-execution-path"
MOST = 20_000  # tasks that are looked through


def on_path(reader: Reader, key: Key, steps: Sequence[str], path: str, below: bool) -> list[int]:
    """Ids of the tasks of these steps whose place in foreaches is `path`, or `below` it."""
    m = reader.tables.metadata.c
    value = cast(m.value, Text)
    fits = (
        or_(value.startswith(f"{path},", autoescape=True), value.startswith(f'"{path},', autoescape=True))
        if below
        else value.in_((path, json.dumps(path)))
    )
    rows = reader.all(
        "tasks at a place",
        select(m.task_id)
        .where(m.flow_id == key[0], m.run_number == key[1], m.step_name.in_(steps), m.field_name == FIELD, fits)
        .limit(MOST),
    )
    return sorted({row[0] for row in rows})
