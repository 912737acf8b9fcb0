"""The parameters of a run, as the real Metaflow stored them, and of stores that are damaged."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from dashboard.datastore import Datastore, LocalStore, Parameter, TooLarge, Unreadable, parameters
from dashboard.datastore.store import Entry
from tests.datastore.conftest import FLOW, SOUND, Tree
from tests.datastore.test_pickled import Reduced

REAL = [
    Parameter("alpha", "0.5", "parameter"),
    Parameter("config", "{'a': [1, 2, {'b': None}]}", "parameter"),
    Parameter("how", "'not at all'", "parameter"),
    Parameter("label", "'grün \\u202e'", "parameter"),
    Parameter("nothing", "None", "parameter"),
    Parameter("source", None, "parameter", "not plain data"),
    Parameter("HUGE", None, "constant", "too large"),
    Parameter("LIMIT", "42", "constant"),
    Parameter("LONG", str(list(range(1000)))[:199] + "…", "constant"),
    Parameter("TABLE", "{'x': (1, 2)}", "constant"),
]


class Memory:
    """A datastore in a dict."""

    is_near = True

    def __init__(self, **values: object) -> None:
        self.values = values

    def blob(self, flow: str, sha: str, limit: int = 0) -> bytes | None:
        value = self.values.get(sha)
        if isinstance(value, Exception):
            raise value
        return value if isinstance(value, bytes) else None

    def read(self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = 0) -> bytes | None:
        return self.blob(flow, name)

    tail = read

    def stat(self, path: tuple[str, ...]) -> Entry | None:
        raise NotImplementedError

    def read_range(self, path: tuple[str, ...], start: int, length: int) -> bytes | None:
        raise NotImplementedError

    def entries(self, path: tuple[str, ...], limit: int) -> list[Entry]:
        raise NotImplementedError


def test_a_real_run(tree: Tree) -> None:
    task = tree.task_folder(SOUND, "_parameters")
    shas = json.loads((task / "0.data.json").read_text())["objects"]
    assert parameters(tree.store, FLOW, tree.runs[SOUND], task.name, shas) == REAL
    assert parameters(tree.store, FLOW, tree.runs[SOUND], task.name, {}) == REAL


def test_without_a_store_the_names_remain() -> None:
    note = "not readable from here"
    assert parameters(None, "F", "1", "2", {"b": "1", "a": "2", "_x": "3", "name": "4", "script_name": "5"}) == [
        Parameter("a", None, "parameter", note),
        Parameter("b", None, "parameter", note),
    ]
    assert parameters(None, "F", "1", "2", {}) == []


@pytest.mark.parametrize(
    ("stored", "note"),
    [
        (Unreadable("Damaged."), "not readable from here"),
        (TooLarge("Large."), "too large"),
        (pickle.dumps(1 << 9000), "too large"),
        (pickle.dumps(Reduced()), "not plain data"),
        (b"", "not plain data"),
        (None, "not readable from here"),
    ],
)
def test_a_value_that_cannot_be_shown_has_a_note(stored: object, note: str) -> None:
    store: Datastore = Memory(a=stored)
    assert parameters(store, "F", "1", "2", {"x": "a"}) == [Parameter("x", None, "parameter", note)]


@pytest.mark.parametrize(
    "graph",
    [
        Unreadable("Damaged."),
        None,
        b"",
        pickle.dumps([]),
        pickle.dumps({}),
        pickle.dumps({"parameters": {"a": 1}}),
        pickle.dumps(Reduced()),
    ],
)
def test_without_a_graph_all_are_parameters(graph: object) -> None:
    store = Memory(g=graph, a=pickle.dumps(1))
    assert parameters(store, "F", "1", "2", {"x": "a", "_graph_info": "g"}) == [Parameter("x", "1", "parameter")]


def test_the_order_is_that_of_the_flow_and_strange_entries_are_left_out() -> None:
    entries = [
        {"name": "b"},
        {"name": "b"},
        1,
        {"name": 2},
        {},
        {"name": "a"},
        {"name": "absent"},
        {"name": "_graph_info"},
    ]
    store = Memory(g=pickle.dumps({"parameters": entries}), v=pickle.dumps(1))
    found = parameters(store, "F", "1", "2", {"a": "v", "b": "v", "C": "v", "_graph_info": "g"})
    assert [(entry.name, entry.kind) for entry in found] == [("b", "parameter"), ("a", "parameter"), ("C", "constant")]


@pytest.mark.parametrize(
    "data",
    [
        Unreadable("Damaged."),
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"objects": []}',
        b'{"objects": {"x": 1}}',
        b"[" * 90_000,
        b"\xff",
    ],
)
def test_a_damaged_list_is_an_empty_one(data: object) -> None:
    assert parameters(Memory(**{"data.json": data}), "F", "1", "2", {}) == []


def test_the_number_is_bounded() -> None:
    assert len(parameters(None, "F", "1", "2", {f"p{n}": "" for n in range(10_000)})) == 500


def test_hostile_names_and_keys(tmp_path: Path) -> None:
    (tmp_path / ".metaflow").mkdir()
    store = LocalStore(tmp_path / ".metaflow")
    note = "not readable from here"
    assert parameters(store, "..", "1", "2", {"x": "a" * 40}) == [Parameter("x", None, "parameter", note)]
    assert parameters(store, "F", "1", "2", {"x": "../../etc"}) == [Parameter("x", None, "parameter", note)]
    assert parameters(store, "F", "..", "/", {}) == []
