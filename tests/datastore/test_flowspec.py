"""The graph that is read from source is the one that Metaflow itself makes of it; no source is ever run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.flowspec import MOST_SOURCE, flow_info
from tests.local.fixtures import FLOWS, environment

FLOW_OF = {
    "branch": "BranchFlow",
    "dying": "DyingFlow",
    "failing": "FailingForeachFlow",
    "inherited": "InheritedFlow",
    "linear": "LinearFlow",
    "nested": "NestedForeachFlow",
    "resumed": "ResumedFlow",
    "switch": "SwitchFlow",
}
ASK = """
import json, sys
sys.path.insert(0, sys.argv[1])
module = __import__(sys.argv[2])
from metaflow.graph import FlowGraph
flow = getattr(module, sys.argv[3])
graph = FlowGraph(flow)
steps, _ = graph.output_steps()
names = sorted(name for name, _ in flow._get_parameters())
print(json.dumps([graph.start_step, graph.end_step, graph.doc, names, steps]))
"""


def read_flows(path: str) -> str | None:
    file = FLOWS / path
    return file.read_text("utf-8") if file.is_file() else None


def metaflows_own(script: str, flow: str, root: Path) -> Any:
    """What Metaflow makes of the class, in a process of its own."""
    command = [sys.executable, "-c", ASK, str(FLOWS), script, flow]
    answer = subprocess.run(command, env=environment(root), cwd=root, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize(("script", "flow"), FLOW_OF.items())
def test_metaflow_reads_the_same(script: str, flow: str, tmp_path: Path) -> None:
    found = flow_info(f"{script}.py", flow, read_flows)
    assert found is not None
    start, end, doc, parameters, steps = metaflows_own(script, flow, tmp_path)
    assert (found["start_step"], found["end_step"], found["doc"]) == (start, end, doc)
    assert sorted(one["name"] for one in found["parameters"]) == parameters
    assert set(found["steps"]) == set(steps)
    for name, step in steps.items():
        for key in ("name", "type", "next", "line", "doc", "foreach_artifact", "num_parallel", "condition"):
            assert found["steps"][name].get(key) == step.get(key), (name, key)
        assert found["steps"][name].get("switch_cases") == step.get("switch_cases")
        assert {one["name"] for one in found["steps"][name]["decorators"]} == {
            one["name"] for one in step["decorators"] if one["statically_defined"]
        }


def test_decorators_with_their_literals() -> None:
    found = flow_info("inherited.py", "InheritedFlow", read_flows)
    assert found is not None
    steps = found["steps"]
    assert steps["start"]["decorators"] == [{"name": "retry", "attributes": {"times": 2}}]
    assert steps["work"]["decorators"] == [{"name": "resources", "attributes": {"cpu": 4}}]
    assert steps["each"]["decorators"][0]["attributes"] == {"var": "problem", "print_exception": False}
    assert found["decorators"] == [
        {"name": "schedule", "attributes": {"daily": True}},
        {"name": "project", "attributes": {"name": "shapes"}},
    ]
    assert found["parameters"][-1] == {"name": "settings", "type": "Config"}


def test_switches_with_odd_cases() -> None:
    source = """
class F:
    @step
    def start(self):
        self.next({1: self.a, None: self.b, self.config.key: self.a, key: self.b, **more}, condition="x")
    @metaflow.step(end=True)
    def a(self):
        raise SystemExit
    @step
    def b(self):
        self.next(*steps)
"""
    found = flow_info("f.py", "F", {"f.py": source}.get)
    assert found is not None
    assert found["steps"]["start"]["switch_cases"] == {1: "a", None: "b", "config:config.key": "a"}
    assert found["steps"]["start"]["next"] == ["a", "b"]
    assert (found["start_step"], found["end_step"]) == ("start", "a")
    assert (found["steps"]["a"]["type"], found["steps"]["b"]["next"]) == ("end", [])


def test_a_flow_of_one_step() -> None:
    found = flow_info("f.py", "F", {"f.py": "class F(FlowSpec):\n    @step\n    def only(self): pass"}.get)
    assert found is not None
    assert (found["start_step"], found["end_step"], found["steps"]["only"]["type"]) == ("only", "only", "end")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "class Other: pass",
        "not python at all (",
        "\0",
        "x = " + "1+" * 30_000 + "1",
        "x = " + "(" * 1_000,
        "x" * (MOST_SOURCE + 1),
        "from f import F",
        "from .other import F",
    ],
)
def test_source_without_the_flow(source: str) -> None:
    assert flow_info("f.py", "F", {"f.py": source}.get) is None


def test_nothing_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"""
open({str(trace)!r}, "w").close()
class F(open({str(trace)!r}, "w")):
    @__import__("os").system("touch {trace}")
    @step
    def start(self, x=open({str(trace)!r}, "w")):
        self.next(self.end, foreach=open({str(trace)!r}, "w"))
"""
    found = flow_info("f.py", "F", {"f.py": source}.get)
    assert found is not None
    assert found["steps"]["start"]["foreach_artifact"] is None
    assert not trace.exists()


@given(st.text(max_size=300))
def test_any_text_gives_a_graph_or_none(text: str) -> None:
    for source in (text, f"class F:\n @step\n def start(self):\n  self.next({text})"):
        found = flow_info("f.py", "F", {"f.py": source}.get)
        assert found is None or isinstance(found["steps"], dict)
