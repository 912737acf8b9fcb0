"""Rows of runs_v3: the row mapper, one run by its pathspec, runs by their keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from dashboard.data.database import Reader
from dashboard.models import Run

Key = tuple[str, int]
MOST_FLOWS = 2_000  # flow names that a search by id goes through


def columns(reader: Reader, *more: Any) -> Select[Any]:
    """SELECT of what `run_of` needs, with `more` columns after it."""
    c = reader.tables.runs.c
    return select(
        c.flow_id,
        c.run_number,
        c.run_id,
        reader.dialect.user(reader.tables.runs).label("verified"),
        c.user_name,
        c.ts_epoch,
        c.last_heartbeat_ts,
        c.tags,
        c.system_tags,
        *more,
    )


def run_of(row: Row[Any]) -> Run:
    """The row mapper: seconds become milliseconds, JSON null becomes no tags."""
    return Run(
        flow=row.flow_id,
        number=row.run_number,
        run_id=row.run_id,
        user=row.verified,
        owner=row.user_name,
        created_at=row.ts_epoch,
        heartbeat_at=None if row.last_heartbeat_ts is None else row.last_heartbeat_ts * 1000,
        tags=tags_of(row.tags),
        system_tags=tags_of(row.system_tags),
    )


def tags_of(value: object) -> tuple[str, ...]:
    """Tags as the database holds them: a JSON list, JSON null, SQL NULL, or JSON within a string."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return ()
    return tuple(str(tag) for tag in value) if isinstance(value, list) else ()


def get(reader: Reader, flow: str, run: str) -> Run | None:
    """The run with this run number or run id, as the service translates ids."""
    c = reader.tables.runs.c
    same = c.run_number == int(run) if is_number(run) else c.run_id == run
    rows = reader.all("run", columns(reader).where(c.flow_id == flow, same))
    return run_of(rows[0]) if rows else None


def near(reader: Reader, flow: str, run: str, most: int = 2) -> list[Run]:
    """Runs of the flow with the numbers next to this one, lower ones first; the newest where it is no number."""
    c = reader.tables.runs.c
    mine = columns(reader).where(c.flow_id == flow).limit(most)
    if not is_number(run):
        return [run_of(row) for row in reader.all("newest runs of a flow", mine.order_by(c.ts_epoch.desc()))]
    lower = reader.all("runs before", mine.where(c.run_number < int(run)).order_by(c.run_number.desc()))
    higher = reader.all("runs after", mine.where(c.run_number > int(run)).order_by(c.run_number))
    return [run_of(row) for row in [*reversed(lower), *higher]]


def with_id(reader: Reader, run: str, most: int = 5) -> list[Run]:
    """Runs of any flow with exactly this run number or run id, by primary key under each flow."""
    c = reader.tables.runs.c
    flows = _flow_names(reader)
    same = c.run_number == int(run) if is_number(run) else c.run_id == run
    rows = reader.all("runs with this id", columns(reader).where(c.flow_id.in_(flows), same).limit(most))
    return [run_of(row) for row in rows]


def around(reader: Reader, run: str, most: int = 5, far: int = 50) -> list[Run]:
    """Runs of any flow whose numbers are next to this one; none where it is no number."""
    if not is_number(run):
        return []
    c, number = reader.tables.runs.c, int(run)
    flows = _flow_names(reader)
    close = c.run_number.between(number - far, number + far)
    rows = reader.all("runs around", columns(reader).where(c.flow_id.in_(flows), close).limit(2 * far))
    return sorted((run_of(row) for row in rows), key=lambda one: abs(one.number - number))[:most]


def by_keys(reader: Reader, keys: Iterable[Key]) -> list[Run]:
    """The runs that still exist, in the order of `keys`."""
    wanted = list(keys)
    if not wanted:
        return []
    c = reader.tables.runs.c
    rows = reader.all("runs by key", columns(reader).where(reader.dialect.one_of((c.flow_id, c.run_number), wanted)))
    found = {(row.flow_id, row.run_number): run_of(row) for row in rows}
    return [found[key] for key in wanted if key in found]


def is_number(text: str) -> bool:
    """Whether this id is a run number or task id (digits that fit the column) and not a name."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _flow_names(reader: Reader) -> list[str]:
    rows = reader.all("flow names", select(reader.tables.flows.c.flow_id).limit(MOST_FLOWS))
    return [row[0] for row in rows]


def chunks(keys: Sequence[Any], size: int = 500) -> Iterable[Sequence[Any]]:
    """`keys` in pieces that a planner digests well."""
    return (keys[i : i + size] for i in range(0, len(keys), size))
