"""Read-only JSON and CSV under /-/api/: the same filters as the pages. Times and durations are milliseconds.

runs      runs, one run, the download of the Runs page
tasks     the attempts of a run
steps     its steps
columns   what the page of a run draws, as bytes; no interface for others
source    the source of a step, for the page of a run
suggest   while a filter is typed
asked     what a request asks for beside a query
csv_text  rows as CSV
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

from dashboard.api import asked, columns, runs, source, steps, suggest, tasks
from dashboard.errors import BadInput, DatabaseError
from dashboard.services import Services


def register(server: Flask, services: Services) -> None:
    """Mount the interface on the server."""
    api = Blueprint("api", __name__, url_prefix=f"{services.settings.path_prefix}-")

    @api.errorhandler(asked.Absent)
    def absent(error: asked.Absent) -> tuple[Response, int]:
        return jsonify(error=str(error)), 404

    @api.errorhandler(BadInput)
    def bad(error: BadInput) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @api.errorhandler(DatabaseError)
    def down(error: DatabaseError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 503

    for part in (runs, tasks, steps, columns, suggest, source):
        part.register(api, services)
    server.register_blueprint(api)
