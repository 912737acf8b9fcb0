"""How the dashboard fares, as probes, Prometheus and the log hear it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import URL

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.first_paint import App
from dashboard.operations import logs
from dashboard.operations.metrics import callback_name
from dashboard.operations.requests import route_name
from dashboard.settings import Settings
from dashboard.source import Source

POLL = {
    "output": "..shell-live.data...shell-token.data..",
    "outputs": [{"id": "shell-live", "property": "data"}, {"id": "shell-token", "property": "data"}],
    "inputs": [{"id": "shell-interval", "property": "n_intervals", "value": 1}],
    "state": [{"id": "shell-token", "property": "data", "value": None}],
    "changedPropIds": ["shell-interval.n_intervals"],
}


@pytest.fixture
def database(sqlite_database: URL) -> Iterator[Database]:
    database = Database(sqlite_database)
    yield database
    database.close()


def app_of(database: Database, **settings: object) -> App:
    return create_app(database, Source("sqlite", "a test"), Settings(**settings))  # type: ignore[arg-type]


@pytest.fixture
def client(database: Database) -> FlaskClient:
    return app_of(database).server.test_client()


def samples(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """What Prometheus would read: (name without our prefix, values of labels …) → value."""
    answer = client.get("/-/metrics")
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("metaflow_dashboard_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_probes_are_told_whether_there_is_a_database(client: FlaskClient, postgres_database: URL) -> None:
    assert client.get("/-/health").json == {"status": "ok"}
    assert client.get("/-/ready").status_code == 200
    silent = Database(postgres_database.set(port=1), connect_timeout=1)
    client = app_of(silent).server.test_client()
    assert client.get("/-/health").status_code == 200
    answer = client.get("/-/ready")
    assert answer.status_code == 503
    assert str(postgres_database.host) not in answer.text
    assert samples(client)["database_up",] == 0
    silent.close()


def test_requests_callbacks_queries_and_polls_are_counted(client: FlaskClient) -> None:
    before = samples(client)
    for _ in range(3):
        assert client.post("/_dash-update-component", json=POLL).status_code == 200
    client.get("/HelloFlow/12")
    client.get("/-/api/runs")
    after = samples(client)

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert more("requests_total", "callback", "200") == 3
    assert more("requests_total", "page", "404") == 1
    assert more("requests_total", "api.list_runs", "200") == 1
    assert more("request_seconds_count", "callback") == 3
    assert more("callback_seconds_count", "shell-live.data") == 3
    assert more("polls_total", "yes") == 3
    assert after["query_seconds_count", "change token"] >= 1
    assert after["query_rows_total", "change token"] >= 1
    assert after["cache_bytes", "runs"] == 0
    assert after["connections", "busy"] == 0
    assert after["connections_most",] == 5
    assert after["process_resident_memory_bytes",] > 1_000_000


def test_failures_are_counted(client: FlaskClient, postgres_database: URL) -> None:
    database = Database(postgres_database, schema="nowhere")
    broken = app_of(database).server.test_client()
    assert broken.get("/-/api/runs").status_code == 503
    counted = samples(broken)
    assert any(key[0] == "query_failures_total" and value for key, value in counted.items())
    database.close()


def test_each_app_counts_for_itself(database: Database) -> None:
    one, other = app_of(database).server.test_client(), app_of(database).server.test_client()
    one.get("/-/api/runs")
    assert ("requests_total", "api.list_runs", "200") in samples(one)
    assert ("requests_total", "api.list_runs", "200") not in samples(other)


def test_labels_hold_nothing_that_a_viewer_chose(client: FlaskClient) -> None:
    client.get("/SecretFlow/1?q=secret")
    client.get("/-/api/SecretFlow/1")
    client.post("/_dash-update-component", json={**POLL, "output": "secret.data"})
    assert not [key for key in samples(client) if "secret" in "".join(key).lower()]


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("shell-query.data", "shell-query.data"),
        ("..a-b.data...c-d.children..", "a-b.data"),
        ('{"run":["MATCH"],"type":"runs-preview"}.children', "runs-preview.children"),
        ("5c3d78b02ead10ee959d508202d97890298c75929aa84420d7a17976504fc8f2", "no output"),
        ("..a-b.data@5c3d78b0...c-d.children..", "a-b.data"),
    ],
)
def test_names_of_callbacks(output: str, name: str) -> None:
    assert callback_name(output) == name


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (None, "none"),
        ("/m/_dash-update-component", "callback"),
        ("/_dash-layout", "dash"),
        ("/m/<path:path>", "page"),
        ("/", "page"),
        ("_m_dash_assets.static", "asset"),
        ("/m/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>", "asset"),
        ("api.logs", "api.logs"),
    ],
)
def test_names_of_routes(endpoint: str | None, name: str) -> None:
    assert route_name(endpoint) == name


def test_a_request_is_known_by_one_id_everywhere(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("metaflow_dashboard"), "level", logging.INFO)
    client = app_of(database, access_log=True).server.test_client()
    for formatter in (logs.JsonLines(), logs.TextLines(logs.LINE, logs.TIME)):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        logging.getLogger().addHandler(handler)
        try:
            answer = client.get("/-/api/runs?q=secret", headers={"X-Request-ID": "trace-1.2:3"})
            client.get("/-/health")
        finally:
            logging.getLogger().removeHandler(handler)
        assert answer.headers["X-Request-ID"] == "trace-1.2:3"
        (line,) = stream.getvalue().splitlines()
        assert "trace-1.2:3" in line
        assert "secret" not in line
        if isinstance(formatter, logs.JsonLines):
            told = json.loads(line)
            assert (told["method"], told["path"], told["status"]) == ("GET", "/-/api/runs", 200)
            assert told["request"] == "trace-1.2:3"
            assert told["ms"] > 0


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "id\u00e9", "<script>"])
def test_an_id_that_is_not_sane_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/-/health", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 16


@pytest.mark.parametrize("form", [logs.JsonLines(), logs.TextLines(logs.LINE, logs.TIME)])
def test_nobody_writes_lines_of_his_own_into_the_log(form: logging.Formatter) -> None:
    record = logging.makeLogRecord({"msg": "got %s", "args": ("a\nERROR forged\x1b[31m\u2028",), "levelname": "INFO"})
    assert len(form.format(record).splitlines()) == 1
    assert "\x1b" not in form.format(record)


def test_a_traceback_is_in_the_line_of_json() -> None:
    try:
        raise ValueError("why")
    except ValueError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, error, error.__traceback__)})
    assert "ValueError: why" in json.loads(logs.JsonLines().format(record))["traceback"]
