"""What the page of a run draws: its attempts as bytes, whole or since a version; what a search or a bar asks."""

from __future__ import annotations

import re

import numpy as np
from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import found_tasks, run_view
from dashboard.data.task_hosts import hosts
from dashboard.errors import BadQuery
from dashboard.insight.steps import summaries
from dashboard.insight.story import story
from dashboard.models import Qualifier
from dashboard.run_details import task_ref
from dashboard.run_page.lanes import lanes, run_head
from dashboard.run_state import wire
from dashboard.run_state.view import FAILED, RunView
from dashboard.services import Services
from dashboard.status.attempts import QUALIFIERS
from dashboard.task_errors import errors_of
from dashboard.task_query import TaskQuery

MOST = 60  # attempts that are told of at once


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    @api.get("/columns/<flow>/<run>")
    def columns(flow: str, run: str) -> Response:
        since = request.args.get("since", "")
        try:
            view = run_view(services, asked.run(services, flow, run))
        except asked.Absent:
            return Response(status=204)  # not yet; the page asks again, and a browser's console complains of a 404
        if since == wire.stamp(view):
            return Response(status=204)
        return Response(wire.packed(view, since, **_head(services, view)), mimetype="application/octet-stream")

    @api.get("/columns/<flow>/<run>/matches")
    def matches(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        query = TaskQuery.from_values({"q": [request.args.get("q", "")[:255]]})  # refuses what cannot be searched for
        return jsonify(tasks=sorted(found_tasks(services, view, query.q) or ()))

    @api.get("/columns/<flow>/<run>/attempts")
    def attempts(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        rows = _rows(view, request.args.get("of", ""))
        tasks = {(view.steps[view.step[place]], int(view.ids[place])) for place in view.task[rows].tolist()}
        found = services.database(hosts, view.judged.run.key, sorted(tasks))
        told = [row for row in rows if _has_error(view, row)]
        errors = errors_of(services.database, services.stores, [(view.judged.run, task_ref(view, row)) for row in told])
        error = dict(zip(told, errors, strict=True))
        return jsonify({_name(view, row): _about(view, row, error.get(row), found) for row in rows})


def _head(services: Services, view: RunView) -> dict[str, object]:
    graph = services.graphs(view.judged.run.key)
    steps = summaries(view, graph)
    typical = {} if view.run_over else services.details.typical_steps(view)
    return {"lanes": lanes(view, steps, story(view, steps, graph), graph, typical), "run": run_head(view)}


def _rows(view: RunView, names: str) -> list[int]:
    """The rows of `task:attempt`, …; those that are not there are left out."""
    if not re.fullmatch(r"\d{1,18}:\d{1,4}(,\d{1,18}:\d{1,4})*", names) or names.count(",") >= MOST:
        raise BadQuery(f"of: one to {MOST} of task:attempt are needed, with commas between them.")
    wanted = [tuple(map(int, name.split(":"))) for name in names.split(",")]
    places = {
        int(view.ids[place]): int(place) for place in np.isin(view.ids, [task for task, _ in wanted]).nonzero()[0]
    }
    found = []
    for task, attempt in wanted:
        if task in places:
            last = view.row_of(places[task])
            first = int(np.searchsorted(view.task, places[task]))
            found += [row for row in range(first, last + 1) if int(view.attempt[row]) == attempt]
    return found


def _name(view: RunView, row: int) -> str:
    return f"{view.ids[view.task[row]]}:{view.attempt[row]}"


def _has_error(view: RunView, row: int) -> bool:
    return bool(view.status[row] == FAILED) or QUALIFIERS[view.qualifier[row]] is Qualifier.CAUGHT


def _about(view: RunView, row: int, error: str | None, hosts_: dict[int, str]) -> dict[str, object]:
    """What the browser does not have: the evidence, the error where one is to be expected, the host."""
    return {"reason": view.reason(row), "error": error, "host": hosts_.get(int(view.ids[view.task[row]]))}
