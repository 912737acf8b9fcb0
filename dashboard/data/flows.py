"""Flows, and what is typical for them; suggestions while a filter is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from sqlalchemy import select, union_all

from dashboard.data.database import Reader
from dashboard.data.judge import Judge
from dashboard.data.runs import columns, run_of
from dashboard.models import JudgedRun, Status

SAMPLE, ENOUGH = 40, 5  # runs of a flow looked at, and completed ones needed for a typical duration


def names(reader: Reader, part: str = "", limit: int = 20) -> list[str]:
    """Flow names that contain `part`, whatever its case, in alphabetical order."""
    flow = reader.tables.flows.c.flow_id
    statement = select(flow).order_by(flow).limit(limit)
    return [row[0] for row in reader.all("flow names like", statement.where(flow.icontains(part, autoescape=True)))]


def typical_durations(reader: Reader, judge: Judge, flows: Iterable[str], now: int) -> dict[str, int | None]:
    """Median duration (ms) of each flow's newest completed runs; None under five of them."""
    wanted = sorted(set(flows))
    c = reader.tables.runs.c
    found: dict[str, int | None] = dict.fromkeys(wanted)
    for i in range(0, len(wanted), 20):
        newest = [
            columns(reader).where(c.flow_id == flow).order_by(c.ts_epoch.desc()).limit(SAMPLE).subquery()
            for flow in wanted[i : i + 20]
        ]
        rows = reader.all("newest runs per flow", union_all(*(select(one) for one in newest)))
        durations: dict[str, list[int]] = {}
        for one in judge(reader, [run_of(row) for row in rows], now):
            if one.verdict.status is Status.COMPLETED and one.verdict.duration is not None:
                durations.setdefault(one.run.flow, []).append(one.verdict.duration)
        found.update({flow: int(median(known)) for flow, known in durations.items() if len(known) >= ENOUGH})
    return found


def completed(reader: Reader, judge: Judge, flow: str, now: int, limit: int = SAMPLE) -> list[JudgedRun]:
    """The runs that ended well among the flow's newest `limit`, newest first."""
    c = reader.tables.runs.c
    newest = columns(reader).where(c.flow_id == flow).order_by(c.ts_epoch.desc()).limit(limit)
    judged = judge(reader, [run_of(row) for row in reader.all("newest runs of a flow", newest)], now)
    return [one for one in judged if one.verdict.status is Status.COMPLETED]


def most_used(values: Iterable[Sequence[str]]) -> list[str]:
    """The different values, those that occur most first."""
    counts = Counter(value for some in values for value in some)
    return sorted(counts, key=lambda value: (-counts[value], value))
