"""Summaries of steps: status, counts, durations, order."""

from __future__ import annotations

import pytest

from dashboard.graph import Graph
from dashboard.insight.steps import StepSummary, summaries
from dashboard.models import Qualifier, Status
from tests import oracle, scenarios
from tests.data.test_oracle import LATE, near
from tests.oracle import HOUR, MINUTE, SECOND, STEP_CASES, StepCase
from tests.stage import Stage, graph_of


def by_name(steps: list[StepSummary]) -> dict[str, StepSummary]:
    return {step.step: step for step in steps}


@pytest.mark.parametrize("case", STEP_CASES, ids=lambda case: case.id)
def test_the_durations_of_the_oracle(stage: Stage, case: StepCase) -> None:
    key = stage.writer.case(case.rows, stage.now)
    if not any(task.step == case.step for task in case.rows.tasks):
        stage.step(key, case.step, oracle.instant(case.rows.run.created, stage.now))
    stage.writer.flush()
    (found,) = summaries(stage.view(key))
    expected = oracle.duration(case.ours or case.official, stage.now)
    assert near(found.verdict.duration, expected, LATE)
    assert found.created_at == oracle.instant(case.rows.run.created, stage.now)


def test_the_kinds_of_a_cascade(stage: Stage) -> None:
    begun = stage.now - HOUR + MINUTE
    start, work = summaries(stage.view(scenarios.cascade(stage)))
    assert (start.verdict.status, start.tasks, start.variables) == (Status.COMPLETED, 1, ())
    assert (work.verdict.status, work.verdict.qualifier, work.variables) == (Status.FAILED, None, ("fruit",))
    assert work.verdict.reason == "6 tasks: 5 failed, 1 completed"
    assert work.count(Status.FAILED) == 5
    assert work.count(Status.FAILED, None) == 2
    assert work.count(Status.FAILED, Qualifier.KILLED) == 3
    assert work.count(Status.FAILED, None, Qualifier.KILLED) == 5
    assert (work.started_at, work.ended_at, work.span(stage.now)) == (begun, begun + 2 * MINUTE, 2 * MINUTE)


def test_medians_need_five_tasks_that_went_well(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    at = stage.now - HOUR
    stage.tasks(key, "few", [True] * 4 + [False] * 3, at, 10 * SECOND)
    stage.tasks(key, "enough", [True] * 5 + [False], at, 10 * SECOND)
    stage.tasks(key, "enough", [True, False], at, 31 * SECOND)
    stage.tasks(key, "enough", [None], at)
    found = by_name(summaries(stage.view(key)))
    assert (found["few"].median, found["few"].p95, found["few"].stragglers) == (None, None, 0)
    assert found["few"].longest == 10 * SECOND
    enough = found["enough"]
    assert enough.median == 10 * SECOND
    assert enough.stragglers == 3, "one went well, one failed, and one still runs"
    assert enough.longest is not None
    assert near(enough.longest, HOUR, LATE)


def test_retries_and_the_wait(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    at = stage.now - HOUR
    for wait in (0, 10, 20):
        task = stage.writer.task(key, "work", at=at)
        stage.writer.attempt(key, "work", task, 0, at + wait * SECOND, wait == 0, at + 30 * SECOND)
        if wait == 20:
            stage.writer.attempt(key, "work", task, 1, at + 70 * SECOND, True, at + 80 * SECOND)
    (found,) = summaries(stage.view(key))
    assert found.retried == 1
    assert found.queue == 10 * SECOND, "the retry waited forty seconds from the end of the attempt before it"
    assert found.started_at == at


def test_the_order_without_a_graph_is_that_of_the_first_starts(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    for n, name in enumerate(("b", "a", "c")):
        stage.tasks(key, name, [True], stage.now - HOUR + n * SECOND)
    stage.step(key, "before", stage.now - HOUR - SECOND)
    view = stage.view(key)
    assert [step.step for step in summaries(view)] == ["before", "b", "a", "c"]
    graph = Graph.of(graph_of("start>a a>b b>end end:end"))
    assert [step.step for step in summaries(view, graph)] == ["a", "b", "before", "c"]


def test_a_run_without_steps(stage: Stage) -> None:
    assert summaries(stage.view(scenarios.silent(stage))) == []
