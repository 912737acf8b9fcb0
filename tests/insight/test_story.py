"""What happened to a run, where its time went, when it will end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data.runs import Key
from dashboard.insight.estimate import ENOUGH, Estimate, estimate
from dashboard.insight.story import Story
from dashboard.run_details import task_ref
from tests import scenarios
from tests.data.test_oracle import LATE, near
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage, decorated

NUMBERS = ("tasks", "done", "running", "pending", "failed", "killed", "caught", "cloned")


def told(story: Story) -> dict[str, int]:
    """The numbers that are not 0."""
    return {name: value for name in NUMBERS if (value := getattr(story, name))}


@pytest.mark.parametrize(
    ("scenario", "numbers", "not_reached", "not_taken"),
    [
        (scenarios.cascade, {"tasks": 7, "done": 2, "failed": 2, "killed": 3}, ("join", "end"), ()),
        (scenarios.killed, {"tasks": 3, "done": 1, "killed": 2}, ("join", "end"), ()),
        (scenarios.running, {"tasks": 6, "done": 2, "running": 3, "pending": 1}, ("join", "end"), ()),
        (scenarios.completed, {"tasks": 9, "done": 9}, (), ()),
        (scenarios.caught, {"tasks": 6, "done": 6, "caught": 2}, (), ()),
        (scenarios.switched, {"tasks": 3, "done": 3}, (), ("slow", "more")),
        (scenarios.single, {"tasks": 1, "done": 1}, (), ()),
        (scenarios.silent, {}, (), ()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_run_in_numbers(
    stage: Stage,
    scenario: Callable[[Stage], Key],
    numbers: dict[str, int],
    not_reached: tuple[str, ...],
    not_taken: tuple[str, ...],
) -> None:
    found = stage.details(scenario(stage)).story
    assert told(found) == numbers
    assert (found.not_reached, found.not_taken) == (not_reached, not_taken)
    assert not found.is_doomed


def test_the_first_failure_is_the_first_that_said_so(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    assert details.story.first_failure is not None
    place = int(details.view.task[details.story.first_failure])
    assert details.view.labels[place] == "cherry", "banana failed later, the killed ones said nothing"
    assert task_ref(details.view, details.story.first_failure).step == "work"
    assert details.error == "ValueError: Input X contains NaN"


def test_where_none_said_so_it_is_the_first_that_went_silent(stage: Stage) -> None:
    details = stage.details(scenarios.killed(stage))
    assert details.story.first_failure is not None
    assert details.view.labels[int(details.view.task[details.story.first_failure])] == "banana"
    assert details.error is None


def test_a_failure_that_was_tried_again_is_none(stage: Stage) -> None:
    key = scenarios.begun(stage, beats=True, work=decorated("retry", times=1))
    (task,) = stage.tasks(key, "work", [False], stage.now - HOUR)
    stage.writer.attempt(key, "work", task, 1, stage.now - MINUTE)
    found = stage.details(key).story
    assert (found.first_failure, found.failed, found.running) == (None, 0, 1)


def test_while_a_run_runs_all_branches_may_still_come(stage: Stage) -> None:
    found = stage.details(scenarios.switched(stage, beats=True)).story
    assert (found.not_reached, found.not_taken) == (("slow", "more", "end"), ())


@pytest.mark.parametrize(
    ("work", "attempts", "doomed"),
    [
        ({}, 1, True),
        (decorated("retry", times=2), 1, False),
        (decorated("retry", times=2), 2, False),
        (decorated("retry", times=2), 3, True),
        (decorated("retry"), 3, False),
        (decorated("retry", times=0), 1, True),
        (decorated("catch", var="x"), 1, False),
        ({"decorators": [*decorated("retry", times=1)["decorators"], *decorated("catch")["decorators"]]}, 2, False),
    ],
)
def test_a_run_is_doomed_once_a_task_has_no_retry_left(
    stage: Stage, work: dict[str, object], attempts: int, doomed: bool
) -> None:
    key = scenarios.begun(stage, beats=True, work=work)
    at = stage.now - MINUTE
    stage.tasks(key, "work", [None], at)
    task = stage.writer.task(key, "work", at=at)
    for number in range(attempts):
        stage.writer.attempt(key, "work", task, number, at + number * SECOND, False, at + number * SECOND + 100)
    assert stage.details(key).story.is_doomed is doomed


def test_without_a_graph_nobody_knows_whether_a_run_is_doomed(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    stage.tasks(key, "work", [False, None], stage.now - MINUTE)
    found = stage.details(key).story
    assert (found.failed, found.is_doomed, found.not_reached) == (1, False, ())


def test_a_resumed_run(stage: Stage) -> None:
    key = scenarios.resumed(stage, scenarios.cascade(stage))
    assert told(stage.details(key).story) == {"tasks": 7, "done": 7, "cloned": 3}


# --- findings --------------------------------------------------------------------------------------------------------


def test_where_the_time_went(stage: Stage) -> None:
    at = stage.now - HOUR
    key = stage.writer.run(at=at)
    stage.tasks(key, "start", [True], at, MINUTE)
    stage.tasks(key, "work", [True] * 5, at + MINUTE, 2 * MINUTE)
    slow = stage.writer.task(key, "work", at=at + MINUTE)
    stage.writer.attempt(key, "work", slow, 0, at + 2 * MINUTE, False, at + 5 * MINUTE)
    stage.writer.attempt(key, "work", slow, 1, at + 6 * MINUTE, True, at + 26 * MINUTE)
    stage.tasks(key, "end", [True], at + 29 * MINUTE, MINUTE)
    found = stage.details(key).findings
    assert found.slowest is not None
    assert (found.slowest.step, found.slowest_span) == ("work", 25 * MINUTE)
    assert found.slowest_share == 25 / 30
    assert (found.stragglers, found.longest) == (1, 20 * MINUTE)
    assert (found.retried, found.lost) == (1, 3 * MINUTE)
    assert found.queue == 0
    assert found.queue_share == 2 / (2 + 1 + 10 + 3 + 20 + 1)
    assert found.longest_running is None


def test_findings_of_next_to_nothing(stage: Stage) -> None:
    for scenario in (scenarios.single, scenarios.silent):
        found = stage.details(scenario(stage)).findings
        assert (found.slowest, found.slowest_share, found.stragglers, found.retried, found.lost) == (
            None,
            None,
            0,
            0,
            0,
        )
        assert found.longest is None


def test_the_task_that_runs_longest_by_the_measure_of_its_step(stage: Stage) -> None:
    at = stage.now - HOUR
    key = stage.writer.run(at=at, heartbeat=stage.now)
    stage.tasks(key, "slow", [True] * 5, at, 30 * MINUTE)
    stage.tasks(key, "slow", [None], at)
    stage.tasks(key, "quick", [True] * 5, at, SECOND)
    (longest,) = stage.tasks(key, "quick", [None], stage.now - 2 * MINUTE)
    stage.tasks(key, "unknown", [None], at)
    details = stage.details(key)
    row = details.findings.longest_running
    assert row is not None
    assert int(details.view.ids[details.view.task[row]]) == longest
    assert details.findings.slowest_share is not None
    assert details.findings.slowest_share <= 1


def test_without_medians_it_is_the_one_that_runs_longest(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    stage.tasks(key, "a", [None], stage.now - MINUTE)
    (longest,) = stage.tasks(key, "b", [None], stage.now - HOUR)
    details = stage.details(key)
    assert details.findings.longest_running is not None
    assert int(details.view.ids[details.view.task[details.findings.longest_running]]) == longest


# --- estimate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spent", "durations", "expected"),
    [
        (10, [20, 30, 40, 50, 60], Estimate(30, 10, 50, 5)),
        (10, [1, 2, 10, 60, 50, 40, 30, 20], Estimate(30, 10, 50, 5)),
        (0, [100], None),
        (10, [10] * 20, None),
        (0, [*range(1, 101)], Estimate(51, 11, 91, 100)),
        (0, [], None),
    ],
)
def test_an_estimate(spent: int, durations: list[int], expected: Estimate | None) -> None:
    assert estimate(spent, durations) == expected


@given(spent=st.integers(0, 1_000), durations=st.lists(st.integers(0, 2_000), max_size=40))
def test_an_estimate_is_within_what_has_been(spent: int, durations: list[int]) -> None:
    found = estimate(spent, durations)
    longer = [one for one in durations if one > spent]
    assert (found is None) == (len(longer) < ENOUGH)
    if found:
        assert 0 < found.least <= found.left <= found.most <= max(longer) - spent
        assert found.runs == len(longer)


def test_what_is_left_comes_from_the_runs_before(stage: Stage) -> None:
    scenarios.history(stage, (70, 80, 90, 100, 110, 10))
    details = stage.details(scenarios.running(stage))
    assert details.estimate is not None
    assert details.estimate.runs == 5
    assert near(90 * MINUTE, HOUR + details.estimate.left, LATE)
    assert details.typical == 90 * MINUTE
    assert details.typical_steps == {"start": MINUTE, "work": 2 * MINUTE, "end": 900}
    ended = stage.details(scenarios.completed(stage))
    assert ended.estimate is None
