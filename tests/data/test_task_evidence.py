"""What tasks say about their runs: failures, progress, counts, steps, places in the datastore."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.data import flows, locations, progress, runs, task_signs
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.locations import Location
from dashboard.data.outcomes import outcomes
from dashboard.data.progress import ProgressCounter
from dashboard.data.runs import Key
from dashboard.data.steps import step_spans
from dashboard.data.task_counts import WIDEST, caught, task_counts
from dashboard.data.task_signs import MOST_FAILURES, failed_for_good
from dashboard.models import TaskRef
from tests.conftest import Store
from tests.data.writing import Writer
from tests.oracle import DAY, HOUR, MINUTE, SECOND

T0 = 1_700_000_000_000


def judged(reader: Reader, keys: Sequence[Key], now: int = T0 + HOUR) -> dict[Key, object]:
    judge = Judge()
    return dict(outcomes(reader, judge, ProgressCounter(), judge(reader, runs.by_keys(reader, keys), now)))


def fail(writer: Writer, key: Key, at: int, attempt: int = 0, step: str = "train", task: int | None = None) -> int:
    if task is None:
        task = writer.task(key, step, at=at - 100)
    writer.attempt(key, step, task, attempt, at - 50, ok=False, done=at)
    return task


# --- failures -------------------------------------------------------------------------------------------------------


def test_a_task_failed_for_good_only_if_it_was_not_tried_again(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    for_good = fail(writer, key, T0 + 100)
    retried = fail(writer, key, T0 + 200)
    writer.attempt(key, "train", retried, 1, T0 + 300)
    twice = fail(writer, key, T0 + 400)
    fail(writer, key, T0 + 500, attempt=1, task=twice)
    healed = fail(writer, key, T0 + 600)
    writer.attempt(key, "train", healed, 1, T0 + 700, ok=True)
    skewed = fail(writer, key, T0 + 900)  # by the clock of another host of the service the retry began before
    writer.attempt(key, "train", skewed, 1, T0 + 800)
    writer.flush()
    found = database(failed_for_good, [key])[key]
    assert found == [
        TaskRef("train", str(for_good), 0, T0 + 100),
        TaskRef("train", str(twice), 1, T0 + 500),
    ]
    assert database(ProgressCounter(), key).failed == tuple(found)


def test_a_run_with_very_many_failures_hides_no_other(writer: Writer, database: Database) -> None:
    wide = writer.run(at=T0)
    for n in range(MOST_FAILURES + 700):
        fail(writer, wide, T0 + 10_000 + n)
    first = fail(writer, wide, T0 + 5_000)
    others = [writer.run(at=T0) for _ in range(40)]
    wanted = {key: fail(writer, key, T0 + 1_000) for key in others}
    writer.flush()
    keys = [*others[:20], wide, *others[20:]]
    found = database(failed_for_good, keys)
    assert {key: found[key][0].task for key in others} == {key: str(task) for key, task in wanted.items()}
    assert all(len(found[key]) == 1 for key in others)
    assert len(found[wide]) == MOST_FAILURES
    assert found[wide][0].task == str(first), "the first failure is the one to look at"


def test_no_keys_no_question(database: Database) -> None:
    assert database(failed_for_good, []) == {}
    assert database(task_counts, []) == {}
    assert database(caught, []) == {}
    assert database(runs.by_keys, []) == []


# --- progress -------------------------------------------------------------------------------------------------------


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_progress_by_increments_is_a_fresh_count(
    any_database: Store, database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Ids come out of order within the overlap; a counter that looks in between says the same as a new one."""
    monkeypatch.setattr(progress, "OVERLAP", 8)
    chance = random.Random(seed)
    writer = Writer(any_database.engine)
    for table in reversed(list(writer.tables)):
        with any_database.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table.name}"))
    mine, other = writer.run(at=T0), writer.run(at=T0)
    for key in (mine, other):
        writer.task(key, at=T0, task_id=key[1])
        writer.task(key, "_parameters", at=T0, task_id=key[1] + 2)
    writer.flush()
    counter, ids = ProgressCounter(), list(range(10, 110))
    shuffled = [one for i in range(0, len(ids), 6) for one in chance.sample(ids[i : i + 6], len(ids[i : i + 6]))]
    for n, number in enumerate(shuffled):
        key = mine if chance.random() < 0.7 else other
        writer.task(key, at=T0 + n, task_id=number)
        attempt = chance.randrange(2)
        kind = chance.choice(("attempt", "attempt_ok", "attempt_ok"))
        value = chance.choice(("True", "False"))
        task = chance.choice(shuffled[: n + 1])
        writer.metadatum(key, "start", task, kind, value, T0 + n, (f"attempt_id:{attempt}",), id=number)
        if chance.random() < 0.15:
            writer.flush()
            assert database(counter, mine) == database(ProgressCounter(), mine)
    writer.flush()
    assert database(counter, mine) == database(ProgressCounter(), mine)
    assert database(counter, mine).tasks > 30


