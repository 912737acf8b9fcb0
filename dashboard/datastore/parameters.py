"""The parameters of a run, apart from the constants of its flow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from dashboard.datastore.graph import graph_info
from dashboard.datastore.pickled import decode
from dashboard.datastore.plain import NotPlain
from dashboard.datastore.store import Datastore, TooLarge, Unreadable
from dashboard.datastore.values import compact

STEP = "_parameters"
ATTEMPT = 0  # this step is never retried
VALUE_LIMIT = 64 * 1024  # bytes of one value, of which at most a line is shown
MAX_PARAMETERS = 500
GRAPH = "_graph_info"

NOT_PLAIN = "not plain data"
NOT_READABLE = "not readable from here"
TOO_LARGE = "too large"

_INTERNAL = frozenset({"name", "script_name"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a run, or a constant of its flow."""

    name: str
    value: str | None  # much as `repr` writes it, at most 200 characters; None when it cannot be shown
    kind: Literal["parameter", "constant"]
    note: str | None = None  # why there is no value


def parameters(
    store: Datastore | None, flow: str, run_id: str, task_id: str, sha_by_name: Mapping[str, str]
) -> list[Parameter]:
    """The parameters of a run in the order of the flow, then its constants by name; never raises for what is stored.

    `sha_by_name` are the artifacts of the `_parameters` task. When it is empty the list that the task itself left in
    the datastore takes its place. Without a readable `_graph_info` all are called parameters, as there they are one.
    """
    shas = sha_by_name or _recorded(store, flow, run_id, task_id)
    names = {name for name in shas if not name.startswith("_") and name not in _INTERNAL}
    declared = _declared(store, flow, shas.get(GRAPH))
    real = sorted(names) if declared is None else [name for name in declared if name in names]
    kinds = dict.fromkeys(real, True) | dict.fromkeys(sorted(names.difference(real)), False)
    return [_parameter(store, flow, name, shas[name], kinds[name]) for name in islice(kinds, MAX_PARAMETERS)]


def _parameter(store: Datastore | None, flow: str, name: str, sha: str, real: bool) -> Parameter:
    """One parameter or constant with its value or the reason why there is none."""
    kind: Literal["parameter", "constant"] = "parameter" if real else "constant"
    try:
        blob = store.blob(flow, sha, VALUE_LIMIT) if store else None
        if blob is not None:
            return Parameter(name, compact(decode(blob, VALUE_LIMIT)), kind)
        note = NOT_READABLE
    except TooLarge:
        note = TOO_LARGE
    except NotPlain as problem:
        note = TOO_LARGE if problem.too_large else NOT_PLAIN
    except Unreadable:
        note = NOT_READABLE
    return Parameter(name, None, kind, note)


def _declared(store: Datastore | None, flow: str, sha: str | None) -> tuple[str, ...] | None:
    """The names of the flow's parameters in its own order, or None when `_graph_info` cannot be read."""
    graph = graph_info(store, flow, sha) if sha else None
    listed = graph.get("parameters") if graph else None
    if not isinstance(listed, list):
        return None
    names = (entry.get("name") for entry in listed if isinstance(entry, dict))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def _recorded(store: Datastore | None, flow: str, run_id: str, task_id: str) -> Mapping[str, str]:
    """The artifacts that the `_parameters` task lists in its own `data.json`."""
    try:
        data = store.read(flow, run_id, STEP, task_id, ATTEMPT, "data.json") if store else None
        objects = json.loads(data)["objects"] if data else {}
        return {name: sha for name, sha in objects.items() if isinstance(sha, str)}
    except (Unreadable, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
