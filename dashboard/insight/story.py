"""What happened to a run: how its tasks ended, what failed first, what was not reached, what can still happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.graph import Graph
from dashboard.insight.steps import StepSummary
from dashboard.models import Qualifier, Status
from dashboard.run_state.view import FAILED, RunView
from dashboard.status.attempts import ABSENT, QUALIFIERS

KILLED = QUALIFIERS.index(Qualifier.KILLED)


@dataclass(frozen=True, slots=True)
class Story:
    """A run in numbers, by the last attempts of its tasks."""

    tasks: int
    done: int
    running: int
    pending: int
    failed: int  # wrote that they failed
    killed: int  # ended without a word, mostly because another task had failed
    caught: int
    cloned: int
    first_failure: int | None  # row of the attempt that failed first
    not_reached: tuple[str, ...]  # steps that the run would have come to
    not_taken: tuple[str, ...]  # branches of switches that went another way
    is_doomed: bool  # running, but a task has failed and has no retry left


def story(view: RunView, steps: Sequence[StepSummary], graph: Graph | None) -> Story:
    """The story so far."""

    def count(status: Status, *qualifiers: Qualifier | None) -> int:
        return sum(step.count(status, *qualifiers) for step in steps)

    not_reached, not_taken = _missing(view, steps, graph)
    return Story(
        tasks=len(view.ids),
        done=count(Status.COMPLETED),
        running=count(Status.RUNNING),
        pending=count(Status.PENDING),
        failed=count(Status.FAILED, None),
        killed=count(Status.FAILED, Qualifier.KILLED),
        caught=count(Status.COMPLETED, Qualifier.CAUGHT),
        cloned=count(Status.COMPLETED, Qualifier.CLONED),
        first_failure=_first_failure(view),
        not_reached=not_reached,
        not_taken=not_taken,
        is_doomed=not view.run_over and _is_doomed(view, graph),
    )


def _first_failure(view: RunView) -> int | None:
    """The first of those that said so; where none did, the first that ended without a word."""
    failed = np.flatnonzero(view.is_last & (view.status == FAILED))
    spoke = failed[view.qualifier[failed] != KILLED]
    rows = spoke if len(spoke) else failed
    if not len(rows):
        return None
    ends = np.where(view.finished[rows] == ABSENT, np.iinfo(np.int64).max, view.finished[rows])
    return int(rows[np.lexsort((rows, ends))[0]])


def _missing(
    view: RunView, steps: Sequence[StepSummary], graph: Graph | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Steps without any task: those that were still to come, and those that a switch left aside."""
    if graph is None:
        return (), ()
    seen = {step.step for step in steps if step.tasks}
    absent = [name for name in graph.order() if name not in seen and name in graph.nodes]
    # A branch is left aside once something after it, or another branch of its switch, has been reached.
    aside = {name for name in absent if view.run_over and _is_passed(name, graph, seen)}
    return tuple(name for name in absent if name not in aside), tuple(name for name in absent if name in aside)


def _is_passed(name: str, graph: Graph, seen: set[str]) -> bool:
    """Whether the run went round this step: it goes on with a step that was reached without it."""
    todo, known = [name], set[str]()
    while todo:
        step = todo.pop()
        if step in known:
            continue
        known.add(step)
        following = graph.nodes[step].next if step in graph.nodes else ()
        if any(after in seen for after in following):
            return True
        todo += following
    return any(
        graph.nodes[before].kind == "split-switch"
        and before in seen
        and any(t in seen for t in graph.nodes[before].next)
        for before in graph.leading_to(name)
    )


def _is_doomed(view: RunView, graph: Graph | None) -> bool:
    """Whether some task has failed for good; without the graph nobody knows how often it will be tried again."""
    if graph is None:
        return False
    failed = np.flatnonzero(view.is_last & (view.status == FAILED) & (view.qualifier != KILLED))
    for row in failed.tolist():
        node = graph.nodes.get(view.steps[view.step[view.task[row]]])
        if node and not node.decorator("catch") and int(view.attempt[row]) >= node.retries:
            return True
    return False
