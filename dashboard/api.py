"""Read-only JSON and CSV under /-/api/: the same filters as the pages. Times and durations are milliseconds."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request, stream_with_context

from dashboard.data import flows
from dashboard.data.run_search import RunPage, matches
from dashboard.errors import BadInput, BadQuery, DatabaseError
from dashboard.filters import RunQuery
from dashboard.models import JudgedRun
from dashboard.pathspec import Pathspec
from dashboard.runs_view import find_run, sorted_runs
from dashboard.services import Services

MOST, USUAL = 1_000, 100  # runs in one answer
DOWNLOAD_MOST = 50_000  # rows of a CSV file
COLUMNS = (
    *("flow", "run", "run_number", "run_id", "user", "status", "qualifier", "reason"),
    *("started_at", "finished_at", "duration", "tags", "system_tags", "project", "branch"),
)
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def register(server: Flask, services: Services) -> None:
    """Mount the interface on the server."""
    api = Blueprint("api", __name__, url_prefix=f"{services.settings.path_prefix}-")

    @api.errorhandler(BadInput)
    def bad(error: BadInput) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @api.errorhandler(DatabaseError)
    def down(error: DatabaseError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 503

    @api.get("/api/runs")
    def list_runs() -> Response:
        values = request.args.to_dict(flat=False)
        form, limit = _form(values), _limit(values)
        query = RunQuery.from_values(values)
        page = _page(services, query, limit)
        if form == "csv":
            return Response(_csv([page]), mimetype="text/csv", headers={"X-Next": page.next or ""})
        return jsonify(runs=[run_json(one) for one in page.runs], next=page.next)

    @api.get("/api/<flow>/<run>")
    def one_run(flow: str, run: str) -> tuple[Response, int] | Response:
        values = request.args.to_dict(flat=False)
        form = _form(values)
        if values:
            raise BadQuery(f"“{next(iter(values))[:80]}” is not a known parameter here; only format is.")
        found = services.database(find_run, services.judge, Pathspec(flow, run))
        if found is None:
            return jsonify(error=f"There is no run {flow}/{run}."), 404
        if form == "csv":
            return Response(_csv([RunPage((found[1],), None)]), mimetype="text/csv")
        return jsonify(run_json(found[1]))

    @api.get("/download/runs.csv")
    def download_runs() -> Response:
        query = RunQuery.from_values(request.args.to_dict(flat=False))
        pages = _pages(services, query)
        first = next(pages)  # before the answer begins, so that an error can still be said
        body = stream_with_context(_csv(chain([first], pages)))
        return Response(body, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=runs.csv"})

    @api.get("/api/suggest")
    def suggest() -> Response:
        field, part = request.args.get("field", ""), request.args.get("q", "")[:255]
        return jsonify(values=_suggestions(services, field, part))

    server.register_blueprint(api)


def run_json(one: JudgedRun) -> dict[str, Any]:
    """A run as JSON; statuses in the official words."""
    run, verdict = one.run, one.verdict
    return {
        "flow": run.flow,
        "run": run.id,
        "run_number": run.number,
        "run_id": run.run_id,
        "user": run.user,
        "status": verdict.status.value,
        "qualifier": verdict.qualifier.value if verdict.qualifier else None,
        "reason": verdict.reason,
        "started_at": run.created_at,
        "finished_at": verdict.finished_at,
        "duration": verdict.duration,
        "tags": list(run.tags),
        "system_tags": list(run.system_tags),
        "project": run.project,
        "branch": run.branch,
    }


def _form(values: dict[str, list[str]]) -> str:
    form = values.pop("format", ["json"])[-1]
    if form not in ("json", "csv"):
        raise BadQuery(f"format={form[:80]}: json or csv is needed.")
    return form


def _limit(values: dict[str, list[str]]) -> int:
    text = values.pop("limit", [str(USUAL)])[-1]
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise BadQuery(f"limit={text[:80]}: a whole number from 1 to {MOST} is needed.")
    return int(text)


def _page(services: Services, query: RunQuery, limit: int) -> RunPage:
    """One page; an order by what is judged holds within the newest runs of the window, and has no next page."""
    if query.sort.lstrip("-") == "started":
        return services.finder.page(query.filter, limit, query.after, query.sort == "-started")
    if query.after:
        raise BadQuery(f"sort={query.sort}: after goes with an order by started only.")
    window = services.finder.window(query.filter.of_any_status)
    found = [one for one in window.runs if matches(query.filter, one.verdict)]
    return RunPage(tuple(sorted_runs(found, query.sort)[:limit]), None, None, window.now)


def _pages(services: Services, query: RunQuery) -> Iterator[RunPage]:
    """All pages of a download, newest first, within its bounds of rows and time."""
    after, sent, until = query.after, 0, time.monotonic() + 60
    while sent < DOWNLOAD_MOST and time.monotonic() < until:
        page = services.finder.page(query.filter, 500, after, query.sort != "started")
        sent += len(page.runs)
        yield page
        if page.next is None:
            return
        after = page.next


def _csv(pages: Iterable[RunPage]) -> Iterator[str]:
    yield _line(COLUMNS)
    for page in pages:
        yield "".join(_line(_cells(run_json(one))) for one in page.runs)


def _cells(values: Mapping[str, Any]) -> list[str]:
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    """One cell; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _suggestions(services: Services, field: str, part: str) -> list[str]:
    if field == "flow":
        return services.database(flows.names, part)
    window = services.finder.window(replace(RunQuery().filter, started=services.default_started))
    recent = [one.run for one in window.runs]
    of_run = {
        "user": lambda run: [run.user] if run.user else [],
        "project": lambda run: [run.project] if run.project else [],
        "branch": lambda run: [run.branch] if run.branch else [],
        "tag": lambda run: [*run.tags, *run.system_tags],
    }
    if field not in of_run:
        raise BadQuery(f"field={field[:80]}: one of flow, {', '.join(of_run)} is needed.")
    known = flows.most_used(of_run[field](run) for run in recent)
    return [value for value in known if part.lower() in value.lower()][:20]
