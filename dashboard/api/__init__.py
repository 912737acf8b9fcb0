"""Read-only JSON and CSV under /-/api/: the same filters as the pages. Times and durations are milliseconds.

runs      runs, one run, the download of the Runs page
tasks     the attempts of a run
steps     its steps
task      one task: its attempts and metadata
task_logs its logs
task_artifacts its artifacts
cards     cards: listed, and as HTML and data
columns   what the page of a run draws, as bytes; no interface for others
source    the source of a step, for the page of a run
suggest   while a filter is typed
find      while a pathspec is typed
asked     what a request asks for beside a query
csv_text  rows as CSV
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, request

from dashboard.api import (
    asked,
    cards,
    columns,
    find,
    runs,
    source,
    steps,
    suggest,
    task,
    task_artifacts,
    task_logs,
    tasks,
)
from dashboard.datastore import Unreadable, Withheld
from dashboard.errors import BadInput, DatabaseError
from dashboard.services import Services


def register(server: Flask, services: Services) -> None:
    """Mount the interface on the server."""
    api = Blueprint("api", __name__, url_prefix=f"{services.settings.path_prefix}-")

    @api.errorhandler(asked.Absent)
    def absent(error: asked.Absent) -> tuple[Response, int]:
        return jsonify(error=str(error)), _status(404)

    @api.errorhandler(BadInput)
    def bad(error: BadInput) -> tuple[Response, int]:
        return jsonify(error=str(error)), _status(400)

    @api.errorhandler(DatabaseError)
    def down(error: DatabaseError) -> tuple[Response, int]:
        return jsonify(error=str(error)), _status(503)

    @api.errorhandler(Withheld)
    def withheld(error: Withheld) -> tuple[Response, int]:
        return jsonify(error=str(error)), _status(403)

    @api.errorhandler(Unreadable)
    def unreadable(error: Unreadable) -> tuple[Response, int]:
        return jsonify(error=str(error)), _status(502)

    for part in (runs, tasks, steps, task, task_logs, task_artifacts, cards, columns, find, suggest, source):
        part.register(api, services)
    server.register_blueprint(api)


def _status(status: int) -> int:
    """What is shown in place of the data needs no complaint in the console of a browser."""
    return 200 if request.args.get("quiet") == "1" else status
