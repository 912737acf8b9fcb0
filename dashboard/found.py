"""Objects for what was pasted: a pathspec that names no flow, or an id alone, is looked up."""

from __future__ import annotations

from dashboard.data import lookup, runs, task_facts
from dashboard.data.database import Reader
from dashboard.pasted import Pasted
from dashboard.pathspec import Pathspec


def candidates(reader: Reader, pasted: Pasted) -> list[Pathspec]:
    """What the text can mean, the likeliest first; a named flow is believed."""
    if pasted.pathspec is not None:
        return [pasted.pathspec]
    if pasted.id is not None:
        of_runs = [Pathspec(run.flow, run.id) for run in runs.with_id(reader, pasted.id)]
        task = lookup.task_of_id(reader, pasted.id)
        return [*of_runs, *([task] if task else [])]
    if pasted.run is None:
        return []
    step, task_id = pasted.step or "", pasted.task
    found = []
    for run in runs.with_id(reader, pasted.run):
        there = (
            task_facts.exists(reader, run.key, step, task_id)
            if task_id is not None
            else step in lookup.step_names(reader, run.key)
        )
        if there:
            found.append(Pathspec(run.flow, run.id, step, task_id))
    return found
