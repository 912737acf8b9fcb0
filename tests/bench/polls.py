"""What open tabs cost: one unchanged poll, and a hundred tabs that poll every five seconds."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

from dash import Dash

from dashboard.data.database import Database
from tests.bench.callbacks import Caller
from tests.bench.report import Row, percentile

TABS, PERIOD, SECONDS = 100, 5.0, 30.0


def unchanged(app: Dash, database: Database) -> list[Row]:
    """Server time and size of a poll that finds nothing new; the database is asked anew each time."""
    poll = Caller(app, "shell-live.data")
    token = database.health(0).token
    answers = []
    for _ in range(60):
        database.health(0)
        answers.append(poll({"shell-token.data": token}, poll.trigger))
        token = answers[-1].body["response"].get("shell-token", {"data": token})["data"]
    asked = []
    for _ in range(60):
        begun = time.perf_counter()
        database.health(0)
        asked.append((time.perf_counter() - begun) * 1000)
    total = [one.ms + ask for one, ask in zip(answers, asked, strict=True)]
    sizes = [float(one.size) for one in answers]
    return [
        Row("unchanged poll: server time with its query", percentile(total, 50), percentile(total, 95), "ms", 3),
        Row("unchanged poll: body", percentile(sizes, 50), percentile(sizes, 95), "bytes", 300),
    ]


def many_tabs(app: Dash, host: str, port: int, memory: Any) -> list[Row]:
    """A hundred tabs against the running server: each polls, and asks for its rows when something has changed."""
    live, table, counts = (
        Caller(app, one) for one in ("shell-live.data", "runs-table.children", "runs-statuses.children")
    )
    times: list[float] = []
    lock = threading.Lock()
    until = time.monotonic() + SECONDS
    tabs = [
        threading.Thread(target=_tab, args=(host, port, (live, table, counts), times, lock, until, PERIOD * n / TABS))
        for n in range(TABS)
    ]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    note = f"{len(times)} requests in {SECONDS:g} s"
    return [
        Row(
            f"{TABS} tabs polling every {PERIOD:g} s",
            percentile(times, 50),
            percentile(times, 95),
            "ms",
            None,
            200,
            note,
        ),
        Row("memory of the server process after all this", memory(), memory(), "MB", 250),
    ]


def _tab(
    host: str, port: int, callers: Any, times: list[float], lock: threading.Lock, until: float, first: float
) -> None:
    live, table, counts = callers
    connection = http.client.HTTPConnection(host, port, timeout=30)
    ended = threading.Event()
    token, wait = None, first
    while time.monotonic() + wait < until:
        ended.wait(wait)
        begun = time.perf_counter()
        body = _post(connection, live.payload({"shell-token.data": token}, live.trigger))
        changed = body.get("response", {}).get("shell-token")
        if changed:
            token = changed["data"]
            for caller in (table, counts):
                values = {"shell-query.data": "/", "shell-token.data": token, "runs-shown.data": {"place": "/"}}
                _post(connection, caller.payload(values, "shell-token.data"))
        with lock:
            times.append((time.perf_counter() - begun) * 1000)
        wait = PERIOD
    connection.close()


def _post(connection: http.client.HTTPConnection, payload: dict[str, Any]) -> dict[str, Any]:
    connection.request("POST", "/_dash-update-component", json.dumps(payload), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in (200, 204):
        raise RuntimeError(f"{answer.status} {text[:200]!r}")
    return json.loads(text) if text else {}
