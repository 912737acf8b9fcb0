"""The command line in processes of its own, as a user starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import URL, create_engine

import app
from dashboard import VERSION
from dashboard.demo import service_tables
from tests import postgres
from tests.conftest import wait_until

ROOT = Path(__file__).parent.parent
APP = str(ROOT / "app.py")
# No proxy stands between the test and its own server.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def run(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, APP, *arguments],
        cwd=cwd,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Running:
    """A dashboard that has printed its URL."""

    process: subprocess.Popen[str]
    url: str
    before: list[str]  # lines printed before the URL's
    line: str

    def get(self, path: str) -> tuple[int, str]:
        try:
            with opener.open(self.url + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, sign: signal.Signals) -> tuple[int, str]:
        """The exit code, and what was written to stderr."""
        self.process.send_signal(sign)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a dashboard on a free port and waits for its URL; ends it after the test."""
    with _starting(tmp_path) as starter:
        yield starter


@contextmanager
def _starting(cwd: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def starter(*arguments: str, **environ: str) -> Running:
        process = subprocess.Popen(
            [sys.executable, APP, *arguments, "--port", str(free_port())],
            cwd=cwd,
            env=os.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        before: list[str] = []
        for line in process.stdout:
            if found := re.match(r"Metaflow Dashboard on (http://\S+) — ", line):
                return Running(process, found[1], before, line.rstrip("\n"))
            before.append(line.rstrip("\n"))
        pytest.fail(f"ended with {process.wait(10)}: {process.communicate()[1]}")

    yield starter
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"Metaflow Dashboard {VERSION}\n")


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (
            ["mysql://u:hunter2@host/db"],
            {},
            "“mysql://” is not a known SOURCE; accepted are postgresql://…, sqlite:///…, a path to",
        ),
        (["absent"], {}, "There is no folder {cwd}/absent."),
        (["empty.db"], {}, "This is not a Metaflow database: looked for flows_v3, runs_v3, steps_v3, tasks_v3,"),
        (["--port", "abc"], {}, "--port=abc: a whole number from 1 to 65535 is needed."),
        (["--log-level", "loud"], {}, "--log-level=loud: one of DEBUG, INFO, WARNING, ERROR, CRITICAL is needed."),
        (["--host", "not an address", "demo"], {}, "not an address is no address of this machine:"),
        (["--prot", "1"], {}, "Unrecognized arguments: --prot"),
        (["a", "b"], {}, "Unrecognized arguments: b; see --help."),
        ([], {"METAFLOW_DASHBOARD_WINDOW": "x"}, "METAFLOW_DASHBOARD_WINDOW=x: a whole number from 10 to 1000000"),
        ([], {"MF_METADATA_DB_DSN": "hunter2"}, "MF_METADATA_DB_DSN cannot be read:"),
        (
            [],
            {"NOTIFICATIONS": '[{"message":\n"Hi"}]'},
            'NOTIFICATIONS=[{{"message": "Hi"}}]: entry 1: created or start is',
        ),
        ([], {"CUSTOM_QUICKLINKS": "absent.json"}, "CUSTOM_QUICKLINKS=absent.json: neither a JSON list nor a file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], environ: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.db").touch()
    if "--port" not in arguments:
        arguments = [*arguments, "--port", str(free_port())]
    done = run(*arguments, cwd=tmp_path, **environ)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence.format(cwd=tmp_path))
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert "hunter2" not in done.stderr


