"""Graphs to draw: by hand, of a size, and of any shape."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from dashboard.graph import Graph

Steps = dict[str, dict[str, Any]]


def graph(steps: Steps, **more: Any) -> Graph:
    """A graph as `_graph_info` tells it; steps without `next` lead to the one after them."""
    found = Graph.of({"steps": steps, **more})
    assert found is not None
    return found


def chain(*names: str) -> Graph:
    """One step after the other."""
    return graph({name: {"next": list(names[n + 1 : n + 2])} for n, name in enumerate(names)}, start_step=names[0])


class Grown:
    """A flow of about so many steps as people write them, from a seed: splits, foreaches, switches, loops."""

    def __init__(self, size: int, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._left = size - 2
        self.steps: Steps = {}
        self._series("start", "end", 0)
        self.steps["end"] = {"type": "end", "next": [], "doc": ""}

    @property
    def graph(self) -> Graph:
        return graph(self.steps)

    def _step(self, kind: str = "linear", **more: Any) -> str:
        name = f"step_{len(self.steps):03}" if self.steps else "start"
        self.steps[name] = {"type": kind, "doc": f"Does {name}." if len(self.steps) % 3 else "", "next": [], **more}
        self._left -= 1
        return name

    def _later(self, word: str) -> str:
        self._left -= 1
        return f"{word}_{len(self.steps):03}"

    def _series(self, _first: str, last: str, depth: int) -> str:
        """Steps up to `last`; returns the first of them."""
        first = name = self._step()
        length = self._random.randint(1, 6) if depth else 10**9
        while self._left > 0 and length > 0:
            length -= 1
            draw = self._random.random()
            if draw < 0.25 and depth < 3 and self._left > 6:
                name = self._split(name, depth)
            elif draw < 0.4 and depth < 3 and self._left > 4:
                name = self._foreach(name, depth)
            elif draw < 0.5 and depth < 3 and self._left > 5:
                name = self._switch(name, depth)
            else:
                name = self._then(name)
        self.steps[name]["next"] += [last]
        return first

    def _then(self, name: str, kind: str = "linear") -> str:
        after = self._step(kind)
        self.steps[name]["next"].append(after)
        return after

    def _split(self, name: str, depth: int) -> str:
        self.steps[name].update(type="split-static", next=[])
        join = self._later("join")
        for _ in range(self._random.randint(2, 4)):
            self.steps[name]["next"].append(self._series(name, join, depth + 1))
        self.steps[join] = {"type": "join", "doc": "", "next": []}
        return join

    def _foreach(self, name: str, depth: int) -> str:
        self.steps[name].update(type="split-foreach", foreach_artifact="items", next=[])
        join = self._later("join")
        self.steps[name]["next"] = [self._series(name, join, depth + 1)]
        self.steps[join] = {"type": "join", "doc": "", "next": []}
        return join

    def _switch(self, name: str, depth: int) -> str:
        after = self._later("after")
        cases = {f"case {n}": self._series(name, after, depth + 1) for n in range(self._random.randint(1, 3))}
        if self._random.random() < 0.3:
            cases["again"] = name
        if self._random.random() < 0.3 or len(cases) == 1:
            cases["none"] = after
        self.steps[name].update(
            type="split-switch", condition="case", switch_cases=cases, next=list(dict.fromkeys(cases.values()))
        )
        self.steps[after] = {"type": "linear", "doc": "", "next": []}
        return after


@st.composite
def any_graphs(draw: st.DrawFn) -> Graph:
    """Any edges between up to a dozen steps of any kind, also loops, steps that nothing leads to, and no end."""
    size = draw(st.integers(1, 12))
    names = [f"s{n}" for n in range(size)]
    kinds = st.sampled_from(["linear", "join", "split-static", "split-foreach", "split-switch", "split-parallel", "?"])
    steps: Steps = {}
    for name in names:
        following = draw(st.lists(st.sampled_from([*names, "nowhere"]), max_size=4))
        kind = draw(kinds)
        cases = {f"v{n}": after for n, after in enumerate(following)} if kind == "split-switch" else {}
        steps[name] = {"type": kind, "next": following, "switch_cases": cases, "foreach_artifact": "things"}
    return graph(steps, start_step=draw(st.sampled_from([*names, "absent"])))


grown_graphs = st.builds(Grown, st.integers(2, 90), st.integers(0, 10_000)).map(lambda grown: grown.graph)
