"""The columns of a run: right at once, right after increments, loaded once for all."""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from dashboard.data import embedded
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.runs import Key
from dashboard.models import Qualifier, Status
from dashboard.run_state.state import OVERLAP, RunState
from dashboard.run_state.states import RunStates
from dashboard.run_state.view import RunView
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from tests import oracle
from tests.conftest import Store
from tests.data.test_oracle import LATE, near, whole_second
from tests.data.writing import Writer, hash_of
from tests.oracle import ATTEMPT_CASES, DAY, HOUR, MINUTE, SECOND

T0 = 1_700_000_000_000
Line = tuple[Any, ...]


def view(database: Database, key: Key) -> RunView:
    found = RunState(database, Judge(), key).view()
    assert found is not None
    return found


def again(state: RunState) -> RunView:
    """What the state says after a change that the change token has not told of yet."""
    state.forget()
    found = state.view()
    assert found is not None
    return found


def instant(value: int) -> int | None:
    return None if value == ABSENT else int(value)


def lines(view: RunView) -> dict[tuple[int, int], Line]:
    """What is shown of every attempt, by (task id, attempt); the duration of what still runs is left out."""
    found = {}
    for row, place in enumerate(view.task.tolist()):
        status, qualifier = STATUSES[view.status[row]], QUALIFIERS[view.qualifier[row]]
        times = [instant(column[row]) for column in (view.queued, view.started, view.finished)]
        about = (view.task_id(place), view.labels[place], int(view.index[place]), bool(view.is_last[row]))
        found[int(view.ids[place]), int(view.attempt[row])] = (
            view.steps[view.step[place]],
            *about,
            status,
            qualifier,
            *times,
        )
    return found


def statuses(view: RunView) -> dict[tuple[int, int], tuple[Status, Qualifier | None]]:
    return {key: (line[5], line[6]) for key, line in lines(view).items()}


# --- the cases of the Metaflow service, and the rows that one wrote --------------------------------------------------


