"""What is gathered around a run, for all who look at it."""

from __future__ import annotations

import logging
import threading

import pytest

from dashboard.models import Status, TaskRef
from dashboard.run_details import History, task_ref
from tests import scenarios
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage


def test_all_of_it(stage: Stage) -> None:
    before = scenarios.history(stage, (30, 40, 50, 60, 70))
    details = stage.details(scenarios.cascade(stage))
    assert details.graph is not None
    assert [step.step for step in details.steps] == ["start", "work"]
    assert (details.story.failed, details.story.killed) == (2, 3)
    assert details.findings.slowest is not None
    assert details.findings.slowest.step == "work"
    assert sorted(details.history.durations) == [30 * MINUTE, 40 * MINUTE, 50 * MINUTE, 60 * MINUTE, 70 * MINUTE]
    assert details.history.last_good is not None
    assert details.history.last_good.run.key == before[-1]
    assert details.typical == 50 * MINUTE
    assert details.typical_steps == {"start": MINUTE, "work": 2 * MINUTE, "end": 900}
    assert (details.estimate, details.resumed_as) == (None, [])
    assert [(one.name, one.kind) for one in details.parameters] == []
    assert details.error == "ValueError: Input X contains NaN"


def test_next_to_nothing(stage: Stage) -> None:
    details = stage.details(scenarios.silent(stage))
    assert (details.graph, details.typical, details.estimate, details.error) == (None, None, None, None)
    assert details.history == History((), None)
    assert (list(details.steps), details.parameters, dict(details.typical_steps)) == ([], (), {})


def test_the_last_good_run_is_one_before_and_failed_ones_do_not_count(stage: Stage) -> None:
    good = scenarios.history(stage, (30,))[0]
    failed = stage.writer.run(at=stage.now - 2 * HOUR)
    stage.writer.ended(failed, stage.now - HOUR, ok=False)
    mine = scenarios.completed(stage)
    after = scenarios.history(stage, (5,))[0]
    details = stage.details(mine)
    assert details.history.last_good is not None
    assert details.history.last_good.run.key == good
    assert sorted(details.history.durations) == [5 * MINUTE, 30 * MINUTE], "without its own"
    assert stage.details(after).history.last_good is not None
    assert stage.details(good).history.last_good is None


def test_who_resumed_a_run_without_a_graph(stage: Stage) -> None:
    origin = stage.writer.run(at=stage.now - HOUR)
    stage.tasks(origin, "begin", [False], stage.now - HOUR)
    again = stage.writer.run(at=stage.now - MINUTE)
    (task,) = stage.tasks(again, "begin", [True], stage.now - MINUTE)
    stage.writer.metadatum(again, "begin", task, "origin-run-id", str(origin[1]), stage.now)
    assert [run.key for run in stage.details(origin).resumed_as] == [again]
    assert stage.details(again).facts.origin == str(origin[1])


def test_parameters_with_their_values(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    stage.parameters(key, stage.now, alpha=0.5, name="HelloFlow", _internal=1)
    assert [(one.name, one.value) for one in stage.details(key).parameters] == [("alpha", "0.5")]


def test_an_attempt_as_others_point_to_it(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    task = stage.writer.task(key, "work", at=stage.now - HOUR, name="pod-7")
    for number in range(2):
        stage.writer.attempt(key, "work", task, number, stage.now - HOUR + number * SECOND, False)
    view = stage.view(key)
    assert [task_ref(view, row) for row in range(2)] == [TaskRef("work", "pod-7", 0), TaskRef("work", "pod-7", 1)]


def test_a_run_that_has_not_changed_is_gathered_once(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    key = scenarios.cascade(stage)
    services = stage.services()
    view = services.run_states(key)
    assert view is not None
    found: list[object] = []
    with caplog.at_level(logging.DEBUG, "metaflow_dashboard.sql"):
        threads = [threading.Thread(target=lambda: found.append(services.details(view))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 8
    assert len({id(one) for one in found}) == 1
    statements = [record.getMessage() for record in caplog.records]
    assert sum("metadata of a run" in statement for statement in statements) == 1


def test_a_change_is_gathered_again(stage: Stage) -> None:
    key = scenarios.running(stage)
    services = stage.services()
    stage.commit()
    before = services.run_states(key)
    assert before is not None
    assert services.details(before).story.done == 2
    stage.writer.metadatum(key, "work", int(before.ids[2]), "attempt_ok", "True", stage.now, ("attempt_id:0",))
    stage.commit()
    after = services.run_states(key)
    assert after is not None
    assert services.details(after).story.done == 3
    stage.writer.ended(key, stage.now)
    stage.commit()
    over = services.run_states(key)
    assert over is not None
    assert over.judged.verdict.status is Status.COMPLETED
    assert services.details(over).estimate is None
