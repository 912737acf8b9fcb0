"""The head of a run: the sentence that says what happened, and the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.data.runs import Key
from dashboard.run_page import header
from tests import scenarios
from tests.oracle import HOUR, MINUTE
from tests.stage import Stage, elements, graph_of, hrefs, lines_of, texts


def sentence(stage: Stage, key: Key) -> str:
    """Its parts, with the ids of tasks left out."""
    drawn: Any = header.reason(stage.details(key))
    whole = " ".join(text for part in drawn.children if (text := "".join(texts(part)).strip()))
    return re.sub(r"work/\d+", "work/…", whole)


def tone(stage: Stage, key: Key) -> str:
    drawn: Any = header.reason(stage.details(key))
    return str(drawn.className).removeprefix("mf-reason").strip()


def facts(stage: Stage, key: Key) -> dict[str, str]:
    """Label → text."""
    drawn = list(elements(header.header(stage.details(key))))
    pairs = [one["props"]["children"] for one in drawn if isinstance(one, dict) and one["type"] == "Div"]
    return {
        lines_of(pair[0]): lines_of(pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and getattr(pair[0], "_type", "") == "Dt"
    }


ON = "2 of 7 tasks done, 3 running, 1 waiting."
FIRST = "First failure work/… fruit=elder"


# --- the sentence ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "words", "css"),
    [
        (
            scenarios.cascade,
            "2 of 7 tasks failed, 3 killed in the cascade, 2 steps not reached. First failure work/… fruit=cherry !",
            "",
        ),
        (
            scenarios.killed,
            "2 of 3 tasks ended without a word, 2 steps not reached. First killed work/… fruit=banana",
            "neutral",
        ),
        (scenarios.running, "2 of 6 tasks done, 3 running, 1 waiting.", "running"),
        (scenarios.doomed, f"{ON} 1 task has failed for good, so this run will end as failed. {FIRST}", "running"),
        (scenarios.retrying, f"{ON} 1 task has failed and may be tried again. {FIRST}", "running"),
        (scenarios.completed, "All 9 tasks completed.", "neutral"),
        (scenarios.caught, "All 6 tasks completed; @catch swallowed the exception of 2 tasks.", "neutral"),
        (scenarios.switched, "All 3 tasks completed; 2 steps of branches not taken.", "neutral"),
        (scenarios.single, "The one task completed.", "neutral"),
        (scenarios.silent, "No verdict was written; heartbeat stopped 50 m ago.", "neutral"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_sentence_says_what_happened(stage: Stage, scenario: Callable[[Stage], Key], words: str, css: str) -> None:
    key = scenario(stage)
    told = sentence(stage, key).replace("ValueError: Input X contains NaN", "!")
    assert re.sub(r"(?<=50 m) \d+ s", "", told) == words, "the clock goes on"
    assert tone(stage, key) == css


def test_a_resumed_run_says_what_it_took_over(stage: Stage) -> None:
    origin = scenarios.cascade(stage)
    key = scenarios.resumed(stage, origin)
    assert sentence(stage, key) == "All 7 tasks completed; 3 taken over from the origin run."
    assert facts(stage, key)["Resumed"] == f"from {origin[1]}"
    assert facts(stage, origin)["Resumed"] == f"by {key[1]}"
    assert f"/HelloFlow/{origin[1]}" in hrefs(header.header(stage.details(key)))
    assert f"/HelloFlow/{key[1]}" in hrefs(header.header(stage.details(origin)))


def test_a_run_that_completed_although_a_task_failed(stage: Stage) -> None:
    key = scenarios.completed(stage)
    stage.tasks(key, "work", [False], stage.now - HOUR)
    stage.writer.flush()
    assert sentence(stage, key) == "Completed, although 1 task failed."


def test_a_silent_run_and_an_estimate(stage: Stage) -> None:
    scenarios.history(stage, (62, 70, 80, 150, 300))
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now - 2 * MINUTE)
    stage.tasks(key, "work", [True, True], stage.now - HOUR)
    stage.writer.flush()
    text = sentence(stage, key)
    assert text.startswith("2 of 2 tasks done. No heartbeat for 2 m")
    assert re.search(r"~(19|20) m left \(~(1|2) m–~4 h, from 5 runs\)$", text), text
    assert tone(stage, key) == "lost"


# --- facts -----------------------------------------------------------------------------------------------------------


def test_the_facts_of_a_run(stage: Stage) -> None:
    scenarios.history(stage, (5, 5, 5, 5, 5))
    at = stage.now - HOUR
    key = stage.writer.run(
        at=at,
        tags=("env:prod", "x"),
        system_tags=[
            *("user:ana", "project:shop", "project_branch:user.ana"),
            *("metaflow_version:2.19", "python_version:3.11", "runtime:dev"),
        ],
    )
    graph = graph_of("start>end end", parameters=[{"name": name} for name in ("alpha", "beta", "gamma", "delta")])
    stage.parameters(key, at, _graph_info=graph, alpha=0.5, beta="b" * 30, gamma=None, delta=1, LIMIT=3)
    (task,) = stage.tasks(key, "start", [True], at)
    for name, value in (("script-name", "flow.py"), ("code-package", json.dumps({"sha": "a" * 40}))):
        stage.writer.metadatum(key, "start", task, name, value, at)
    stage.writer.ended(key, at + 15 * MINUTE)
    stage.writer.flush()
    found = facts(stage, key)
    assert next(iter(found)) == "Started → finished"
    assert found["Duration"] == "15m 00s 3.0× typical"
    assert found["User"] == "ana"
    assert found["Project / branch"] == "shop / user.ana"
    assert found["Code"] == "flow.py package aaaaaaa"
    assert found["Versions"] == "Metaflow 2.19 · Python 3.11"
    assert found["Parameters"] == f"alpha=0.5 beta='{'b' * 22}… gamma=None +1"
    assert not {"Triggered by", "Runs on", "Resumed", "Heartbeat"} & set(found)
    links = hrefs(header.header(stage.details(key)))
    for link in (
        "/?user=ana",
        "/?project=shop",
        "/?project=shop&branch=user.ana",
        "/?tag=env%3Aprod",
        "/?flow=HelloFlow",
    ):
        assert link in links
    copied = [
        one["props"]["data-copy"]
        for one in elements(header.header(stage.details(key)))
        if isinstance(one, dict) and "data-copy" in one["props"]
    ]
    assert copied[:2] == [
        "HelloFlow/6",
        "from metaflow import Run, namespace\nnamespace(None)\nrun = Run('HelloFlow/6')",
    ]
    assert "python flow.py resume --origin-run-id 6" in copied


def test_the_facts_of_a_run_that_runs(stage: Stage) -> None:
    found = facts(stage, scenarios.running(stage))
    assert found["Started"]
    assert re.fullmatch(r"just now|\d+ s ago", found["Heartbeat"])  # by how busy the machine is
    assert found["Duration"].startswith("1h 00m")
    assert "Started → finished" not in found


def test_git_comes_before_the_code_package(stage: Stage) -> None:
    key = scenarios.single(stage)
    view = stage.view(key)
    git = {"commit_sha": "0123456789abcdef", "branch_name": "main", "has_uncommitted_changes": True}
    for name, value in (("git-info", json.dumps(git)), ("script-name", "flow.py")):
        stage.writer.metadatum(key, "end", int(view.ids[0]), name, value, stage.now)
    stage.writer.flush()
    assert facts(stage, key)["Code"] == "0123456 main, dirty"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("argo-workflow-name", "Argo Workflows hello-x7"),
        ("aws-step-functions-execution", "Step Functions hello-x7"),
        ("airflow-dag-run-id", "Airflow hello-x7"),
        ("none", "titus"),
    ],
)
def test_what_a_run_runs_on(stage: Stage, field: str, words: str) -> None:
    key = stage.writer.run(at=stage.now - HOUR, system_tags=["runtime:titus"])
    (task,) = stage.tasks(key, "start", [True], stage.now - HOUR)
    stage.writer.metadatum(key, "start", task, field, "hello-x7", stage.now)
    stage.writer.flush()
    assert facts(stage, key)["Runs on"] == words


@pytest.mark.parametrize(
    ("attributes", "run_id", "words"),
    [
        ({"cron": "0 * * * *", "hourly": False}, "argo-x7", "schedule 0 * * * *"),
        ({"cron": None, "daily": True}, "argo-x7", "schedule daily"),
        ({"cron": "None", "weekly": True}, "argo-x7", "schedule weekly"),
        ({"cron": "0 * * * *"}, None, None),
        ({}, "argo-x7", None),
    ],
)
def test_a_schedule_is_said_of_runs_of_orchestrators(
    stage: Stage, attributes: dict[str, Any], run_id: str | None, words: str | None
) -> None:
    key = stage.writer.run(at=stage.now - HOUR, run_id=run_id)
    schedule = [{"name": "schedule", "attributes": attributes}]
    stage.parameters(key, stage.now - HOUR, _graph_info=graph_of("start>end end", decorators=schedule))
    assert facts(stage, key).get("Triggered by") == words


def test_triggers_by_runs_are_links(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    (task,) = stage.tasks(key, "start", [True], stage.now - HOUR)
    triggers = [
        {"type": "run", "name": "Other", "id": "OtherFlow/argo-x/end/7"},
        {"type": "event", "name": "data_ready", "id": "e-1"},
        {"type": "run", "name": "odd", "id": "no-pathspec"},
    ]
    stage.writer.metadatum(key, "start", task, "execution-triggers", json.dumps(triggers), stage.now)
    stage.writer.flush()
    assert facts(stage, key)["Triggered by"] == "OtherFlow/argo-x +2 data_ready odd"
    assert "/OtherFlow/argo-x" in hrefs(header.header(stage.details(key)))


def test_while_tasks_are_read_the_run_itself_is_shown(stage: Stage) -> None:
    key = scenarios.running(stage)
    now, judged = stage.database(stage.services().judge.find, *map(str, key)) or (0, None)
    assert judged is not None
    text = lines_of(header.brief(judged, now))
    assert text.startswith("HelloFlow / 1 Running")
    assert re.search(r"[A-Z][^.]*\. Started", text)
