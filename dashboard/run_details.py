"""All that the page of a run tells beside its tasks: gathered once for all viewers, again when something changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache, TTLCache, cached

from dashboard.data import flows, locations, run_facts
from dashboard.data.database import Database, Reader
from dashboard.data.judge import Judge
from dashboard.data.run_facts import RunFacts
from dashboard.data.runs import Key
from dashboard.data.steps import step_spans
from dashboard.datastore import Parameter
from dashboard.graph import Graph
from dashboard.graphs import Graphs
from dashboard.insight.estimate import Estimate, estimate
from dashboard.insight.findings import Findings, findings
from dashboard.insight.steps import StepSummary, summaries
from dashboard.insight.story import Story, story
from dashboard.models import JudgedRun, Run, Status, TaskRef
from dashboard.run_state import wire
from dashboard.run_state.view import RunView
from dashboard.stores import Stores
from dashboard.task_errors import error_of

GOOD_FOR = 60  # seconds that the history of a flow stays good


@dataclass(frozen=True, slots=True)
class History:
    """How a flow has done before: durations (ms) of runs that ended well, and the newest of those runs."""

    durations: tuple[int, ...]
    last_good: JudgedRun | None


@dataclass(frozen=True, slots=True)
class RunDetails:
    """One run with what is known around it."""

    view: RunView
    graph: Graph | None
    steps: Sequence[StepSummary]
    story: Story
    findings: Findings
    facts: RunFacts
    history: History
    estimate: Estimate | None
    typical_steps: Mapping[str, int]  # how long (ms) steps took in the last good run
    resumed_as: Sequence[Run]
    parameters: Sequence[Parameter]
    error: str | None  # of the first failure

    @property
    def typical(self) -> int | None:
        """The median duration (ms) of the flow's runs that ended well."""
        known = sorted(self.history.durations)
        return known[len(known) // 2] if len(known) >= flows.ENOUGH else None


class DetailsOf:
    """Details by run; those of a run that has not changed are remembered."""

    def __init__(self, database: Database, judge: Judge, graphs: Graphs, stores: Stores) -> None:
        self._database, self._judge, self._graphs, self._stores = database, judge, graphs, stores
        # Single flight: whoever asks for what is being gathered waits for it.
        self._details = cached(LRUCache(64), key=_name, condition=threading.Condition())(self._load)
        self._history = cached(TTLCache(500, GOOD_FOR), condition=threading.Condition())(self._find_history)
        self._typical = cached(LRUCache(500), condition=threading.Condition())(self._find_typical)

    def __call__(self, view: RunView) -> RunDetails:
        """The details of this view. Errors are those of `Database`."""
        return self._details(view)

    def typical_steps(self, view: RunView) -> Mapping[str, int]:
        """How long (ms) each step took in the flow's last good run before this one."""
        last_good = self._history(view.judged.run.flow, view.judged.run.number).last_good
        return self._typical(last_good.run.key) if last_good else {}

    def _load(self, view: RunView) -> RunDetails:
        run, verdict = view.judged.run, view.judged.verdict
        graph = self._graphs(run.key)
        steps = summaries(view, graph)
        told = story(view, steps, graph)
        first_step = graph.start if graph else steps[0].step if steps else None
        spent = view.now - run.created_at if verdict.status is Status.RUNNING else verdict.duration
        facts = self._database(run_facts.facts, run.key, first_step)
        history = self._history(run.flow, run.number)
        return RunDetails(
            view=view,
            graph=graph,
            steps=steps,
            story=told,
            findings=findings(view, steps, spent),
            facts=facts,
            history=history,
            estimate=estimate(spent or 0, history.durations) if verdict.status is Status.RUNNING else None,
            typical_steps=self.typical_steps(view),
            resumed_as=self._database(run_facts.resumed_as, run, first_step),
            parameters=self._parameters(run),
            error=self._error(view, told),
        )

    def _find_history(self, flow: str, number: int) -> History:
        def read(reader: Reader) -> History:
            good = [one for one in flows.completed(reader, self._judge, flow, reader.now()) if one.run.number != number]
            durations = tuple(one.verdict.duration for one in good if one.verdict.duration is not None)
            return History(durations, next((one for one in good if one.run.number < number), None))

        return self._database(read)

    def _find_typical(self, key: Key) -> dict[str, int]:
        spans = self._database(step_spans, key)
        return {span.step: span.ended_at - span.started_at for span in spans if span.ended_at is not None}

    def _parameters(self, run: Run) -> Sequence[Parameter]:
        task = self._database(locations.of_parameters, run.key)
        if task is None:
            return ()
        return self._stores.parameters(run, task.location, task.task, task.hashes)

    def _error(self, view: RunView, told: Story) -> str | None:
        if told.first_failure is None:
            return None
        return error_of(self._database, self._stores, view.judged.run, task_ref(view, told.first_failure))


def _name(view: RunView) -> tuple[object, ...]:
    return (view.judged.run.key, wire.stamp(view), view.judged.verdict.status, view.now // 10_000 * (not view.run_over))


def task_ref(view: RunView, row: int) -> TaskRef:
    """The attempt in this row."""
    place = int(view.task[row])
    return TaskRef(view.steps[view.step[place]], view.task_id(place), int(view.attempt[row]))
