"""What metadata say of a run and its tasks: facts, resumes, hosts, what a search finds; on both dialects."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data import runs
from dashboard.data.database import Database, Reader
from dashboard.data.metadata import clean, plain
from dashboard.data.run_facts import NEWER, RunFacts, Trigger, facts, resumed_as
from dashboard.data.runs import Key
from dashboard.data.task_hosts import FIELDS, hosts
from dashboard.data.task_search import with_artifact, with_metadatum
from tests.data.writing import Writer
from tests.oracle import MINUTE, SECOND

T0 = 1_700_000_000_000
NOTHING = RunFacts((), (), {}, {}, None)


def started(writer: Writer, at: int = T0, step: str = "start", **more: str) -> tuple[Key, int]:
    """A run with a first task that has these metadata; a `_` in a name stands for `-`."""
    key = writer.run(at=at)
    task = writer.task(key, step, at=at)
    for name, value in more.items():
        writer.metadatum(key, step, task, name.replace("_", "-"), value, at)
    return key, task


# --- facts -----------------------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_parameters_and_the_first_task(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    parameters = writer.task(key, "_parameters", at=T0)
    first, second = (writer.task(key, "start", at=T0) for _ in range(2))
    later = writer.task(key, "work", at=T0)
    writer.metadatum(key, "_parameters", parameters, "runtime", "dev", T0)
    writer.metadatum(key, "start", first, "script-name", "old.py", T0)
    writer.metadatum(key, "start", first, "script-name", "flow.py", T0 + 5)
    writer.metadatum(key, "start", first, "user", '"ana"', T0 + 1)
    writer.metadatum(key, "start", second, "user", "bob", T0 + 9)
    writer.metadatum(key, "work", later, "user", "carol", T0 + 9)
    writer.flush()
    found = database(facts, key, "start")
    values = [(one.step, one.name, one.value, one.at) for one in found.metadata]
    assert values[:2] == [("start", "script-name", "flow.py", T0 + 5), ("start", "user", "ana", T0 + 1)]
    assert set(values[2:]) == {("start", "script-name", "old.py", T0), ("_parameters", "runtime", "dev", T0)}
    assert [found.value(name) for name in ("script-name", "user", "runtime", "none")] == ["flow.py", "ana", "dev", None]
    assert [one.name for one in database(facts, key, None).metadata] == ["runtime"]


def test_a_run_that_nothing_is_said_of(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    writer.flush()
    assert database(facts, key, "start") == database(facts, key, None) == NOTHING
    writer.task(key, "start", at=T0)
    writer.flush()
    assert database(facts, key, "start") == database(facts, ("Other", 9), "start") == NOTHING


def test_code_triggers_and_origin(writer: Writer, database: Database) -> None:
    triggers = [{"type": "run", "name": "Other", "id": "Other/7", "timestamp": 5}, {"name": "ready"}, {}, "odd", None]
    git = {"commit_sha": "abc", "has_uncommitted_changes": True, "files": [1]}
    key, _ = started(
        writer,
        execution_triggers=json.dumps(triggers),
        git_info=json.dumps(git),
        code_package=json.dumps({"sha": "x", "ds_type": "s3"}),
        origin_run_id='"7"',
    )
    writer.flush()
    found = database(facts, key, "start")
    assert found.triggers == (
        Trigger("run", "Other", "Other/7", {"type": "run", "name": "Other", "id": "Other/7", "timestamp": "5"}),
        Trigger("event", "ready", "", {"name": "ready"}),
        Trigger("event", "unknown", "", {}),
    )
    assert (found.git, found.code, found.origin) == (git, {"sha": "x", "ds_type": "s3"}, "7")


@pytest.mark.parametrize("value", ["", "None", "nothing", "{", "[", "null", "1", '"x"', "[1]", "[[]]", "[" * 5_000])
def test_metadata_of_another_form_are_left_out(writer: Writer, database: Database, value: str) -> None:
    key, task = started(writer, execution_triggers=value, git_info=value, code_package=value)
    writer.metadatum(key, "start", task, "origin-run-id", value if value in ("", "None") else "None", T0)
    writer.flush()
    found = database(facts, key, "start")
    assert (found.triggers, found.git, found.code, found.origin) == ((), {}, {}, None)


@given(text=st.text())
def test_values_are_plain_text_that_can_be_sent(text: str) -> None:
    for value in (text, json.dumps(text), json.dumps(text, ensure_ascii=False)):
        found = plain(value)
        assert "\0" not in found
        assert found.encode().decode() == found
    if not (len(text) > 1 and text[0] == text[-1] == '"'):
        assert plain(text) == plain(json.dumps(text)) == clean(text)
    assert len(clean(text)) == len(text)


# --- resumes ---------------------------------------------------------------------------------------------------------


def resumes(database: Database, key: Key, first_step: str | None = "start") -> list[int]:
    def ask(reader: Reader) -> list[int]:
        (run,) = runs.by_keys(reader, [key])
        return [one.number for one in resumed_as(reader, run, first_step)]

    return database(ask)


def test_runs_that_resumed_this_one(writer: Writer, database: Database) -> None:
    key, _ = started(writer)
    other, _ = started(writer, T0 + 1)
    later, _ = started(writer, T0 + 9 * MINUTE, origin_run_id=str(key[1]))
    sooner, _ = started(writer, T0 + MINUTE, origin_run_id=json.dumps(str(key[1])))
    started(writer, T0 + MINUTE, origin_run_id=str(other[1]))
    started(writer, T0 + MINUTE, origin_run_id=f"{key[1]}0")
    started(writer, T0 + MINUTE, step="work", origin_run_id=str(key[1]))
    started(writer, T0 - MINUTE, origin_run_id=str(key[1]))
    stranger = writer.run("OtherFlow", at=T0 + MINUTE)
    task = writer.task(stranger, "start", at=T0 + MINUTE)
    writer.metadatum(stranger, "start", task, "origin-run-id", str(key[1]), T0 + MINUTE)
    writer.flush()
    assert resumes(database, key) == [sooner[1], later[1]], "oldest first"
    assert resumes(database, key, None) == []
    assert resumes(database, later) == []


def test_ids_of_orchestrators_are_resumed_by_their_names(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0, run_id="argo-x7")
    by_name, _ = started(writer, T0 + 1, origin_run_id="argo-x7")
    started(writer, T0 + 1, origin_run_id=str(key[1]))
    writer.flush()
    assert resumes(database, key) == [by_name[1]]


def test_a_resume_is_looked_for_among_the_next_runs(writer: Writer, database: Database) -> None:
    key, _ = started(writer)
    for n in range(NEWER + 2):
        near = n in (0, NEWER - 1)
        started(writer, T0 + n * SECOND + 1, **({"origin_run_id": str(key[1])} if near or n > NEWER else {}))
    writer.flush()
    assert resumes(database, key) == [key[1] + 1, key[1] + NEWER]


# --- hosts -----------------------------------------------------------------------------------------------------------


def test_where_tasks_ran(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    many = [writer.task(key, "work", at=T0) for _ in range(1_200)]
    for task in many[5:]:
        writer.metadatum(key, "work", task, "ec2-instance-id", f"i-{task}", T0)
    writer.metadatum(key, "work", many[0], "host", "elsewhere", T0)
    for n, name in enumerate(reversed(FIELDS)):
        writer.metadatum(key, "work", many[1], name, f"value of {name}", T0 + n)
    writer.metadatum(key, "work", many[2], FIELDS[0], '"old"', T0)
    writer.metadatum(key, "work", many[2], FIELDS[0], '"new"', T0 + 1)
    writer.flush()
    found = database(hosts, key, [("work", task) for task in many])
    assert found == {
        many[1]: f"value of {FIELDS[0]}",
        many[2]: "new",
        **{task: f"i-{task}" for task in many[5:]},
    }
    assert database(hosts, key, []) == {}
    assert database(hosts, key, [("none", many[1])]) == database(hosts, ("Other", 1), [("work", many[1])]) == {}


# --- search ----------------------------------------------------------------------------------------------------------


def test_tasks_with_an_artifact(writer: Writer, database: Database) -> None:
    key = writer.run(at=T0)
    other = writer.run(at=T0)
    one, two, three = (writer.task(key, "work", at=T0) for _ in range(3))
    foreign = writer.task(other, "work", at=T0)
    for run, step, task, name, attempt in (
        (key, "work", one, "model", 0),
        (key, "work", one, "model", 1),
        (key, "work", two, "model_2", 0),
        (key, "work", three, "Model", 0),
        (other, "work", foreign, "model", 0),
        (key, "_parameters", writer.task(key, "_parameters", at=T0), "model", 0),
    ):
        writer.artifact(run, step, task, name, "0" * 40, T0, attempt)
    writer.flush()
    assert database(with_artifact, key, "model") == {one}
    assert database(with_artifact, key, "model_") == database(with_artifact, key, "%") == set()


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("50%", {0}),
        ("OFF", {0, 1}),
        ("", {0, 1, 2}),
        ("_", {2}),
        ("\\", {2}),
        ('"', {2}),
        ("50_", set()),
        ("☃", {1}),
        ("'; DROP TABLE tasks_v3; --", set()),
    ],
)
def test_tasks_with_a_metadatum(writer: Writer, database: Database, part: str, found: set[int]) -> None:
    key = writer.run(at=T0)
    tasks = [writer.task(key, "work", at=T0) for _ in range(4)]
    for place, value in enumerate(("50% Off", "off ☃", 'a_b\\c"d')):
        writer.metadatum(key, "work", tasks[place], "note", value, T0)
    writer.metadatum(key, "work", tasks[3], "other", "50% off _ ☃", T0)
    writer.metadatum(key, "_parameters", writer.task(key, "_parameters", at=T0), "note", "50% off _ ☃", T0)
    writer.flush()
    assert {tasks.index(task) for task in database(with_metadatum, key, "note", part)} == found
    assert database(with_metadatum, key, "NOTE", part) == set()
