"""One task as JSON over HTTP: attempts, metadata, logs, artifacts, cards; what is hostile stays text or sandboxed."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from dashboard.data.runs import Key
from tests.oracle import HOUR, MINUTE
from tests.stage import Stage
from tests.test_api import Api

HASH = "0123456789abcdef"
MARKUP = "<script>alert(1)</script>"


class Evil:
    """Would run a command where somebody unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/should-not-be-there",)


@pytest.fixture
def task(stage: Stage) -> tuple[Key, int]:
    """A task with two attempts, a log of 1,000 lines, artifacts and a card."""
    writer, at = stage.writer, stage.now - HOUR
    key = writer.run(at=at, heartbeat=stage.now - 50 * MINUTE)
    task = writer.task(key, "start", at=at)
    for number, ok in ((0, False), (1, True)):
        writer.attempt(key, "start", task, number, at + number * MINUTE, ok, at + (number + 1) * MINUTE)
        for name, value in (("ds-type", "local"), ("ds-root", str(stage.root))):
            writer.metadatum(key, "start", task, name, value, at, (f"attempt_id:{number}",))
    folder = stage.root / key[0] / str(key[1]) / "start" / str(task)
    folder.mkdir(parents=True)
    lines = [f"line {n}" for n in range(1, 1001)]
    lines[499] = f"\x1b[31m{MARKUP}\x1b[0m needle"
    (folder / "1.task_stdout.log").write_text("\n".join(lines) + "\n")
    (folder / "0.task_stderr.log").write_text("Traceback (most recent call last):\nValueError: no\n")
    values: dict[str, object] = {
        "table": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        "sheet": [{"=head": "=SUM(A1)", "n": -0.5, "t": '+1, "two"\n'}, {"=head": "@x", "n": None, "t": "-"}] * 1_100,
        "tree": {"deep": {"deeper": [1, 2, 3]}},
        "text": "word " * 10_000,
        "page": "<html><script>alert(1)</script></html>",
    }
    objects = {name: stage.keep_bytes(key[0], pickle.dumps(value, 4)) for name, value in values.items()}
    objects["evil"] = stage.keep_bytes(key[0], pickle.dumps(Evil(), 4))
    info = {name: {"size": 10, "type": "<class 'dict'>", "encoding": "pickle-v4"} for name in objects}
    (folder / "1.data.json").write_text(json.dumps({"objects": objects, "info": info}))
    cards = stage.root / "mf.cards" / key[0] / "runs" / str(key[1]) / "steps" / "start" / "tasks" / str(task) / "cards"
    cards.mkdir(parents=True)
    (cards / f"default-{HASH}.html").write_text("<!doctype html><h1>card</h1>")
    stage.commit()
    return key, task


def base(task: tuple[Key, int]) -> str:
    (flow, number), one = task
    return f"api/{flow}/{number}/start/{one}"


def test_attempts_and_metadata(served: Api, task: tuple[Key, int]) -> None:
    found = served.json(base(task))
    assert [(one["attempt"], one["status"]) for one in found["attempts"]] == [(0, "failed"), (1, "completed")]
    rows = served.json(f"{base(task)}/metadata?attempt=0")["metadata"]
    assert {one["attempt"] for one in rows} <= {0, None}


def test_logs_by_number_from_the_end_and_searched(served: Api, task: tuple[Key, int]) -> None:
    found = served.json(f"{base(task)}/logs/stdout?from=500&lines=2")
    assert [one["n"] for one in found["lines"]] == [500, 501]
    assert found["lines"][0]["text"] == f"{MARKUP} needle"
    assert found["lines"][0]["parts"][0] == ["red", MARKUP]
    assert found["total"] == 1000
    last = served.json(f"{base(task)}/logs/stdout?from=-3")
    assert [one["text"] for one in last["lines"]] == ["line 998", "line 999", "line 1000"]
    searched = served.json(f"{base(task)}/logs/stdout?search=need.e&regex=1&lines=5")
    assert searched["matches"]["numbers"] == [500]
    assert served.json(f"{base(task)}/logs?attempt=0")["shown"] == "stderr"
    assert served.json(f"{base(task)}/logs/stderr/error?attempt=0")["line"] == 1


def test_the_raw_log_comes_whole_and_as_a_file(served: Api, task: tuple[Key, int]) -> None:
    answer = served.get(f"{base(task)}/logs/stdout/raw")
    assert answer.get_data(as_text=True).count("\n") == 1000
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_artifacts_are_listed_and_shown_as_they_are_read_best(served: Api, task: tuple[Key, int]) -> None:
    found = served.json(f"{base(task)}/artifacts")["artifacts"]
    assert {one["name"] for one in found} >= {"table", "tree", "text", "page", "evil"}
    one = f"{base(task)}/artifacts"
    assert served.json(f"{one}/table")["rows"] == [[1, "x"], [2, "y"]]
    tree = served.json(f"{one}/tree")
    assert (tree["view"], tree["nodes"][0]["path"]) == ("tree", "$.deep")
    assert served.json(f"{one}/tree?path=$.deep.deeper")["node"]["parts"] == 3
    text = served.json(f"{one}/text?offset=10")
    assert (text["view"], text["offset"], text["total"]) == ("text", 10, 50_000)
    assert served.json(f"{one}/page")["view"] == "media"


