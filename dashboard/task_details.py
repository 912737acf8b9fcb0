"""All that the page of a task tells beside logs, artifacts and cards: gathered once for all viewers of an attempt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache, cached

from dashboard.data import lineage, task_facts
from dashboard.data.database import Database, Reader
from dashboard.data.task_facts import Home, Registered, TaskFacts
from dashboard.datastore import last_error
from dashboard.flow_source import FlowSources
from dashboard.graph import Graph, Node
from dashboard.graphs import Graphs
from dashboard.insight.lineage import Pattern, children, parents
from dashboard.insight.signature import signature
from dashboard.insight.steps import StepSummary, summaries
from dashboard.insight.story import Story, story
from dashboard.models import Qualifier, Status
from dashboard.run_state import wire
from dashboard.run_state.view import FAILED, RunView
from dashboard.status.attempts import QUALIFIERS, STATUSES
from dashboard.stores import Stores
from dashboard.task_failure import Failure, failure, shown

LISTED = 5  # related tasks that are named
ALIKE_NEAR, ALIKE_FAR = 40, 6  # failed tasks whose errors are compared, by how long a read takes

Rows = Sequence[int]


@dataclass(frozen=True, slots=True)
class Related:
    """Tasks before or after one: places of the first few, how many there are, and in which steps."""

    places: tuple[int, ...]
    count: int
    steps: tuple[str, ...]


NONE_RELATED = Related((), 0, ())


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """One attempt of one task, in its run."""

    view: RunView
    place: int
    row: int  # of the attempt that is shown
    rows: Rows  # of all its attempts
    facts: TaskFacts
    home: Home
    artifacts: tuple[Registered, ...]
    graph: Graph | None
    steps: Sequence[StepSummary]
    story: Story
    failure: Failure | None
    parents: Related
    children: Related

    @property
    def step(self) -> str:
        """The name of its step."""
        return str(self.view.steps[self.view.step[self.place]])

    @property
    def summary(self) -> StepSummary | None:
        """Its step in numbers."""
        return next((one for one in self.steps if one.step == self.step), None)

    @property
    def node(self) -> Node | None:
        """Its step in the graph."""
        return self.graph.nodes.get(self.step) if self.graph else None

    @property
    def attempt(self) -> int:
        """The number of the attempt that is shown."""
        return int(self.view.attempt[self.row])

    @property
    def status(self) -> tuple[Status, Qualifier | None]:
        """Of the attempt that is shown."""
        return status_of(self.view, self.row)


def status_of(view: RunView, row: int) -> tuple[Status, Qualifier | None]:
    """Status and qualifier of the attempt in this row."""
    return STATUSES[view.status[row]], QUALIFIERS[view.qualifier[row]]


def place_of(view: RunView, step: str, task: str) -> int | None:
    """The place of the task with this id or name; None when the run has none."""
    if step not in view.steps:
        return None
    number = int(task) if task.isascii() and task.isdigit() and len(task) <= 18 else None
    of_step = np.flatnonzero(view.step == view.steps.index(step))
    by_number = of_step[view.ids[of_step] == number].tolist() if number is not None else []
    if by_number and view.names[by_number[0]] is None:
        return int(by_number[0])
    named = (place for place in of_step.tolist() if view.names[place] == task)
    return next(named, by_number[0] if by_number else None)


def rows_of(view: RunView, place: int) -> range:
    """The rows of a task's attempts."""
    return range(int(np.searchsorted(view.task, place)), view.row_of(place) + 1)


def row_of_attempt(view: RunView, place: int, attempt: int | None) -> int | None:
    """The row of this attempt, the last one for None; None when it has not been registered."""
    rows = rows_of(view, place)
    if attempt is None:
        return rows[-1]
    return next((row for row in rows if int(view.attempt[row]) == attempt), None)