def test_a_taken_port_is_said_before_anything_is_prepared(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        folder = tmp_path / "demo"
        done = run("demo", "--port", str(port), cwd=tmp_path, METAFLOW_DASHBOARD_DEMO_FOLDER=str(folder))
    assert done.returncode == 2
    assert done.stderr == f"Port {port} on 127.0.0.1 is in use: choose another with --port.\n"
    assert not folder.exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_sqlite_database_is_served_until_a_signal(sign: signal.Signals, start: Start, sqlite_database: URL) -> None:
    running = start(str(sqlite_database.database))
    assert running.line == f"Metaflow Dashboard on {running.url} — {sqlite_database.database}"
    assert running.before == []
    assert running.get("/")[0] == 200
    assert running.get("/-/health")[0] == 200
    begun = time.monotonic()
    assert running.stop(sign) == (0, "")
    assert time.monotonic() - begun < 10


def test_a_path_prefix_is_in_the_printed_url(start: Start, sqlite_database: URL) -> None:
    running = start(str(sqlite_database.database), METAFLOW_DASHBOARD_PATH_PREFIX="/metaflow")
    assert running.url.endswith("/metaflow")
    assert running.get("/")[0] == 200
    assert running.get("/-/health")[0] == 200


def test_an_unreachable_database_is_no_exit_and_is_found_when_it_comes_up(start: Start, postgres_url: URL) -> None:
    name = f"t_later_{os.getpid()}"
    url = postgres_url.set(drivername="postgresql", database=name)
    running = start(url.render_as_string(hide_password=False))
    assert running.get("/")[0] == 200
    assert running.get("/-/api/runs")[0] == 503
    with postgres.database(postgres_url, name=name) as made:
        engine = create_engine(made)
        service_tables.create(engine)
        engine.dispose()
        wait_until(lambda: running.get("/-/api/runs")[0] == 200, 15, "the runs of a database that came up later")
        code, errors = running.stop(signal.SIGTERM)
    assert code == 0
    assert "The database does not answer" in errors
    assert "Traceback" not in errors


def test_a_folder_is_indexed_in_the_cache_folder(start: Start, tmp_path: Path) -> None:
    flow = tmp_path / ".metaflow" / "HelloFlow"
    for folder, described in (
        (flow, {"flow_id": "HelloFlow", "ts_epoch": 1_700_000_000_000}),
        (
            flow / "1700000000000000",
            {"flow_id": "HelloFlow", "run_number": "1700000000000000", "ts_epoch": 1_700_000_000_000},
        ),
    ):
        (folder / "_meta").mkdir(parents=True)
        (folder / "_meta" / "_self.json").write_text(json.dumps(described))
    cache = tmp_path / "cache"
    running = start(METAFLOW_DASHBOARD_CACHE_DIR=str(cache))  # the nearest .metaflow is taken without being named
    assert running.line.endswith(f" — {tmp_path / '.metaflow'}")
    assert running.get("/")[0] == 200
    assert running.stop(signal.SIGTERM) == (0, "")
    (index,) = cache.glob("*.sqlite")
    with sqlite3.connect(index) as connection:
        assert connection.execute("SELECT flow_id, run_number FROM runs_v3").fetchall() == [
            ("HelloFlow", 1700000000000000)
        ]
    connection.close()


def test_a_cache_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".metaflow").mkdir()
    (tmp_path / "file").touch()
    done = run("--port", str(free_port()), cwd=tmp_path, METAFLOW_DASHBOARD_CACHE_DIR=str(tmp_path / "file" / "cache"))
    assert done.returncode == 2
    assert "cannot be indexed in" in done.stderr
    assert "METAFLOW_DASHBOARD_CACHE_DIR" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_demo_says_what_it_is_and_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    running = start(
        METAFLOW_DASHBOARD_DEMO_RUNS="20",
        METAFLOW_DATASTORE_SYSROOT_LOCAL=str(tmp_path),
        TMPDIR=str(temporary),
    )
    assert running.before == ["No SOURCE, no MF_METADATA_DB_* and no .metaflow found: showing demo data."]
    assert running.line.endswith(" — demo data (20 runs)")
    assert json.loads(running.get("/-/api/runs?started=any")[1])
    writers = psutil.Process(running.process.pid).children()
    assert writers, "a process writes live runs"
    assert running.stop(signal.SIGTERM) == (0, "")
    assert not any(writer.is_running() and writer.status() != psutil.STATUS_ZOMBIE for writer in writers)
    assert list(temporary.iterdir()) == []


def test_importing_the_module_builds_nothing() -> None:
    assert "server" not in vars(app)
    with pytest.raises(AttributeError, match="no attribute 'servers'"):
        app.servers  # noqa: B018


def test_server_is_a_wsgi_application_of_the_environments_source(tmp_path: Path, sqlite_database: URL) -> None:
    code = (
        "from app import server\n"
        "import app\n"
        "assert app.server is server\n"
        "client = server.test_client()\n"
        "print(client.get('/').status_code, client.get('/-/api/runs').status_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"METAFLOW_DASHBOARD_SOURCE": str(sqlite_database)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("200 200\n", "")
