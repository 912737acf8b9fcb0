"""Objects for what is typed or pasted, over HTTP, on both dialects."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dashboard.finding import fitting
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import HOSTILE, Stage
from tests.test_api import Api


@pytest.fixture
def filled(served: Api, stage: Stage) -> Api:
    """HelloFlow/12 with a wide step of which one task failed, other runs of two flows, and one of Argo."""
    writer, at = stage.writer, stage.now - HOUR
    key = writer.run("HelloFlow", 12, at=at, heartbeat=at)
    writer.task(key, "start", at=at, task_id=345)
    writer.attempt(key, "start", 345, 0, at, True, at + SECOND)
    for number, ok in ((400, True), (401, False), (402, True)):
        writer.task(key, "train", at=at, task_id=number)
        writer.attempt(key, "train", number, 0, at + MINUTE, ok, at + 2 * MINUTE)
        writer.metadatum(key, "train", number, "foreach-stack", f"{{region=us-{number}}}", at, ("attempt_id:0",))
    for number in (7, 120, 121):
        writer.run("HelloFlow", number, at=at + number * SECOND, heartbeat=stage.now if number == 121 else at)
    writer.run("OtherFlow", 7, at=at)
    argo = writer.run("OtherFlow", 8, at=at, run_id="argo-other-x7k2p")
    writer.task(argo, "start", at=at, name="t-1f", task_id=900)
    writer.flush()
    return served


def find(served: Api, text: str, **more: str) -> Any:
    return served.json(f"api/find?{urlencode({'q': text, **more})}")


def names(answer: Any, part: str = "objects") -> list[str]:
    return [one["pathspec"] for one in answer[part]]


def test_an_object_as_json(filled: Api) -> None:
    assert find(filled, "HelloFlow/12/tr") == {
        "objects": [
            {
                "kind": "step",
                "pathspec": "HelloFlow/12/train",
                "url": "/HelloFlow/12?step=train&tab=tasks",
                "status": "failed",
                "qualifier": None,
                "at": filled.now - HOUR + MINUTE,
                "note": "foreach, 3 tasks, 1 failed",
            },
            {
                "kind": "task",
                "pathspec": "HelloFlow/12/train/401",
                "url": "/HelloFlow/12/train/401",
                "status": "failed",
                "qualifier": None,
                "at": filled.now - HOUR + MINUTE,
                "note": "region=us-401",
            },
        ],
        "complete": True,
        "message": None,
        "near": [],
    }


FITS = {
    "Hel": ["HelloFlow", "HelloFlow/121", "HelloFlow/120", "HelloFlow/7", "HelloFlow/12"],
    "flow": ["HelloFlow", "OtherFlow"],
    "HelloFlow/": ["HelloFlow", "HelloFlow/121", "HelloFlow/120", "HelloFlow/7", "HelloFlow/12"],
    "helloflow/12": ["HelloFlow/12", "HelloFlow/121", "HelloFlow/120"],
    "HelloFlow/12": ["HelloFlow/12", "HelloFlow/121", "HelloFlow/120"],
    "Run('HelloFlow/12": ["HelloFlow/12", "HelloFlow/121", "HelloFlow/120"],
    "OtherFlow/ar": ["OtherFlow/argo-other-x7k2p"],
    "HelloFlow/12/": ["HelloFlow/12", "HelloFlow/12/start", "HelloFlow/12/train"],
    "12/sta": ["HelloFlow/12/start"],
    "HelloFlow/12/train/": ["HelloFlow/12/train", *(f"HelloFlow/12/train/{n}" for n in (401, 400, 402))],
    "HelloFlow/12/train/40": [f"HelloFlow/12/train/{n}" for n in (401, 400, 402)],
    "HelloFlow/12/train/402": ["HelloFlow/12/train/402"],
    "HelloFlow/12/train/us-40": [f"HelloFlow/12/train/{n}" for n in (401, 400, 402)],
    "12/train/402": ["HelloFlow/12/train/402"],
    "OtherFlow/8/start/t": ["OtherFlow/argo-other-x7k2p/start/t-1f"],
    "7": ["HelloFlow/7", "OtherFlow/7"],
    "345": ["HelloFlow/12/start/345"],
    "argo-other-x7k2p": ["OtherFlow/argo-other-x7k2p"],
    "Task('HelloFlow/12/start/345', attempt=0)": ["HelloFlow/12/start/345"],
    "[12/start/345 (pid 99)] Task is starting.": ["HelloFlow/12/start/345"],
    "https://ui.example/HelloFlow/12/view/dag": ["HelloFlow/12"],
}


def test_what_fits(filled: Api) -> None:
    answers = {text: find(filled, text) for text in FITS}
    assert {text: names(answer) for text, answer in answers.items()} == FITS
    assert {answer["message"] for answer in answers.values()} == {None}


PLACES = {
    "https://ui.example/HelloFlow/12/view/dag": "/HelloFlow/12?tab=dag",
    "Task('HelloFlow/12/start/345', attempt=0)": "/HelloFlow/12/start/345?attempt=0",
    "http://d.example/HelloFlow/12/start/345?attempt=0#part-logs": "/HelloFlow/12/start/345?attempt=0#part-logs",
    "https://ui.example/?flow_id=HelloFlow": "/?flow=HelloFlow",
    "OtherFlow": "/?flow=OtherFlow",
}


def test_what_a_pasted_text_says_beside_the_object_stays(filled: Api) -> None:
    assert {text: find(filled, text)["objects"][0]["url"] for text in PLACES} == PLACES


NEAR: tuple[tuple[str, str, list[str]], ...] = (
    ("HeloFlow", "No flow HeloFlow is registered here.", ["HelloFlow"]),
    ("HeloFlow/12", "No flow HeloFlow is registered here.", ["HelloFlow/12", "HelloFlow"]),
    ("NoSuch/8", "No flow NoSuch is registered here.", ["OtherFlow/argo-other-x7k2p"]),
    ("OtherFlow/12", "No run 12 in OtherFlow.", ["HelloFlow/12", "OtherFlow/7", "OtherFlow/argo-other-x7k2p"]),
    ("OtherFlow/nope", "No run nope in OtherFlow.", ["OtherFlow/7", "OtherFlow/argo-other-x7k2p"]),
    ("HelloFlow/12/trian", "No step trian in HelloFlow/12.", ["HelloFlow/12/train"]),
    ("HelloFlow/12/xyz", "No step xyz in HelloFlow/12.", ["HelloFlow/12/start", "HelloFlow/12/train"]),
    (
        "HelloFlow/12/train/9",
        "No task 9 in HelloFlow/12/train.",
        [f"HelloFlow/12/train/{n}" for n in (400, 401, 402)],
    ),
    ("122", "No run or task has the id 122.", ["HelloFlow/121", "HelloFlow/120"]),
    ("argo-nope", "No run or task has the id argo-nope.", []),
    ("99/start", "No run has the id 99.", ["HelloFlow/120", "HelloFlow/121"]),
    ("12/nostep/1", "No step nostep in HelloFlow/12.", ["HelloFlow/12/start", "HelloFlow/12/train"]),
    ("http://d.example/", "This URL names no flow, run, step or task.", []),
    ("a b c", "“a b c” is no pathspec, id or URL", []),
)


def test_what_is_near_where_nothing_fits(filled: Api) -> None:
    for text, sentence, near in NEAR:
        answer = find(filled, text)
        assert answer["objects"] == [], text
        assert answer["message"].startswith(sentence), text
        assert answer["message"].endswith("."), text
        assert set(names(answer, "near")[:5]) >= set(near), text


def test_statuses_stand_beside_flows_runs_and_tasks(filled: Api) -> None:
    flow, newest = find(filled, "HelloFlow")["objects"][:2]
    assert (flow["status"], flow["at"], flow["note"]) == ("running", newest["at"], "newest run 121")
    assert (newest["status"], newest["note"]) == ("running", "ana")
    tasks = find(filled, "HelloFlow/12/train/")["objects"][1:]
    assert [one["status"] for one in tasks] == ["failed", "completed", "completed"]


def test_exact_objects(filled: Api) -> None:
    asked = ["HelloFlow", "HelloFlow/12", "HelloFlow/12/train", "HelloFlow/12/train/401", "OtherFlow/8"]
    gone = ["HelloFlow/99", "HelloFlow/12/train/9", "HelloFlow/12/nostep", "a//b", "\x00"]
    answer = filled.json(f"api/find?{urlencode([('of', one) for one in [*asked, *gone]])}")
    assert names(answer) == asked
    assert all(one["status"] for one in answer["objects"])


def test_bounds(filled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(find(filled, "HelloFlow/", limit="2")) == ["HelloFlow", "HelloFlow/121"]
    assert find(filled, " ") == {"objects": [], "complete": True, "message": None, "near": []}
    for query in ("limit=0", "limit=51", "limit=x", "whole=2", "nope=1"):
        filled.refusal(f"api/find?q=a&{query}")
    assert find(filled, "x" * 5_000)["message"].endswith("255 characters.")


def test_a_wide_run_is_read_only_when_asked(filled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "WIDE", 3)
    quick = find(filled, "HelloFlow/12/tr")
    assert names(quick) == ["HelloFlow/12/train"]
    assert (quick["complete"], quick["objects"][0]["status"]) == (False, None)
    assert names(find(filled, "HelloFlow/12/train/40")) == [f"HelloFlow/12/train/{n}" for n in (400, 401, 402)]
    whole = find(filled, "HelloFlow/12/tr", whole="1")
    assert names(whole) == ["HelloFlow/12/train", "HelloFlow/12/train/401"]
    assert whole["complete"]
    assert find(filled, "HelloFlow/12/tr") == whole, "once it is known it is used"


def test_names_as_users_write_them(served: Api, stage: Stage) -> None:
    for n, name in enumerate(HOSTILE):
        key = stage.writer.run("HelloFlow", n + 1, at=stage.now - HOUR, run_id=name)
        stage.writer.ended(key, stage.now - MINUTE)
    stage.writer.flush()
    for name in (name for name in HOSTILE if "/" not in name):
        one = served.json(f"api/find?of={quote(f'HelloFlow/{name}', safe='')}")["objects"][0]
        assert one["pathspec"] == f"HelloFlow/{name}"
        assert one["url"] == f"/HelloFlow/{quote(name, safe='')}"
        for text in (name, f"HelloFlow/{name}", f"HelloFlow/{name}/"):
            assert served.get(f"api/find?{urlencode({'q': text})}").status_code == 200
