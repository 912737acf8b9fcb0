"""The command line in processes of its own, as a user starts it."""

from __future__ import annotations

import base64
import http.client
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import URL, create_engine, text
from werkzeug.security import generate_password_hash

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


def test_who_is_being_answered_gets_his_answer_after_sigterm(start: Start, postgres_database: URL) -> None:
    """The question waits for a lock while the process is told to end."""
    running = start(
        postgres_database.set(drivername="postgresql").render_as_string(hide_password=False),
        METAFLOW_DASHBOARD_LOCK_TIMEOUT="20",
        METAFLOW_DASHBOARD_STATEMENT_TIMEOUT="20",
    )
    engine = create_engine(postgres_database)
    with ThreadPoolExecutor() as pool, engine.connect() as holder, engine.connect() as watcher:
        idle = http.client.HTTPConnection(running.url.removeprefix("http://"))
        idle.request("GET", "/-/health")
        assert idle.getresponse().read()
        holder.execute(text("LOCK TABLE runs_v3 IN ACCESS EXCLUSIVE MODE"))
        asked = pool.submit(running.get, "/-/api/runs?started=any")

        def is_waiting() -> bool:
            return bool(watcher.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())

        wait_until(is_waiting, 15, "a question that waits for the lock")
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: _is_refused(running.url), 3, "nobody else is let in")
        holder.rollback()
        assert asked.result(10)[0] == 200
        running.process.wait(5)
        idle.close()
    engine.dispose()
    assert running.process.returncode == 0


def test_a_question_without_end_does_not_hold_the_process(start: Start, postgres_database: URL) -> None:
    running = start(
        postgres_database.set(drivername="postgresql").render_as_string(hide_password=False),
        METAFLOW_DASHBOARD_LOCK_TIMEOUT="60",
        METAFLOW_DASHBOARD_STATEMENT_TIMEOUT="60",
    )
    engine = create_engine(postgres_database)
    with engine.connect() as holder, engine.connect() as watcher, socket.socket() as asking:
        holder.execute(text("LOCK TABLE runs_v3 IN ACCESS EXCLUSIVE MODE"))
        asking.connect(("127.0.0.1", int(running.url.rpartition(":")[2])))
        asking.sendall(b"GET /-/api/runs HTTP/1.1\r\nHost: localhost\r\n\r\n")

        def is_waiting() -> bool:
            return bool(watcher.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())

        wait_until(is_waiting, 15, "a question that waits for the lock")
        begun = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(10)
        assert time.monotonic() - begun < 5
    engine.dispose()


def _is_refused(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_without_a_login_the_world_is_a_warning(start: Start, sqlite_database: URL, tmp_path: Path) -> None:
    running = start(str(sqlite_database.database), "--host", "0.0.0.0")
    _, errors = running.stop(signal.SIGTERM)
    assert "Whoever reaches 0.0.0.0 sees all runs: there is no login" in errors
    users = tmp_path / "users"
    users.write_text(f"ana:{generate_password_hash('long enough', 'pbkdf2:sha256:1000')}\n")
    running = start(str(sqlite_database.database), "--host", "0.0.0.0", METAFLOW_DASHBOARD_USERS_FILE=str(users))
    assert running.stop(signal.SIGTERM) == (0, "")


def test_json_logs_name_requests_and_users(start: Start, sqlite_database: URL, tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text(f"ana:{generate_password_hash('long enough', 'pbkdf2:sha256:1000')}\n")
    running = start(
        str(sqlite_database.database),
        METAFLOW_DASHBOARD_USERS_FILE=str(users),
        METAFLOW_DASHBOARD_LOG_FORMAT="json",
        METAFLOW_DASHBOARD_ACCESS_LOG="true",
    )
    asked = urllib.request.Request(f"{running.url}/-/api/runs", headers={"X-Request-ID": "abc"})
    asked.add_header("Authorization", "Basic " + base64.b64encode(b"ana:long enough").decode())
    with opener.open(asked, timeout=20) as answer:
        assert answer.headers["X-Request-ID"] == "abc"
    _, errors = running.stop(signal.SIGTERM)
    (line,) = (json.loads(line) for line in errors.splitlines())
    assert (line["request"], line["user"], line["path"], line["status"]) == ("abc", "ana", "/-/api/runs", 200)
    assert "long enough" not in errors


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
