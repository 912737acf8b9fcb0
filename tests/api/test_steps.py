"""The steps of a run as JSON over HTTP, on both dialects."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage, graph_of
from tests.test_api import Api


def steps(served: Api, run: str = "HelloFlow/1") -> list[Any]:
    found: list[Any] = served.json(f"api/{run}/steps")["steps"]
    return found


def counts(**given: int) -> dict[str, int]:
    return {
        "total": sum(given.values()),
        "pending": 0,
        "running": 0,
        "completed": 0,
        "failed": 0,
        "unknown": 0,
        **given,
    }


def test_a_step_as_json(served: Api, stage: Stage) -> None:
    begun = stage.now - HOUR
    key = stage.writer.run(at=begun, heartbeat=begun)
    stage.tasks(key, "start", [True], begun, 2 * SECOND)
    work = stage.tasks(key, "work", [True] * 6, begun + MINUTE, 10 * SECOND, stacks={0: "{outer=a,inner=b}"})
    (slow,) = stage.tasks(key, "work", [True], begun + MINUTE, 40 * SECOND)
    (failed,) = stage.tasks(key, "work", [False], begun + MINUTE, 20 * SECOND)
    stage.writer.attempt(key, "work", failed, 1, begun + 2 * MINUTE, False, begun + 3 * MINUTE)
    stage.caught(key, "work", work[0], begun)
    waited = stage.writer.task(key, "work", at=begun + MINUTE)
    stage.writer.attempt(key, "work", waited, 0, begun + 3 * MINUTE, True, begun + 3 * MINUTE + 10 * SECOND)
    stage.commit()
    start, found = steps(served)
    assert found == {
        "pathspec": "HelloFlow/1/work",
        "step": "work",
        "status": "failed",
        "qualifier": None,
        "reason": "9 tasks: 1 failed, 8 completed",
        "tasks": counts(completed=8, failed=1),
        "retried": 1,
        "foreach": ["outer", "inner"],
        "started_at": begun + MINUTE,
        "finished_at": begun + 3 * MINUTE + 10 * SECOND,
        "duration": 2 * MINUTE + 10 * SECOND,
        "task_duration": {"p50": 10 * SECOND, "p95": pytest.approx(29_500, abs=1), "max": MINUTE},
        "queue": 0,
        "stragglers": 2,
    }
    assert slow != failed
    assert (start["status"], start["duration"], start["foreach"], start["queue"]) == ("completed", 2 * SECOND, [], 0)
    assert start["task_duration"] == {"p50": None, "p95": None, "max": 2 * SECOND}, "one task is no median"


def test_kinds_of_steps(served: Api, stage: Stage) -> None:
    begun = stage.now - HOUR
    key = stage.writer.run(at=begun, heartbeat=stage.now)
    stage.parameters(key, begun, alpha=1)
    (one,) = stage.tasks(key, "cloned", [True], begun)
    stage.writer.metadatum(key, "cloned", one, "origin-task-id", "1", begun)
    (two,) = stage.tasks(key, "caught", [True], begun + 1)
    stage.caught(key, "caught", two, begun)
    (three,) = stage.tasks(key, "killed", [None], begun + 2)
    stage.silence(three, begun + MINUTE)
    stage.tasks(key, "running", [True, None], begun + 3)
    stage.writer.task(key, "waiting", at=stage.now)
    stage.step(key, "empty", stage.now - MINUTE)
    found = {one["step"]: one for one in steps(served)}
    assert list(found) == ["cloned", "caught", "killed", "running", "empty", "waiting"]
    kinds = {name: (one["status"], one["qualifier"]) for name, one in found.items()}
    assert kinds == {
        "cloned": ("completed", "cloned"),
        "caught": ("completed", "caught"),
        "killed": ("failed", "killed"),
        "running": ("running", None),
        "waiting": ("pending", None),
        "empty": ("pending", None),
    }
    assert found["running"]["tasks"] == counts(completed=1, running=1)
    assert (found["running"]["started_at"], found["running"]["finished_at"]) == (begun + 3, None)
    assert 0 <= found["running"]["duration"] - (HOUR - 3) < MINUTE, "an open step is measured to now"
    assert found["killed"]["finished_at"] == begun + MINUTE
    assert (found["waiting"]["started_at"], found["waiting"]["duration"]) == (None, None)
    empty = found["empty"]
    assert empty["tasks"] == counts()
    assert re.fullmatch(r"created 1 m( \d+ s)? ago, no task registered", empty["reason"]), "the clock goes on"
    for name in ("started_at", "finished_at", "duration", "queue"):
        assert empty[name] is None


def test_a_step_without_tasks_in_a_run_that_has_ended(served: Api, stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now - 50 * MINUTE)
    stage.step(key, "empty", stage.now - 55 * MINUTE)
    (empty,) = steps(served)
    assert (empty["status"], empty["qualifier"]) == ("failed", "killed")
    assert empty["reason"] == "no task was registered before the run ended"
    assert empty["finished_at"] is None


def test_the_order_is_that_of_the_graph(served: Api, stage: Stage) -> None:
    begun = stage.now - HOUR
    key = stage.writer.run(at=begun, heartbeat=stage.now)
    for n, name in enumerate(("end", "join", "b", "extra", "a", "start")):
        stage.tasks(key, name, [True], begun + n * SECOND)
    stage.commit()
    assert [one["step"] for one in steps(served)] == ["end", "join", "b", "extra", "a", "start"]
    graph = graph_of("start:split>a,b b>join a>join join:join>end end:end never>end")
    stage.parameters(key, begun, _graph_info=graph)
    stage.commit()
    assert [one["step"] for one in steps(served)] == ["start", "a", "b", "join", "end", "extra"]


def test_no_parameters_are_taken(served: Api, stage: Stage) -> None:
    stage.writer.run(at=stage.now)
    stage.commit()
    assert steps(served) == []
    assert served.refusal("api/HelloFlow/1/steps?limit=1") == ("“limit” is not a known parameter here; it takes none.")
    assert served.refusal("api/HelloFlow/2/steps", 404) == "There is no run HelloFlow/2."


def test_the_runs_of_a_real_service(served: Api, stage: Stage) -> None:
    stage.writer.service_rows()
    stage.commit()
    nested = steps(served, "NestedForeachFlow/8")
    assert [(one["step"], one["tasks"]["total"], one["foreach"]) for one in nested] == [
        ("start", 1, []),
        ("mid", 5, ["outer"]),
        ("leaf", 50, ["outer", "inner"]),
        ("join_inner", 5, ["outer"]),
        ("join_outer", 1, []),
        ("end", 1, []),
    ]
    resumed = {one["step"]: one for one in steps(served, "FailFlow/15")}
    assert resumed["start"]["qualifier"] == "cloned"
    assert [one["status"] for one in steps(served, "FailFlow/14")] == ["completed", "failed"]
