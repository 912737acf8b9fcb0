"""Runs as JSON and CSV: the same filters as the Runs page."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, Response, jsonify, request, stream_with_context

from dashboard.api import asked, csv_text
from dashboard.data.run_search import RunPage, matches
from dashboard.errors import BadQuery
from dashboard.filters import RunQuery
from dashboard.models import JudgedRun
from dashboard.runs_page.view import sorted_runs
from dashboard.services import Services

DOWNLOAD_MOST = 50_000  # rows of a CSV file
COLUMNS = (
    *("flow", "run", "run_number", "run_id", "user", "status", "qualifier", "reason"),
    *("started_at", "finished_at", "duration", "tags", "system_tags", "project", "branch"),
)


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    @api.get("/api/runs")
    def list_runs() -> Response:
        values = request.args.to_dict(flat=False)
        form, limit = asked.form(values), asked.limit(values)
        page = _page(services, RunQuery.from_values(values), limit)
        if form == "csv":
            return Response(_csv([page]), mimetype="text/csv", headers={"X-Next": page.next or ""})
        return jsonify(runs=[run_json(one) for one in page.runs], next=page.next)

    @api.get("/api/<flow>/<run>")
    def one_run(flow: str, run: str) -> Response:
        values = request.args.to_dict(flat=False)
        form = asked.form(values)
        asked.nothing_else(values, "only format is")
        found = asked.run(services, flow, run)
        if form == "csv":
            return Response(_csv([RunPage((found,), None)]), mimetype="text/csv")
        return jsonify(run_json(found))

    @api.get("/download/runs.csv")
    def download_runs() -> Response:
        pages = _pages(services, RunQuery.from_values(request.args.to_dict(flat=False)))
        first = next(pages)  # before the answer begins, so that an error can still be said
        body = stream_with_context(_csv(chain([first], pages)))
        return Response(body, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=runs.csv"})


def _csv(pages: Iterable[RunPage]) -> Iterator[str]:
    return csv_text.lines(COLUMNS, ([run_json(one) for one in page.runs] for page in pages))


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
