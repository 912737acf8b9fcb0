"""What the cards, boxes and lines of a graph say of a run, as plain data; assets/js/run-dag-card.js draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components import formats
from components.icons import status_name
from dashboard.dag.layout import Layout
from dashboard.graph import Graph, Node
from dashboard.insight.steps import StepSummary
from dashboard.models import Status
from dashboard.run_details import RunDetails
from dashboard.run_state.view import RunView

Data = dict[str, Any]
SHARES = (0.05, 0.15, 0.4)  # of the run's time that a step takes: from here on darker
WAITS = (10_000, 60_000, 600_000)  # ms that half of its tasks wait
# The worst first: what a chain of steps looks like.
LOOKS = ("failed", "killed", "running", "lost", "pending", "unknown", "caught", "completed", "cloned", "notrun")


def states(
    details: RunDetails,
    graph: Graph,
    steps: Sequence[StepSummary],
    drawn: Layout | None,
    cardinalities: Mapping[str, int],
) -> Data:
    """`cards` by step or by the first step of a chain, `frames` by the step that opens them, `loops` by source.

    `cardinalities`: how many tasks the foreach will have that a step begins, where that is known.
    """
    known = {step.step: step for step in steps}
    expected = {graph.nodes[name].next[0]: number for name, number in cardinalities.items() if graph.nodes[name].next}
    cards = {
        name: _card(details, graph, node, known.get(name), expected.get(name, 0)) for name, node in graph.nodes.items()
    }
    if drawn is None:
        return {"cards": cards, "frames": {}, "loops": {}}
    folds = {
        card.name: _chain([cards[name] for name in card.steps], len(card.steps)) for card in drawn.cards if card.steps
    }
    return {
        "cards": {**cards, **folds},
        "frames": {
            frame.opener: _cardinality(graph.nodes[frame.opener], known, cardinalities) for frame in drawn.frames
        },
        "loops": {line.source: _rounds(details.view, line.target) for line in drawn.lines if line.way == "loop"},
    }


def _card(details: RunDetails, graph: Graph, node: Node, step: StepSummary | None, expected: int) -> Data:
    if step is None or not step.tasks:
        return _not_begun(details, graph, node)
    total_tasks = max(step.tasks, expected)
    span, total = step.span(details.view.now), _length(details)
    failed = step.count(Status.FAILED)
    done = step.count(Status.COMPLETED)
    card: Data = {
        "look": status_name(step.verdict.status, step.verdict.qualifier),
        "value": f"p50 {formats.duration(step.median)}" if step.median is not None else formats.duration(span),
        "line": _line(node, total_tasks, done),
        "tasks": total_tasks,
        "done": done,
        "failed": failed,
        "running": step.count(Status.RUNNING),
        "spent": f"{formats.duration(span)}, {span / total:.0%}" if span is not None and total else "",
        "waited": f"waits {formats.duration(step.queue)}" if step.queue is not None else "",
        "heat": [_level(span / total if span and total else 0, SHARES), _level(step.queue or 0, WAITS)],
    }
    return {**card, "doc": 1} if node.doc else card


def _not_begun(details: RunDetails, graph: Graph, node: Node) -> Data:
    over = details.view.run_over
    usual = None if over else details.typical_steps.get(node.name)
    line = _waits(graph, node)
    if over:
        line = "branch not taken" if node.name in details.story.not_taken else "not reached"
    card: Data = {
        "look": "notrun" if over else "pending",
        "value": f"~{formats.duration(usual)}" if usual is not None else "",
        "line": line,
        "tasks": 0,
        "todo": 1,
    }
    return {**card, "doc": 1} if node.doc else card


def _line(node: Node, tasks: int, done: int) -> str:
    if tasks > 1 and done < tasks:
        return f"{done:,} / {tasks:,}"
    return ", ".join(part for part in (formats.count(tasks, "task"), resources(node)) if part)


def _waits(graph: Graph, node: Node) -> str:
    """What a step that has not begun will do, or what it waits for."""
    before = [graph.nodes[name] for name in graph.leading_to(node.name)]
    if node.kind == "join":
        return f"join, waits for {before[0].name}" if len(before) == 1 else "join"
    cases = [value for one in before for value, target in one.cases.items() if target == node.name]
    if cases:
        return f"when {', '.join(cases)}"
    return resources(node) or ("1 card" if node.decorator("card") else "")


def resources(node: Node) -> str:
    """What the decorators of a step ask for: `8 cpu 32 GB 1 gpu`; empty where they ask for nothing."""
    asked: dict[str, int] = {}
    for name in ("resources", "kubernetes", "batch"):
        found = node.decorator(name)
        for key in ("cpu", "memory", "gpu") if found else ():
            value = _whole(found.attributes.get(key)) if found else 0
            asked[key] = max(asked.get(key, 0), value)
    memory = asked.get("memory", 0)
    parts = [
        f"{asked['cpu']} cpu" if asked.get("cpu") else "",
        (f"{memory / 1000:.0f} GB" if memory >= 1000 else f"{memory} MB") if memory else "",
        f"{asked['gpu']} gpu" if asked.get("gpu") else "",
    ]
    return " ".join(part for part in parts if part)


def _chain(cards: Sequence[Data], steps: int) -> Data:
    """A chain of steps as one card."""
    looks = Counter(card["look"] for card in cards)
    look = next((name for name in LOOKS if looks[name]), "pending")
    done = sum(looks[name] for name in ("completed", "cloned", "caught"))
    begun = [card for card in cards if card["tasks"]]
    made: Data = {
        "look": "running" if begun and look == "pending" else look,
        "value": "",
        "line": f"{steps} steps" if done in (0, steps) else f"{done} of {steps} steps",
        "tasks": sum(card["tasks"] for card in cards),
        "done": sum(card.get("done", 0) for card in cards),
        "failed": sum(card.get("failed", 0) for card in cards),
        "running": sum(card.get("running", 0) for card in cards),
        "heat": [max(card.get("heat", (0, 0))[n] for card in cards) for n in (0, 1)],
    }
    return made if begun else {**made, "todo": 1}


def _cardinality(node: Node, known: Mapping[str, StepSummary], cardinalities: Mapping[str, int]) -> str:
    """How many tasks a foreach or a gang will have, or has had so far."""
    if node.kind not in ("split-foreach", "split-parallel"):
        return ""
    tasks = max([cardinalities.get(node.name, 0), *(known[name].tasks for name in node.next if name in known)])
    return f"× {tasks:,}" if tasks else ""


def _rounds(view: RunView, name: str) -> str:
    """How often a step was come back to: its tasks beyond the first of each place in the foreaches around it."""
    step = view.steps.index(name) if name in view.steps else None
    places = [] if step is None else np.flatnonzero(view.step == step).tolist()
    first = {(view.labels[place], int(view.index[place])) for place in places}
    rounds = len(places) - len(first)
    return f"{rounds:,}×" if rounds else ""


def _length(details: RunDetails) -> int:
    """How long (ms) the run has taken."""
    run, verdict = details.view.judged.run, details.view.judged.verdict
    return (details.view.now - run.created_at if verdict.status is Status.RUNNING else verdict.duration) or 0


def _level(value: float, limits: Sequence[float]) -> int:
    return sum(value >= limit for limit in limits)


def _whole(value: object) -> int:
    try:
        return min(max(0, int(float(str(value)))), 10**9)
    except (ValueError, OverflowError):
        return 0
