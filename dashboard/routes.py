"""Addresses that are not pages: links of the official GUI, what is typed into the go-to box, what goes wrong."""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.exceptions import DependencyException
from flask import Flask, Response, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from components import feedback
from dashboard import official, pasted
from dashboard.data import lookup
from dashboard.data.database import Reader
from dashboard.errors import BadInput, BadQuery, DashboardError, DatabaseError
from dashboard.first_paint import App
from dashboard.found import candidates, place
from dashboard.links import href
from dashboard.operations.metrics import count_error
from dashboard.pathspec import Pathspec
from dashboard.services import Services

log = logging.getLogger("metaflow_dashboard")


def register(app: App, services: Services) -> None:
    """Add them; before Dash adds its own, which takes every path."""
    server: Flask = app.server
    prefix = services.settings.path_prefix

    def parts_of(path: str) -> list[str]:
        below = path[len(prefix) :].rstrip("/")
        return below.split("/") if below else []

    @server.before_request
    def redirects() -> AnyResponse | None:
        parts = parts_of(request.path)
        if request.method not in ("GET", "HEAD") or (parts and (parts[0][:1] in "-_" or parts[0] in _NO_FLOWS)):
            return None
        if len(parts) == 1 and parts[0] != official.NOTIFICATIONS:
            is_there = _is_flow(services, parts[0])
            return redirect(href("/", urlencode({"flow": parts[0]}))) if is_there else None
        query = request.query_string.decode(errors="replace")
        place = official.ours(parts, query, services.default_started is not None)
        return redirect(_url(place)) if place else None

    @server.get(f"{prefix}-/go")
    def go() -> AnyResponse:
        text = request.args.get("to", "")
        try:
            wanted = pasted.read(text, prefix)
            found = services.database(_place, wanted)
        except (BadInput, DatabaseError):
            found = None
        return redirect(_url(found) if found else href("/", urlencode({"q": text.strip()})))

    @server.get(f"{prefix}-/api/<path:_rest>")
    def no_such_route(_rest: str) -> tuple[Response, int]:
        return jsonify(error="There is no such route; docs/api.md lists them."), 404

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return error
        if isinstance(error, DependencyException):  # of a path below _dash-component-suites, not of ours
            return jsonify(error="There is no such file."), 404
        text, status = _explained(error)
        parts = parts_of(request.path)
        if parts and parts[0] in ("-", *_NO_FLOWS) and "/" + "/".join(parts) not in app.fixed:
            return jsonify(error=text), status
        actions = [
            html.A("Try again", href=request.full_path.rstrip("?"), className="mf-btn sm"),
            html.A("All runs", href=href("/"), className="mf-btn sm quiet"),
        ]
        return app.error_page(feedback.failed("This page could not be shown", text, actions)), status


def _explained(error: Exception) -> tuple[str, int]:
    """What the viewer is told, and the status; what nobody expected gets a number that the log knows."""
    count_error(type(error).__name__ if isinstance(error, DashboardError) else "unexpected")
    if isinstance(error, BadInput):
        return str(error), 400
    if isinstance(error, DatabaseError):
        log.warning("%s", error)
        return str(error), 503
    number = secrets.token_hex(4)
    log.error("a request failed, number %s: %s", number, request.path, exc_info=error)
    return f"The dashboard could not answer; its log has the reason under number {number}.", 500


def _is_flow(services: Services, name: str) -> bool:
    try:
        return services.database(lookup.flow_exists, Pathspec(name).flow)
    except BadQuery:
        return False
    except DatabaseError:
        return True  # the Runs page says that the database is silent


_NO_FLOWS = ("assets", "favicon.ico", "robots.txt", "_favicon.ico")


def _url(place: official.Place) -> str:
    return href(place.path, place.query) + (f"#{place.fragment}" if place.fragment else "")


def _place(reader: Reader, wanted: pasted.Pasted) -> official.Place | None:
    """Where the text leads; None where it is to be searched for."""
    if wanted.place is not None:
        return wanted.place
    if wanted.flow:
        is_flow = lookup.flow_exists(reader, wanted.flow)
        return official.Place("/", urlencode({"flow": wanted.flow})) if is_flow else None
    found = candidates(reader, wanted)
    if len(found) == 1 or (found and found[0].task is None and found[-1].task is not None and len(found) == 2):
        return place(found[0], wanted.query, wanted.fragment)
    return official.Place("/", wanted.query) if wanted.query and not found and wanted.run is None else None
