"""The attempts of a view that a query describes, in its order: numpy on the columns, whatever the number of tasks.

assets/js/run-rows.js does the same for the timeline, so that a filter needs no answer of the server.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.models import Qualifier, Status
from dashboard.run_state.view import RunView
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from dashboard.task_query import TaskQuery

Rows = NDArray[np.intp]
# How bad, for sorting: failed first.
_RANKS = np.full((len(STATUSES), len(QUALIFIERS)), 9, np.uint8)
for _place, (_status, _qualifier) in enumerate(
    (
        (Status.FAILED, None),
        (Status.FAILED, Qualifier.KILLED),
        (Status.RUNNING, None),
        (Status.PENDING, None),
        (Status.UNKNOWN, None),
        (Status.COMPLETED, Qualifier.CAUGHT),
        (Status.COMPLETED, None),
        (Status.COMPLETED, Qualifier.CLONED),
    )
):
    _RANKS[STATUSES.index(_status), QUALIFIERS.index(_qualifier)] = _place


def fits(view: RunView, words: Collection[str]) -> NDArray[np.bool_]:
    """Attempts that answer to one of these words: official statuses, which include their qualifiers, or qualifiers."""
    statuses = [n for n, status in enumerate(STATUSES) if status.value in words]
    qualifiers = [n for n, qualifier in enumerate(QUALIFIERS) if qualifier and qualifier.value in words]
    return np.isin(view.status, statuses) | np.isin(view.qualifier, qualifiers)


def selected(view: RunView, query: TaskQuery, found: Collection[int] | None = None) -> Rows:
    """Rows of the attempts that the query describes, sorted.

    A task is shown with all its attempts when its last one fits the status. `found` are the task ids of a search that
    only the database can answer (`is_searched`); without it the text of the query is looked for here.
    """
    chosen = np.ones(len(view.ids), np.bool_)
    if query.step:
        chosen &= np.isin(view.step, [n for n, step in enumerate(view.steps) if step in query.step])
    if query.status:
        chosen &= np.isin(np.arange(len(view.ids)), view.task[view.is_last & fits(view, query.status)])
    if found is not None:
        chosen &= np.isin(view.ids, list(found))
    elif query.q:
        chosen &= _with_text(view, query.q, chosen)
    return _sorted(view, np.flatnonzero(chosen[view.task]), query.sort or "failed")


def is_searched(view: RunView, text: str) -> bool:
    """Whether the text asks for artifacts or metadata, which only the database knows."""
    name, equals, _ = text.partition("=")
    return text.startswith("artifact:") or bool(
        equals and not any(name.strip() in names for names in view.variables.values())
    )


def _with_text(view: RunView, text: str, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    name, equals, value = (part.strip() for part in text.lower().partition("="))
    wanted = value if equals else name
    found = np.zeros(len(view.ids), np.bool_)
    for place in np.flatnonzero(chosen).tolist():
        found[place] = wanted in view.labels[place].lower() or (not equals and wanted in view.task_id(place).lower())
    return found


def _sorted(view: RunView, rows: Rows, sort: str) -> Rows:
    """In this order; what has no value comes last either way, attempts of a task one after the other."""
    key, descending = sort.lstrip("-"), sort.startswith("-")
    task = view.task[rows]
    if key == "failed":
        rank = _RANKS[view.status, view.qualifier][_last_rows(view)][task]
        longest = np.maximum(_of_task(view, view.duration, np.maximum), -1)[task]
        order = _ordered(task, -longest, rank)
        return np.asarray(rows[order[::-1] if descending else order])
    values = _values(view, key)[task]
    missing = values == ABSENT
    values = np.where(missing, 0, -values if descending else values)
    return np.asarray(rows[_ordered(task, values, missing)])


def _ordered(*keys: NDArray[Any]) -> Rows:
    """A stable order by the last key first, as `np.lexsort` takes them."""
    return np.asarray(np.lexsort(keys))


def _last_rows(view: RunView) -> Rows:
    return np.searchsorted(view.task, np.arange(len(view.ids)), side="right") - 1


def _values(view: RunView, key: str) -> NDArray[np.int64]:
    """What tasks are sorted by: one number a task, ABSENT where there is none."""
    last = _last_rows(view)
    if key == "started":
        return _of_task(view, np.where(view.started == ABSENT, view.queued, view.started), np.minimum)
    if key == "finished":
        return view.finished[last]
    if key == "duration":
        return view.duration[last]
    if key == "queue":
        return np.where(view.started[last] == ABSENT, ABSENT, view.started[last] - view.queued[last])
    if key == "step":
        return view.step.astype(np.int64)
    if key == "attempt":
        return view.attempt[last].astype(np.int64)
    if key == "status":
        return _RANKS[view.status, view.qualifier][last].astype(np.int64)
    return view.ids


def _of_task(view: RunView, values: NDArray[np.int64], choose: Any) -> NDArray[np.int64]:
    """The smallest or largest of a task's attempts."""
    if not len(view.ids):
        return values
    starts = np.searchsorted(view.task, np.arange(len(view.ids)))
    found: NDArray[np.int64] = choose.reduceat(values, starts)
    return found
