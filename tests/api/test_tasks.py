"""The attempts of a run as JSON and CSV over HTTP, on both dialects."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dashboard.data.runs import Key
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import HOSTILE, Stage
from tests.test_api import Api, rows_of

FIELDS = [
    *("pathspec", "step", "task", "task_name", "attempt", "status", "qualifier", "reason", "foreach"),
    *("queued", "started_at", "finished_at", "duration"),
]


def tasks(served: Api, query: str = "", run: str = "HelloFlow/1") -> list[Any]:
    found: list[Any] = served.json(f"api/{run}/tasks?{query}")["tasks"]
    return found


def named(served: Api, query: str = "", run: str = "HelloFlow/1") -> list[tuple[str, int]]:
    return [(one["task"], one["attempt"]) for one in tasks(served, query, run)]


@pytest.fixture
def run(stage: Stage) -> Key:
    """start 1; work 2–7: fine, fine, retried and fine, caught, failed twice, cloned; never started 8; killed 9."""
    writer, now = stage.writer, stage.now
    key = writer.run(at=now - HOUR, heartbeat=now - 50 * MINUTE)
    begun = now - HOUR + SECOND
    (start,) = stage.tasks(key, "start", [True], begun)
    stacks = {
        n: f"{{fruit={name}}}" for n, name in enumerate(("apple", "Apricot", "banana", "cherry", "date", "elder"))
    }
    work = stage.tasks(key, "work", [True, True, False, True, False, True], begun + MINUTE, stacks=stacks)
    writer.attempt(key, "work", work[2], 1, begun + 2 * MINUTE, True, begun + 3 * MINUTE)
    writer.attempt(key, "work", work[4], 1, begun + 2 * MINUTE, False, begun + 4 * MINUTE)
    stage.caught(key, "work", work[3], begun + MINUTE)
    writer.metadatum(key, "work", work[5], "origin-task-id", "77", begun)
    writer.metadatum(key, "work", work[0], "Kubernetes-Pod", "Pod-A%1", begun)
    for name in ("model", "rows"):
        writer.artifact(key, "work", work[1], name, "0" * 40, begun)
    writer.artifact(key, "start", start, "rows", "0" * 40, begun)
    writer.task(key, "late", at=begun + 5 * MINUTE)
    (killed,) = stage.tasks(key, "late", [None], begun + 5 * MINUTE)
    stage.parameters(key, begun, alpha=1)
    stage.silence(killed, now - 50 * MINUTE)
    return key


ALL = [("1", 0), ("2", 0), ("3", 0), ("4", 0), ("4", 1), ("5", 0), ("6", 0), ("6", 1), ("7", 0), ("8", 0), ("9", 0)]


def test_an_attempt_as_json(served: Api, stage: Stage, run: Key) -> None:
    begun = stage.now - HOUR + SECOND
    found = {(one["task"], one["attempt"]): one for one in tasks(served)}
    assert list(found) == ALL
    assert found["6", 1] == {
        "pathspec": "HelloFlow/1/work/6",
        "step": "work",
        "task": "6",
        "task_name": None,
        "attempt": 1,
        "status": "failed",
        "qualifier": None,
        "reason": "attempt_ok False, no attempt after it",
        "foreach": "fruit=date",
        "queued": begun + MINUTE + SECOND,
        "started_at": begun + 2 * MINUTE,
        "finished_at": begun + 4 * MINUTE,
        "duration": 2 * MINUTE,
    }
    kinds = {key: (one["status"], one["qualifier"]) for key, one in found.items()}
    assert kinds["5", 0] == ("completed", "caught")
    assert kinds["7", 0] == ("completed", "cloned")
    assert kinds["8", 0] == kinds["9", 0] == ("failed", "killed")
    assert found["1", 0]["foreach"] is None
    assert (found["8", 0]["started_at"], found["8", 0]["duration"]) == (None, None)


@pytest.mark.parametrize("query", ["", "step=work", "status=completed", "q=a", "q=artifact:rows"])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_after_leads_through_all_attempts_once(served: Api, run: Key, query: str, form: str) -> None:
    for limit in (1, 2, 3, 7):
        found: list[tuple[str, int]] = []
        after, pages = "", 0
        while pages == 0 or after:
            pages += 1
            path = f"api/HelloFlow/1/tasks?{query}&limit={limit}&after={after}&format={form}"
            if form == "csv":
                answer = served.client.get(f"/-/{path}")
                page = rows_of(answer.text)
                after = answer.headers["X-Next"]
            else:
                whole = served.json(path)
                page, after = whole["tasks"], whole["next"]
            assert 1 <= len(page) <= limit
            found += [(one["task"], int(one["attempt"])) for one in page]
        assert found == named(served, query)
        assert pages == -(-len(found) // limit)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("step=late", ALL[9:]),
        ("step=late&step=start", [ALL[0], *ALL[9:]]),
        ("step=none", []),
        ("status=failed", [("4", 0), ("6", 0), ("6", 1), ("8", 0), ("9", 0)]),
        ("status=killed", [("8", 0), ("9", 0)]),
        ("status=completed&step=work", [("2", 0), ("3", 0), ("4", 1), ("5", 0), ("7", 0)]),
        ("status=caught&status=cloned", [("5", 0), ("7", 0)]),
        ("status=running&status=pending&status=unknown", []),
        ("q=4", [("4", 0), ("4", 1)]),
        ("q=AP", [("2", 0), ("3", 0)]),
        ("q=fruit%3Dap", [("2", 0), ("3", 0)]),
        ("q=FRUIT%3Dd", []),  # a field of the metadata: names keep their case
        ("q=fruit%3D4", []),
        ("q=artifact:rows", [("1", 0), ("3", 0)]),
        ("q=artifact:+model+", [("3", 0)]),
        ("q=artifact:mode", []),
        ("q=artifact:", []),
        ("q=Kubernetes-Pod%3Dpod-a%251", [("2", 0)]),
        ("q=Kubernetes-Pod%3D_od", []),
        ("q=Kubernetes-Pod+%3D+", [("2", 0)]),
        ("q=origin-task-id%3D7&status=cloned", [("7", 0)]),
        ("q=+&step=&status=&limit=1000", ALL),
        ("q=x&q=6", [("6", 0), ("6", 1)]),
        (f"after={'9' * 20}-1", []),
        (f"after=4-{'9' * 20}", ALL[5:]),
        ("after=4-0&q=4", [("4", 1)]),
    ],
)
def test_what_a_query_finds(served: Api, run: Key, query: str, found: list[tuple[str, int]]) -> None:
    assert named(served, query) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "“colour” is not a known parameter"),
        ("sort=task", "“sort” is not a known parameter here; known are step, status, q, limit, after, format."),
        ("status=done", "status=done: one of running"),
        ("limit=0", "limit=0: a whole number from 1 to 1000 is needed."),
        ("limit=000000001999", "limit=000000001999: a whole number from 1 to 1000 is needed."),
        ("limit=000000001" + "0" * 5_000, "a whole number from 1 to 1000 is needed."),
        ("after=yesterday", "after=yesterday: a cursor from an earlier answer is needed."),
        ("after=1", "a cursor"),
        ("after=1-", "a cursor"),
        ("after=-1", "a cursor"),
        ("after=1-1-1", "a cursor"),
        ("after=%C2%B2-1", "a cursor"),
        ("after=" + "9" * 40 + "-1", "a cursor"),
        ("format=xml", "format=xml: json or csv is needed."),
        ("q=%00", "q: a NUL character"),
        ("step=" + "x" * 256, "step: at most 50 values of 255 characters are taken."),
    ],
)
def test_what_cannot_be_understood_is_400_with_a_sentence(served: Api, run: Key, query: str, sentence: str) -> None:
    assert sentence in served.refusal(f"api/HelloFlow/1/tasks?{query}")


def test_the_download_refuses_what_pages_do_not_show(served: Api, run: Key) -> None:
    for query in ("limit=1", "after=1-0", "format=csv", "colour=red"):
        assert "is not a known parameter" in served.refusal(f"download/HelloFlow/1/tasks.csv?{query}")


def test_a_run_that_is_not_there(served: Api, run: Key) -> None:
    for path in ("api/HelloFlow/99/tasks", "download/HelloFlow/99/tasks.csv", "api/HelloFlow/99/steps"):
        assert served.refusal(path, 404) == "There is no run HelloFlow/99."
    assert served.refusal("api/helloflow/1/tasks", 404) == "There is no run helloflow/1."
    assert "NUL" in served.refusal("api/HelloFlow/%00/tasks")


def test_a_run_without_tasks(served: Api, stage: Stage) -> None:
    stage.writer.run(at=stage.now, run_id="argo-x7")
    stage.writer.flush()
    assert served.json("api/HelloFlow/argo-x7/tasks?status=failed&q=x") == {"tasks": [], "next": None}
    assert served.client.get("/-/download/HelloFlow/argo-x7/tasks.csv").text.split() == [",".join(FIELDS)]


def test_csv_has_the_same_attempts(served: Api, run: Key) -> None:
    answer = served.client.get("/-/api/HelloFlow/1/tasks?format=csv")
    assert (answer.mimetype, answer.headers["X-Next"]) == ("text/csv", "")
    rows = rows_of(answer.text)
    assert list(rows[0]) == FIELDS
    same = [{name: "" if value is None else str(value) for name, value in one.items()} for one in tasks(served)]
    assert rows == same


def test_the_download_has_what_the_tasks_tab_shows(served: Api, run: Key) -> None:
    def downloaded(query: str = "") -> list[tuple[str, int]]:
        answer = served.client.get(f"/-/download/HelloFlow/1/tasks.csv?{query}")
        assert answer.headers["Content-Disposition"] == "attachment; filename=1-tasks.csv"
        return [(row["task"], int(row["attempt"])) for row in rows_of(answer.text)]

    assert sorted(downloaded()) == ALL
    assert downloaded()[:2] == [("6", 0), ("6", 1)], "the worst first"
    assert downloaded("sort=task&tab=tasks&open=work&zoom=0..9&group=none&axis=clock&full=1") == ALL
    assert downloaded("status=completed&step=work&q=banana") == [("4", 0), ("4", 1)], "with all attempts"
    assert downloaded("q=artifact:rows&sort=-task") == [("3", 0), ("1", 0)]


def test_hostile_names_come_back_as_they_are(served: Api, stage: Stage) -> None:
    for name in HOSTILE:
        key = stage.writer.run(name, at=stage.now - HOUR, run_id=f"id {name}")
        task = stage.writer.task(key, f"step {name}", at=stage.now - HOUR, name=f"t {name}")
        stage.writer.attempt(key, f"step {name}", task, 0, stage.now - HOUR, True, stage.now - MINUTE)
        stack = '["x=' + f"v {name}".replace("\\", "\\\\").replace('"', '\\"') + '"]'
        stage.writer.metadatum(key, f"step {name}", task, "foreach-stack", stack, stage.now - HOUR)
        stage.writer.metadatum(key, f"step {name}", task, f"field {name}", name, stage.now - HOUR)
        stage.writer.artifact(key, f"step {name}", task, name, "0" * 40, stage.now - HOUR)
    stage.writer.flush()
    for name in HOSTILE:
        if "/" in name:  # no flow has it, and a URL cannot hold it
            continue
        path = f"{quote(name)}/{quote(f'id {name}')}"
        (one,) = tasks(served, run=path)
        assert (one["step"], one["task"], one["task_name"]) == (f"step {name}", f"t {name}", f"t {name}")
        assert one["foreach"] == f"x=v {name}"
        assert one["pathspec"] == f"{name}/id {name}/step {name}/t {name}"
        queries = [("q", f"artifact:{name}"), ("step", f"step {name}")]
        if "=" not in name:
            queries += [("q", f"t {name}"), ("q", f"v {name}"), ("q", f"field {name}={name}")]
        for query in queries:
            assert tasks(served, urlencode([query]), path) == [one], query
        (row,) = rows_of(served.client.get(f"/-/download/{path}/tasks.csv").text)
        assert row["step"] == f"step {name}"
        (step,) = served.json(f"api/{path}/steps")["steps"]
        assert (step["step"], step["foreach"], step["tasks"]["total"]) == (f"step {name}", ["x"], 1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＠"])
def test_no_cell_is_a_formula(served: Api, stage: Stage, start: str) -> None:
    evil = f"{start}cmd|'calc'!A0"
    key = stage.writer.run(evil, at=stage.now - HOUR)
    task = stage.writer.task(key, evil, at=stage.now - HOUR, name=evil)
    stage.writer.metadatum(key, evil, task, "foreach-stack", evil, stage.now - HOUR)
    stage.writer.flush()
    path = f"{quote(evil, safe='')}/{key[1]}"
    for answer in (f"api/{path}/tasks?format=csv", f"download/{path}/tasks.csv"):
        (row,) = rows_of(served.client.get(f"/-/{answer}").text)
        assert row["step"] == row["task"] == row["task_name"] == f"'{evil}"
        assert row["pathspec"] == f"'{evil}/{key[1]}/{evil}/{evil}"
        assert row["foreach"] == (f"'{evil}" if evil.isprintable() else evil.strip()), "labels are one line"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_reading(served: Api, run: Key, method: str) -> None:
    for path in (
        "api/HelloFlow/1/tasks",
        "api/HelloFlow/1/steps",
        "columns/HelloFlow/1",
        "download/HelloFlow/1/tasks.csv",
    ):
        assert served.client.open(f"/-/{path}", method=method).status_code == 405