def test_a_table_comes_as_csv_that_no_spreadsheet_runs(served: Api, task: tuple[Key, int]) -> None:
    answer = served.get(f"{base(task)}/artifacts/sheet/raw?format=csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=sheet.csv"
    assert rows[0] == ["'=head", "n", "t"]
    assert rows[1] == ["'=SUM(A1)", "-0.5", '\'+1, "two"\n']
    assert rows[2] == ["'@x", "", "'-"]
    assert len(rows) == 2_201
    assert "no table" in served.get(f"{base(task)}/artifacts/text/raw?format=csv").get_json()["error"]


def test_a_hostile_pickle_is_described_and_nothing_of_it_runs(served: Api, task: tuple[Key, int]) -> None:
    found = served.json(f"{base(task)}/artifacts/evil")
    assert found["view"] in ("tree", "code")
    assert not Path("/tmp/should-not-be-there").exists()


def test_a_page_in_an_artifact_is_served_without_scripts(served: Api, task: tuple[Key, int]) -> None:
    answer = served.get(f"{base(task)}/artifacts/page/raw?show=1")
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_cards_are_listed_and_served_in_a_sandbox(served: Api, task: tuple[Key, int]) -> None:
    (card,) = served.json(f"{base(task)}/cards")["cards"]
    assert (card["type"], card["hash"], card["moves"]) == ("default", HASH, False)
    answer = served.get(f"{base(task).replace('api/', 'cards/')}/{HASH}")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts;")
    assert "<h1>card</h1>" in answer.get_data(as_text=True)
    assert served.get(f"{base(task).replace('api/', 'cards/')}/ffff").status_code == 404
    instead = served.get(f"{base(task).replace('api/', 'cards/')}/ffff?quiet=1")
    assert (instead.status_code, instead.mimetype) == (200, "text/html")
    assert '{"failed": "There is no such card."}' in instead.get_data(as_text=True)
    assert instead.headers["Content-Security-Policy"].startswith("sandbox allow-scripts;")


def test_a_task_that_has_not_begun_has_nothing_and_nothing_has_failed(served: Api, stage: Stage) -> None:
    key = stage.writer.run(at=stage.now - MINUTE, heartbeat=stage.now)
    waiting = stage.writer.task(key, "start", at=stage.now - MINUTE)
    stage.commit()
    path = f"api/{key[0]}/{key[1]}/start/{waiting}"
    log = served.json(f"{path}/logs?log=stderr")
    assert (log["begun"], log["shown"], log["total"], log["complete"]) == (False, "stderr", 0, False)
    assert served.json(f"{path}/cards") == {"cards": [], "missing": []}
    assert served.json(f"{path}/artifacts")["artifacts"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/logs/other", 404),
        ("/logs/stdout?attempt=9", 404),
        ("/logs/stdout?from=x", 400),
        ("/logs/stdout?search=(&regex=1", 400),
        ("/artifacts/none", 404),
        ("/artifacts/tree?path=$.nowhere", 400),
        ("/artifacts?unknown=1", 400),
        ("/logs/stdout?attempt=9&quiet=1", 200),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(served: Api, task: tuple[Key, int], path: str, status: int) -> None:
    answer = served.get(base(task) + path)
    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_a_store_that_is_gone_fails_with_a_sentence(served: Api, stage: Stage, task: tuple[Key, int]) -> None:
    stage.writer.metadatum(task[0], "start", task[1], "ds-type", "s3", stage.now, ("attempt_id:1",))
    stage.commit()
    answer = served.get(f"{base(task)}/cards")
    assert answer.status_code in (200, 502)
    if answer.status_code == 502:
        assert answer.get_json()["error"]


def test_the_cards_of_a_run_come_although_one_task_cannot_be_read(
    served: Api, stage: Stage, task: tuple[Key, int]
) -> None:
    stage.tasks(task[0], "end", [True], stage.now - MINUTE)  # says nothing of a datastore
    stage.commit()
    found = served.json(f"api/{task[0][0]}/{task[0][1]}/cards")
    assert [(one["step"], one["task"], one["hash"]) for one in found["cards"]] == [("start", str(task[1]), HASH)]
    assert (found["tasks"], found["looked"]) == (2, 1)
    assert found["problem"]
