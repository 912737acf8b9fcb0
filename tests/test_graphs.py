"""The graph of a run comes from where it can: saved with the run, read from its source, or inferred from its tasks."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.cardinalities import Cardinalities
from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.data.runs import Key
from dashboard.flow_source import FlowSources
from dashboard.graphs import Graphs
from dashboard.run_state.state import RunState
from dashboard.run_state.view import RunView
from dashboard.settings import Settings
from dashboard.stores import Stores
from tests.conftest import Store
from tests.dag.stored import Stored
from tests.data.writing import Writer
from tests.datastore.test_tar import packed

T0 = 1_700_000_000_000
FLOW = "HelloFlow"
INFO = {"steps": {"start": {"next": ["end"]}, "end": {"next": []}}, "doc": "Says hello."}
SOURCE = b'''
class HelloFlow(FlowSpec):
    """Says hello."""

    @step
    def start(self):
        self.next(self.work, foreach="items")

    @retry(times=2)
    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
'''


@dataclass
class Shop:
    """A database to write to, a folder for artifacts, and what reads both."""

    stored: Stored
    database: Database

    @property
    def writer(self) -> Writer:
        return self.stored.writer

    def graphs(self) -> Graphs:
        self.writer.flush()
        return Graphs(self.database, Stores(Settings()))

    def view(self, key: Key) -> RunView:
        self.writer.flush()
        found = RunState(self.database, Judge(), key).view()
        assert found is not None
        return found

    def task(self, key: Key, step: str, begins: int, ends: int | None, stack: str = "") -> int:
        """A task of one attempt, in seconds since the run began."""
        task = self.writer.task(key, step, at=T0 + begins * 1000)
        done = None if ends is None else T0 + ends * 1000
        self.writer.attempt(key, step, task, 0, T0 + begins * 1000, None if ends is None else True, done)
        if stack:
            self.writer.metadatum(key, step, task, "foreach-stack", stack, T0)
        return task


@pytest.fixture
def shop(any_database: Store, tmp_path: Path) -> Iterator[Shop]:
    root = tmp_path / "data" / ".metaflow"
    root.mkdir(parents=True)
    database = Database(any_database.url)
    yield Shop(Stored(Writer(any_database.engine), root), database)
    database.close()


def kinds(shop: Shop, key: Key) -> dict[str, tuple[str, tuple[str, ...]]]:
    graph, _ = shop.graphs().of(shop.view(key))
    assert graph is not None
    return {node.name: (node.kind, node.next) for node in graph.nodes.values()}


def test_a_saved_graph(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    shop.stored.graph(key, INFO, T0)
    graphs = shop.graphs()
    graph = graphs(key)
    assert graph is not None
    assert (graph.origin, graph.doc, list(graph.nodes)) == ("saved", "Says hello.", ["start", "end"])
    assert graphs(key) is graph


def test_runs_of_one_version_share_their_graph(shop: Shop) -> None:
    keys = [shop.writer.run(at=T0), shop.writer.run(at=T0 + 1)]
    for key in keys:
        shop.stored.graph(key, INFO, T0)
    graphs = shop.graphs()
    assert graphs(keys[0]) is graphs(keys[1])


def test_a_graph_from_source_where_a_later_step_names_the_package(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    shop.writer.task(key, "_parameters", at=T0)
    shop.writer.task(key, "start", at=T0)
    remote = shop.writer.task(key, "work", at=T0)
    shop.stored.package(key, "work", remote, packed({"flow.py": SOURCE, "metaflow/flow.py": b"x"}), T0)
    graph = shop.graphs()(key)
    assert graph is not None
    assert (graph.origin, graph.nodes["work"].retries, graph.nodes["start"].foreach) == ("source", 2, "items")
    found = FlowSources(shop.database, Stores(Settings()))(key)
    assert found.files is not None
    assert found.files.lines("/somewhere/flow.py", 6, 0) == [(6, "    def start(self):")]


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (packed({"../flow.py": SOURCE}), "a path that leads out"),
        (packed({"flow.py": b"nothing here"}), "no flow HelloFlow"),
        (packed({}), "no flow HelloFlow"),
    ],
    ids=["hostile", "other", "empty"],
)
def test_why_there_is_no_graph_from_source(shop: Shop, archive: bytes, words: str) -> None:
    key = shop.writer.run(at=T0)
    task = shop.task(key, "start", 0, 1)
    shop.stored.package(key, "start", task, archive, T0)
    graph, problem = shop.graphs().of(shop.view(key))
    assert graph is not None
    assert graph.origin == "inferred"
    assert words in problem


def test_why_a_saved_graph_cannot_be_read(shop: Shop) -> None:
    gone, damaged, elsewhere, old = (shop.writer.run(at=T0 + n) for n in range(4))
    task = shop.writer.task(gone, "_parameters", at=T0)
    shop.writer.artifact(gone, "_parameters", task, "_graph_info", "0" * 40, T0, location=f":root:{shop.stored.root}")
    shop.stored.graph(damaged, ["no", "graph"], T0)
    task = shop.writer.task(elsewhere, "_parameters", at=T0)
    shop.writer.artifact(elsewhere, "_parameters", task, "_graph_info", "0" * 40, T0, location=":root:/nowhere")
    shop.writer.task(old, "_parameters", at=T0)
    graphs = shop.graphs()
    told = {key: graphs.of(shop.view(key)) for key in (gone, damaged, elsewhere, old)}
    assert [graph for graph, _ in told.values()] == [None] * 4  # no step has begun either
    assert "cannot be read." in told[gone][1]
    assert "cannot be read." in told[damaged][1]
    assert "“local” of the run cannot be read from here" in told[elsewhere][1]
    assert "saved no graph" in told[old][1]
    assert all("names no code package" in problem for _, problem in told.values())


def test_a_run_that_has_registered_nothing(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    assert shop.graphs()(key) is None
    assert "not registered its parameters yet" in shop.graphs().of(shop.view(key))[1]


def test_the_order_of_steps_is_inferred(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    shop.task(key, "start", 0, 10)
    for item in range(3):
        shop.task(key, "work", 10, 20 + item, f"{{item={item}}}")
        shop.task(key, "check", 21 + item, 30, f"{{item={item}}}")
    shop.task(key, "join", 31, 40)
    shop.task(key, "end", 41, None)
    assert kinds(shop, key) == {
        "start": ("split-foreach", ("work",)),
        "work": ("linear", ("check",)),
        "check": ("linear", ("join",)),
        "join": ("join", ("end",)),
        "end": ("linear", ()),
    }


def test_steps_that_ran_at_the_same_time_are_branches(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    shop.task(key, "start", 0, 10)
    for name in ("left", "middle", "right"):
        shop.task(key, name, 11, 30)
    shop.task(key, "join", 31, None)
    assert kinds(shop, key) == {
        "start": ("split-static", ("left", "middle", "right")),
        "left": ("linear", ("join",)),
        "middle": ("linear", ("join",)),
        "right": ("linear", ("join",)),
        "join": ("join", ()),
    }


def test_how_many_tasks_a_foreach_will_have(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    single = shop.writer.task(key, "start", at=T0)
    shop.stored.artifact(key, "start", single, "_foreach_num_splits", 2_008, T0)
    for number in (2, 3):
        inner = shop.writer.task(key, "inner", at=T0)
        shop.stored.artifact(key, "inner", inner, "_foreach_num_splits", number, T0)
    odd = shop.writer.task(key, "odd", at=T0)
    shop.stored.artifact(key, "odd", odd, "_foreach_num_splits", "many", T0)
    gone = shop.writer.task(key, "gone", at=T0)
    shop.writer.artifact(key, "gone", gone, "_foreach_num_splits", "0" * 40, T0, location=f":root:{shop.stored.root}")
    shop.writer.flush()
    cardinalities = Cardinalities(shop.database)
    assert cardinalities(key, ["start", "inner", "odd", "gone", "absent"]) == {"start": 2_008, "inner": 5}
    assert cardinalities(key, []) == {}


def test_the_last_attempt_counts(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    task = shop.writer.task(key, "start", at=T0)
    for attempt, number in enumerate((7, 9)):
        sha = shop.stored.save(FLOW, pickle.dumps(number, 4))
        place = f":root:{shop.stored.root}"
        shop.writer.artifact(key, "start", task, "_foreach_num_splits", sha, T0, attempt, location=place)
    shop.writer.flush()
    assert Cardinalities(shop.database)(key, ["start"]) == {"start": 9}


def test_a_foreach_begun_by_very_many_tasks_is_not_counted(shop: Shop) -> None:
    key = shop.writer.run(at=T0)
    sha = shop.stored.save(FLOW, pickle.dumps(3, 4))
    for _ in range(201):
        task = shop.writer.task(key, "start", at=T0)
        shop.writer.artifact(key, "start", task, "_foreach_num_splits", sha, T0, location=f":root:{shop.stored.root}")
    shop.writer.flush()
    assert Cardinalities(shop.database)(key, ["start"]) == {}


@pytest.mark.parametrize("value", ["{", "[]", '"text"', "null", '{"sha": 5}', '{"sha": "x", "ds_type": "s3"}'])
def test_odd_descriptions_of_a_package(shop: Shop, value: Any) -> None:
    key = shop.writer.run(at=T0)
    task = shop.task(key, "start", 0, 1)
    shop.writer.metadatum(key, "start", task, "code-package", value, T0)
    graph, problem = shop.graphs().of(shop.view(key))
    assert graph is not None
    assert graph.origin == "inferred"
    assert problem.endswith(".")
