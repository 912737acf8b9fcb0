"""The steps of a run as the timeline draws them: one lane each, also those without a task, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import formats
from components.icons import status_name
from dashboard.graph import Graph
from dashboard.insight.steps import StepSummary
from dashboard.insight.story import Story
from dashboard.models import Status
from dashboard.run_state.view import RunView

Lane = dict[str, Any]
NO_TYPICAL: Mapping[str, int] = {}


def run_head(view: RunView) -> dict[str, Any]:
    """What the timeline needs to know of the run itself; times are milliseconds since its start."""
    run, verdict = view.judged.run, view.judged.verdict
    end = verdict.finished_at
    return {
        "flow": run.flow,
        "id": run.id,
        "running": verdict.status is Status.RUNNING,
        "end": None if end is None else end - run.created_at,
    }


def lanes(
    view: RunView,
    steps: Sequence[StepSummary],
    story: Story,
    graph: Graph | None,
    typical: Mapping[str, int] = NO_TYPICAL,
) -> list[Lane]:
    """Lanes in the order of the graph. `typical`: how long steps took (ms) in a run that ended well."""
    order = graph.order() if graph else {}
    found = [_lane(view, step, typical) for step in steps]
    found += [_absent(name, "not reached", view, typical) for name in story.not_reached if name not in _names(steps)]
    found += [_absent(name, "branch not taken", view, typical) for name in story.not_taken if name not in _names(steps)]
    if graph:
        found.sort(key=lambda lane: order.get(lane["step"], len(order)))
        _expect(found, graph, view)
    return found


def _names(steps: Sequence[StepSummary]) -> set[str]:
    return {step.step for step in steps}


def _lane(view: RunView, step: StepSummary, typical: Mapping[str, int]) -> Lane:
    looks: dict[str, int] = {}
    for (status, qualifier), number in step.kinds.items():
        name = status_name(status, qualifier)
        looks[name] = looks.get(name, 0) + number
    t0 = view.judged.run.created_at
    verdict = step.verdict
    return {
        "step": step.step,
        "tasks": step.tasks,
        "looks": looks,
        "look": status_name(verdict.status, verdict.qualifier),
        "start": None if step.started_at is None else step.started_at - t0,
        "end": None if step.ended_at is None else step.ended_at - t0,
        "median": step.median,
        "p95": step.p95,
        "longest": step.longest,
        "stragglers": step.stragglers,
        "variables": list(step.variables),
        "typical": typical.get(step.step),
        "expected": None,
        "note": "" if step.tasks else "no task registered",
    }


def _absent(name: str, note: str, view: RunView, typical: Mapping[str, int]) -> Lane:
    """A step that has no task: dashed while it may still come."""
    usual = typical.get(name)
    if not view.run_over:
        note = f"typical {formats.duration(usual)}" if usual is not None else "to come"
    empty: dict[str, int] = {}
    return {
        "step": name,
        "tasks": 0,
        "looks": empty,
        "look": "notrun" if view.run_over else "pending",
        **dict.fromkeys(("start", "end", "median", "p95", "longest")),
        "stragglers": 0,
        "variables": [],
        "typical": usual,
        "expected": None,
        "note": note,
    }


def _expect(found: list[Lane], graph: Graph, view: RunView) -> None:
    """When the steps to come would start: after all that lead to them, if each takes as long as usual."""
    if view.run_over:
        return
    now = view.now - view.judged.run.created_at
    ends: dict[str, int] = {}
    for lane in found:
        step = lane["step"]
        if lane["tasks"]:
            is_open = lane["look"] in ("running", "pending")
            ends[step] = max(now, (lane["start"] or 0) + (lane["typical"] or 0)) if is_open else lane["end"] or now
        elif lane["typical"] is not None:
            before = [ends[name] for name in graph.leading_to(step) if name in ends]
            lane["expected"] = max(before, default=now)
            ends[step] = lane["expected"] + lane["typical"]
