"""What plugins of the official GUI are served: their files, their definition, and what the page on show tells of.

The files run in a sandbox without an origin: in a frame of ours, and by their own headers when they are opened alone.
"""

from __future__ import annotations

import mimetypes
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request, send_file

from dashboard.api import asked
from dashboard.api.tasks import run_view
from dashboard.data import run_facts
from dashboard.data.metadata import Metadatum
from dashboard.data.task_facts import TaskFacts
from dashboard.extension import Frame
from dashboard.plugin_host.host import current
from dashboard.plugin_host.manifests import inside
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.status.attempts import ABSENT
from dashboard.task_details import place_of, row_of_attempt, rows_of, status_of


def register(server: Flask, services: Services) -> None:
    """Mount the routes; nothing where no such plugin is installed."""
    if not any(one.plugin.frames for one in current().plugins):
        return
    routes = Blueprint("plugins", __name__, url_prefix=f"{services.settings.path_prefix}-/plugins")

    @routes.errorhandler(asked.Absent)
    def absent(error: asked.Absent) -> tuple[Response, int]:
        return jsonify(error=str(error)), 200 if request.args.get("quiet") == "1" else 404

    @routes.get("/<name>/files/<path:file>")
    def file(name: str, file: str) -> Response:
        frame = _frame(name)
        found = inside(frame.folder, file)
        if found is None:
            abort(404)
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        answer = send_file(found, mimetype=kind, conditional=True, max_age=0)
        answer.headers["Content-Security-Policy"] = policy(frame)
        answer.headers["Access-Control-Allow-Origin"] = "null"  # modules and fonts are asked for by that origin
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    @routes.get("/<name>/definition")
    def definition(name: str) -> Response:
        frame = _frame(name)
        return jsonify(
            name=frame.manifest["name"],
            identifier=name,
            repository=None,
            ref=None,
            parameters=dict(frame.parameters),
            config=dict(frame.manifest),
            files=[],
        )

    # Asked for afresh: what pages remember of a run that has not changed may lack the newest rows.
    @routes.get("/-/data/<flow>/<run>")
    def of_run(flow: str, run: str) -> Response:
        judged = asked.run(services, flow, run)
        graph = services.graphs(judged.run.key)
        facts = services.database(run_facts.facts, judged.run.key, graph.start if graph else None)
        base = {"flow_id": judged.run.flow, "run_number": judged.run.id}
        return jsonify({"run-metadata": [base | _of_run(one) for one in facts.metadata]})

    @routes.get("/-/data/<flow>/<run>/<step>/<task>")
    def of_task(flow: str, run: str, step: str, task: str) -> Response:
        view = run_view(services, asked.run(services, flow, run))
        _, facts = asked.task(services, flow, run, step, task)
        place = place_of(view, step, task)
        text = request.args.get("attempt", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
        row = row_of_attempt(view, place, number) if place is not None else None
        if place is None or row is None:
            raise asked.Absent("There is no such attempt.")
        base = {"flow_id": flow, "run_number": view.judged.run.id, "step_name": step, "task_id": view.task_id(place)}
        metadata = [base | one for one in _of_task(facts, int(view.attempt[row]))]
        attempts = [base | _attempt(view, place, row) for row in rows_of(view, place)]
        return jsonify({"metadata": metadata, "task-info": attempts})

    server.register_blueprint(routes)


def policy(frame: Frame) -> str:
    """What the files of a plugin may do: run, and load and ask within their folder and the sites that are allowed."""
    sites = " ".join(("'self'", *frame.allow))
    return "; ".join(
        (
            "sandbox allow-scripts",
            "default-src 'none'",
            f"script-src 'unsafe-inline' {sites}",
            f"style-src 'unsafe-inline' {sites}",
            f"img-src data: blob: {sites}",
            f"font-src data: {sites}",
            f"connect-src {sites}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def _frame(name: str) -> Frame:
    found = current().frame(name)
    if found is None:
        abort(404)
    return found[1]


def _of_run(one: Metadatum) -> dict[str, Any]:
    return {"step_name": one.step, "field_name": one.name, "value": one.value, "type": one.kind, "ts_epoch": one.at}


def _of_task(facts: TaskFacts, attempt: int) -> list[dict[str, Any]]:
    """Newest value of each field, of this attempt or of none."""
    mine = [one for one in facts.metadata if one.attempt in (attempt, None)]
    newest = {one.name: one for one in sorted(mine, key=lambda one: (one.attempt is not None, one.at))}
    return [
        {
            "attempt_id": one.attempt,
            "field_name": one.name,
            "value": one.value,
            "type": one.kind,
            "ts_epoch": one.at,
        }
        for one in newest.values()
    ]


def _attempt(view: RunView, place: int, row: int) -> dict[str, Any]:
    """With the names that the official service gives them."""
    return {
        "attempt_id": int(view.attempt[row]),
        "status": status_of(view, row)[0].value,
        "ts_epoch": int(view.created[place]),
        "started_at": _known(view.started[row]),
        "finished_at": _known(view.finished[row]),
        "duration": _known(view.duration[row]),
    }


def _known(value: Any) -> int | None:
    return None if value == ABSENT else int(value)
