"""A view as bytes for the browser: a JSON head and little-endian arrays; never an object per task.

    u4 length of the head | head, padded with spaces to 4 | arrays in the order of head.arrays, each padded to 4

Instants are i4 in units of `head.unit` ms after `head.t0`, NONE where there is none. Texts are UTF-8 with one line per
task. A whole view holds all tasks and attempts; one since a version holds the attempts that changed and their tasks.
assets/js/run-columns.js reads it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.run_state.view import RunView
from dashboard.status.attempts import ABSENT, Instants

NONE = -(2**31)
MOST = 2**31 - 2  # units


def stamp(view: RunView) -> str:
    """Tells this view from others, also of other processes."""
    return f"{view.generation}.{view.version}"


def packed(view: RunView, since: str = "", **head: Any) -> bytes:
    """What has changed since the view with this stamp, or all of it; `head` is added to the JSON head."""
    rows = _rows_since(view, since)
    is_whole = rows is None
    rows = np.arange(len(view.task)) if rows is None else rows
    places = np.arange(len(view.ids)) if is_whole else np.unique(view.task[rows])
    arrays = {**_tasks(view, places), **_attempts(view, rows)}
    unit = _unit(view)
    for name, instants in (("queued", view.queued), ("started", view.started), ("finished", view.finished)):
        arrays[name] = _offsets(instants[rows], view.judged.run.created_at, unit)
    about = {
        "stamp": stamp(view),
        "whole": is_whole,
        "now": view.now,
        "t0": view.judged.run.created_at,
        "unit": unit,
        "tasks": len(view.ids),
        "steps": view.steps,
        "variables": {view.steps[step]: names for step, names in view.variables.items()},
        "arrays": [(name, array.dtype.str[1:], len(array)) for name, array in arrays.items()],
        **head,
    }
    text = json.dumps(about, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *(_padded(array) for array in arrays.values())])


def _rows_since(view: RunView, since: str) -> NDArray[np.int64] | None:
    """The attempts that changed; None when that cannot be said."""
    generation, _, version = since.partition(".")
    if generation != view.generation or not re.fullmatch("[0-9]{1,9}", version) or int(version) > view.version:
        return None
    return np.flatnonzero(view.changed > int(version))


def _tasks(view: RunView, places: NDArray[Any]) -> dict[str, NDArray[Any]]:
    chosen = places.tolist()
    named = [place for place in chosen if view.names[place]]
    return {
        "place": places.astype("<u4"),
        "id": view.ids[places].astype("<f8"),
        "step": view.step[places].astype("<u2"),
        "index": view.index[places].astype("<i4"),
        "label": _text([view.labels[place] for place in chosen]),
        "named": np.array(named, "<u4"),
        "name": _text([_line(view.names[place] or "") for place in named]),
    }


def _attempts(view: RunView, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {
        "task": view.task[rows].astype("<u4"),
        "attempt": view.attempt[rows].astype("<u2"),
        "status": view.status[rows],
        "qualifier": view.qualifier[rows],
    }


def _unit(view: RunView) -> int:
    """Milliseconds, or as many more as it takes for the largest offset to fit."""
    t0 = view.judged.run.created_at
    known = [column[column != ABSENT] for column in (view.queued, view.started, view.finished)]
    most = max((int(np.abs(column - t0).max()) for column in known if len(column)), default=0)
    unit = 1
    while most // unit > MOST:
        unit *= 10
    return unit


def _offsets(instants: Instants, t0: int, unit: int) -> NDArray[Any]:
    return np.where(instants == ABSENT, NONE, (instants - t0) // unit).astype("<i4")


def _text(lines: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode("utf-8", "replace"), np.uint8)


def _line(text: str) -> str:
    return text if text.isprintable() else " ".join(text.split())


def _padded(array: NDArray[Any]) -> bytes:
    data = array.tobytes()
    return data + b"\0" * (-len(data) % 4)
