"""Objects for what was pasted: a pathspec that names no flow, or an id alone, is looked up."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard import official
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
    both = [Pathspec(run.flow, run.id, pasted.step, pasted.task) for run in runs.with_id(reader, pasted.run)]
    return [pathspec for pathspec in both if exists(reader, pathspec)]


def exists(reader: Reader, pathspec: Pathspec) -> bool:
    """Whether the object is registered."""
    if pathspec.run is None:
        return lookup.flow_exists(reader, pathspec.flow)
    run = runs.get(reader, pathspec.flow, pathspec.run)
    if run is None or pathspec.step is None:
        return run is not None
    if pathspec.task is None:
        return pathspec.step in lookup.step_names(reader, run.key)
    return task_facts.exists(reader, run.key, pathspec.step, pathspec.task)


def place(pathspec: Pathspec, query: str = "", fragment: str = "") -> official.Place:
    """Where the object is shown: a flow as its runs, a step as its tasks."""
    if pathspec.run is None:
        return official.Place("/", urlencode({"flow": pathspec.flow}))
    return official.ours(pathspec.parts, query) or official.Place(pathspec.url, query, fragment)