def test_every_case_of_an_attempt(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    wrong = []
    for case in ATTEMPT_CASES:
        key = writer.case(case.rows, now, flow=f"Flow{case.id}")
        if case.run_over:
            writer.ended(key, now - 1, ok=False)
        writer.flush()
        found = view(database, key)
        mine = [row for row in range(len(found.task)) if found.ids[found.task[row]] == found.ids[0]]
        assert {int(found.attempt[row]) for row in mine} == set(case.official), case.id
        for row in mine:
            attempt = int(found.attempt[row])
            expected = case.expected(attempt)
            seen = (STATUSES[found.status[row]], QUALIFIERS[found.qualifier[row]], instant(found.started[row]))
            started = None if expected.started is None else oracle.instant(expected.started, now)
            finished = None if expected.finished is None else oracle.instant(expected.finished, now)
            duration = oracle.duration(expected.duration, now)
            if (
                seen != (expected.status, case.qualifiers.get(attempt), started)
                or not near(instant(found.finished[row]), finished, 0)
                or not (expected.any_duration or near(instant(found.duration[row]), duration, LATE))
            ):
                wrong.append((case.id, attempt, seen, expected))
    assert wrong == []


def test_the_runs_of_a_real_service(writer: Writer, database: Database) -> None:
    writer.service_rows()
    writer.flush()
    nested = view(database, ("NestedForeachFlow", 8))
    assert nested.steps == ("start", "mid", "leaf", "join_inner", "join_outer", "end")
    leaf = nested.steps.index("leaf")
    labels = [label for label, step in zip(nested.labels, nested.step, strict=True) if step == leaf]
    assert len(labels) == len(set(labels)) == 50
    assert "grp-3 · 7" in labels
    assert nested.variables[leaf] == ("outer", "inner")
    assert sorted(nested.index[nested.step == leaf].tolist()) == sorted([*range(10)] * 5)
    assert {status for status, _ in statuses(nested).values()} == {Status.COMPLETED}

    resumed = view(database, ("FailFlow", 15))
    kinds = [qualifier for _, qualifier in statuses(resumed).values()]
    assert kinds.count(Qualifier.CLONED) == 6
    assert kinds.count(None) == len(kinds) - 6
    failed = view(database, ("FailFlow", 14))
    assert [line[0] for line in lines(failed).values() if line[5] is Status.FAILED] == ["train"]

    switch = view(database, ("SwitchFlow", 3))
    assert [switch.steps[step] for step in switch.step].count("loop") == 4
    caught = view(database, ("ProjectFlow", 20))
    assert [line[0] for line in lines(caught).values() if line[6] is Qualifier.CAUGHT] == ["caught"]


# --- one thing at a time ---------------------------------------------------------------------------------------------


def test_a_run_that_does_not_exist(database: Database) -> None:
    assert RunState(database, Judge(), ("HelloFlow", 1)).view() is None


def test_a_run_without_tasks_and_a_step_without_tasks(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    bare = writer.run(at=now, heartbeat=now)
    writer.flush()
    assert len(view(database, bare).task) == 0
    key = writer.run(at=now, heartbeat=now)
    writer.task(key, "start", at=now)
    writer.flush()
    with writer.engine.begin() as connection:
        connection.execute(writer.tables.tasks.delete())
    found = view(database, key)
    assert (found.registered, len(found.task)) == ({"start": now}, 0)


def test_ids_of_orchestrators_are_names(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0, run_id="argo-x7k2p")
    task = writer.task(key, "start", at=T0, name="t-5b3f")
    writer.attempt(key, "start", task, 0, T0 + SECOND, True, T0 + MINUTE)
    writer.flush()
    found = view(database, key)
    assert (found.task_id(0), found.judged.run.id) == ("t-5b3f", "argo-x7k2p")


def test_a_retry_waits_from_the_end_of_the_attempt_before(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    task = writer.task(key, at=T0)
    writer.attempt(key, "start", task, 0, T0 + 5_000, False, T0 + 9_000)
    writer.attempt(key, "start", task, 1, T0 + 20_000, True, T0 + 25_000)
    writer.flush()
    found = view(database, key)
    assert found.queued.tolist() == [T0, T0 + 9_000]
    assert found.started.tolist() == [T0 + 5_000, T0 + 20_000]
    assert found.is_last.tolist() == [False, True]
    assert found.row_of(0) == 1


def test_the_nodes_of_a_gang_are_told_apart(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    for node in range(3):
        task = writer.task(key, "train", at=T0 + node)
        writer.attempt(key, "train", task, 0, T0 + 100 + node, True, T0 + 200)
        writer.metadatum(key, "train", task, "parallel-node-index", str(node), T0 + 101, ("attempt_id:0",))
    writer.flush()
    found = view(database, key)
    assert found.labels == ("node 0", "node 1", "node 2")
    assert found.index.tolist() == [0, 1, 2]


def test_absurd_times_make_no_negative_durations(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    key = writer.run(at=now, heartbeat=now)
    for at, start, end in ((0, 5, 1), (now + 400 * DAY, now + 500 * DAY, now - DAY), (now, 1, now)):
        task = writer.task(key, "odd", at=at)
        writer.attempt(key, "odd", task, 0, start, True, end)
    writer.flush()
    found = view(database, key)
    assert all(duration is None or duration >= 0 for duration in map(instant, found.duration))
    assert (found.queued <= found.started).all()


def test_metadata_that_are_no_numbers_are_left_out(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    task = writer.task(key, at=T0)
    for field, value, tags in (
        ("attempt", "none", ()),
        ("attempt", "99999999999", ()),
        ("attempt-done", "", ()),
        ("attempt_ok", "True", ("attempt_id:x", "attempt_id:12345")),
        ("foreach-execution-path", "a:b:c", ()),
        ("foreach-stack", '{"', ()),
        ("parallel-node-index", "-1", ()),
    ):
        writer.metadatum(key, "start", task, field, value, T0 + 1, tags)
    writer.attempt(key, "start", task, 0, T0 + 10, "maybe", T0 + 20)
    writer.flush()
    assert [(key[1], line[5]) for key, line in lines(view(database, key)).items()] == [(0, Status.UNKNOWN)]


# --- increments ------------------------------------------------------------------------------------------------------


def test_news_come_in_and_only_they_are_marked(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    key = writer.run(at=now - MINUTE, heartbeat=now)
    first = writer.task(key, "work", at=now - MINUTE, heartbeat=now)
    writer.attempt(key, "work", first, 0, now - MINUTE)
    second = writer.task(key, "work", at=now - MINUTE, heartbeat=now)
    writer.flush()
    state = RunState(database, Judge(), key)
    before = again(state)
    assert statuses(before) == {(first, 0): (Status.RUNNING, None), (second, 0): (Status.PENDING, None)} or (
        statuses(before)[second, 0][0] is Status.RUNNING
    )
    assert again(state).version == before.version, "nothing has changed"
    writer.metadatum(key, "work", first, "attempt_ok", "True", now, ("attempt_id:0",))
    third = writer.task(key, "more", at=now, heartbeat=now)
    writer.flush()
    after = again(state)
    assert (after.generation, after.version) == (before.generation, before.version + 1)
    assert statuses(after)[first, 0] == (Status.COMPLETED, None)
    new = [int(after.ids[place]) for place in after.task[after.changed > before.version]]
    assert new == [first, third]


def test_the_last_look_reads_all(writer: Writer, database: Database) -> None:
    """What committed too late for an increment is there once the run has ended."""
    now = whole_second(database)
    key = writer.run(at=now - MINUTE, heartbeat=now)
    task = writer.task(key, "work", at=now - MINUTE, heartbeat=now)
    writer.attempt(key, "work", task, 0, now - MINUTE)
    writer.metadatum(key, "work", task, "note", "x", now, id=5 * OVERLAP)
    writer.flush()
    state = RunState(database, Judge(), key)
    again(state)
    writer.metadatum(key, "work", task, "attempt_ok", "True", now, ("attempt_id:0",), id=100)
    writer.flush()
    assert statuses(again(state))[task, 0][0] is Status.RUNNING, "below the overlap"
    writer.metadatum(key, "work", task, "note", "y", now, id=5 * OVERLAP + 1)
    end = writer.task(key, "end", at=now)
    writer.metadatum(key, "end", end, "attempt_ok", "True", now, ("attempt_id:0",), id=5 * OVERLAP + 2)
    writer.flush()
    assert statuses(again(state))[task, 0][0] is Status.COMPLETED


def test_signs_of_a_task_that_was_missed_bring_a_new_load(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    key = writer.run(at=now - MINUTE, heartbeat=now)
    writer.task(key, "work", at=now - MINUTE, heartbeat=now, task_id=5 * OVERLAP)
    writer.flush()
    state = RunState(database, Judge(), key)
    before = again(state)
    late = writer.task(key, "work", at=now - MINUTE, heartbeat=now, task_id=7)
    writer.flush()
    assert (late, 0) not in statuses(again(state))
    writer.attempt(key, "work", late, 0, now)
    writer.flush()
    after = again(state)
    assert statuses(after)[late, 0] == (Status.RUNNING, None)
    assert after.generation != before.generation


def test_a_first_sign_of_a_later_attempt_begins_a_generation(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    key = writer.run(at=now - MINUTE, heartbeat=now)
    task = writer.task(key, "work", at=now - MINUTE, heartbeat=now)
    writer.flush()
    state = RunState(database, Judge(), key)
    before = again(state)
    writer.attempt(key, "work", task, 2, now)
    writer.flush()
    after = again(state)
    assert [key for key, _ in lines(after).items()] == [(task, 2)]
    assert after.generation != before.generation


def test_silence_becomes_a_death_without_any_row(writer: Writer, database: Database) -> None:
    now = whole_second(database)
    key = writer.run(at=now - HOUR, heartbeat=now)
    task = writer.task(key, "work", at=now - HOUR, heartbeat=now - 20 * SECOND)
    writer.attempt(key, "work", task, 0, now - HOUR)
    writer.flush()
    state = RunState(database, Judge(), key)
    assert statuses(again(state))[task, 0] == (Status.RUNNING, None)
    with writer.engine.begin() as connection:
        tasks = writer.tables.tasks
        connection.execute(update(tasks).values(last_heartbeat_ts=now // 1000 - 100))
    other = RunState(database, Judge(), key)
    assert statuses(again(other))[task, 0] == (Status.FAILED, Qualifier.KILLED)


def test_a_wiped_run_is_another_one(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0, number=1)
    task = writer.task(key, at=T0)
    writer.attempt(key, "start", task, 0, T0, True, T0 + 1)
    writer.flush()
    state = RunState(database, Judge(), key)
    before = again(state)
    with writer.engine.begin() as connection:
        for table in reversed(list(writer.tables)):
            connection.execute(table.delete())
    state.forget()
    assert state.view() is None
    fresh = Writer(writer.engine)
    fresh.run(at=T0 + DAY, number=1)
    fresh.flush()
    after = again(state)
    assert len(after.task) == 0
    assert after.generation != before.generation


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["attempt", "attempt-done", "True", "False", "label", "place"]),
        st.integers(0, 2),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, cuts=st.lists(st.integers(0, 46), max_size=6), seed=st.integers(0, 2**16))
def test_increments_give_the_same_columns_as_a_fresh_load(
    tmp_path: Path, events: list[tuple[int, str, int]], cuts: list[int], seed: int
) -> None:
    """Rows become visible in any order and in any pieces; those who followed see what those see who come last."""
    path = tmp_path / f"{seed}-{len(events)}-{sum(cuts)}-{random.random()}.db"
    engine = embedded.open_for_writing(path)
    writer = Writer(engine)
    now = 1000 * int(time.time())
    key = writer.run(at=now - HOUR, heartbeat=now)
    writer.flush()
    steps = ["start", "work", "work", "work", "join", "end"]
    inserts: list[Callable[[], object]] = []
    ids = itertools.count(1)
    for task, step in enumerate(steps, 1):
        inserts.append(partial(writer.task, key, step, at=now - HOUR + task, heartbeat=now, task_id=task))
    for n, (place, kind, attempt) in enumerate(events):
        inserts.append(event(writer, key, steps[place], place + 1, kind, attempt, now - HOUR + 1000 * n, next(ids)))
    random.Random(seed).shuffle(inserts)
    database = Database(f"sqlite:///{path}")
    follower = RunState(database, Judge(), key)
    before = again(follower)
    table = lines(before)
    for start, stop in itertools.pairwise([0, *sorted(cuts), len(inserts)]):
        for insert in inserts[start:stop]:
            insert()
        writer.flush()
        after = again(follower)
        if after.generation == before.generation:
            fresh = {
                (int(after.ids[after.task[n]]), int(after.attempt[n]))
                for n in (after.changed > before.version).nonzero()[0]
            }
            table |= {one: line for one, line in lines(after).items() if one in fresh}
        else:
            table = lines(after)
        assert {one: line[:4] + line[5:] for one, line in table.items()} == {
            one: line[:4] + line[5:] for one, line in lines(after).items()
        }, "the rows marked as changed are those that changed"
        before = after
    latecomer = RunState(database, Judge(), key)
    assert lines(before) == lines(again(latecomer))
    database.close()
    engine.dispose()
    path.unlink()


def event(
    writer: Writer, key: Key, step: str, task: int, kind: str, attempt: int, at: int, number: int
) -> Callable[[], object]:
    field, value = {
        "label": ("foreach-stack", f"{{x={task}}}"),
        "place": ("foreach-execution-path", f"work:{task}"),
        "True": ("attempt_ok", "True"),
        "False": ("attempt_ok", "False"),
    }.get(kind, (kind, str(attempt)))
    return partial(writer.metadatum, key, step, task, field, value, at, (f"attempt_id:{attempt}",), id=number)


# --- shared and bounded ----------------------------------------------------------------------------------------------


def test_ten_viewers_at_once_cause_one_load(
    writer: Writer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    key = writer.run(at=T0)
    for n in range(50):
        writer.attempt(key, "work", writer.task(key, "work", at=T0 + n), 0, T0 + n, True, T0 + 1000)
    writer.flush()
    states = RunStates(database, Judge(), 10_000_000)
    found: list[object] = []
    barrier = threading.Barrier(10)

    def look() -> None:
        barrier.wait()
        found.append(states(key))

    with caplog.at_level(logging.DEBUG, "metaflow_dashboard.sql"):
        threads = [threading.Thread(target=look) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 10
    assert len(set(map(id, found))) == 1
    assert sum("signs of a run" in record.message for record in caplog.records) == 1


def test_states_are_bounded_by_bytes_and_the_least_used_goes(writer: Writer, database: Database) -> None:
    keys = [writer.run(at=T0) for _ in range(4)]
    for key in keys:
        for n in range(200):
            writer.attempt(key, "work", writer.task(key, "work", at=T0 + n), 0, T0 + n, True, T0 + 1000)
    writer.flush()
    one = RunState(database, Judge(), keys[0])
    one.view()
    states = RunStates(database, Judge(), int(2.5 * one.nbytes))
    for key in (keys[0], keys[1], keys[0], keys[2]):
        assert states(key) is not None
    assert [states.peek(key) is not None for key in keys] == [True, False, True, False], "the least used went"
    assert states.nbytes == 2 * one.nbytes
    small = RunStates(database, Judge(), 1)
    assert small(keys[0]) is small.peek(keys[0]), "the one in use stays, however large"


def test_what_a_database_refuses_is_asked_for_again(writer: Writer, database: Database, any_database: Store) -> None:
    key = writer.run(at=T0)
    writer.attempt(key, "start", writer.task(key, at=T0), 0, T0, True, T0 + 1)
    writer.flush()
    state = RunState(database, Judge(), key)
    calls = []

    def broken(_reader: Reader) -> None:
        calls.append(1)
        raise RuntimeError("lost")

    read = state._read
    state._read = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError):
        state.view()
    state._read = read  # type: ignore[method-assign]
    found = state.view()
    assert found is not None
    assert len(found.task) == 1
    assert hash_of(True) != hash_of(False)
