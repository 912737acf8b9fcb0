"""What the page of a run draws: its attempts as bytes, whole or since a version; what a search or a bar asks."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import found_tasks, run_view
from dashboard.errors import BadQuery
from dashboard.insight.steps import summaries
from dashboard.insight.story import story
from dashboard.models import TaskRef
from dashboard.run_page.lanes import lanes, run_head
from dashboard.run_state import wire
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.task_errors import error_of


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    @api.get("/columns/<flow>/<run>")
    def columns(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        since = request.args.get("since", "")
        if since == wire.stamp(view):
            return Response(status=204)
        return Response(wire.packed(view, since, **_head(services, view)), mimetype="application/octet-stream")

    @api.get("/columns/<flow>/<run>/matches")
    def matches(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        return jsonify(tasks=sorted(found_tasks(services, view, request.args.get("q", "")[:255]) or ()))

    @api.get("/columns/<flow>/<run>/attempt")
    def attempt(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        row = _row(view, request.args.get("task", ""), request.args.get("attempt", ""))
        place = int(view.task[row])
        task = TaskRef(view.steps[view.step[place]], view.task_id(place), int(view.attempt[row]))
        return jsonify(reason=view.reason(row), error=error_of(services.database, view.judged.run, task))


def _head(services: Services, view: RunView) -> dict[str, object]:
    graph = services.graphs(view.judged.run.key)
    steps = summaries(view, graph)
    return {"lanes": lanes(view, steps, story(view, steps, graph), graph), "run": run_head(view)}


def _row(view: RunView, task: str, attempt: str) -> int:
    for row in _rows_of(view, int(task)) if task.isascii() and task.isdigit() and len(task) < 19 else ():
        if str(int(view.attempt[row])) == attempt:
            return row
    raise BadQuery("There is no such attempt in this run.")


def _rows_of(view: RunView, task: int) -> range:
    places = (view.ids == task).nonzero()[0]
    if not len(places):
        return range(0)
    last = view.row_of(int(places[0]))
    first = int((view.task == places[0]).argmax())
    return range(first, last + 1)
