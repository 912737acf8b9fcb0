"""Answers for probes: does the process live, and can it show something."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard.operations.metrics import Metrics
from dashboard.services import Services

NAMES = frozenset({"health", "ready", "metrics"})  # of the routes


def register(server: Flask, services: Services, metrics: Metrics) -> None:
    """Mount /-/health, /-/ready and /-/metrics."""
    below = f"{services.settings.path_prefix}-"

    @server.get(f"{below}/health")
    def health() -> tuple[Response, int]:
        return jsonify(status="ok"), 200

    @server.get(f"{below}/ready")
    def ready() -> tuple[Response, int]:
        if services.database.health().ok:
            return jsonify(status="ok"), 200
        # Probes need no login, so that no name of a host is said here; the log has it.
        return jsonify(status="down", error="The database does not answer as asked."), 503

    @server.get(f"{below}/metrics", endpoint="metrics")
    def all_metrics() -> Response:
        return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)
