"""Static graphs: the order of steps, what they say, and what is made of damaged ones."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.demo.content import graph_info
from dashboard.demo.flows import FLOWS
from dashboard.graph import MOST_STEPS, Decorator, Graph
from dashboard.graphs import Graphs
from dashboard.settings import Settings
from dashboard.stores import Stores
from tests.oracle import HOUR
from tests.stage import Stage, decorated, graph_of


def graph(info: object) -> Graph:
    found = Graph.of(info)
    assert found is not None
    return found


LINEAR = "start>work work>end end"
BRANCH = "start:split>left,right right>join left>more more>join join:join>end end"
FOREACH = "start:foreach>work work>join join:join>end end"
NESTED = "start:foreach>fruit fruit:foreach>size size>join_sizes join_sizes:join>join_fruits join_fruits:join>end end"
SWITCH = "start:switch>slow,fast slow>end fast>check check:switch>fast,end end"


@pytest.mark.parametrize(
    ("steps", "order"),
    [
        (LINEAR, "start work end"),
        (BRANCH, "start left more right join end"),
        (FOREACH, "start work join end"),
        (NESTED, "start fruit size join_sizes join_fruits end"),
        (SWITCH, "start slow fast check end"),
        ("start:switch>start,end end", "start end"),
        ("end start>end alone>end", "start end alone"),
        ("start>a a>gone", "start a"),
        ("a>b b>a", "a b"),
        ("start:split>a,b a>c b>c c:split>d,e d>f e>f f>end end", "start a b c d e f end"),
        ("start:split>b,a a>b b>end end", "start a b end"),
    ],
)
def test_steps_come_after_all_that_lead_to_them(steps: str, order: str) -> None:
    names = graph(graph_of(steps)).order()
    assert list(names) == order.split()
    assert list(names.values()) == list(range(len(names)))


def test_the_order_of_the_demo_flows() -> None:
    for flow in FLOWS:
        found = graph(graph_info(flow))
        order = found.order()
        assert (found.start, found.end) == (flow.start, flow.end)
        assert set(order) == {step.name for step in flow.steps}
        assert order[flow.start] == 0
        assert order[flow.end] == len(order) - 1
        loops = {step.name for step in flow.steps if step.cases}
        for step in flow.steps:
            for after in step.next:
                assert order[step.name] < order[after] or step.name in loops, (flow.name, step.name, after)


@st.composite
def dags(draw: st.DrawFn) -> dict[str, list[str]]:
    """Steps that only lead to later ones; `start` leads to all that nothing else does."""
    names = ["start", *(f"s{n}" for n in range(draw(st.integers(0, 7)))), "end"]
    following = {
        name: draw(st.lists(st.sampled_from(names[place + 1 :]), unique=True, max_size=3))
        for place, name in enumerate(names[:-1])
    }
    led_to = {after for some in following.values() for after in some}
    following["start"] = list(dict.fromkeys([*following["start"], *(n for n in names[1:] if n not in led_to)]))
    return {**following, "end": []}


@given(steps=dags())
def test_an_order_of_any_graph_without_loops(steps: dict[str, list[str]]) -> None:
    found = graph({"steps": {name: {"next": following} for name, following in steps.items()}})
    order = found.order()
    assert sorted(order.values()) == list(range(len(steps)))
    for name, following in steps.items():
        assert all(order[name] < order[after] for after in following)
        assert found.leading_to(name) == tuple(before for before in steps if name in steps[before])


def test_a_thousand_steps_in_a_row_are_no_deep_recursion() -> None:
    steps = {"start": {"next": ["s0"]}, **{f"s{n}": {"next": [f"s{n + 1}"]} for n in range(1_500)}}
    assert len(graph({"steps": steps}).order()) == 1_501
    assert len(graph({"steps": {f"s{n}": {} for n in range(MOST_STEPS + 5)}}).nodes) == MOST_STEPS


def test_what_steps_say() -> None:
    found = graph(
        graph_of(
            SWITCH,
            doc="Does things.",
            parameters=[{"name": "alpha", "type": "Parameter"}, {"name": "beta"}],
            decorators=[{"name": "schedule", "attributes": {"cron": "0 * * * *"}}],
            start={
                "condition": "mode",
                "switch_cases": {"a": "slow", "b": "fast", "c": 3},
                "line": 12,
                "doc": "Begin.",
            },
            slow=decorated("retry", times="2"),
            fast={"foreach_artifact": "rows", **decorated("catch", var="x")},
        )
    )
    assert (found.doc, found.parameters) == ("Does things.", ("alpha", "beta"))
    assert found.decorator("schedule") == Decorator("schedule", {"cron": "0 * * * *"})
    assert found.decorator("project") is None
    start, slow, fast = (found.nodes[name] for name in ("start", "slow", "fast"))
    assert (start.kind, start.condition, start.cases) == ("split-switch", "mode", {"a": "slow", "b": "fast"})
    assert (start.line, start.doc, start.retries) == (12, "Begin.", 0)
    assert (slow.retries, slow.kind) == (2, "linear")
    assert (fast.foreach, fast.decorator("catch")) == ("rows", Decorator("catch", {"var": "x"}))


@pytest.mark.parametrize(
    ("attributes", "retries"),
    [({}, 3), ({"times": 0}, 0), ({"times": "5"}, 5), ({"times": -1}, 0), ({"times": "٣"}, 0), ({"times": None}, 0)],
)
def test_retries(attributes: dict[str, Any], retries: int) -> None:
    info = {"steps": {"start": {"decorators": [{"name": "retry", "attributes": attributes}]}}}
    assert graph(info).nodes["start"].retries == retries


# --- damaged ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "info", [None, 1, "x", [], {}, {"steps": None}, {"steps": []}, {"steps": {}}, {"steps": {1: {}}}]
)
def test_without_steps_there_is_no_graph(info: object) -> None:
    assert Graph.of(info) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["start", "end"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.integers() | st.tuples(st.integers()), inner, max_size=4)
    ),
    max_leaves=12,
)
STEP = st.dictionaries(
    st.sampled_from(["type", "next", "doc", "line", "decorators", "foreach_artifact", "condition", "switch_cases"]),
    VALUES | st.lists(st.dictionaries(st.sampled_from(["name", "attributes"]), VALUES)),
)
INFO = st.fixed_dictionaries(
    {"steps": st.dictionaries(st.sampled_from(["start", "a", "end"]) | st.integers(), VALUES | STEP)},
    optional=dict.fromkeys(("start_step", "end_step", "doc", "parameters", "decorators"), VALUES),
)


@given(info=VALUES | INFO)
def test_whatever_was_saved_is_a_graph_or_none(info: object) -> None:
    found = Graph.of(info)
    if found is None:
        return
    assert list(found.order().values()) == list(range(len(found.nodes)))
    assert set(found.order()) == set(found.nodes)
    for node in found.nodes.values():
        assert isinstance(node.name, str)
        assert 0 <= node.retries < 100_000
        assert all(
            isinstance(name, str) for name in (*node.next, *node.cases, *node.cases.values(), node.kind, node.doc)
        )
        assert all(isinstance(one.name, str) for one in node.decorators)
    assert isinstance(found.start + found.end + found.doc + "".join(found.parameters), str)


# --- the graphs of runs ----------------------------------------------------------------------------------------------


def test_a_graph_is_read_once_and_shared_by_runs(stage: Stage) -> None:
    graphs = Graphs(stage.database, Stores(Settings()))
    first, second = (stage.writer.run(at=stage.now - HOUR) for _ in range(2))
    stage.writer.flush()
    assert graphs(first) is None, "no task of the parameters yet"
    for key in (first, second):
        stage.parameters(key, stage.now, _graph_info=graph_of(BRANCH), alpha=1)
    stage.writer.flush()
    found = graphs(first)
    assert found is not None
    assert list(found.order()) == ["start", "left", "more", "right", "join", "end"]
    for path in sorted(stage.root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert graphs(first) is graphs(second) is found
    assert Graphs(stage.database, Stores(Settings()))(first) is None, "the folder is gone"


@pytest.mark.parametrize("saved", [{"steps": {}}, "x", [1], math.nan, {"steps": {1: {"next": [2]}}}])
def test_a_damaged_graph_is_none(stage: Stage, saved: object) -> None:
    key = stage.writer.run(at=stage.now)
    stage.parameters(key, stage.now, _graph_info=saved)
    stage.writer.flush()
    assert Graphs(stage.database, Stores(Settings()))(key) is None


@pytest.mark.parametrize("data", [b"", b"no pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR.", b"(" * 100_000 + b"."])
def test_bytes_that_are_no_graph_are_none(stage: Stage, data: bytes) -> None:
    key = stage.writer.run(at=stage.now)
    task = stage.writer.task(key, "_parameters", at=stage.now)
    sha = stage.keep_bytes(key[0], data)
    stage.writer.artifact(key, "_parameters", task, "_graph_info", sha, stage.now, location=stage.place)
    stage.writer.flush()
    assert Graphs(stage.database, Stores(Settings()))(key) is None


@pytest.mark.parametrize("location", ["location", ":root:/no/such/folder", ":root:relative", ":root:", "s3://bucket/x"])
def test_a_datastore_that_cannot_be_read_from_here_is_none(stage: Stage, location: str) -> None:
    key = stage.writer.run(at=stage.now)
    task = stage.writer.task(key, "_parameters", at=stage.now)
    stage.writer.artifact(key, "_parameters", task, "_graph_info", "0" * 40, stage.now, location=location)
    stage.writer.flush()
    assert Graphs(stage.database, Stores(Settings()))(key) is None
