"""The door that every request goes through, before anything of it is looked up."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.guard import bodies, hosts
from dashboard.guard.login import Refused, login_of
from dashboard.guard.proxies import Proxies
from dashboard.guard.rates import Rates, viewer_of
from dashboard.settings import Settings

log = logging.getLogger("metaflow_dashboard")
PROBES = frozenset({"health", "ready"})  # asked by machines that know neither name nor password
AT_ONCE = 10  # seconds of requests that may come at once: a page with its scripts, rows and figures


def register(server: Flask, settings: Settings, callbacks: Mapping[str, Any], refused: Callable[[str], None]) -> None:
    """Ask every request for host, login, rate and form; `refused` is told why one was not let in. Raises BadSetting."""
    login = login_of(settings)
    rates = Rates(settings.rate_limit, settings.rate_limit * AT_ONCE) if settings.rate_limit else None
    open_to_all = PROBES | {"metrics"} if settings.open_metrics else PROBES
    server.config["MAX_CONTENT_LENGTH"] = bodies.MOST
    if settings.trusted_proxies:
        server.wsgi_app = Proxies(server.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]

    def turn_away(reason: str, status: int, sentence: str, **headers: str) -> Response:
        refused(reason)
        log.info("refused (%s): %s", reason, sentence)
        answer = jsonify(error=sentence)
        answer.status_code = status
        answer.headers.update(headers)
        return answer

    @server.before_request
    def gate() -> Response | None:
        endpoint = request.endpoint
        if endpoint in PROBES:
            return None
        if not hosts.is_allowed(request.host, settings.allowed_hosts):
            sentence = "This name is not one of the dashboard's: METAFLOW_DASHBOARD_ALLOWED_HOSTS has them."
            return turn_away("host", 400, sentence)
        if login and endpoint not in open_to_all:
            try:
                g.user = login(request)
            except Refused as error:
                return turn_away("login", error.status, error.sentence, **error.headers)
        if rates and not _is_static(endpoint):
            wait = rates.take(viewer_of(g.get("user"), request.remote_addr))
            if wait:
                seconds = str(math.ceil(wait))
                return turn_away("rate", 429, "Too many requests: slow down.", **{"Retry-After": seconds})
        if request.method == "POST":
            return sent()
        return None

    def sent() -> Response | None:
        if not hosts.may_send(request.headers, request.host, settings.allowed_hosts):
            return turn_away("origin", 403, "Only pages of the dashboard may send this.")
        try:
            if not bodies.is_call(request, callbacks):
                return turn_away("form", 400, "This is no call of a page of the dashboard.")
        except RequestEntityTooLarge:
            return turn_away("size", 413, f"More than {bodies.MOST:,} bytes are not taken.")
        return None


def _is_static(endpoint: str | None) -> bool:
    return endpoint is not None and (endpoint.endswith(".static") or "_dash-component-suites" in endpoint)
