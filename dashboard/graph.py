"""The static graph of a flow: steps, what follows them, their decorators; from the `_graph_info` that every run saves.

What is read was written by users' programs: anything of another form is left out, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

MOST_STEPS = 2_000
MOST_NEXT = 500  # steps that may follow one
Origin: TypeAlias = Literal["saved", "source", "inferred"]  # with the run, in its code package, from the tasks seen


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator with its attributes as they were written: `retry` {"times": 2}."""

    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """One step. `kind` is Metaflow's word: start linear join end, or split-static -foreach -parallel -switch."""

    name: str
    kind: str
    next: tuple[str, ...]
    doc: str
    line: int | None
    file: str | None  # that the line is in, as on the machine where it ran
    decorators: tuple[Decorator, ...]
    foreach: str | None  # the artifact that a foreach goes through
    num_parallel: str | None  # nodes of the gang that follows, as far as the source says
    condition: str | None  # the artifact that a switch looks at
    cases: Mapping[str, str]  # of a switch: value → step

    def decorator(self, name: str) -> Decorator | None:
        """The first decorator of this name."""
        return next((one for one in self.decorators if one.name == name), None)

    @property
    def asked(self) -> dict[str, float]:
        """What its decorators ask for, the largest of each: cpu, memory (MB), gpu."""
        found: dict[str, float] = {}
        for name in ("resources", "kubernetes", "batch"):
            one = self.decorator(name)
            for key in ("cpu", "memory", "gpu"):
                number = _positive(one.attributes.get(key)) if one else None
                if number:
                    found[key] = max(found.get(key, 0), number)
        return found

    @property
    def retries(self) -> int:
        """How often a failed attempt is tried again; @catch adds an attempt of its own that ends well."""
        found = self.decorator("retry")
        return _whole(found.attributes.get("times", 3)) if found else 0


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps in the order of the flow's file, and what is said of the flow as a whole."""

    nodes: Mapping[str, Node]
    start: str
    end: str
    doc: str
    parameters: tuple[str, ...]
    decorators: tuple[Decorator, ...]
    origin: Origin = "saved"

    @classmethod
    def of(cls, info: object, origin: Origin = "saved") -> Graph | None:
        """From the decoded `_graph_info`, or what has its form; None when it has no steps."""
        steps = [(name, step) for name, step in _dict(_dict(info).get("steps")).items() if isinstance(name, str)]
        nodes = {name: _node(name, _dict(step)) for name, step in steps[:MOST_STEPS]}
        if not nodes:
            return None
        about = _dict(info)
        return cls(
            nodes=nodes,
            start=_text(about.get("start_step")) or "start",
            end=_text(about.get("end_step")) or "end",
            doc=_text(about.get("doc")) or "",
            parameters=tuple(_text(_dict(one).get("name")) or "" for one in _list(about.get("parameters"))),
            decorators=_decorators(about),
            origin=origin,
        )

    def order(self) -> dict[str, int]:
        """Step → its place from start to end: a step comes after all that lead to it, branches one after the other."""
        done: dict[str, None] = {}
        waiting: set[str] = set()
        stack: list[tuple[str, bool]] = [(self.start, False)]
        while stack:
            name, is_left = stack.pop()
            if is_left:
                done.setdefault(name)
            elif name not in waiting and name in self.nodes:
                waiting.add(name)
                stack.append((name, True))
                stack += [(after, False) for after in self.nodes[name].next]
        reached = list(reversed(done))
        return {name: place for place, name in enumerate([*reached, *(n for n in self.nodes if n not in done)])}

    def leading_to(self, name: str) -> tuple[str, ...]:
        """The steps that this one follows."""
        return tuple(node.name for node in self.nodes.values() if name in node.next)

    def decorator(self, name: str) -> Decorator | None:
        """The flow's first decorator of this name."""
        return next((one for one in self.decorators if one.name == name), None)


def _node(name: str, step: Mapping[Any, Any]) -> Node:
    cases = _dict(step.get("switch_cases"))
    return Node(
        name=name,
        kind=_text(step.get("type")) or "linear",
        next=tuple(dict.fromkeys(one for one in _list(step.get("next")) if isinstance(one, str)))[:MOST_NEXT],
        doc=_text(step.get("doc")) or "",
        line=step.get("line") if type(step.get("line")) is int else None,
        file=_text(step.get("source_file")),
        decorators=_decorators(step),
        foreach=_text(step.get("foreach_artifact")),
        num_parallel=str(found) if type(found := step.get("num_parallel")) in (int, str) else None,
        condition=_text(step.get("condition")),
        cases={str(value): target for value, target in cases.items() if isinstance(target, str)},
    )


def _decorators(about: Mapping[Any, Any]) -> tuple[Decorator, ...]:
    found = (_dict(one) for one in _list(about.get("decorators")))
    return tuple(Decorator(_text(one.get("name")) or "", _dict(one.get("attributes"))) for one in found)


def _dict(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _positive(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number < 1e9 else None


def _whole(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
