"""What settings hide is in no answer, and cannot be searched for."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.data.database import Database
from dashboard.errors import BadSetting
from dashboard.factory import create_app
from dashboard.privacy import Privacy, patterns
from dashboard.settings import Settings
from dashboard.source import Source
from dashboard.stores import privacy_of
from tests.oracle import HOUR
from tests.stage import Stage

SECRET = "hunter2-hunter2"
TOKEN = "ghp_" + "a1B2" * 9
Ask = Callable[[str], str]


@pytest.fixture
def base(stage: Stage) -> str:
    """A failed task whose log, metadata, parameters, exception and artifacts hold what nobody should read."""
    writer, at = stage.writer, stage.now - HOUR
    key = writer.run(at=at, heartbeat=stage.now - HOUR // 2)
    stage.parameters(key, at, db_password=SECRET, alpha=0.5, note=f"token {TOKEN}")
    task = writer.task(key, "start", at=at)
    writer.attempt(key, "start", task, 0, at, False, at + 1000)
    stage.failure(key, "start", task, f"ValueError: bad token {TOKEN}")
    for name, value in (("db_password", SECRET), ("note", f"uses {TOKEN}")):
        writer.metadatum(key, "start", task, name, value, at, ("attempt_id:0",))
    folder = stage.root / key[0] / str(key[1]) / "start" / str(task)
    (folder / "0.task_stdout.log").write_text("".join(f"line {n} token={TOKEN} end\n" for n in range(3000)))
    values: dict[str, object] = {"db_password": SECRET, "note": f"uses {TOKEN}", "deep": {"a": [f"x {TOKEN}"]}}
    objects = {name: stage.keep_bytes(key[0], pickle.dumps(value, 4)) for name, value in values.items()}
    (folder / "0.data.json").write_text(json.dumps({"objects": objects, "info": {}}))
    stage.commit()
    return f"{key[0]}/{key[1]}/start/{task}"


@pytest.fixture
def client_with(stage: Stage) -> Iterator[Callable[..., FlaskClient]]:
    opened: list[Database] = []

    def make(**environ: object) -> FlaskClient:
        settings = Settings.from_env({f"METAFLOW_DASHBOARD_{name}": str(value) for name, value in environ.items()})
        opened.append(Database(stage.database.url, privacy=privacy_of(settings)))
        return create_app(opened[-1], Source("sqlite", "a test"), settings).server.test_client()

    yield make
    for database in opened:
        database.close()


def everything(client: FlaskClient, base: str) -> dict[str, str]:
    """All answers about the task and its run, by path."""
    flow, run, _, _ = base.split("/")
    paths = [
        f"/-/api/{base}",
        *(f"/-/api/{base}/{part}" for part in ("metadata", "logs", "logs/stdout?from=1&lines=5000", "logs/stderr")),
        *(f"/-/api/{base}/logs/stdout/raw", f"/-/api/{base}/logs/stdout/raw?plain=1", f"/-/api/{base}/artifacts"),
        *(f"/-/api/{base}/artifacts/{name}" for name in ("db_password", "note", "deep")),
        *(f"/-/api/{base}/artifacts/{name}/raw" for name in ("db_password", "note", "deep")),
        f"/-/api/{base}/cards",
        f"/-/api/{flow}/{run}/cards",
        f"/-/api/{flow}/{run}/tasks",
        "/-/api/runs?started=any",
    ]
    return {path: client.get(path).get_data(as_text=True) for path in paths}


def callback(client: FlaskClient, base: str) -> str:
    """What the callbacks of the pages of task and run answer."""
    flow, run, _, _ = base.split("/")
    told = []
    for one in client.get("/_dash-dependencies").json or ():
        name = one["output"].removeprefix("..").split(".")[0]
        if one["clientside_function"] or not name.startswith(("task-", "run-")):
            continue
        page = f"/{base}" if name.startswith("task-") else f"/{flow}/{run}"
        values: dict[str, object] = {"shell-query": page, "task-pathspec": base, "run-pathspec": f"{flow}/{run}"}
        values |= {f"{kind}-shown": {"live": 1, "place": page} for kind in ("task", "run")}
        keys = one["output"].strip(".").split("...")
        outputs = [dict(zip(("id", "property"), key.rsplit(".", 1), strict=True)) for key in keys]
        body = {
            "output": one["output"],
            "outputs": outputs if one["output"].startswith("..") else outputs[0],
            "inputs": [{**each, "value": values.get(each["id"])} for each in one["inputs"]],
            "state": [{**each, "value": values.get(each["id"])} for each in one["state"]],
            "changedPropIds": [],
        }
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code in (200, 204), (one["output"], answer.text)
        told.append(answer.get_data(as_text=True))
    return "\n".join(told)


def test_without_settings_all_is_shown(client_with: Callable[..., FlaskClient], base: str) -> None:
    client = client_with()
    found = everything(client, base)
    told = callback(client, base)
    assert all(SECRET in text and TOKEN in text for text in ("\n".join(found.values()), told)), "the test sees them"


def test_hidden_names_and_texts_are_in_no_answer(
    client_with: Callable[..., FlaskClient], base: str, tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    texts.write_text("# tokens of GitHub\nghp_[A-Za-z0-9]{36}\n")
    client = client_with(HIDE_NAMES="*password*", HIDE_TEXTS=texts)
    for path, text in [*everything(client, base).items(), ("callbacks", callback(client, base))]:
        assert SECRET not in text, path
        assert TOKEN not in text, path
    assert client.get(f"/-/api/{base}/artifacts/db_password").status_code == 403
    flow, run, _, _ = base.split("/")
    lines = client.get(f"/-/api/{base}/logs/stdout?from=1&lines=5000").json
    assert lines is not None
    assert {one["text"] for one in lines["lines"]} == {f"line {n} token={'*' * 40} end" for n in range(3000)}
    searched = client.get(f"/-/api/{base}/logs/stdout?search={TOKEN}").json
    assert searched is not None
    assert searched["matches"]["count"] == 0
    guessed = client.get(f"/-/api/{flow}/{run}/tasks?q=db_password%3Dhunter").json
    assert guessed is not None
    assert guessed["tasks"] == []
    for part, count in (("ghp_a1", 0), ("uses", 1)):
        found = client.get(f"/-/api/{flow}/{run}/tasks?q=note%3D{part}").json
        assert found is not None
        assert len(found["tasks"]) == count, part


@pytest.mark.parametrize("kind", ["LOGS", "ARTIFACTS", "CARDS"])
def test_a_kind_that_is_switched_off_says_so(client_with: Callable[..., FlaskClient], base: str, kind: str) -> None:
    client = client_with(**{f"SHOW_{kind}": "false"})
    sentence = f"{kind.capitalize()} are not shown on this dashboard."
    found = {path: text for path, text in everything(client, base).items() if f"/{kind.lower()}" in path}
    assert found
    for path, text in found.items():
        assert json.loads(text) == {"error": sentence}, path
        assert client.get(path).status_code == 403
    quiet = client.get(f"/-/api/{base}/{kind.lower()}?quiet=1")
    assert (quiet.status_code, quiet.json) == (200, {"error": sentence})
    told = callback(client, base)
    if kind == "ARTIFACTS":
        assert sentence in told
        assert "alpha" in told
        assert "0.5" not in told
    if kind == "LOGS":
        assert "bad token" not in told


@pytest.mark.parametrize("text", ["(", ".*", "(?=a)"])
def test_a_pattern_that_hides_everything_or_nothing_is_no_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "texts").write_text(f"fine\n{text}\n")
    with pytest.raises(BadSetting, match="Line 2"):
        patterns(tmp_path / "texts")
    with pytest.raises(BadSetting, match="cannot be read"):
        patterns(tmp_path / "absent")


def test_masks_keep_lines_and_lengths(tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("secret=\\S+\n")
    privacy = Privacy(texts=patterns(tmp_path / "texts"))
    assert privacy.masked(b"a secret=bcd e\nsecret=\nb\r\n") == b"a ********** e\nsecret=\nb\r\n"
    assert privacy.masked("secret=ünï".encode()) == b"*" * len("secret=ünï".encode())
    assert privacy.text("a secret=ünï b") == "a [hidden] b"
