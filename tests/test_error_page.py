"""The page of a fault, from the program itself in a browser: it stands in the frame without scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from dash.development.base_component import Component
from playwright.sync_api import Page, expect
from sqlalchemy import URL
from werkzeug.serving import make_server

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.notices import Announcement
from dashboard.settings import Settings
from dashboard.source import Source

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def broken(sqlite_database: URL, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """The URL of a dashboard whose Runs page fails."""

    def fail(_text: str) -> Component | None:
        raise ZeroDivisionError("secret")

    caplog.set_level("CRITICAL")
    database = Database(sqlite_database)
    settings = Settings(notifications=(Announcement("a", "Maintenance tonight", 1_764_081_284_000),))
    app = create_app(database, Source("sqlite", "a test"), settings)
    app.first_paints["/"] = fail
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    server.server_close()
    database.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_says_what_to_do_and_is_accessible(page: Page, broken: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(broken)
    assert answer is not None
    assert answer.status == 500
    expect(page.get_by_role("heading", level=1)).to_have_text("This page could not be shown")
    expect(page.locator("main")).to_contain_text("under number")
    expect(page.locator("main").get_by_role("link", name="Try again")).to_have_attribute("href", "/")
    expect(page.locator(".mf-announcements")).to_contain_text("Maintenance tonight")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run('html', { resultTypes: ['violations'] })")
    assert [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": 768, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    assert said == []