def test_progress_after_a_wipe_starts_again(writer: Writer, database: Database, any_database: Store) -> None:
    key = writer.run(number=1, at=T0)
    for n in range(30):
        task = writer.task(key, at=T0, task_id=10_000 + n)
        writer.metadatum(key, "start", task, "attempt_ok", "True", T0, id=10_000 + n)
    writer.task(key, at=T0, task_id=20_000)
    writer.metadatum(key, "start", 20_000, "attempt_ok", "True", T0, id=20_000)
    writer.flush()
    counter = ProgressCounter()
    assert database(counter, key).tasks == database(counter, key).done == 31
    with any_database.engine.begin() as connection:
        for table in reversed(list(writer.tables)):
            connection.execute(text(f"DELETE FROM {table.name}"))
    again = Writer(any_database.engine)
    again.run(number=1, at=T0 + DAY)
    again.task(key, at=T0 + DAY, task_id=1)
    again.flush()
    now = database(counter, key)
    assert (now.tasks, now.done) == (1, 0)


def test_only_so_many_runs_are_counted_on(writer: Writer, database: Database) -> None:
    keys = [writer.run(at=T0) for _ in range(4)]
    for key in keys:
        writer.task(key, at=T0)
    writer.flush()
    counter = ProgressCounter(size=2)
    assert [database(counter, key).tasks for key in keys * 2] == [1] * 8
    assert len(counter._settled) == 2


# --- counts and swallowed exceptions --------------------------------------------------------------------------------


def test_tasks_are_counted_without_parameters(writer: Writer, database: Database) -> None:
    first, second, namesake = writer.run("A", 1, at=T0), writer.run("A", 2, at=T0), writer.run("B", 1, at=T0)
    for key, number in ((first, 3), (namesake, 1)):
        writer.task(key, "_parameters", at=T0)
        for _ in range(number):
            writer.task(key, at=T0)
    writer.flush()
    assert database(task_counts, [first, second, namesake]) == {first: 3, second: 0, namesake: 1}


