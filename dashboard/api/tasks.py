"""The attempts and steps of a run as JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, request, stream_with_context

from dashboard.api import asked, csv_text
from dashboard.data import task_search
from dashboard.errors import BadQuery
from dashboard.models import JudgedRun
from dashboard.run_state.selection import Rows, fits, is_searched, selected
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.status.attempts import ABSENT, QUALIFIERS, STATUSES
from dashboard.task_query import TaskQuery

COLUMNS = (
    *("pathspec", "step", "task", "task_name", "attempt", "status", "qualifier", "reason", "foreach"),
    *("queued", "started_at", "finished_at", "duration"),
)
PIECE = 2_000  # rows of a download that are made at a time


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    @api.get("/api/<flow>/<run>/tasks")
    def list_tasks(flow: str, run: str) -> Response:
        values = request.args.to_dict(flat=False)
        form, limit, after = asked.form(values), asked.limit(values), values.pop("after", [""])[-1]
        query = TaskQuery.from_values(values)
        asked.nothing_else({k: v for k, v in values.items() if k not in ("step", "status", "q")}, KNOWN)
        view = run_view(services, asked.run(services, flow, run))
        rows = _after(view, _attempts(services, view, query), after)
        next_ = _cursor(view, rows[limit - 1]) if len(rows) > limit else None
        page = [task_json(view, row) for row in rows[:limit].tolist()]
        if form == "csv":
            return Response(csv_text.lines(COLUMNS, [page]), mimetype="text/csv", headers={"X-Next": next_ or ""})
        return jsonify(tasks=page, next=next_)

    @api.get("/download/<flow>/<run>/tasks.csv")
    def download_tasks(flow: str, run: str) -> Response:
        query = TaskQuery.from_values(request.args.to_dict(flat=False))
        view = run_view(services, asked.run(services, flow, run))
        rows = selected(view, query, found_tasks(services, view, query.q))
        body = stream_with_context(csv_text.lines(COLUMNS, _pieces(view, rows)))
        name = f"attachment; filename={view.judged.run.number}-tasks.csv"
        return Response(body, mimetype="text/csv", headers={"Content-Disposition": name})


KNOWN = "known are step, status, q, limit, after, format"


def run_view(services: Services, judged: JudgedRun) -> RunView:
    """The attempts of a run. Raises Absent when it has gone in between."""
    view = services.run_states(judged.run.key)
    if view is None:
        raise asked.Absent(f"There is no run {judged.run.pathspec}.")
    return view


def found_tasks(services: Services, view: RunView, text: str) -> set[int] | None:
    """Ids of the tasks that fit a text which only the database understands; None for any other text."""
    if not text or not is_searched(view, text):
        return None
    key, (name, _, value) = view.judged.run.key, text.partition("=")
    if text.startswith("artifact:"):
        return services.database(task_search.with_artifact, key, text.removeprefix("artifact:").strip())
    return services.database(task_search.with_metadatum, key, name.strip(), value.strip())


def task_json(view: RunView, row: int) -> dict[str, Any]:
    """One attempt; statuses in the official words."""
    place = int(view.task[row])
    step, task = view.steps[view.step[place]], view.task_id(place)
    qualifier = QUALIFIERS[view.qualifier[row]]
    names = ", ".join(view.variables.get(int(view.step[place]), ()))
    return {
        "pathspec": f"{view.judged.run.pathspec}/{step}/{task}",
        "step": step,
        "task": task,
        "task_name": view.names[place],
        "attempt": int(view.attempt[row]),
        "status": STATUSES[view.status[row]].value,
        "qualifier": qualifier.value if qualifier else None,
        "reason": view.reason(row),
        "foreach": f"{names}={view.labels[place]}" if names else view.labels[place] or None,
        "queued": _instant(view.queued[row]),
        "started_at": _instant(view.started[row]),
        "finished_at": _instant(view.finished[row]),
        "duration": _instant(view.duration[row]),
    }


def _attempts(services: Services, view: RunView, query: TaskQuery) -> Rows:
    """By task id and attempt; here the status is that of the attempt itself."""
    rows = selected(view, query.show(status=(), sort="task"), found_tasks(services, view, query.q))
    return np.asarray(rows[fits(view, query.status)[rows]]) if query.status else rows


def _after(view: RunView, rows: Rows, cursor: str) -> Rows:
    if not cursor:
        return rows
    task, dash, attempt = cursor.partition("-")
    if not dash or not (task + attempt).isascii() or not task.isdigit() or not attempt.isdigit() or len(cursor) > 30:
        raise BadQuery(f"after={cursor[:80]}: a cursor from an earlier answer is needed.")
    ids, attempts = view.ids[view.task[rows]], view.attempt[rows]
    return np.asarray(rows[(ids > int(task)) | ((ids == int(task)) & (attempts > int(attempt)))])


def _cursor(view: RunView, row: np.intp) -> str:
    return f"{view.ids[view.task[row]]}-{view.attempt[row]}"


def _pieces(view: RunView, rows: Rows) -> Iterator[list[dict[str, Any]]]:
    return ([task_json(view, row) for row in rows[n : n + PIECE].tolist()] for n in range(0, len(rows), PIECE))


def _instant(value: np.int64) -> int | None:
    return None if value == ABSENT else int(value)
