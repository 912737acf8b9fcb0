"""A graph from the steps and tasks that were seen, where a run has left none: an order, not what the flow says.

Steps follow each other by their first start. Those that ran while another of the same level ran are branches of a
split: nothing that follows a step starts before it has ended. A step whose tasks have one more value in their foreach
than those before is inside of that foreach.
"""

from __future__ import annotations

from dashboard.graph import Graph, Node
from dashboard.insight.steps import StepSummary, summaries
from dashboard.run_state.view import RunView

Group = list[StepSummary]


def inferred(view: RunView) -> Graph | None:
    """The graph, marked as inferred; None while no step has a task."""
    groups = _groups([step for step in summaries(view) if step.tasks])
    if not groups:
        return None
    following = [*groups[1:], []]
    nodes = {
        step.step: _node(step, before, after)
        for before, group, after in zip([[], *groups], groups, following, strict=False)
        for step in group
    }
    return Graph(
        nodes=nodes,
        start=groups[0][0].step,
        end=groups[-1][-1].step,
        doc="",
        parameters=(),
        decorators=(),
        origin="inferred",
    )


def _groups(steps: list[StepSummary]) -> list[Group]:
    """Steps that ran at the same time outside of a foreach are together, all others alone."""
    groups: list[Group] = []
    for step in steps:
        if groups and all(_overlap(step, other) for other in groups[-1]) and len(groups) > 1:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _overlap(later: StepSummary, earlier: StepSummary) -> bool:
    if later.variables or earlier.variables or later.started_at is None or earlier.started_at is None:
        return False
    return earlier.ended_at is None or later.started_at < earlier.ended_at


def _node(step: StepSummary, before: Group, after: Group) -> Node:
    deeper = [one for one in after if len(one.variables) > len(step.variables)]
    shallower = any(len(one.variables) > len(step.variables) for one in before)
    joins = shallower or len(before) > 1
    kind = "split-foreach" if deeper else "split-static" if len(after) > 1 else "join" if joins else "linear"
    return Node(
        name=step.step,
        kind=kind,
        next=tuple(one.step for one in after),
        doc="",
        line=None,
        file=None,
        decorators=(),
        foreach=deeper[0].variables[-1] if deeper else None,
        num_parallel=None,
        condition=None,
        cases={},
    )
