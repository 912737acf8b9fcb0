"""The bytes that a browser draws a run from: decoded as documented, they say what the view says."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.data import embedded
from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.run_state import wire
from dashboard.run_state.state import RunState
from dashboard.run_state.view import RunView
from dashboard.status.attempts import ABSENT
from tests.data.writing import Writer
from tests.oracle import DAY, HOUR, MINUTE, SECOND
from tests.run_state.decoding import Followed, decode
from tests.run_state.test_state import EVENTS, again, event, view

T0 = 1_700_000_000_000


def expected(view: RunView) -> tuple[object, ...]:
    """What a browser has to know of a view."""

    def since_start(value: Any) -> int | None:
        return None if value == ABSENT else int(value) - view.judged.run.created_at

    tasks = {
        place: (float(view.ids[place]), int(view.step[place]), int(view.index[place]), view.labels[place])
        for place in range(len(view.ids))
    }
    names = {place: name for place, name in enumerate(view.names) if name}
    rows = {
        (int(view.task[row]), int(view.attempt[row])): (
            int(view.status[row]),
            int(view.qualifier[row]),
            *(since_start(column[row]) for column in (view.queued, view.started, view.finished)),
        )
        for row in range(len(view.task))
    }
    variables = {view.steps[step]: list(found) for step, found in view.variables.items()}
    return tasks, names, rows, list(view.steps), variables


def test_the_runs_of_a_real_service(writer: Writer, database: Database) -> None:
    writer.service_rows()
    writer.flush()
    for key in (("NestedForeachFlow", 8), ("FailFlow", 14), ("FailFlow", 15), ("SwitchFlow", 3), ("ProjectFlow", 20)):
        found = view(database, key)
        browser = Followed()
        answer = browser.take(wire.packed(found, more=[1, {"two": None}]))
        assert browser.shown == expected(found)
        assert (answer.head["whole"], answer.head["more"]) == (True, [1, {"two": None}])
        assert (answer.head["t0"], answer.head["now"]) == (found.judged.run.created_at, found.now)
        assert (answer.head["unit"], answer.head["stamp"]) == (1, wire.stamp(found))


def test_a_run_without_tasks(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    writer.flush()
    browser = Followed()
    browser.take(wire.packed(view(database, key)))
    assert browser.shown == ({}, {}, {}, [], {})


def test_hostile_names_are_one_line_each(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    names = ["two\nlines", "\u2028", "nul \u0001", "☃ <script>", "plain", "tab\tbed", " "]
    for name in names:
        task = writer.task(key, f"step {name}", at=T0, name=name)
        writer.metadatum(key, f"step {name}", task, "foreach-stack", f"{{x={name}}}", T0)
    writer.task(key, "last", at=T0)
    writer.flush()
    browser = Followed()
    browser.take(wire.packed(view(database, key)))
    shown = ["two lines", "", "nul \u0001", "☃ <script>", "plain", "tab bed", " "]
    assert list(browser.names.values()) == shown
    assert [task[3] for task in browser.tasks.values()] == [*shown, ""]
    assert browser.head["steps"] == [*(f"step {name}" for name in names), "last"]


@pytest.mark.parametrize("apart", [0, 20 * DAY, 30 * DAY, 40_000 * DAY])
def test_times_far_apart_take_a_coarser_unit(writer: Writer, database: Database, apart: int) -> None:
    key = writer.run(at=T0)
    task = writer.task(key, at=T0 - apart)
    writer.attempt(key, "start", task, 0, T0 + 1, True, T0 + apart + 1)
    writer.flush()
    browser = Followed()
    browser.take(wire.packed(view(database, key)))
    unit = browser.head["unit"]
    assert unit == {0: 1, 20 * DAY: 1, 30 * DAY: 10, 40_000 * DAY: 10_000}[apart]
    (row,) = browser.rows.values()
    for value, exact in zip(row[2:], (-apart, 1, apart + 1), strict=True):
        assert abs(value - exact) < unit


def test_only_a_stamp_of_the_same_generation_gets_a_delta(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    writer.attempt(key, "start", writer.task(key, at=T0), 0, T0, True, T0 + 1)
    writer.flush()
    found = view(database, key)
    stamp = wire.stamp(found)
    delta = decode(wire.packed(found, stamp))
    assert (delta.head["whole"], delta.arrays["task"], delta.arrays["place"]) == (False, [], [])
    generation = found.generation
    for odd in ("", generation, "x.1", f"{generation}.2", f"{generation}.-1", f"{generation}.²", f"{generation}.٣٣"):
        assert decode(wire.packed(found, odd)).head["whole"], odd
    assert decode(wire.packed(found, f"{generation}.{'9' * 5_000}")).head["whole"]


# --- deltas ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, cuts=st.lists(st.integers(0, 46), max_size=6), seed=st.integers(0, 2**16))
def test_who_follows_by_deltas_knows_what_a_fresh_look_tells(
    tmp_path: Path, events: list[tuple[int, str, int]], cuts: list[int], seed: int
) -> None:
    path = tmp_path / f"{uuid4()}.db"
    engine = embedded.open_for_writing(path)
    writer = Writer(engine)
    now = SECOND * int(time.time())
    key = writer.run(at=now - HOUR, heartbeat=now)
    writer.flush()
    steps = ["start", "work", "work", "work", "join", "end"]
    ids = itertools.count(1)
    inserts: list[Callable[[], object]] = [
        partial(
            writer.task,
            key,
            step,
            at=now - HOUR + task,
            heartbeat=now,
            task_id=task,
            name=f"t{task}" if task % 2 else None,
        )
        for task, step in enumerate(steps, 1)
    ]
    for n, (place, kind, attempt) in enumerate(events):
        inserts.append(event(writer, key, steps[place], place + 1, kind, attempt, now - HOUR + SECOND * n, next(ids)))
    random.Random(seed).shuffle(inserts)
    database = Database(f"sqlite:///{path}")
    state = RunState(database, Judge(), key)
    browser = Followed()
    before = again(state)
    browser.take(wire.packed(before))
    for start, stop in itertools.pairwise([0, *sorted(cuts), len(inserts)]):
        for insert in inserts[start:stop]:
            insert()
        writer.flush()
        found = again(state)
        answer = browser.take(wire.packed(found, browser.head["stamp"]))
        assert browser.shown == expected(found)
        changed = len(found.task) if answer.head["whole"] else int(np.sum(found.changed > before.version))
        assert len(answer.arrays["task"]) == changed
        before = found
    fresh = Followed()
    fresh.take(wire.packed(again(state)))
    assert browser.shown == fresh.shown
    database.close()
    engine.dispose()
    path.unlink()


def test_a_delta_is_what_has_changed(writer: Writer, database: Database) -> None:
    now = int(time.time()) * SECOND
    key = writer.run(at=now - HOUR, heartbeat=now)
    for _ in range(300):
        writer.attempt(key, "work", writer.task(key, "work", at=now - HOUR, heartbeat=now), 0, now - HOUR)
    writer.flush()
    state = RunState(database, Judge(), key)
    before = again(state)
    for place in range(100, 110):
        writer.metadatum(key, "work", int(before.ids[place]), "attempt_ok", "True", now - MINUTE, ("attempt_id:0",))
    writer.flush()
    delta = decode(wire.packed(again(state), wire.stamp(before)))
    assert delta.arrays["place"] == delta.arrays["task"] == list(range(100, 110))
