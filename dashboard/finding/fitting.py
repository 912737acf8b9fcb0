"""Objects that a text names or begins to name. Every statement ends at an index; wide runs are read only when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from dashboard import pasted
from dashboard.data import flows, lookup, runs
from dashboard.data.database import Reader
from dashboard.data.runs import MOST_FLOWS, Key
from dashboard.errors import BadQuery
from dashboard.found import candidates, exists, place
from dashboard.links import prefix
from dashboard.models import Run
from dashboard.official import Place
from dashboard.pathspec import Pathspec
from dashboard.run_state.view import FAILED, RunView
from dashboard.services import Services

WIDE = 1_000  # tasks; a run of more is not read while somebody types: 2,000 take 0.3 s the first time


@dataclass(frozen=True, slots=True)
class Fitting:
    """An object that fits, and its URL in parts; without a pathspec it is the Runs page with filters."""

    pathspec: Pathspec | None
    place: Place
    run: Run | None = None  # where it is known already


def of(pathspec: Pathspec, run: Run | None = None) -> Fitting:
    """The object at its usual place."""
    return Fitting(pathspec, place(pathspec), run)


def fitting(services: Services, text: str, most: int, whole: bool = False) -> list[Fitting]:
    """What fits, the likeliest first: what the text names as it is, then what it may become."""
    found = [*_named(services, text), *_begun(services, pasted.begun(text), most, whole)]
    return list({one.pathspec: one for one in reversed(found)}.values())[::-1][:most]


def view_at_hand(services: Services, key: Key, whole: bool) -> RunView | None:
    """The tasks of the run when they are few or known already; with `whole` whatever it takes."""
    is_near = whole or services.run_states.peek(key) is not None
    if not is_near and not services.database(lookup.has_few_tasks, key, WIDE):
        return None
    return services.run_states(key)


def flow_named(reader: Reader, name: str) -> str | None:
    """The flow of this name; without one, the only one of this name in another case."""
    if lookup.flow_exists(reader, name):
        return name
    alike = [one for one in flows.names(reader, name, MOST_FLOWS) if one.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def steps_of(services: Services, key: Key, view: RunView | None) -> list[str]:
    """Names of the steps of a run in the order in which they came."""
    if view is None:
        return services.database(lookup.step_names, key)
    return [step for step, _ in sorted(view.registered.items(), key=lambda item: item[1])] or list(view.steps)


def _named(services: Services, text: str) -> list[Fitting]:
    try:
        wanted = pasted.read(text, prefix())
    except BadQuery:
        return []
    if wanted.flow is None and wanted.run is None and wanted.id is None:
        return [Fitting(None, Place("/", wanted.query))]

    def look(reader: Reader) -> list[Fitting]:
        there = [one for one in candidates(reader, wanted) if wanted.flow is None or exists(reader, one)]
        return [Fitting(one, place(one, wanted.query, wanted.fragment)) for one in there]

    return services.database(look)


def _begun(services: Services, parts: Sequence[str | None], most: int, whole: bool) -> Iterator[Fitting]:
    if not parts:
        return
    if len(parts) == 1:
        yield from _flows(services, parts[0] or "", most)
        return
    for run in _runs(services, parts, most):
        if len(parts) == 2:
            yield of(Pathspec(run.flow, run.id), run)
        else:
            yield from _within(services, run, [part or "" for part in parts[2:]], most, whole)


def _flows(services: Services, part: str, most: int) -> Iterator[Fitting]:
    names = _matching(services.database(flows.names, part, MOST_FLOWS), part)
    yield from (of(Pathspec(name)) for name in names[:most])
    if names and (len(names) == 1 or names[0] == part):
        newest = services.database(lookup.runs_like, names[0], "", most)
        yield from (of(Pathspec(run.flow, run.id), run) for run in newest)


def _runs(services: Services, parts: Sequence[str | None], most: int) -> list[Run]:
    """The runs that are being typed; when more follows, the one that is named."""
    flow, run = parts[0], parts[1] or ""

    def look(reader: Reader) -> list[Run]:
        if flow is None:
            return runs.with_id(reader, run)
        name = flow_named(reader, flow)
        if name is None:
            return []
        if len(parts) == 2:
            return lookup.runs_like(reader, name, run, most)
        found = runs.get(reader, name, run)
        return [found] if found else []

    return services.database(look)


def _within(services: Services, run: Run, parts: Sequence[str], most: int, whole: bool) -> Iterator[Fitting]:
    """Steps of a run and failed tasks of the one that is typed; below a step its tasks."""
    view = view_at_hand(services, run.key, whole)
    if len(parts) == 1:
        steps = _matching(steps_of(services, run.key, view), parts[0])[:most]
        yield from (of(Pathspec(run.flow, run.id, step), run) for step in steps)
        if view is not None and parts[0] and steps:
            ids = _failed(view, steps[0], most - len(steps))
            yield from (of(Pathspec(run.flow, run.id, steps[0], task), run) for task in ids)
        return
    step, part = parts
    if view is None:
        ids = services.database(lookup.tasks_like, run.key, step, part, most)
    else:
        ids = _tasks(view, step, part, most)
    yield from (of(Pathspec(run.flow, run.id, step, task), run) for task in ids)


def _matching(names: Iterable[str], part: str) -> list[str]:
    """Names with this part, whatever its case: the name itself, those that begin with it, the others."""
    wanted = part.lower()
    found = [name for name in names if wanted in name.lower()]
    return sorted(found, key=lambda name: (name != part, not name.lower().startswith(wanted)))


def _tasks(view: RunView, step: str, part: str, most: int) -> list[str]:
    """Ids that begin with the part, then ids of foreach values that contain it; failed ones before others."""
    places = _failed_first(view, step)
    ids = (view.task_id(place) for place in places)
    found = list(islice((one for one in ids if one.startswith(part)), most))
    if part and len(found) < most:
        wanted = part.lower()
        found += [view.task_id(place) for place in places if wanted in view.labels[place].lower()]
    return list(dict.fromkeys(found))[:most]


def _failed(view: RunView, step: str, most: int) -> list[str]:
    return [view.task_id(place) for place in _failed_first(view, step, only=True)[:most]]


def _failed_first(view: RunView, step: str, only: bool = False) -> list[int]:
    """Places of the step's tasks, those of failed ones first; with `only` no others."""
    if step not in view.steps:
        return []
    places = np.flatnonzero(view.step == view.steps.index(step))
    rows = np.searchsorted(view.task, places, side="right") - 1
    failed = view.status[rows] == FAILED
    found: list[int] = places[failed].tolist()
    return found if only else found + places[~failed].tolist()
