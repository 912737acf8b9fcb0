"""Counters and times for Prometheus. Each app has a registry of its own; labels never hold what users type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from flask import current_app, has_app_context
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dashboard.data.database import Asked
from dashboard.services import Services

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began: a third of the answer, and nobody asks

PREFIX = "metaflow_dashboard_"
KEY = "metaflow_dashboard_metrics"
# Seconds. A poll takes 4 ms, a page 100, a statement is cancelled after five seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What one app counts of itself."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", "route", "status")
        self.request_time = self._times("request_seconds", "Time to the answer.", "route")
        self.callback_time = self._times("callback_seconds", "Time of callbacks by their first output.", "callback")
        self.query_time = self._times("query_seconds", "Time of statements in the database.", "query")
        self.query_rows = self._counter("query_rows", "Rows that statements gave.", "query")
        self.query_failures = self._counter("query_failures", "Statements that failed.", "query")
        self.polls = self._counter("polls", "Polls of open pages, by whether there was news.", "news")
        self.errors = self._counter("errors", "What viewers were told could not be shown, by kind.", "kind")
        self.refused = self._counter("refused", "Requests that were not let in, by reason.", "reason")
        self.registry.register(_Now(services))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        services.database.listeners.append(self._query)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, meaning, labels, registry=self.registry)

    def _times(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(PREFIX + name, meaning, labels, registry=self.registry, buckets=BUCKETS)

    def poll(self, has_news: bool) -> None:
        """Count a poll of an open page."""
        self.polls.labels("yes" if has_news else "no").inc()

    def _query(self, asked: Asked) -> None:
        self.query_time.labels(asked.name).observe(asked.ms / 1000)
        if asked.rows is None:
            self.query_failures.labels(asked.name).inc()
        else:
            self.query_rows.labels(asked.name).inc(asked.rows)


class _Now(Collector):
    """What is looked at only when Prometheus asks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        services = self._services
        caches = GaugeMetricFamily(PREFIX + "cache_bytes", "About the bytes that are remembered.", labels=["cache"])
        caches.add_metric(["runs"], services.run_states.nbytes)
        caches.add_metric(["logs"], services.logs.nbytes)
        caches.add_metric(["log copies"], services.logs.copied)
        yield caches
        now = services.database.connections()
        pool = GaugeMetricFamily(PREFIX + "connections", "Connections to the database.", labels=["state"])
        pool.add_metric(["busy"], now.busy)
        pool.add_metric(["idle"], now.idle)
        yield pool
        yield GaugeMetricFamily(PREFIX + "connections_most", "Connections that there may be.", now.most)
        health = services.database.health()
        yield GaugeMetricFamily(PREFIX + "database_up", "Whether the database answers.", float(health.ok))


@cache
def callback_name(output: str) -> str:
    """A key of Dash's callback map, short: its first output, or the kind of a pattern."""
    first = output.removeprefix("..").removesuffix("..").split("...")[0]
    if first.startswith("{"):
        pattern, _, prop = first.rpartition(".")
        return f"{json.loads(pattern).get('type', 'pattern')}.{prop}"
    return "no output" if re.fullmatch(r"[0-9a-f]{64}", first.partition("@")[0]) else first.partition("@")[0]


def count_error(kind: str) -> None:
    """Count what a viewer is told could not be shown; nothing where no app counts."""
    metrics: Metrics | None = current_app.extensions.get(KEY) if has_app_context() else None
    if metrics:
        metrics.errors.labels(kind).inc()
