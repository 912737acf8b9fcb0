"""The cases of the Metaflow service through the data layer: rows in, verdicts out, on both dialects."""

from __future__ import annotations

import pytest

from dashboard.data import run_search
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.progress import ProgressCounter
from dashboard.data.runs import Key
from dashboard.data.task_signs import failed_for_good
from dashboard.errors import BadQuery
from dashboard.filters import RunQuery
from dashboard.models import JudgedRun
from tests import oracle
from tests.data.writing import Writer
from tests.oracle import ATTEMPT_CASES, MINUTE, RUN_CASES, SECOND

ATTEMPT_DONE = 100  # ms after attempt_ok in the cases
LATE = 30 * SECOND  # what may pass between the writing of rows and the verdict, on a busy machine


def judged(database: Database, words: str = "", limit: int = 1000) -> dict[Key, JudgedRun]:
    """The runs that a query finds, in order, `caught` looked for."""

    def ask(reader: Reader) -> dict[Key, JudgedRun]:
        judge = Judge()
        query = RunQuery.from_query(words)
        page = run_search.find(reader, judge, query.filter, limit=limit, budget=60_000)
        return {one.run.key: one for one in judge.look_for_caught(reader, page.runs)}

    return database(ask)


def numbers(database: Database, words: str, limit: int = 1000) -> list[int]:
    return [number for _, number in judged(database, words, limit)]


def whole_second(database: Database) -> int:
    """The database's clock without the part that heartbeats cannot hold."""
    now: int = database(Reader.now)
    return now // SECOND * SECOND


def near(value: int | None, wanted: int | None, late: int) -> bool:
    """What is measured to now grows while the test runs; an `attempt-done` just after the verdict is not read."""
    return value is wanted if value is None or wanted is None else -ATTEMPT_DONE <= value - wanted <= late


def test_every_case_of_a_run(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    keys = {case.id: writer.case(case.rows, now, flow=f"Flow{case.id}") for case in RUN_CASES}
    writer.flush()
    verdicts = judged(database)
    wrong = []
    for case in RUN_CASES:
        expected, verdict = case.expected, verdicts[keys[case.id]].verdict
        finished = None if expected.finished is None else oracle.instant(expected.finished, now)
        duration = oracle.duration(expected.duration, now)
        if (
            (verdict.status, verdict.qualifier) != (expected.status, case.qualifier)
            or not near(verdict.finished_at, finished, 0)
            or case.final not in (None, verdict.final)
            or not (expected.any_duration or near(verdict.duration, duration, LATE))
        ):
            wrong.append((case.id, verdict, expected))
    assert wrong == []


def test_tasks_that_failed_for_good_and_tasks_that_are_done(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    keys = {case.id: writer.case(case.rows, now, flow=f"Flow{case.id}") for case in ATTEMPT_CASES}
    writer.flush()
    failed = database(failed_for_good, list(keys.values()))
    counter = ProgressCounter()
    newest = {case.id: oracle.attempt_evidence(case.rows, now)[0] for case in ATTEMPT_CASES}
    assert {name for name, key in keys.items() if key in failed} == {k for k, e in newest.items() if e.ok is False}
    for name, key in keys.items():
        progress = database(counter, key)
        assert progress.tasks == 1, name
        assert len(progress.failed) == (newest[name].ok is False), name
    done = {name for name, key in keys.items() if database(counter, key).done}
    tagged = {case.id for case in ATTEMPT_CASES if newest[case.id].ok}
    assert done - {"X-task-untagged-ok"} == tagged


def test_r12_ids_of_orchestrators_and_numbers(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    named = writer.run(at=now, run_id="hello")
    plain = writer.run(at=now)
    writer.flush()
    found = judged(database)
    assert found[named].run.id == "hello"
    assert found[plain].run.id == str(plain[1])


def test_r13_r19_users_are_verified_by_their_tag(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    writer.run(number=1, at=now, user="foo", system_tags=["user:bar"])
    writer.run(number=2, at=now, user="alice")
    writer.run(number=3, at=now, user="bob")
    writer.run(number=4, at=now, user="carol", system_tags=["runtime:sfn"])
    writer.run(number=5, at=now, user=None, system_tags=["user:"])
    writer.flush()
    assert numbers(database, "user=foo") == []
    assert numbers(database, "user=bar") == []
    assert numbers(database, "user=alice") == [2]
    assert numbers(database, "user=alice&user=bob") == [3, 2]
    assert numbers(database, "user=carol") == []
    assert numbers(database, "user.not=alice") == [5, 4, 3, 1]
    assert judged(database)["HelloFlow", 5].run.user is None


def test_r14_r18_the_status_comes_before_the_limit(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    for number in (1, 2, 3):
        writer.ended(writer.run(number=number, at=now - MINUTE + number), now, ok=False)
    writer.run(number=4, at=now, heartbeat=now)
    writer.flush()
    assert numbers(database, "status=failed", limit=2) == [3, 2]
    assert numbers(database, "status=running") == [4]
    assert numbers(database, "status=running&status=failed") == [4, 3, 2, 1]
    assert numbers(database, "status=completed") == []


def test_r20_all_and_any_over_both_kinds_of_tags(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    writer.run(number=1, at=now, tags=("env:prod", "x"))
    writer.run(number=2, at=now, tags=("env:dev",))
    writer.run(number=3, at=now, tags=("x",), system_tags=["team:ml"])
    writer.flush()
    assert numbers(database, "tag=x&tag=team:ml") == [3]
    assert numbers(database, "tag=x&tag=env:prod") == [1]
    assert numbers(database, "tag.any=env:dev&tag.any=team:ml") == [3, 2]
    assert numbers(database, "tag.not=x") == [2]
    assert numbers(database, "tag=env") == []


def test_r21_bounds_of_the_start(writer: Writer, database: Database) -> None:
    """`from` is inclusive and `to` exclusive; the official operators lt and ge."""
    for number in (1, 2, 3):
        writer.run(number=number, at=number * SECOND)
    writer.flush()
    assert numbers(database, "started=1970-01-01T00:00:02Z..") == [3, 2]
    assert numbers(database, "started=..1970-01-01T00:00:02Z") == [1]
    assert numbers(database, "started=1970-01-01T00:00:02Z..1970-01-01T00:00:03Z") == [2]


@pytest.mark.parametrize("words", ["colour=red", "status=exploded", "started=yesterday"])
def test_r22_unlike_the_service_an_unknown_word_is_refused(words: str) -> None:
    with pytest.raises(BadQuery):
        RunQuery.from_query(words)
