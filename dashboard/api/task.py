"""One task as JSON: its attempts as in the rows of tasks, and its metadata."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import run_view, task_json
from dashboard.services import Services
from dashboard.task_details import place_of, rows_of


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""
    base = "/api/<flow>/<run>/<step>/<task>"

    @api.get(base)
    def one_task(flow: str, run: str, step: str, task: str) -> Response:
        asked.nothing_else(request.args.to_dict(flat=False), "it takes none")
        view = run_view(services, asked.run(services, flow, run))
        place = place_of(view, step, task)
        if place is None:
            raise asked.Absent(f"There is no task {flow}/{run}/{step}/{task}.")
        attempts = [task_json(view, row) for row in rows_of(view, place)]
        return jsonify(pathspec=attempts[-1]["pathspec"], attempts=attempts)

    @api.get(f"{base}/metadata")
    def metadata(flow: str, run: str, step: str, task: str) -> Response:
        values = request.args.to_dict(flat=False)
        _, facts = asked.task(services, flow, run, step, task)
        wanted = asked.attempt(values, facts) if "attempt" in values else None
        asked.nothing_else(values, "known is attempt")
        rows = [
            {"name": one.name, "value": one.value, "type": one.kind, "attempt": one.attempt, "at": one.at}
            for one in facts.metadata
            if wanted is None or one.attempt in (wanted, None)
        ]
        return jsonify(metadata=rows)
