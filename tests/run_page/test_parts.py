"""Tabs, toolbar, findings, details and lanes of a run, and what stands where there is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard import query_text
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails
from dashboard.run_page import about, absent, findings, lanes, toolbar
from dashboard.task_query import TaskQuery
from tests import scenarios
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage, elements, graph_of, hrefs, lines_of


def to(query: TaskQuery) -> str:
    return f"/x?{query.to_query()}"


def links(drawn: Any) -> dict[str, str]:
    """Text → link; of a control without a text its label."""
    return {
        lines_of(one) or one["props"].get("aria-label", ""): one["props"]["href"]
        for one in elements(drawn)
        if isinstance(one, dict) and "href" in one["props"]
    }


def controls(details: RunDetails, **query: Any) -> dict[str, str]:
    return links(toolbar.toolbar(details, TaskQuery(**query), to, "/x"))


def labels(drawn: Any) -> dict[str, dict[str, Any]]:
    """aria-label → properties."""
    return {
        one["props"]["aria-label"]: one["props"]
        for one in elements(drawn)
        if isinstance(one, dict) and "aria-label" in one["props"]
    }


# --- tabs and toolbar ------------------------------------------------------------------------------------------------


def test_tabs_keep_the_rest_of_the_query(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    drawn = toolbar.tabs(details, TaskQuery(tab="tasks", status=("failed",)), to)
    assert links(drawn) == {
        "Timeline": "/x?status=failed",
        "DAG": "/x?status=failed&tab=dag",
        "Tasks 7": "/x?status=failed&tab=tasks",
        "Cards": "/x?status=failed&tab=cards",
        "Details": "/x?status=failed&tab=details",
    }
    current = [one for one in elements(drawn) if isinstance(one, dict) and one["props"].get("aria-current")]
    assert [lines_of(one) for one in current] == ["Tasks 7"]


def test_the_toolbar_of_a_timeline(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    found = controls(details, q="x", open=("work",))
    assert found["All"] == "/x?q=x"
    assert found["Failed 5"] == "/x?status=failed&q=x"
    assert found["Running 0"] == "/x?status=running&q=x&sort=-duration"
    assert found["Slowest"] == "/x?q=x&sort=-duration&group=none"
    assert found["Group by step"] == "/x?q=x&group=none&open=work"
    assert found["Longest"] == "/x?q=x&sort=-duration&open=work"
    assert "CSV" not in found
    shown = labels(toolbar.toolbar(details, TaskQuery(), to, "/x"))
    chips = [name for name in shown if name.split()[0] in ("Completed", "Failed", "Killed", "Running", "Caught")]
    assert chips == ["Completed 2", "Failed 5", "Killed 3"], "only what there is"
    assert {"Zoom in", "Zoom out", "Full screen"} <= set(shown)


def test_a_chip_is_toggled(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    drawn = labels(toolbar.toolbar(details, TaskQuery(status=("killed", "caught")), to, "/x"))
    assert drawn["Killed 3"]["href"] == "/x?status=caught"
    assert drawn["Failed 5"]["href"] == "/x?status=killed&status=caught&status=failed"
    assert drawn["Caught 0"]["href"] == "/x?status=killed", "what was chosen can be taken back although there is none"
    assert [drawn[name]["aria-pressed"] for name in ("Killed 3", "Failed 5")] == ["true", "false"]


def test_the_toolbar_of_the_tasks_has_a_download_of_the_same(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    found = controls(details, tab="tasks", status=("failed",), q="a b", sort="-task")
    assert found["CSV"] == "/-/download/HelloFlow/1/tasks.csv?status=failed&q=a+b&sort=-task&tab=tasks"
    assert "Group by step" not in found
    assert toolbar.toolbar(details, TaskQuery(tab="details"), to, "/x") == []


def test_the_search_keeps_the_rest_of_the_query(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    query = TaskQuery(status=("failed", "killed"), q='say "x"', zoom=(1, 2))
    drawn = [one for one in elements(toolbar.toolbar(details, query, to, "/x")) if isinstance(one, dict)]
    (form,) = [one["props"] for one in drawn if one["type"] == "Form"]
    assert (form["action"], form["method"]) == ("/x", "get")
    fields = [(one["props"]["name"], one["props"]["value"]) for one in drawn if one["type"] == "Input"]
    assert fields == [("status", "failed"), ("status", "killed"), ("zoom", "1..2"), ("q", 'say "x"')]


def test_every_link_of_the_toolbar_is_a_query(stage: Stage) -> None:
    details = stage.details(scenarios.running(stage, failed=1))
    for tab in ("timeline", "tasks"):
        for query in (
            TaskQuery(tab=tab),
            TaskQuery(("failed",), ("work",), "x", "-queue", tab, "none", "clock", (1, 2)),
        ):
            for link in hrefs(toolbar.toolbar(details, query, to, "/x")) + hrefs(toolbar.tabs(details, query, to)):
                read = TaskQuery.from_query(link.partition("?")[2])
                assert (read.q, read.axis, read.zoom) == (query.q, query.axis, query.zoom)


def test_a_link_that_cannot_be_understood(stage: Stage) -> None:
    query, problem, bad = query_text.understood("tab=tasks&sort=<b>&colour=red", TaskQuery.from_query)
    assert problem is not None
    drawn = toolbar.misunderstood(problem, bad, to(query))
    text = lines_of(drawn)
    assert text.startswith("This link cannot be understood.")
    assert problem in text
    assert links(drawn) == {"Leave it out": "/x?tab=tasks"}
    assert {
        one["props"]["data-bad"] for one in elements(drawn) if isinstance(one, dict) and "data-bad" in one["props"]
    } == {"sort colour"}


# --- findings --------------------------------------------------------------------------------------------------------


def test_what_stands_out(stage: Stage) -> None:
    scenarios.history(stage, (30,))
    at = stage.now - HOUR
    key = stage.writer.run(at=at)
    stage.tasks(key, "start", [True], at, MINUTE)
    stage.tasks(key, "work", [True] * 5, at + MINUTE, 2 * MINUTE)
    slow = stage.writer.task(key, "work", at=at + MINUTE)
    stage.writer.attempt(key, "work", slow, 0, at + 2 * MINUTE, False, at + 20 * MINUTE)
    stage.writer.attempt(key, "work", slow, 1, at + 21 * MINUTE, True, at + 33 * MINUTE)
    stage.writer.ended(key, at + 40 * MINUTE)
    drawn = findings.findings_strip(stage.details(key))
    text = lines_of(drawn)
    assert "Slowest step work 32m 00s , 80% of the run" in text
    assert "Stragglers 1 task over 3× p50, max 12m 00s" in text
    assert "Retries 1 task, 0.3 task-h lost" in text
    assert "Versus last good 1 work +30m 00s" in text
    assert links(drawn) == {"work": "?open=work", "1": "/HelloFlow/1"}


def test_what_stands_out_while_a_run_runs(stage: Stage) -> None:
    scenarios.history(stage, (70, 80, 90, 100, 110))
    drawn = findings.findings_strip(stage.details(scenarios.running(stage)))
    text = lines_of(drawn)
    assert "Now 3 running, 1 waiting , 2 steps to go" in text
    assert "Longest running" in text
    assert text.endswith("Finish expected ( – )")
    moments = [
        int(one["props"]["data-ms"]) for one in elements(drawn) if isinstance(one, dict) and one["type"] == "Time"
    ]
    assert all(abs(at - stage.now - left * MINUTE) < MINUTE for at, left in zip(moments, (30, 10, 50), strict=True))


def test_nothing_stands_out(stage: Stage) -> None:
    for scenario in (scenarios.single, scenarios.silent):
        assert findings.findings_strip(stage.details(scenario(stage))) is None


# --- details ---------------------------------------------------------------------------------------------------------


def test_all_that_is_known(stage: Stage) -> None:
    at = stage.now - HOUR
    key = stage.writer.run(at=at, tags=("b", "a"), system_tags=["user:ana", "python_version:3.11"], run_id="argo-x7")
    graph = graph_of("start>end end", doc="Trains a model.", parameters=[{"name": "alpha"}, {"name": "beta"}])
    stage.parameters(key, at, _graph_info=graph, alpha=0.5, beta="x" * 300, LIMIT=3)
    (task,) = stage.tasks(key, "start", [True], at)
    trigger = {"type": "event", "name": "data_ready", "id": "e-1", "timestamp": 12}
    git = {"repo_url": "https://example.org/x", "has_uncommitted_changes": False}
    for name, value in (
        ("execution-triggers", json.dumps([trigger])),
        ("git-info", json.dumps(git)),
        ("code-package", json.dumps({"sha": "a" * 40, "location": "s3://x"})),
        ("script-name", "flow.py"),
        ("origin-run-id", "argo-x6"),
        ("long", "y" * 9_000),
    ):
        stage.writer.metadatum(key, "start", task, name, value, at)
    drawn = about.about(stage.details(key))
    heads = [lines_of(one) for one in elements(drawn) if isinstance(one, dict) and one["type"] == "H2"]
    assert {head.split(" of the first")[0] for head in heads} == {
        *("Parameters", "Constants", "Tags", "System tags", "Triggered by event data_ready", "Code", "Flow", "Metadata")
    }
    text = lines_of(drawn)
    for said in (
        "alpha 0.5",
        "LIMIT 3",
        "Tags a b",
        "Trains a model.",
        "Run HelloFlow/argo-x7 Run number 1 Script flow.py",
        "repo url https://example.org/x has uncommitted changes false",
        f"package sha {'a' * 40}",
        "python version 3.11",
        "Resumed from HelloFlow/argo-x6",
        "timestamp 12",
    ):
        assert said in text, said
    assert f"{'y' * 3_999}…" in text
    assert "y" * 4_000 not in text
    assert set(hrefs(drawn)) == {"/?tag=a", "/?tag=b", "/?tag=user%3Aana", "/?tag=python_version%3A3.11"}


def test_next_to_nothing_is_known(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, system_tags=[])
    text = lines_of(about.about(stage.details(key)))
    assert "Parameters This run has no parameters." in text
    assert "Tags No tags." in text
    assert "System tags" not in text
    assert "Code Run HelloFlow/1" in text


def test_parameters_that_cannot_be_read_have_a_reason(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    task = stage.writer.task(key, "_parameters", at=stage.now)
    stage.writer.artifact(key, "_parameters", task, "alpha", "0" * 40, stage.now, location=":root:/no/such/folder")
    assert "alpha not readable from here" in lines_of(about.about(stage.details(key)))


# --- lanes -----------------------------------------------------------------------------------------------------------


def drawn_lanes(details: RunDetails) -> dict[str, dict[str, Any]]:
    found = lanes.lanes(details.view, details.steps, details.story, details.graph, details.typical_steps)
    assert json.loads(json.dumps(found)) == found
    return {lane["step"]: lane for lane in found}


def test_lanes_of_a_run_that_has_failed(stage: Stage) -> None:
    details = stage.details(scenarios.cascade(stage))
    found = drawn_lanes(details)
    assert list(found) == ["start", "work", "join", "end"]
    assert found["start"] == {
        "step": "start",
        "tasks": 1,
        "looks": {"completed": 1},
        "look": "completed",
        "start": SECOND,
        "end": 3 * SECOND,
        "median": None,
        "p95": None,
        "longest": 2 * SECOND,
        "stragglers": 0,
        "variables": [],
        "typical": None,
        "expected": None,
        "note": "",
    }
    assert found["work"]["looks"] == {"completed": 1, "failed": 2, "killed": 3}
    assert found["work"]["variables"] == ["fruit"]
    assert [(found[name]["look"], found[name]["note"]) for name in ("join", "end")] == [("notrun", "not reached")] * 2
    assert lanes.run_head(details.view)["running"] is False


def test_lanes_of_branches_that_were_not_taken(stage: Stage) -> None:
    found = drawn_lanes(stage.details(scenarios.switched(stage)))
    assert {name: lane["note"] for name, lane in found.items()} == {
        "start": "",
        "fast": "",
        "end": "",
        "slow": "branch not taken",
        "more": "branch not taken",
    }


def test_lanes_of_what_is_to_come(stage: Stage) -> None:
    scenarios.history(stage, (30,))
    details = stage.details(scenarios.running(stage))
    found = drawn_lanes(details)
    assert (found["work"]["typical"], found["work"]["expected"], found["work"]["end"]) == (
        2 * MINUTE,
        None,
        61 * SECOND,
    )
    assert (found["join"]["note"], found["join"]["look"], found["join"]["expected"]) == ("to come", "pending", None)
    assert (found["end"]["note"], found["end"]["typical"]) == ("typical 0.9s", 900)
    assert found["end"]["expected"] == details.view.now - details.view.judged.run.created_at
    assert lanes.run_head(details.view) == {"flow": "HelloFlow", "id": "2", "running": True, "end": None}


def test_a_step_without_tasks(stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    stage.step(key, "work", stage.now)
    lane = drawn_lanes(stage.details(key))["work"]
    assert (lane["note"], lane["look"], lane["start"], lane["looks"]) == ("no task registered", "pending", None, {})


# --- no such run -----------------------------------------------------------------------------------------------------


def nothing(stage: Stage, flow: str, run: str) -> tuple[str, dict[str, str]]:
    drawn = absent.no_such_run(stage.services(), Pathspec(flow, run))
    return lines_of(drawn), links(drawn)


def test_near_ids_and_other_flows(stage: Stage) -> None:
    for number in (1, 2, 5, 6, 9):
        stage.writer.run("TrainFlow", number, at=stage.now)
    stage.writer.run("OtherFlow", 4, at=stage.now)
    text, found = nothing(stage, "TrainFlow", "4")
    assert text.startswith("No run 4 in TrainFlow If it was started just now, this page opens it as soon as")
    assert "Near ids 1 2 5 6" in text
    assert "Run 4 of OtherFlow/4" in text
    assert found["All TrainFlow runs"] == "/?flow=TrainFlow"
    assert found["5"] == "/TrainFlow/5"
    assert found["All runs"] == "/"


@pytest.mark.parametrize(("flow", "close"), [("trainflow", True), ("TrainFlw", True), ("Zzz", False)])
def test_flows_of_a_similar_name(stage: Stage, flow: str, close: bool) -> None:
    stage.writer.run("TrainFlow", at=stage.now)
    text, found = nothing(stage, flow, "x")
    assert f"No flow {flow} is registered here either; names are case sensitive." in text
    assert ("TrainFlow" in found) is close
    assert found["All runs"] == "/"
    assert "Near ids" not in text


def test_an_empty_database(stage: Stage) -> None:
    text, found = nothing(stage, "HelloFlow", "9" * 30)
    assert f"No run {'9' * 30} in HelloFlow" in text
    assert found == {"All runs": "/"}
