"""What the page of a run asks for: columns and their deltas, matches, what a bar tells; on both dialects."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from dashboard.data.runs import Key
from tests.oracle import HOUR, MINUTE, SECOND
from tests.run_state.decoding import Followed
from tests.stage import HOSTILE, Stage, graph_of
from tests.test_api import Api

MOST_BYTES = 20_000  # of a delta of 100 tasks


def bytes_of(served: Api, since: str = "", run: str = "HelloFlow/1", status: int = 200) -> bytes:
    answer = served.client.get(f"/-/columns/{run}?since={since}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.mimetype == "application/octet-stream"
    data: bytes = answer.data
    return data


@pytest.fixture
def running(stage: Stage) -> Key:
    """A run of 2,000 tasks that all go on, in steps of a graph that has more of them."""
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now)
    graph = graph_of("start:foreach>work work>join join:join>end end:end")
    stage.parameters(key, stage.now - HOUR, _graph_info=graph)
    stage.tasks(key, "start", [True], stage.now - HOUR)
    stacks = {n: f"{{segment=us-west/{n:04}}}" for n in range(1_999)}
    stage.tasks(key, "work", [None] * 1_999, stage.now - HOUR + MINUTE, stacks=stacks)
    stage.commit()
    return key


def finish(stage: Stage, key: Key, tasks: Sequence[int]) -> None:
    for task in tasks:
        stage.writer.metadatum(key, "work", task, "attempt_ok", "True", stage.now - SECOND, ("attempt_id:0",))
    stage.commit()


def test_a_poll_is_empty_and_a_delta_small(served: Api, stage: Stage, running: Key) -> None:
    browser = Followed()
    answer = browser.take(bytes_of(served))
    assert (answer.head["whole"], answer.head["tasks"], len(answer.arrays["task"])) == (True, 2_000, 2_000)
    stamp = answer.head["stamp"]
    assert bytes_of(served, stamp, status=204) == b""
    ids = [int(task[0]) for task in browser.tasks.values()]
    changed = ids[5:205:2]
    finish(stage, running, changed)
    raw = bytes_of(served, stamp)
    assert len(raw) <= MOST_BYTES, "without compression"
    assert len(gzip.compress(raw)) <= MOST_BYTES // 4
    delta = browser.take(raw)
    assert not delta.head["whole"]
    assert [int(task) for task in delta.arrays["id"]] == changed
    assert delta.head["stamp"] != stamp
    assert bytes_of(served, delta.head["stamp"], status=204) == b""
    fresh = Followed()
    fresh.take(bytes_of(served))
    assert browser.shown == fresh.shown
    late = Followed()
    assert late.take(bytes_of(served, "other.1")).head["whole"], "a stamp of another process"
    assert late.shown == fresh.shown


def test_the_head_tells_of_run_and_lanes(served: Api, stage: Stage, running: Key) -> None:
    browser = Followed()
    head = browser.take(bytes_of(served)).head
    assert head["run"] == {"flow": "HelloFlow", "id": "1", "running": True, "end": None}
    assert [(lane["step"], lane["look"], lane["tasks"]) for lane in head["lanes"]] == [
        ("start", "completed", 1),
        ("work", "running", 1_999),
        ("join", "pending", 0),
        ("end", "pending", 0),
    ]
    finish(stage, running, [int(task[0]) for task in browser.tasks.values()][1:])
    stage.writer.ended(running, stage.now)
    stage.commit()
    head = browser.take(bytes_of(served, head["stamp"])).head
    assert head["whole"], "once a run has ended all is read again"
    assert head["run"] == {"flow": "HelloFlow", "id": "1", "running": False, "end": HOUR}
    assert [lane["look"] for lane in head["lanes"]] == ["completed", "completed", "notrun", "completed"]


def test_news_of_the_run_itself_are_told_without_any_task_that_changed(served: Api, stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR, heartbeat=stage.now - 10 * MINUTE)
    stage.tasks(key, "start", [True], stage.now - HOUR)
    stage.commit()
    browser = Followed()
    dead = browser.take(bytes_of(served)).head
    assert dead["run"]["running"] is False
    runs = stage.writer.tables.runs
    with stage.writer.engine.begin() as connection:  # a laptop that slept
        connection.execute(update(runs).values(last_heartbeat_ts=stage.now // SECOND))
    stage.step(key, "other", stage.now)
    stage.writer.run("Other", at=stage.now + SECOND)  # so that the change token differs
    stage.commit()
    alive = browser.take(bytes_of(served, dead["stamp"])).head
    assert (alive["run"]["running"], alive["run"]["end"], alive["whole"]) == (True, None, False)
    assert [lane["step"] for lane in alive["lanes"]] == ["start", "other"]
    assert bytes_of(served, alive["stamp"], status=204) == b""
    stage.step(key, "third", stage.now)
    stage.writer.run("Other", at=stage.now + 2 * SECOND)
    stage.commit()
    more = browser.take(bytes_of(served, alive["stamp"])).head
    assert [lane["note"] for lane in more["lanes"]] == ["", "no task registered", "no task registered"]


def test_a_run_that_is_not_there_is_no_error(served: Api, stage: Stage) -> None:
    assert bytes_of(served, status=204) == b""
    assert "NUL" in served.refusal("columns/HelloFlow/%00")
    for path in ("matches?q=x", "attempts?of=1:0"):
        assert served.refusal(f"columns/HelloFlow/1/{path}", 404) == "There is no run HelloFlow/1."
    stage.writer.run(at=stage.now)
    stage.commit()
    assert Followed().take(bytes_of(served)).head["tasks"] == 0


def test_hostile_names(served: Api, stage: Stage) -> None:
    names = [name for name in HOSTILE if "/" not in name]
    for name in names:
        key = stage.writer.run(name, at=stage.now, run_id=f"id {name}")
        stage.tasks(key, name, [True], stage.now, stacks={0: f"{{x={name.replace(',', '')}}}".replace('"', "'")})
    stage.commit()
    for name in names:
        browser = Followed()
        head = browser.take(bytes_of(served, run=f"{quote(name)}/{quote(f'id {name}')}")).head
        assert (head["run"]["flow"], head["run"]["id"], head["steps"]) == (name, f"id {name}", [name])
        assert head["lanes"][0]["step"] == name
        assert [task[3] for task in browser.tasks.values()] == [name.replace(",", "").replace('"', "'")]


# --- matches of a search ---------------------------------------------------------------------------------------------


def test_matches_are_what_only_the_database_knows(served: Api, stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - HOUR)
    stage.parameters(key, stage.now - HOUR, rows=1)
    one, two, three = stage.tasks(key, "work", [True] * 3, stage.now - HOUR, stacks={0: "{fruit=apple}"})
    for task in (one, three):
        stage.writer.artifact(key, "work", task, "rows", "0" * 40, stage.now)
    stage.writer.metadatum(key, "work", two, "note", "50% Off", stage.now)
    stage.commit()

    def matches(q: str) -> Any:
        return served.json(f"columns/HelloFlow/1/matches?q={quote(q)}")["tasks"]

    assert matches("artifact:rows") == [one, three], "without the task of the parameters"
    assert matches("artifact: rows ") == [one, three]
    assert matches("artifact:row") == []
    assert matches("note=0% o") == [two]
    assert matches("note=_") == []
    assert matches("apple") == matches("fruit=apple") == matches("") == [], "the browser finds these itself"
    assert matches("=") == []
    assert matches("note=" + "x" * 5_000) == []
    assert "NUL" in served.refusal(f"columns/HelloFlow/1/matches?q={quote('note=' + chr(0))}")


# --- attempts --------------------------------------------------------------------------------------------------------


def test_attempts_have_a_reason_an_error_and_a_host(served: Api, stage: Stage) -> None:
    begun = stage.now - HOUR
    key = stage.writer.run(at=begun, heartbeat=begun)
    good, bad, caught, bare = stage.tasks(key, "work", [True, False, True, False], begun)
    stage.caught(key, "work", caught, begun)
    stage.writer.attempt(key, "work", bad, 1, begun + MINUTE, False, begun + 2 * MINUTE)
    stage.failure(key, "work", bad, "ValueError: <b>first</b>")
    stage.failure(key, "work", bad, "ValueError: second", attempt=1)
    stage.failure(key, "work", caught, "KeyError: 'x'")
    for name, value in (("ec2-instance-id", "i-7"), ("kubernetes-pod-name", "pod-1"), ("host", "elsewhere")):
        stage.writer.metadatum(key, "work", bad, name, value, begun)
    stage.commit()

    def asked(of: str) -> Any:
        return served.json(f"columns/HelloFlow/1/attempts?of={of}")

    assert asked(f"{good}:0,{bad}:0,{bad}:1,{caught}:0,{bare}:0") == {
        f"{good}:0": {"reason": "attempt_ok True", "error": None, "host": None},
        f"{bad}:0": {
            "reason": "attempt_ok False, attempt 1 started after it",
            "error": "ValueError: <b>first</b>",
            "host": "pod-1",
        },
        f"{bad}:1": {
            "reason": "attempt_ok False, no attempt after it",
            "error": "ValueError: second",
            "host": "pod-1",
        },
        f"{caught}:0": {
            "reason": "attempt_ok True, @catch swallowed an exception",
            "error": "KeyError: 'x'",
            "host": None,
        },
        f"{bare}:0": {"reason": "attempt_ok False, no attempt after it", "error": None, "host": None},
    }
    assert list(asked(f"{bad}:7,{bad}:1,999999999999999999:0")) == [f"{bad}:1"], "what is not there is left out"
    assert asked("999999:0") == {}
    sixty = ",".join([f"{bad}:1"] * 60)
    assert list(asked(sixty)) == [f"{bad}:1"]
    for of in (f"{sixty},{good}:0", "", "x", "1", "1:", ":1", "1:0,", "1:0;2:0", "-1:0", "9" * 19 + ":0", "1:99999"):
        assert served.refusal(f"columns/HelloFlow/1/attempts?of={of}") == (
            "of: one to 60 of task:attempt are needed, with commas between them."
        ), of


def test_an_attempt_that_waits_has_a_reason(served: Api, stage: Stage) -> None:
    key = stage.writer.run(at=stage.now, heartbeat=stage.now)
    task = stage.writer.task(key, "work", at=stage.now, name="pod-task")
    stage.commit()
    about = served.json(f"columns/HelloFlow/1/attempts?of={task}:0")[f"{task}:0"]
    assert about["reason"].startswith("registered")
    assert (about["error"], about["host"]) == (None, None)
