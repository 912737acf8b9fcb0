"""What the page of a run draws: its attempts as bytes, whole or since a version; and the tasks that a search finds."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import found_tasks, run_view
from dashboard.run_state import wire
from dashboard.services import Services


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    @api.get("/columns/<flow>/<run>")
    def columns(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        since = request.args.get("since", "")
        if since == wire.stamp(view):
            return Response(status=204)
        return Response(wire.packed(view, since), mimetype="application/octet-stream")

    @api.get("/columns/<flow>/<run>/matches")
    def matches(flow: str, run: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        return jsonify(tasks=sorted(found_tasks(services, view, request.args.get("q", "")[:255]) or ()))
