"""The program over HTTP: where links lead, what a preview says, which status an answer has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from sqlalchemy import URL
from werkzeug.test import TestResponse

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.first_paint import App
from dashboard.settings import Settings
from dashboard.source import Source
from tests.data.writing import Writer
from tests.stage import Stage

HOSTILE = '"><img src=x onerror=alert(1)>'


@dataclass
class Site:
    app: App
    client: FlaskClient
    writer: Writer
    prefix: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(self.prefix + path)

    def leads(self, path: str) -> str:
        """Where a redirect goes, below the prefix."""
        answer = self.get(path)
        assert answer.status_code == 302, answer.status
        assert answer.location.startswith(self.prefix)
        return answer.location[len(self.prefix) - 1 :]


@pytest.fixture(params=["/", "/metaflow/"])
def site(request: pytest.FixtureRequest, stage: Stage) -> Site:
    app = create_app(stage.database, Source("sqlite", "a test"), Settings(path_prefix=request.param))
    return Site(app, app.server.test_client(), stage.writer, request.param)


@pytest.fixture
def filled(site: Site, stage: Stage) -> Site:
    """HelloFlow/12 with tasks 345 and 346, HelloFlow/7 and OtherFlow/7, and a run of Argo."""
    writer, at = site.writer, stage.now - 60_000
    key = writer.run("HelloFlow", 12, at=at, heartbeat=stage.now)
    writer.task(key, "start", at=at, task_id=345)
    writer.task(key, "end", at=at, task_id=346)
    for flow in ("HelloFlow", "OtherFlow"):
        writer.run(flow, 7, at=at)
    argo = writer.run("OtherFlow", 8, at=at, run_id="argo-other-x7k2p")
    writer.task(argo, "start", at=at, name="t-1f", task_id=900)
    writer.flush()
    return site


def meta(answer: TestResponse, name: str) -> str:
    found = re.search(f'<meta (?:name|property)="{name}" content="([^"]*)">', answer.text)
    assert found, name
    return found[1]


def test_the_marks_of_the_template_in_a_name_are_text(filled: Site, stage: Stage) -> None:
    filled.writer.run("HelloFlow", 13, at=stage.now, heartbeat=stage.now, tags=["{%config%}"])
    filled.writer.flush()
    for path in ("HelloFlow/" + quote("{%scripts%}"), ""):
        html = filled.get(path).text
        assert html.count("_dash-config") == 1
        assert html.count("</script>") == filled.get("HelloFlow/12").text.count("</script>")
        assert "&#123;%" in html


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("HelloFlow/12", "HelloFlow/12"),
        ("HelloFlow/12?tab=dag&q=secret", "HelloFlow/12"),
        ("HelloFlow/12/start/345", "HelloFlow/12/start/345"),
        ("OtherFlow/argo-other-x7k2p", "OtherFlow/argo-other-x7k2p"),
        ("OtherFlow/8/start/t-1f?attempt=0", "OtherFlow/8/start/t-1f"),
        ("", "Runs"),
        ("?flow=HelloFlow&user=secret", "Runs of HelloFlow"),
    ],
)
def test_a_preview_names_the_object_and_nothing_else(filled: Site, path: str, title: str) -> None:
    answer = filled.get(path)
    assert answer.status_code == 200
    assert meta(answer, "og:title") == title
    assert f"<title>{title} · Metaflow</title>" in answer.text
    for name in ("og:title", "og:description", "description", "og:site_name", "og:type"):
        assert "secret" not in meta(answer, name)
        assert "ana" not in meta(answer, name)
    assert answer.text.count("og:title") == 1


@pytest.mark.parametrize(
    "path",
    [
        "HelloFlow/13",
        "NoFlow/1",
        "HelloFlow/12/start/1",
        "HelloFlow/12/nostep/345",
        "HelloFlow/no-such-run",
        "HelloFlow/99999999999999999999",
        "HelloFlow/12/start/345/x",
        "-/nothing",
        "HelloFlow//12",
        "%ED%A0%80/1",
        f"{quote(HOSTILE)}/1",
    ],
)
def test_what_is_not_there_is_404_in_the_frame(filled: Site, path: str) -> None:
    answer = filled.get(path)
    assert answer.status_code == 404
    assert "react-entry-point" in answer.text
    assert "<img" not in answer.text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("HelloFlow", "/?flow=HelloFlow"),
        ("HelloFlow/", "/?flow=HelloFlow"),
        ("HelloFlow/12/view/timeline", "/HelloFlow/12"),
        ("HelloFlow/12/view/dag", "/HelloFlow/12?tab=dag"),
        ("HelloFlow/12/view/task?steps=start", "/HelloFlow/12?step=start&tab=tasks"),
        ("HelloFlow/12/start", "/HelloFlow/12?step=start&tab=tasks"),
        ("HelloFlow/12/start/345?section=stderr&attempt=0", "/HelloFlow/12/start/345?log=stderr&attempt=0#part-logs"),
        ("?flow_id=HelloFlow&_order=-ts_epoch", "/?flow=HelloFlow"),
        ("?_tags=a,b&status=failed", "/?tag=a&tag=b&status=failed"),
    ],
)
def test_official_links(filled: Site, path: str, expected: str) -> None:
    assert filled.leads(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HelloFlow", "/?flow=HelloFlow"),
        ("NoFlow", "/?q=NoFlow"),
        ("Run('HelloFlow/12')", "/HelloFlow/12"),
        ("NoFlow/1", "/NoFlow/1"),
        ("12", "/HelloFlow/12"),
        ("345", "/HelloFlow/12/start/345"),
        ("7", "/?q=7"),
        ("900", "/?q=900"),
        ("argo-other-x7k2p", "/OtherFlow/argo-other-x7k2p"),
        ("12/end", "/HelloFlow/12?step=end&tab=tasks"),
        ("12/start/345", "/HelloFlow/12/start/345"),
        ("[argo-other-x7k2p/start/t-1f (pid 1)] Task is starting.", "/OtherFlow/argo-other-x7k2p/start/t-1f"),
        ("https://ui.example/HelloFlow/12/view/dag", "/HelloFlow/12?tab=dag"),
        ("https://ui.example/?flow_id=HelloFlow", "/?flow=HelloFlow"),
        ("some words", "/?q=some+words"),
        ("A\x00", "/?q=A%00"),
        ("", "/?q="),
    ],
)
def test_the_go_to_box(filled: Site, text: str, expected: str) -> None:
    assert filled.leads(f"-/go?to={quote(text)}") == expected


def test_an_unknown_route_of_the_interface_is_json(site: Site) -> None:
    answer = site.get("-/api/no/such/route")
    assert answer.status_code == 404
    assert answer.json == {"error": "There is no such route; docs/api.md lists them."}


def test_a_fault_is_500_in_the_frame_and_the_log_has_its_number(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_text: str) -> Component | None:
        raise ZeroDivisionError("secret")

    monkeypatch.setitem(site.app.first_paints, "/", broken)
    answer = site.get("?status=failed")
    assert answer.status_code == 500
    number = re.search(r"under number ([0-9a-f]{8})", answer.text)
    assert number
    assert "secret" not in answer.text
    assert f"number {number[1]}" in caplog.text
    assert 'class="mf-topbar"' in answer.text
    assert f'href="{site.prefix}?status=failed"' in answer.text
    assert "<script src" not in answer.text


def test_a_silent_database_is_no_404(postgres_database: URL) -> None:
    database = Database(postgres_database.set(port=1), connect_timeout=1)
    app = create_app(database, Source("postgresql", "a test"), Settings())
    assert app.server.test_client().get("/HelloFlow/12").status_code == 200
    assert app.server.test_client().get("/-/go?to=12").location == "/?q=12"
    database.close()
