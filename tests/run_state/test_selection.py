"""Filters and orders of attempts, held against what plain Python says of the same view."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.data.run_evidence import TaskRows
from dashboard.models import JudgedRun, Qualifier, Run, Status, Verdict
from dashboard.run_state.evidence import Evidence
from dashboard.run_state.selection import fits, is_searched, selected
from dashboard.run_state.view import RunView, view_of
from dashboard.status import Limits
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from dashboard.task_query import KEYS, SORTS, TaskQuery
from dashboard.task_query import STATUSES as WORDS
from tests.oracle import HOUR, SECOND

T0 = 1_700_000_000_000
NOW = T0 + HOUR
RUN = Run("HelloFlow", 1, None, "ana", "ana", T0, NOW, (), ())
# From worst to best.
RANKS: list[tuple[Status, Qualifier | None]] = [
    (Status.FAILED, None),
    (Status.FAILED, Qualifier.KILLED),
    (Status.RUNNING, None),
    (Status.PENDING, None),
    (Status.UNKNOWN, None),
    (Status.COMPLETED, Qualifier.CAUGHT),
    (Status.COMPLETED, None),
    (Status.COMPLETED, Qualifier.CLONED),
]


def view_with(tasks: list[tuple[str, str, bool, list[tuple[int, int | None, str | None]]]]) -> RunView:
    """Tasks as (step, label, cloned, attempts as (start, length or None, verdict)), seconds after T0."""
    evidence = Evidence()
    ids = range(11, 11 + len(tasks))
    created = [T0 + n * SECOND for n in range(len(tasks))]
    steps = [step for step, _, _, _ in tasks]
    names = [f"name-{step}" if step == "named" else None for step in steps]
    evidence.add_tasks(TaskRows(list(ids), steps, names, created, [NOW] * len(tasks)))
    signs: dict[str, list[tuple[Any, ...]]] = {}
    caught = []
    for task, (_, label, cloned, attempts) in zip(ids, tasks, strict=True):
        if label:
            signs.setdefault("foreach-stack", []).append((task, f'["item={label}"]', T0, None))
        if cloned:
            signs.setdefault("origin-task-id", []).append((task, "1", T0, None))
        for number, (start, length, verdict) in enumerate(attempts):
            at = T0 + start * SECOND
            signs.setdefault("attempt", []).append((task, str(number), at, None))
            if length is not None and verdict is not None:
                done = at + length * SECOND
                signs.setdefault("attempt_ok", []).append((task, verdict, done, f'["attempt_id:{number}"]'))
                if verdict == "True" and length % 3 == 0:
                    caught.append((task, number))
    evidence.add_signs({name: tuple(zip(*rows, strict=True)) for name, rows in signs.items()})
    evidence.add_caught(caught)
    verdict_ = Verdict(Status.RUNNING, None, "", T0, None, None)
    return view_of(evidence, JudgedRun(RUN, verdict_), {}, NOW, Limits(), None)


ATTEMPT = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 9), st.sampled_from(["True", "False", "odd", None]))
TASK = st.tuples(
    st.sampled_from(["start", "work", "named"]),
    st.sampled_from(["", "a", "B", "ab · 12"]),
    st.booleans(),
    st.lists(ATTEMPT, max_size=3),
)
VIEWS = st.lists(TASK, max_size=8).map(view_with)


def last_rows(view: RunView) -> dict[int, int]:
    return {int(task): row for row, task in enumerate(view.task)}


def kind(view: RunView, row: int) -> tuple[Status, Qualifier | None]:
    return STATUSES[view.status[row]], QUALIFIERS[view.qualifier[row]]


def answers(view: RunView, row: int, words: tuple[str, ...]) -> bool:
    status, qualifier = kind(view, row)
    return status.value in words or (qualifier is not None and qualifier.value in words)


def known(value: Any) -> int | None:
    return None if value == ABSENT else int(value)


def value_of(view: RunView, task: int, key: str) -> int | None:
    """What a task is sorted by."""
    mine = [row for row in range(len(view.task)) if view.task[row] == task]
    last = mine[-1]
    started = known(view.started[last])
    values: dict[str, Callable[[], int | None]] = {
        "started": lambda: min(
            int(view.queued[row] if view.started[row] == ABSENT else view.started[row]) for row in mine
        ),
        "finished": lambda: known(view.finished[last]),
        "duration": lambda: known(view.duration[last]),
        "queue": lambda: None if started is None else started - int(view.queued[last]),
        "step": lambda: int(view.step[task]),
        "attempt": lambda: int(view.attempt[last]),
        "status": lambda: RANKS.index(kind(view, last)),
        "task": lambda: int(view.ids[task]),
    }
    return values[key]()


@given(view=VIEWS, words=st.lists(st.sampled_from(WORDS), unique=True).map(tuple))
def test_a_status_is_that_of_the_attempt_or_of_the_last_one(view: RunView, words: tuple[str, ...]) -> None:
    assert fits(view, words).tolist() == [answers(view, row, words) for row in range(len(view.task))]
    chosen = selected(view, TaskQuery(status=words, sort="task")).tolist()
    shown = {task for task, row in last_rows(view).items() if not words or answers(view, row, words)}
    assert chosen == [row for row in range(len(view.task)) if int(view.task[row]) in shown]


@given(
    view=VIEWS,
    steps=st.sets(st.sampled_from(["start", "named", "other"])),
    text=st.sampled_from(["", "A", "1", "12", "name-", "·", "item=b", "item=12", "item=", "x"]),
)
def test_steps_and_texts(view: RunView, steps: set[str], text: str) -> None:
    assume(not is_searched(view, text))
    name, equals, value = text.partition("=")
    wanted = (value if equals else name).lower()
    shown = {
        task
        for task in range(len(view.ids))
        if (not steps or view.steps[view.step[task]] in steps)
        and (wanted in view.labels[task].lower() or (not equals and wanted in view.task_id(task).lower()))
    }
    chosen = selected(view, TaskQuery(step=tuple(steps), q=text, sort="task"))
    assert {int(view.task[row]) for row in chosen} == shown
    assert len(chosen) == sum(int(task) in shown for task in view.task), "with all attempts"


@given(view=VIEWS, sort=st.sampled_from([one for one in SORTS if one.lstrip("-") != "failed"]))
def test_orders_have_what_has_no_value_last(view: RunView, sort: str) -> None:
    rows = selected(view, TaskQuery(sort=sort)).tolist()
    assert sorted(rows) == list(range(len(view.task)))
    values = [value_of(view, int(view.task[row]), sort.lstrip("-")) for row in rows]
    present = [value for value in values if value is not None]
    assert values == [*sorted(present, reverse=sort.startswith("-")), *[None] * (len(values) - len(present))]
    attempts = [(int(view.task[row]), int(view.attempt[row])) for row in rows]
    ties = [(values[n], attempts[n]) for n in range(len(rows))]
    for before, after in itertools.pairwise(ties):
        assert before[0] != after[0] or before[1] < after[1], "equal ones in the order of tasks and attempts"


@given(view=VIEWS)
def test_the_usual_order_has_the_worst_first_and_of_these_the_longest(view: RunView) -> None:
    rows = selected(view, TaskQuery()).tolist()
    last = last_rows(view)

    def badness(row: int) -> tuple[int, int, int, int]:
        task = int(view.task[row])
        longest = max(known(view.duration[one]) or 0 for one in range(len(view.task)) if view.task[one] == task)
        none = all(view.duration[one] == ABSENT for one in range(len(view.task)) if view.task[one] == task)
        return RANKS.index(kind(view, last[task])), 1 if none else -longest, task, int(view.attempt[row])

    assert rows == sorted(range(len(view.task)), key=badness)
    assert selected(view, TaskQuery(sort="failed")).tolist() == rows
    assert selected(view, TaskQuery(sort="-failed")).tolist() == rows[::-1]


@given(view=VIEWS, found=st.sets(st.integers(9, 20)))
def test_what_the_database_found_counts_instead_of_the_text(view: RunView, found: set[int]) -> None:
    chosen = selected(view, TaskQuery(q="artifact:model", sort="task"), found).tolist()
    assert chosen == [row for row in range(len(view.task)) if int(view.ids[view.task[row]]) in found]


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("artifact:model", True),
        ("artifact:", True),
        ("attempt_ok=True", True),
        ("=x", True),
        ("item=x", False),
        (" item =x", False),
        ("Item=x", True),
        ("model", False),
        ("", False),
    ],
)
def test_which_texts_the_database_is_asked_for(text: str, searched: bool) -> None:
    assert is_searched(view_with([("work", "a", False, [])]), text) is searched


def test_every_order_is_known_for_a_run_without_tasks() -> None:
    assert {sort.lstrip("-") for sort in SORTS} == set(KEYS)
    for sort in SORTS:
        assert selected(view_with([]), TaskQuery(sort=sort, q="x", status=("failed",))).tolist() == []