class TasksOf:
    """Details by attempt; those of a run that has not changed are remembered."""

    def __init__(self, database: Database, graphs: Graphs, stores: Stores, sources: FlowSources) -> None:
        self._database, self._graphs, self._stores, self._sources = database, graphs, stores, sources
        # Single flight: whoever asks for what is being gathered waits for it. Details keep their view alive, so few.
        name: Callable[..., object] = _name
        self._details = cached(LRUCache(32), key=name, condition=threading.Condition())(self._load)
        self._runs = cached(LRUCache(8), key=name, condition=threading.Condition())(self._of_run)
        self._alike = cached(LRUCache(256), key=name, condition=threading.Condition())(self._find_alike)

    def __call__(self, view: RunView, place: int, row: int) -> TaskDetails | None:
        """The details of this attempt; None when the task has gone. Errors are those of `Database`."""
        return self._details(view, place, row)

    def alike(self, details: TaskDetails) -> tuple[list[int], int]:
        """(rows of other failed tasks of the run with the same error, how many of the failed were compared)."""
        return self._alike(details.view, details.place, details.row, details)

    def _load(self, view: RunView, place: int, row: int) -> TaskDetails | None:
        run = view.judged.run
        graph, steps, told = self._runs(view)
        step, attempt = str(view.steps[view.step[place]]), int(view.attempt[row])

        def read(reader: Reader) -> tuple[TaskFacts, Home, list[Registered]] | None:
            facts = task_facts.find(reader, run.key, step, view.task_id(place))
            if facts is None:
                return None
            home = task_facts.home(reader, run.id, facts, attempt)
            return facts, home, task_facts.artifact_rows(reader, facts, attempt)

        found = self._database(read)
        if found is None:
            return None
        facts, home, artifacts = found
        path = facts.value(lineage.FIELD, attempt)
        store = self._stores.brief(home.location)
        verdict = (*status_of(view, row), view.reason(row))
        privacy = self._stores.privacy
        hashes = {one.name: one.sha for one in artifacts} if privacy.artifacts else {}
        return TaskDetails(
            view=view,
            place=place,
            row=row,
            rows=rows_of(view, place),
            facts=facts,
            home=home,
            artifacts=tuple(artifacts),
            graph=graph,
            steps=steps,
            story=told,
            failure=shown(
                failure(store, facts, home, hashes, verdict, lambda: self._sources(run.key).files), privacy.text
            ),
            parents=self._related(view, parents(graph, step, path) if graph else None, place, before=True),
            children=self._related(view, children(graph, step, path) if graph else None, place, before=False),
        )

    def _of_run(self, view: RunView) -> tuple[Graph | None, list[StepSummary], Story]:
        graph = self._graphs(view.judged.run.key)
        steps = summaries(view, graph)
        return graph, steps, story(view, steps, graph)

    def _related(self, view: RunView, pattern: Pattern | None, place: int, before: bool) -> Related:
        if pattern is None or not pattern.steps:
            return NONE_RELATED
        steps = [n for n, step in enumerate(view.steps) if step in pattern.steps]
        fits = np.isin(view.step, steps)
        if pattern.path:
            key = view.judged.run.key
            ids = self._database(lineage.on_path, key, pattern.steps, pattern.path, pattern.below)
            fits &= np.isin(view.ids, ids)
        # Steps that repeat lead to themselves; what was registered later cannot have come before.
        created = view.created[place]
        fits &= (view.created <= created) if before else (view.created >= created)
        fits[place] = False
        places = np.flatnonzero(fits)
        return Related(tuple(places[:LISTED].tolist()), len(places), pattern.steps)

    def _find_alike(self, view: RunView, place: int, _row: int, details: TaskDetails) -> tuple[list[int], int]:
        if details.failure is None:
            return [], 0
        wanted, run = signature(details.failure.title), view.judged.run
        others = np.flatnonzero(view.is_last & (view.status == FAILED) & (view.task != place)).tolist()
        store = self._stores.brief(details.home.location)
        others = others[: (ALIKE_NEAR if store and store.is_near else ALIKE_FAR)]
        found = []
        for other in others:
            at = int(view.task[other])
            step, task = view.steps[view.step[at]], view.task_id(at)
            error = last_error(store, run.flow, run.id, step, task, int(view.attempt[other]))
            if error and signature(error) == wanted:
                found.append(other)
        return found, len(others)


def _name(view: RunView, *more: object) -> tuple[object, ...]:
    asked = tuple(one for one in more if isinstance(one, int))
    return (
        view.judged.run.key,
        wire.stamp(view),
        view.judged.verdict.status,
        view.now // 10_000 * (not view.run_over),
        asked,
    )
