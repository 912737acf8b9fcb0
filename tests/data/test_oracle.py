"""The cases of the Metaflow service through the data layer: rows in, verdicts out, on both dialects."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from dashboard.data import run_search
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.runs import Key
from dashboard.filters import RunFilter, RunQuery, Span
from dashboard.models import JudgedRun
from tests import oracle
from tests.conftest import Store
from tests.data.writing import Writer
from tests.oracle import DAY, RUN_CASES, SECOND

LATE = 3 * SECOND  # what may pass between the writing of rows and the verdict, on a busy machine


def judged(database: Database, words: str = "") -> dict[Key, JudgedRun]:
    """All runs that a query finds, `caught` looked for."""

    def ask(reader: Reader) -> dict[Key, JudgedRun]:
        judge = Judge()
        page = run_search.find(reader, judge, RunQuery.from_query(words).filter, limit=1000, budget=60_000)
        return {one.run.key: one for one in judge.look_for_caught(reader, page.runs)}

    return database(ask)


def found(database: Database, words: str) -> list[int]:
    return sorted(number for _, number in judged(database, words))


def test_every_case_of_a_run(writer: Writer, database: Database) -> None:
    now = database(lambda reader: reader.now())
    keys = {case.id: writer.case(case.rows, now, flow=f"Flow{case.id}") for case in RUN_CASES}
    writer.flush()
    verdicts = judged(database)
    wrong = []
    for case in RUN_CASES:
        one, expected = verdicts[keys[case.id]], case.expected
        verdict = one.verdict
        finished = None if expected.finished is None else oracle.instant(expected.finished, now)
        if case.rows.run.heartbeat is not None and finished is not None and not isinstance(expected.finished, int):
            finished = finished // SECOND * SECOND
        same = verdict.status is expected.status and verdict.qualifier is case.qualifier
        same &= case.final is None or verdict.final is case.final
        same &= _near(verdict.finished_at, finished)
        if not expected.any_duration:
            same &= _near(verdict.duration, oracle.duration(expected.duration, now), slack=LATE)
        if not same:
            wrong.append((case.id, verdict, finished, expected))
    assert wrong == []


def _near(value: int | None, wanted: int | None, slack: int = SECOND) -> bool:
    """Heartbeats are stored in whole seconds, and durations of running runs grow while the test runs."""
    if value is None or wanted is None:
        return value is wanted
    return -SECOND < value - wanted <= slack
