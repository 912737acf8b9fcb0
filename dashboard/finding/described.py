"""How objects are: their status, when they began, a few words. Runs are judged together, tasks by their run's view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dashboard.data import lookup, runs
from dashboard.data.database import Reader
from dashboard.data.runs import Key
from dashboard.finding.fitting import Fitting, view_at_hand
from dashboard.insight.steps import StepSummary, summaries
from dashboard.models import JudgedRun, Qualifier, Run, Status
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.status.attempts import ABSENT
from dashboard.task_details import place_of, status_of


@dataclass(frozen=True, slots=True)
class Described:
    """An object as it is shown in a list; `at` is when it began, of a flow when its newest run did."""

    what: Fitting
    status: Status | None = None
    qualifier: Qualifier | None = None
    at: int | None = None
    note: str = ""


def described(services: Services, found: Sequence[Fitting], whole: bool = False) -> tuple[list[Described], bool]:
    """The objects that are registered, and whether their statuses are all known: those in a wide run may wait."""
    newest, of_runs = services.database(_judged, services, found)

    @cache
    def view_of(key: Key) -> RunView | None:
        return view_at_hand(services, key, whole)

    @cache
    def steps_of(key: Key) -> Mapping[str, StepSummary]:
        view = view_of(key)
        return {one.step: one for one in summaries(view)} if view else {}

    made: list[Described | None] = []
    is_complete = True
    for one in found:
        pathspec, judged = one.pathspec, of_runs.get(_name(one))
        if pathspec is None:
            made.append(Described(one))
        elif pathspec.run is None:
            made.append(_flow(one, newest.get(pathspec.flow)))
        elif judged is None:
            continue
        elif pathspec.step is None:
            made.append(_run(one, judged))
        elif (view := view_of(judged.run.key)) is None:
            made.append(Described(one))
            is_complete = False
        elif pathspec.task is None:
            made.append(_step(one, steps_of(judged.run.key).get(pathspec.step)))
        else:
            made.append(_task(one, view, place_of(view, pathspec.step, pathspec.task)))
    return [one for one in made if one is not None], is_complete


def _judged(
    reader: Reader, services: Services, found: Sequence[Fitting]
) -> tuple[Mapping[str, JudgedRun], Mapping[tuple[str, str], JudgedRun]]:
    """The newest run of each flow, and the run of each object, with their verdicts."""
    specs = [one.pathspec for one in found if one.pathspec is not None]
    newest = lookup.newest_of_each(reader, [spec.flow for spec in specs if spec.run is None])
    of_runs: dict[tuple[str, str], Run] = {}
    for one in found:
        if one.pathspec and one.pathspec.run and _name(one) not in of_runs:
            run = one.run or runs.get(reader, one.pathspec.flow, one.pathspec.run)
            of_runs.update({_name(one): run} if run else {})
    unique = {run.key: run for run in [*newest.values(), *of_runs.values()]}
    verdicts = {one.run.key: one for one in services.judge(reader, list(unique.values()), reader.now())}
    return (
        {flow: verdicts[run.key] for flow, run in newest.items()},
        {name: verdicts[run.key] for name, run in of_runs.items()},
    )


def _name(one: Fitting) -> tuple[str, str]:
    return (one.pathspec.flow, one.pathspec.run or "") if one.pathspec else ("", "")


def _flow(one: Fitting, newest: JudgedRun | None) -> Described:
    if newest is None:
        return Described(one, note="no runs yet")
    verdict = newest.verdict
    note = f"newest run {newest.run.id}"
    return Described(one, verdict.status, verdict.qualifier, newest.run.created_at, note)


def _run(one: Fitting, judged: JudgedRun) -> Described:
    run, verdict = judged.run, judged.verdict
    return Described(one, verdict.status, verdict.qualifier, run.created_at, run.user or "")


def _task(one: Fitting, view: RunView, place: int | None) -> Described | None:
    if place is None:
        return None
    row = view.row_of(place)
    started = int(view.started[row])
    at = int(view.created[place]) if started == ABSENT else started
    label, variables = view.labels[place], view.variables.get(int(view.step[place]), ())
    note = f"{variables[0]}={label}" if label and len(variables) == 1 else label
    return Described(one, *status_of(view, row), at, note)


def _step(one: Fitting, summary: StepSummary | None) -> Described | None:
    if summary is None:
        return None
    failed = summary.count(Status.FAILED)
    words = [
        *(["foreach"] if summary.variables else []),
        f"{summary.tasks:,} task{'' if summary.tasks == 1 else 's'}",
        *([f"{failed:,} failed"] if failed else []),
    ]
    at = summary.started_at or summary.created_at
    return Described(one, summary.verdict.status, summary.verdict.qualifier, at, ", ".join(words))
