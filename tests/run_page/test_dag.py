"""What the graph says of a run: cards, boxes, lines, panel; in every state, and with hostile names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from components.static import to_html
from dashboard.dag.layout import Layout, layout
from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.graph import Graph
from dashboard.insight.steps import summaries
from dashboard.run_details import RunDetails
from dashboard.run_page.dag_drawing import drawing
from dashboard.run_page.dag_panel import decorator_text, panel
from dashboard.run_page.dag_states import resources, states
from dashboard.run_page.dag_toolbar import dag_toolbar
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source
from dashboard.task_query import TaskQuery
from tests.conftest import Store
from tests.dag.graphs import chain, graph
from tests.dag.stored import Stored
from tests.data.writing import Writer

HOSTILE = "<img src=x onerror=alert(1)>"
STEPS: dict[str, dict[str, Any]] = {
    "start": {"type": "split-foreach", "foreach_artifact": "items", "next": ["work"], "line": 6},
    "work": {
        "next": ["join"],
        "doc": f"Works.\n{HOSTILE}",
        "line": 12,
        "decorators": [
            {"name": "retry", "attributes": {"times": 1, "minutes": None}},
            {"name": "resources", "attributes": {"cpu": 4, "memory": "16000"}},
        ],
    },
    "join": {"type": "join", "next": ["decide"]},
    "decide": {
        "type": "split-switch",
        "condition": "state",
        "switch_cases": {"good": "publish", "again": "decide", "bad": "hold"},
        "next": ["publish", "decide", "hold"],
    },
    "publish": {"next": ["end"], "decorators": [{"name": "card", "attributes": {}}]},
    "hold": {"next": ["end"]},
    "end": {"type": "end", "next": []},
}


@dataclass
class Bench:
    """A run that is written step by step, and what the page says of it."""

    stored: Stored
    services: Services
    key: Key
    now: int
    steps: dict[str, dict[str, Any]] = field(default_factory=lambda: STEPS)

    def task(self, step: str, begins: int, ends: int | None, ok: object = True, item: int | None = None) -> int:
        """A task of one attempt, in seconds since the run began; without an end it runs."""
        writer, t0 = self.stored.writer, self.now - 600_000
        task = writer.task(self.key, step, at=t0 + begins * 1000 - 500, heartbeat=self.now)
        done = None if ends is None else t0 + ends * 1000
        writer.attempt(self.key, step, task, 0, t0 + begins * 1000, None if ends is None else ok, done)
        if item is not None:
            writer.metadatum(self.key, step, task, "foreach-stack", f"{{item={item}}}", t0)
        return task

    @property
    def details(self) -> RunDetails:
        self.stored.writer.flush()
        view = self.services.run_states(self.key)
        assert view is not None
        return self.services.details(view)

    @property
    def graph(self) -> Graph:
        return graph(self.steps)

    def told(self, drawn: Layout | None = None, cardinalities: dict[str, int] | None = None) -> dict[str, Any]:
        details = self.details
        drawn = drawn or layout(self.graph)
        return states(details, self.graph, summaries(details.view, self.graph), drawn, cardinalities or {})

    def panel(self, step: str) -> str:
        details = self.details
        known = {one.step: one for one in summaries(details.view, self.graph)}
        query = TaskQuery(tab="dag", sel=step)
        parts = panel(self.services, details, self.graph, known.get(step), query, lambda asked: "?" + asked.to_query())
        return to_html(parts)


@pytest.fixture
def bench(sqlite_store: Store, tmp_path: Path, now: int) -> Iterator[Bench]:
    root = tmp_path / "data" / ".metaflow"
    root.mkdir(parents=True)
    database = Database(sqlite_store.url)
    source = Source(kind="sqlite", label="test", url=database.url)
    services = make_services(database, source, Settings.from_env({}))
    stored = Stored(Writer(sqlite_store.engine), root)
    key = stored.writer.run(at=now - 600_000, heartbeat=now)
    stored.graph(key, {"steps": STEPS}, now - 600_000)
    yield Bench(stored, services, key, now)
    database.close()


def begun(bench: Bench) -> None:
    """Six items: four done, one failed, one running."""
    bench.task("start", 0, 10)
    for item in range(4):
        bench.task("work", 12, 40 + item, item=item)
    bench.task("work", 12, 20, ok=False, item=4)
    bench.task("work", 12, None, item=5)


def test_cards_of_a_running_run(bench: Bench) -> None:
    begun(bench)
    cards = bench.told()["cards"]
    assert cards["start"] == {
        "look": "completed",
        "value": "10s",
        "line": "1 task",
        "tasks": 1,
        "done": 1,
        "failed": 0,
        "running": 0,
        "spent": "10s, 2%",
        "waited": "waits 0.5s",
        "heat": [0, 0],
    }
    work = cards["work"]
    assert (work["look"], work["line"], work["tasks"], work["done"]) == ("running", "4 / 6", 6, 4)
    assert (work["failed"], work["running"], work["doc"], work["heat"]) == (1, 1, 1, [3, 0])
    assert cards["join"] == {"look": "pending", "value": "", "line": "join, waits for work", "tasks": 0, "todo": 1}
    assert cards["publish"]["line"] == "when good"


def test_a_foreach_says_how_many_tasks_it_will_have(bench: Bench) -> None:
    begun(bench)
    assert bench.told()["frames"]["start"] == "× 6"
    told = bench.told(cardinalities={"start": 2_008})
    assert told["frames"]["start"] == "× 2,008"
    assert told["cards"]["work"]["line"] == "4 / 2,008"


def test_rounds_of_a_recursion(bench: Bench) -> None:
    begun(bench)
    bench.task("join", 60, 70)
    for n in range(4):
        bench.task("decide", 70 + n, 71 + n)
    assert bench.told()["loops"] == {"decide": "3×"}


def test_branches_not_taken_and_steps_not_reached(bench: Bench) -> None:
    bench.task("start", 0, 10)
    bench.task("work", 12, 40, item=0)
    for n, step in enumerate(("join", "decide", "hold", "end")):
        bench.task(step, 50 + n, 51 + n)
    cards = bench.told()["cards"]
    assert (cards["publish"]["look"], cards["publish"]["line"]) == ("notrun", "branch not taken")
    assert cards["work"]["line"] == "1 task, 4 cpu 16 GB"
    assert "Branch not taken." in bench.panel("publish")


def test_a_failed_run_has_steps_that_were_not_reached(bench: Bench) -> None:
    bench.task("start", 0, 10, ok=False)
    writer = bench.stored.writer
    writer.flush()
    old = bench.now - 400_000
    with writer.engine.begin() as connection:
        runs = writer.tables.runs
        connection.execute(runs.update().values(last_heartbeat_ts=old // 1000))
    cards = bench.told()["cards"]
    assert cards["start"]["look"] == "failed"
    assert cards["work"] == {"look": "notrun", "value": "", "line": "not reached", "tasks": 0, "todo": 1, "doc": 1}


def test_usual_times_of_steps_to_come(bench: Bench) -> None:
    writer = bench.stored.writer
    good = writer.run(at=bench.now - 7_200_000)
    at = bench.now - 7_200_000
    for step, begins, ends in (("start", 0, 5_000), ("join", 6_000, 206_000), ("end", 207_000, 208_000)):
        task = writer.task(good, step, at=at + begins)
        writer.attempt(good, step, task, 0, at + begins, True, at + ends)
    late = writer.run(at=bench.now - 500_000, heartbeat=bench.now)
    bench.key = late
    bench.task("start", 100, None)
    assert bench.told()["cards"]["join"]["value"] == "~3m 20s"


def test_a_chain_is_the_sum_of_its_steps(bench: Bench) -> None:
    names = ["start", *(f"s{n}" for n in range(70)), "end"]
    of = chain(*names)
    bench.steps = {name: {"next": list(of.nodes[name].next)} for name in names}
    bench.task("start", 0, 1)
    for n in range(3):
        bench.task(f"s{n}", n + 1, n + 2)
    bench.task("s3", 10, None)
    told = bench.told(layout(of))
    assert told["cards"]["s0"]["line"] == "3 of 70 steps"
    assert told["cards"]["s0"]["look"] == "running"
    assert told["cards"]["s0"]["tasks"] == 4


@pytest.mark.parametrize(
    ("decorators", "words"),
    [
        ([], ""),
        ([("batch", {"cpu": "2", "memory": 500})], "2 cpu 500 MB"),
        ([("resources", {"cpu": 1}), ("kubernetes", {"cpu": 4, "gpu": 2})], "4 cpu 2 gpu"),
        ([("resources", {"cpu": "many", "memory": float("inf")})], ""),
        ([("resources", {"cpu": 10**400})], ""),
    ],
)
def test_resources(decorators: list[tuple[str, dict[str, Any]]], words: str) -> None:
    told = [{"name": name, "attributes": attributes} for name, attributes in decorators]
    assert resources(graph({"start": {"decorators": told}}).nodes["start"]) == words


def test_the_panel_of_a_step(bench: Bench) -> None:
    begun(bench)
    for item in range(6, 40):
        bench.task("work", 12, 40 + item, item=item)
    text = bench.panel("work")
    assert "foreach step, line 12" in text
    assert "&lt;img src=x" in text
    assert HOSTILE not in text
    assert "@retry(times=1)" in text
    assert "@resources(cpu=4, memory=&#x27;16000&#x27;)" in text
    assert "Durations of 38 tasks: p50" in text
    assert "?status=failed&amp;step=work&amp;tab=tasks" in text
    assert "Longest running" in text
    assert f'data-dag-source="/-/columns/{bench.key[0]}/{bench.key[1]}/source"' in text
    assert f'href="/{bench.key[0]}/{bench.key[1]}/work/' in text


def test_no_panel_for_a_step_that_is_none(bench: Bench) -> None:
    assert bench.panel("nothing") == ""
    assert bench.panel("") == ""


def test_decorators_as_they_were_written() -> None:
    assert decorator_text("retry", {"times": 2, "none": None, "empty": ""}) == "@retry(times=2)"
    assert decorator_text("step", {}) == "@step"
    assert decorator_text("x", {"a": "\u202e\n"}) == "@x(a='\\u202e\\n')"
    assert len(decorator_text("x", {"a": "y" * 1_000})) == 300


def test_the_drawing_as_json() -> None:
    of = graph({"start": {"next": [HOSTILE], "doc": "First.\nSecond."}, HOSTILE: {"next": []}})
    drawn = layout(of)
    assert drawn is not None
    made = drawing(of, drawn, "F")
    assert json.loads(json.dumps(made))["cards"] == [["start", 128.0, 33.0, []], [HOSTILE, 128.0, 95.0, []]]
    assert made["lines"] == [["start", HOSTILE, "forward", [[128.0, 54.0], [128.0, 74.0]], "", 128.0, 64.0]]
    assert made["steps"] == [["start", [], "First.\nSecond."], [HOSTILE, ["start"], ""]]
    assert made["key"] != drawing(of, drawn, "G")["key"]


def test_the_toolbar_keeps_the_rest_of_the_link() -> None:
    query = TaskQuery(tab="dag", sel="work", shade="queue", find="wo")
    text = to_html(dag_toolbar(query, lambda asked: "?" + asked.to_query(), "/F/1", is_foldable=True))
    assert 'href="?tab=dag&amp;shade=queue&amp;find=wo&amp;sel=work&amp;table=1"' in text
    assert 'href="?tab=dag&amp;dir=right&amp;shade=queue&amp;find=wo&amp;sel=work"' in text
    assert "waits &lt; 10 s" in text
    assert "Unfold all" in text
