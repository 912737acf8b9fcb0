"""The code package of a run, as the metadata of its tasks name it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, select

from dashboard.data.database import Reader
from dashboard.data.metadata import plain
from dashboard.data.runs import Key, chunks

FIELDS = ("code-package", "script-name")
MOST_STEPS = 2_000


@dataclass(frozen=True, slots=True)
class CodePackage:
    """What `code-package` says (`sha location ds_type metadata`; empty without one), and the flow's script."""

    about: Mapping[str, Any]
    script: str | None


def code_package(reader: Reader, key: Key) -> CodePackage:
    """From the first task of each step: where only some steps run remotely, only their tasks name the package."""
    t, m = reader.tables.tasks.c, reader.tables.metadata.c
    tasks = reader.all(
        "first tasks of a run's steps",
        select(t.step_name, func.min(t.task_id))
        .where(t.flow_id == key[0], t.run_number == key[1])
        .group_by(t.step_name)
        .order_by(func.min(t.task_id))
        .limit(MOST_STEPS),
    )
    found: dict[str, str] = {}
    for piece in chunks([(key[0], key[1], step, task) for step, task in tasks], 100):
        rows = reader.all(
            "code package",
            select(m.field_name, cast(m.value, Text))
            .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), piece))
            .where(m.field_name.in_(FIELDS))
            .order_by(m.id)
            .limit(1_000),
        )
        found = {**{name: plain(value) for name, value in rows}, **found}
        if "code-package" in found:
            break
    return CodePackage(_object(found.get("code-package")), found.get("script-name"))


def _object(text: str | None) -> Mapping[str, Any]:
    try:
        about = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}
