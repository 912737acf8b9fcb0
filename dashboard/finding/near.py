"""Where nothing fits: a sentence that says what is missing, and the objects whose names are near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from dashboard import pasted
from dashboard.data import flows, lookup, runs, task_facts
from dashboard.data.database import Reader
from dashboard.data.runs import MOST_FLOWS
from dashboard.errors import BadQuery
from dashboard.finding.fitting import Fitting, flow_named, of
from dashboard.links import prefix
from dashboard.models import Run
from dashboard.pasted import Pasted
from dashboard.pathspec import Pathspec

MOST = 5  # objects that are named


@dataclass(frozen=True, slots=True)
class Near:
    """What is missing, in a sentence, and what may have been meant."""

    sentence: str
    found: list[Fitting]


def similar(name: str, names: Iterable[str], most: int = MOST) -> list[str]:
    """Those of the names that are like this one, whatever their case, the likest first."""
    by_lower = {one.lower(): one for one in names}
    return [by_lower[one] for one in get_close_matches(name.lower(), by_lower, most, 0.6)]


def near(reader: Reader, text: str) -> Near:
    """For a text that names no object that is registered."""
    try:
        wanted = pasted.read(text, prefix())
    except BadQuery as error:
        return Near(str(error), [])
    if wanted.flow is not None:
        return _of_flow(reader, wanted)
    if wanted.id is not None:
        return Near(f"No run or task has the id {wanted.id}.", _runs(runs.around(reader, wanted.id)))
    if wanted.run is None:
        return Near("This URL names no flow, run, step or task.", [])
    found = runs.with_id(reader, wanted.run)
    if not found:
        return Near(f"No run has the id {wanted.run}.", _runs(runs.around(reader, wanted.run)))
    return _within(reader, found[0], wanted)


def _of_flow(reader: Reader, wanted: Pasted) -> Near:
    flow = flow_named(reader, wanted.flow or "")
    elsewhere = runs.with_id(reader, wanted.run) if wanted.run else []
    if flow is None:
        names = similar(wanted.flow or "", flows.names(reader, "", MOST_FLOWS))
        same = [run for name in names for run in [runs.get(reader, name, wanted.run or "")] if run and wanted.run]
        others = [of(Pathspec(name)) for name in names]
        return Near(f"No flow {wanted.flow} is registered here.", [*_runs([*same, *elsewhere]), *others][:MOST])
    if wanted.run is None:
        return Near(f"The flow is called {flow}; names are case sensitive.", [of(Pathspec(flow))])
    run = runs.get(reader, flow, wanted.run)
    if run is None:
        close = [*elsewhere, *runs.near(reader, flow, wanted.run)]
        return Near(f"No run {wanted.run} in {flow}.", _runs(close)[:MOST])
    return _within(reader, run, wanted)


def _within(reader: Reader, run: Run, wanted: Pasted) -> Near:
    steps = lookup.step_names(reader, run.key)
    step = wanted.step or ""
    if wanted.step is None:
        return Near(f"The run is called {run.pathspec}; names are case sensitive.", _runs([run]))
    if step not in steps:
        names = similar(step, steps) or steps[:MOST]
        found = [of(Pathspec(run.flow, run.id, name), run) for name in names]
        return Near(f"No step {step} in {run.pathspec}.", found)
    ids = task_facts.near(reader, run.key, step, wanted.task or "")
    found = [of(Pathspec(run.flow, run.id, step, task), run) for task in ids]
    return Near(f"No task {wanted.task} in {run.pathspec}/{step}.", found)


def _runs(found: Iterable[Run]) -> list[Fitting]:
    return [of(Pathspec(run.flow, run.id), run) for run in {run.key: run for run in found}.values()]