def test_a_swallowed_exception_shows_in_two_hashes(
    writer: Writer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, wide = writer.run(at=T0), writer.run(at=T0)
    good, bad, half = (writer.task(key, at=T0) for _ in range(3))
    for task, success in ((good, "yes"), (bad, "no")):
        writer.artifact(key, "start", task, "_success", success, T0)
        writer.artifact(key, "start", task, "_task_ok", "yes", T0)
    writer.artifact(key, "start", half, "_task_ok", "yes", T0)
    writer.artifact(key, "start", good, "_success", "no", T0, attempt=1)  # each attempt for itself
    tasks = [writer.task(wide, at=T0) for _ in range(3)]
    writer.artifact(wide, "start", tasks[0], "_success", "no", T0)
    writer.artifact(wide, "start", tasks[0], "_task_ok", "yes", T0)
    writer.flush()
    assert WIDEST > 1_000
    monkeypatch.setattr("dashboard.data.task_counts.WIDEST", 3)
    assert set(database(caught, [key, wide])) == {key, wide}
    assert database(caught, [key])[key] == [TaskRef("start", str(bad), 0, T0)]
    monkeypatch.setattr("dashboard.data.task_counts.WIDEST", 2)
    assert database(caught, [key, wide]) == {}


def test_outcomes_of_a_page(writer: Writer, database: Database) -> None:
    now = T0 + HOUR
    done, failed, killed = (writer.run(at=T0) for _ in range(3))
    running = writer.run(at=T0, heartbeat=now)
    writer.ended(done, T0 + MINUTE)
    fail(writer, failed, T0 + 20 * SECOND)
    writer.ended(failed, T0 + MINUTE, ok=False)
    fail(writer, running, T0 + 20 * SECOND)
    writer.ended(running, T0 + MINUTE, step="middle")
    writer.task(running, "middle", at=T0 + MINUTE)
    writer.flush()
    found = database(judged, [done, failed, killed, running])
    summary = {
        key: (one.tasks, one.done, one.failed, one.first_failure and one.first_failure.step)  # type: ignore[attr-defined]
        for key, one in found.items()
    }
    assert summary == {
        done: (1, None, 0, None),
        failed: (2, None, 2, "train"),
        killed: (0, 0, 0, None),  # no heartbeats: running until a day has passed
        running: (3, 1, 1, "train"),
    }


# --- steps, places, flows -------------------------------------------------------------------------------------------


def test_steps_in_the_order_they_began(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    writer.task(key, "_parameters", at=T0)
    begun = writer.task(key, "zebra", at=T0 + 10, heartbeat=T0 + 5 * SECOND)
    writer.attempt(key, "zebra", begun, 0, T0 + 20, ok=True, done=T0 + 900)
    fail(writer, key, T0 + 2_000, step="apple")
    writer.task(key, "apple", at=T0 + 1_900)
    writer.task(key, "queued", at=T0 + 3_000)
    writer.flush()
    spans = database(step_spans, key)
    assert [(s.step, s.tasks, s.done, len(s.failed), s.is_open) for s in spans] == [
        ("zebra", 1, 1, 0, False),
        ("apple", 2, 0, 1, True),
        ("queued", 1, 0, 0, True),
    ]
    assert [(s.started_at, s.ended_at, s.heartbeat_at) for s in spans] == [
        (T0 + 20, T0 + 900, T0 + 5 * SECOND),
        (T0 + 1_950, T0 + 2_000, None),
        (T0 + 3_000, None, None),
    ]
    assert database(step_spans, ("Nobody", 1)) == []


def test_where_a_task_wrote(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    plain, named = writer.task(key, at=T0), writer.task(key, at=T0, name="t-abc")
    numeric = writer.task(key, at=T0, name=str(plain + 10_000))
    for task in (plain, named, numeric):
        writer.metadatum(key, "start", task, "ds-type", "s3", T0)
        writer.metadatum(key, "start", task, "ds-root", f'"s3://bucket/{task}"', T0)
    bare = writer.task(key, at=T0)
    writer.metadatum(key, "start", bare, "ds-type", "s3", T0)
    writer.flush()
    places = {
        str(plain): plain,
        "t-abc": named,
        str(plain + 10_000): numeric,
    }
    for name, task in places.items():
        assert database(locations.of_task, key, TaskRef("start", name)) == Location("s3", f"s3://bucket/{task}")
    for name in (str(bare), "none", "9" * 30, "9" * 18):
        assert database(locations.of_task, key, TaskRef("start", name)) is None


def test_suggested_flows_and_typical_durations(writer: Writer, database: Database) -> None:
    for n in range(6):
        key = writer.run("Hello%Flow", at=T0 + n)
        writer.ended(key, T0 + n + MINUTE * (n + 1))
    for n in range(4):
        writer.ended(writer.run("Rare_Flow", at=T0 + n), T0 + HOUR)
    writer.flush()
    assert database(flows.names, "%") == ["Hello%Flow"]
    assert database(flows.names, "_f") == ["Rare_Flow"]
    assert database(flows.names, "", 1) == ["Hello%Flow"]
    asked = ["Hello%Flow", "Rare_Flow", "None"]
    typical = database(flows.typical_durations, Judge(), asked, T0 + DAY)
    assert typical == {"Hello%Flow": 3 * MINUTE + 30 * SECOND, "Rare_Flow": None, "None": None}
    assert flows.most_used([["b", "a"], ["a"], ["c"]]) == ["a", "b", "c"]


def test_runs_by_their_pathspec(writer: Writer, database: Database) -> None:
    number = writer.run("A", 12, at=T0)
    named = writer.run("A", 13, at=T0, run_id="argo-12")
    writer.run("B", 14, at=T0)
    writer.flush()
    assert getattr(database(runs.get, "A", "12"), "key", None) == number
    assert getattr(database(runs.get, "A", "argo-12"), "key", None) == named
    for run in ("14", "9" * 18, "9" * 30, "1'2", "", "-12", "²"):
        assert database(runs.get, "A", run) is None, run
    assert [run.key for run in database(runs.by_keys, [named, ("A", 99), number])] == [named, number]
    assert task_signs.attempt_of(["attempt_id:3"]) == 3
    assert task_signs.attempt_of(None) is None
