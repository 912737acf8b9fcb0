"""Tasks of a run by what only the database knows: the names of their artifacts, the values of their metadata."""

from __future__ import annotations

from sqlalchemy import Text, cast, select

from dashboard.data.database import Reader
from dashboard.data.runs import Key
from dashboard.data.task_counts import PARAMETERS


def with_artifact(reader: Reader, key: Key, name: str) -> set[int]:
    """Ids of the tasks of which some attempt saved an artifact of this name."""
    c = reader.tables.artifacts.c
    mine = (c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS, c.name == name)
    return {row[0] for row in reader.all("tasks with an artifact", select(c.task_id).where(*mine))}


def with_metadatum(reader: Reader, key: Key, field: str, part: str) -> set[int]:
    """Ids of the tasks with metadata of this field of which the value contains `part`, whatever its case."""
    if reader.privacy.hides(field):
        return set()  # else it could be guessed
    c = reader.tables.metadata.c
    mine = (c.flow_id == key[0], c.run_number == key[1], c.step_name != PARAMETERS, c.field_name == field)
    like = cast(c.value, Text).icontains(part, autoescape=True)
    if not reader.privacy.texts:
        return {row[0] for row in reader.all("tasks with a metadatum", select(c.task_id).where(*mine, like))}
    rows = reader.all("tasks with a metadatum", select(c.task_id, cast(c.value, Text)).where(*mine, like))
    return {row[0] for row in rows if part.lower() in reader.privacy.text(row[1]).lower()}
