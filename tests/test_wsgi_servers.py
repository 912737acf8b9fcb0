"""The other WSGI servers of docs/operations.md, started as it says."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import URL

from tests.conftest import wait_until
from tests.test_command_line import free_port

ROOT = Path(__file__).parent.parent
DOCUMENTED = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SERVERS = ("gunicorn", "granian")


def command(server: str) -> list[str]:
    """The documented line, without what the shell makes of it."""
    line = next(line for line in DOCUMENTED.splitlines() if line.startswith(f".venv/bin/{server} "))
    return line.split()[1:]


@pytest.fixture(params=SERVERS)
def served(request: pytest.FixtureRequest, sqlite_database: URL) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    given = [part.replace("0.0.0.0", "127.0.0.1").replace("8050", str(port)) for part in command(request.param)]
    environment = os.environ | {
        "METAFLOW_DASHBOARD_SOURCE": str(sqlite_database),
        "METAFLOW_DASHBOARD_PATH_PREFIX": "/metaflow",
        "METAFLOW_DASHBOARD_AUTH_HEADER": "X-Forwarded-User",
        "METAFLOW_DASHBOARD_TRUSTED_PROXIES": "127.0.0.1",
        "METAFLOW_DASHBOARD_ACCESS_LOG": "true",
        "METAFLOW_DASHBOARD_LOG_FORMAT": "json",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", request.param, *given],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: _status(port, "/metaflow/-/health") == 200 or process.poll() is not None, 60, "it answers")
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def _status(port: int, path: str, headers: Mapping[str, str] = MappingProxyType({}), body: bytes | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST" if body else "GET", path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def test_another_server_serves_the_same_and_ends_in_time(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    named = {"X-Forwarded-User": "ana", "X-Forwarded-For": "198.51.100.7", "X-Request-ID": "seen"}
    assert _status(port, "/metaflow/-/ready") == 200
    assert _status(port, "/metaflow/", named) == 200
    assert _status(port, "/metaflow/-/api/runs") == 401
    assert _status(port, "/metaflow/-/api/runs", named) == 200
    assert _status(port, "/metaflow/_dash-update-component", named, b"x" * 1_100_000) == 413
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)
    logged = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    (line,) = (line for line in logged if line.get("path") == "/metaflow/-/api/runs" and line["status"] == 200)
    assert (line["user"], line["client"], line["request"]) == ("ana", "198.51.100.7", "seen")
