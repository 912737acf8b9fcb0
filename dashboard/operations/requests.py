"""What is counted and logged of every request, and the id under which log, answer and viewer know it."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from dashboard.operations.health import NAMES
from dashboard.operations.metrics import Metrics, callback_name

log = logging.getLogger("metaflow_dashboard.access")
HEADER = "X-Request-ID"
SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def begin(server: Flask) -> None:
    """Give every request its id; before anything else looks at it."""

    @server.before_request
    def note() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if SANE.fullmatch(given) else secrets.token_hex(8)
        g.begun = time.perf_counter()


def end(server: Flask, metrics: Metrics, is_logged: bool) -> None:
    """Count every answer, and log it where that is wanted."""

    @server.after_request
    def count(response: Response) -> Response:
        spent = time.perf_counter() - g.begun
        response.headers[HEADER] = g.request_id
        route = route_name(request.endpoint)
        metrics.requests.labels(route, str(response.status_code)).inc()
        metrics.request_time.labels(route).observe(spent)
        if route == "callback" and response.status_code in (200, 204):
            metrics.callback_time.labels(callback_name(request.get_json()["output"])).observe(spent)  # as Dash read it
        if is_logged and route not in NAMES:
            _log(response, spent)
        return response


def _log(response: Response, spent: float) -> None:
    fields = {
        "method": request.method,
        "path": request.path,  # without its query, which may hold names of users
        "status": response.status_code,
        "ms": round(spent * 1000, 1),
        "client": request.remote_addr,
        "user": g.get("user"),
    }
    text = f"{fields['method']} {fields['path']} {fields['status']} {fields['ms']} ms"
    log.info("%s %s %s", text, fields["client"], fields["user"] or "-", extra={"fields": fields})


def route_name(endpoint: str | None) -> str:
    """Which kind of thing was asked for: one of a few words, whatever the URL was."""
    if endpoint is None:
        return "none"
    if endpoint.endswith("_dash-update-component"):
        return "callback"
    if endpoint.endswith((".static", "_favicon.ico")) or "_dash-component-suites" in endpoint:
        return "asset"
    if "/" in endpoint:
        return "dash" if "/_" in endpoint else "page"
    return endpoint
