"""What the judge remembers, for how long, and when it asks again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from dashboard.data import run_search, runs
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.run_search import find, words
from dashboard.data.runs import Key
from dashboard.filters import RunFilter, RunQuery
from dashboard.models import JudgedRun, Qualifier, Status
from dashboard.status import Limits
from tests.conftest import Store
from tests.data.writing import Writer
from tests.oracle import DAY, HOUR, MINUTE, SECOND


def judge_at(reader: Reader, judge: Judge, keys: Sequence[Key], now: int) -> list[JudgedRun]:
    return judge(reader, runs.by_keys(reader, keys), now)


def asked(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Names of the queries since the last call."""
    names = [record.getMessage().partition(":")[0] for record in caplog.records]
    caplog.clear()
    return [name for name in names if name != "runs by key"]


@pytest.fixture(autouse=True)
def _traces(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "metaflow_dashboard.sql")


def test_a_final_verdict_is_not_asked_for_again(
    writer: Writer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    done, open_run = writer.run(at=now - HOUR), writer.run(at=now - MINUTE, heartbeat=now)
    writer.ended(done, now - MINUTE)
    writer.flush()
    judge = Judge()
    first = database(judge_at, judge, [done, open_run], now)
    assert [one.verdict.status for one in first] == [Status.COMPLETED, Status.RUNNING]
    assert asked(caplog)
    assert database(judge_at, judge, [done], now + HOUR) == first[:1]
    assert asked(caplog) == []
    database(judge_at, judge, [open_run], now + SECOND)
    assert asked(caplog) == ["tasks of a step", "tasks of a step"]  # `end`, then `_parameters` for another name of it


def test_the_order_of_the_runs_is_kept(writer: Writer, database: Database) -> None:
    now = 2 * DAY
    keys = [writer.run(at=now - HOUR, heartbeat=now if n % 2 else None) for n in range(6)]
    for key in keys[::3]:
        writer.ended(key, now - MINUTE)
    writer.flush()
    judge = Judge()
    database(judge_at, judge, keys[:2], now)
    assert [one.run.key for one in database(judge_at, judge, keys[::-1], now)] == keys[::-1]


def test_a_namesake_after_a_wipe_is_judged_anew(
    writer: Writer, database: Database, any_database: Store, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    key = writer.run(number=1, at=now - HOUR)
    task = writer.ended(key, now - MINUTE)
    writer.artifact(key, "end", task, "_success", "no", now)
    writer.artifact(key, "end", task, "_task_ok", "yes", now)
    writer.flush()
    judge = Judge()
    before = database(judge_at, judge, [key], now)
    assert database(judge.look_for_caught, before)[0].verdict.qualifier is Qualifier.CAUGHT
    with any_database.engine.begin() as connection:
        for table in reversed(list(writer.tables)):
            connection.execute(text(f"DELETE FROM {table.name}"))
    again = Writer(any_database.engine)
    again.run(number=1, at=now - 5 * MINUTE)
    again.ended(key, now - MINUTE)
    again.flush()
    after = database(judge_at, judge, [key], now)
    assert (after[0].verdict.status, after[0].verdict.qualifier) == (Status.COMPLETED, None)
    assert after[0].verdict.duration == 4 * MINUTE
    assert not judge.is_searched(key)
    assert judge.caught_tasks(key) == []
    assert database(judge.look_for_caught, after)[0].verdict.qualifier is None


def test_signs_of_tasks_are_kept_for_a_moment_unless_the_heartbeat_changes(
    writer: Writer, database: Database, any_database: Store, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    key = writer.run(at=now - HOUR, heartbeat=now - 40 * SECOND)
    writer.flush()
    judge = Judge()
    signs = {"last signs of tasks", "last task heartbeats", "failed attempts"}
    database(judge_at, judge, [key], now)
    assert signs <= set(asked(caplog))
    database(judge_at, judge, [key], now + 20 * SECOND)
    assert signs.isdisjoint(asked(caplog))
    database(judge_at, judge, [key], now + 31 * SECOND)
    assert signs <= set(asked(caplog))
    with any_database.engine.begin() as connection:
        connection.execute(text("UPDATE runs_v3 SET last_heartbeat_ts = last_heartbeat_ts + 1"))
    database(judge_at, judge, [key], now + 32 * SECOND)
    assert signs <= set(asked(caplog))


def test_a_fresh_heartbeat_asks_for_no_signs_of_tasks(
    writer: Writer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    key = writer.run(at=now - HOUR, heartbeat=now - 20 * SECOND)
    writer.flush()
    database(judge_at, Judge(), [key], now)
    assert "last signs of tasks" not in asked(caplog)


def test_only_so_many_verdicts_are_remembered_the_least_wanted_go(
    writer: Writer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    keys = [writer.run(at=now - HOUR) for _ in range(3)]
    for key in keys:
        writer.ended(key, now - MINUTE)
    writer.flush()
    judge = Judge(size=2)
    for key in (keys[0], keys[1], keys[0], keys[2]):
        database(judge_at, judge, [key], now)
    asked(caplog)
    database(judge_at, judge, [keys[0], keys[2]], now)
    assert asked(caplog) == []
    database(judge_at, judge, [keys[1]], now)
    assert asked(caplog)


def test_swallowed_exceptions_are_looked_for_once(
    writer: Writer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    now = 2 * DAY
    keys = [writer.run(at=now - HOUR) for _ in range(3)]
    for number, key in enumerate(keys):
        task = writer.ended(key, now - MINUTE)
        writer.artifact(key, "end", task, "_success", "no" if number else "yes", now)
        writer.artifact(key, "end", task, "_task_ok", "yes", now)
    later = writer.task(keys[2], "join", at=now)
    writer.artifact(keys[2], "join", later, "_success", "no", now + 1, attempt=1)
    writer.artifact(keys[2], "join", later, "_task_ok", "yes", now + 1, attempt=1)
    writer.flush()
    judge = Judge()
    judged = database(judge_at, judge, keys, now)
    assert [one.verdict.qualifier for one in judged] == [None] * 3
    asked(caplog)
    found = database(judge.look_for_caught, judged)
    assert asked(caplog) == ["task counts", "swallowed exceptions"]
    assert [one.verdict.qualifier for one in found] == [None, Qualifier.CAUGHT, Qualifier.CAUGHT]
    assert "swallowed 1 exception, first in end/" in found[1].verdict.reason
    assert "swallowed 2 exceptions, first in end/" in found[2].verdict.reason
    assert [(task.step, task.attempt) for task in judge.caught_tasks(keys[2])] == [("end", 0), ("join", 1)]
    assert database(judge.look_for_caught, judged) == found
    assert asked(caplog) == []
    assert database(judge_at, judge, keys, now) == found


def test_a_run_without_heartbeats_whose_killed_attempt_was_tried_again_is_over(
    writer: Writer, database: Database
) -> None:
    """An attempt that was killed wrote no end, but the one after it did: nothing is at work any more."""
    now = 2 * DAY
    key = writer.run(at=now - HOUR)
    task = writer.task(key, "train", at=now - HOUR)
    writer.attempt(key, "train", task, 0, now - 50 * MINUTE)
    writer.attempt(key, "train", task, 1, now - 40 * MINUTE, ok=False, done=now - 30 * MINUTE)
    writer.flush()
    verdict = database(judge_at, Judge(), [key], now)[0].verdict
    assert (verdict.status, verdict.finished_at) == (Status.FAILED, now - 30 * MINUTE)


@pytest.mark.parametrize(("value", "status"), [("maybe", Status.RUNNING), ("", Status.RUNNING), ("ON", "completed")])
def test_an_unreadable_end_hides_nothing(writer: Writer, database: Database, value: str, status: Status | str) -> None:
    now = database(Reader.now)
    writer.ended(writer.run(number=1, at=now - HOUR, heartbeat=now), now - MINUTE, ok=value)
    writer.ended(writer.run(number=2, at=now - HOUR), now - MINUTE)
    writer.flush()
    page = database(find, Judge(), RunFilter())
    assert {one.run.number: one.verdict.status for one in page.runs} == {1: Status(status), 2: Status.COMPLETED}


def test_limits_of_the_settings_count(writer: Writer, database: Database) -> None:
    now = 2 * DAY
    key = writer.run(at=now - HOUR, heartbeat=now - 500 * SECOND)
    writer.flush()
    assert database(judge_at, Judge(), [key], now)[0].verdict.status is Status.FAILED
    patient = Judge(Limits(run_inactive=600_000))
    assert database(judge_at, patient, [key], now)[0].verdict.qualifier is Qualifier.NO_HEARTBEAT


def test_more_runs_than_a_batch(writer: Writer, database: Database) -> None:
    now = database(Reader.now)
    keys = [writer.run(at=now - HOUR + n) for n in range(1_201)]
    for key in keys:
        writer.ended(key, now - MINUTE, ok=key[1] % 2 == 0)
        for _ in range(key[1] % 3):  # a step `end` of several tasks, as in a flow whose last step has another name
            writer.task(key, "end", at=now - HOUR)
    writer.flush()
    page = database(find, Judge(), RunFilter(), limit=2_000)
    assert len(page.runs) == 1_201
    assert all((one.verdict.status is Status.COMPLETED) == (one.run.number % 2 == 0) for one in page.runs)


def test_running_is_looked_for_among_runs_that_may_run(writer: Writer, database: Database) -> None:
    """With and without heartbeats, up to the last seconds of each limit, and no run that is not running."""
    now = database(Reader.now) // SECOND * SECOND
    beats = (0, -100, -350, -355, 359, -362, -420, 500, None)
    for beat in beats:
        writer.run(at=now - HOUR, heartbeat=None if beat is None else now + beat * SECOND)
    writer.run(at=now - 2 * DAY)
    writer.flush()
    judge = Judge()
    everyone = database(find, judge, RunFilter()).runs
    for status in ("running", "no-heartbeat"):
        page = database(find, judge, RunQuery.from_query(f"status={status}").filter)
        wanted = {one.run.number for one in everyone if status in words(one.verdict)}
        assert {one.run.number for one in page.runs} == wanted
        assert wanted


def test_a_page_asks_few_questions(writer: Writer, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever the number of runs on it: no statement per row."""
    now = database(Reader.now)
    for number in range(200):
        key = writer.run(at=now - HOUR, heartbeat=None if number % 2 else now - 100 * SECOND)
        task = writer.task(key, "train", at=now - HOUR)
        writer.attempt(key, "train", task, 0, now - HOUR, ok=False, done=now - MINUTE)
    writer.flush()
    asked(caplog)
    database(run_search.find, Judge(), RunFilter(), limit=200)
    names = asked(caplog)
    assert len(names) <= 10, names
    assert not [name for name in names if not re.fullmatch(r"[a-z ,]+", name)]
