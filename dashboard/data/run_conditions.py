"""RunFilter → SQL: what indices serve, and what must be searched for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from dashboard.data.database import Reader
from dashboard.data.runs import MOST_FLOWS, with_id
from dashboard.filters import RunFilter
from dashboard.status import Limits

RUNNING_BOUND = 30 * 86_400_000  # ms: running runs are looked for this far back; heartbeats have no index


@dataclass(frozen=True, slots=True)
class Conditions:
    """`served` by indices, and `searched` row by row (None: nothing to search for)."""

    served: tuple[ColumnElement[bool], ...]
    searched: ColumnElement[bool] | None


def conditions(reader: Reader, wanted: RunFilter, now: int, limits: Limits) -> Conditions:
    """The conditions of a filter; its status stays for the judge, but for a bound on where running runs can be."""
    served = _served(reader, wanted, now)
    searched = _excluded(reader, wanted)
    searched += [reader.dialect.contains(reader.tables.runs, part) for part in wanted.tag_contains]
    if wanted.status and set(wanted.status) <= {"running", "no-heartbeat"}:
        served.append(_may_run(reader, now, limits))
    if wanted.q:
        by_id = _with_id(reader, wanted.q)
        if by_id is not None:
            served.append(by_id)
        else:
            searched.append(_with_text(reader, wanted.q))
    return Conditions(tuple(served), and_(*searched) if searched else None)


def _served(reader: Reader, wanted: RunFilter, now: int) -> list[ColumnElement[bool]]:
    runs, dialect = reader.tables.runs, reader.dialect
    since, until = wanted.started.bounds(now) if wanted.started else (None, None)
    served: list[ColumnElement[bool]] = []
    if since is not None:
        served.append(runs.c.ts_epoch >= since)
    if until is not None:
        served.append(runs.c.ts_epoch < until)
    if wanted.flow:
        served.append(runs.c.flow_id.in_(wanted.flow))
    if wanted.user:
        served.append(dialect.user(runs).in_(wanted.user))
    for name, values in (("project", wanted.project), ("project_branch", wanted.branch)):
        if values:
            served.append(dialect.has_any(runs, [f"{name}:{value}" for value in values]))
    if wanted.tag:
        served.append(dialect.has_all(runs, wanted.tag))
    if wanted.tag_any:
        served.append(dialect.has_any(runs, wanted.tag_any))
    return served


def _excluded(reader: Reader, wanted: RunFilter) -> list[ColumnElement[bool]]:
    runs, dialect = reader.tables.runs, reader.dialect
    excluded: list[ColumnElement[bool]] = []
    if wanted.flow_not:
        excluded.append(runs.c.flow_id.not_in(wanted.flow_not))
    if wanted.user_not:
        excluded.append(func.coalesce(dialect.user(runs), "").not_in(wanted.user_not))
    tags = [f"project:{v}" for v in wanted.project_not] + [f"project_branch:{v}" for v in wanted.branch_not]
    if tags or wanted.tag_not:
        excluded.append(~func.coalesce(dialect.has_any(runs, [*tags, *wanted.tag_not]), false()))
    return excluded


def _may_run(reader: Reader, now: int, limits: Limits) -> ColumnElement[bool]:
    """A fresh heartbeat, or a client without heartbeats; the start bound is what makes it quick."""
    c = reader.tables.runs.c
    beats = c.last_heartbeat_ts.between((now - limits.run_inactive) // 1000, (now + limits.run_inactive) // 1000 + 1)
    silent = and_(c.last_heartbeat_ts.is_(None), c.ts_epoch >= now - RUNNING_BOUND)
    return and_(c.ts_epoch >= now - RUNNING_BOUND, or_(beats, silent))


def _with_id(reader: Reader, text: str) -> ColumnElement[bool] | None:
    """The runs with exactly this run number or run id; None when there are none."""
    c, found = reader.tables.runs.c, with_id(reader, text, 100)
    return reader.dialect.one_of((c.flow_id, c.run_number), [run.key for run in found]) if found else None


def _with_text(reader: Reader, text: str) -> ColumnElement[bool]:
    """Part of the flow's name, of the user's name, of a tag or of the run id."""
    runs, flow = reader.tables.runs, reader.tables.flows.c.flow_id
    named = reader.all("flows like", select(flow).where(flow.icontains(text, autoescape=True)).limit(MOST_FLOWS))
    return or_(
        runs.c.flow_id.in_([row[0] for row in named]),
        runs.c.user_name.icontains(text, autoescape=True),
        func.coalesce(runs.c.run_id, "").icontains(text, autoescape=True),
        reader.dialect.contains(runs, text),
    )
