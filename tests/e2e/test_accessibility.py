"""axe-core finds nothing serious on the Runs page, in both themes."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import open_runs, rows
from tests.e2e.serving import App, Growing

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, part: str = "html") -> list[str]:
    """Serious and critical violations within `part`, each with the first elements that it concerns."""
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("part => axe.run(part, { resultTypes: ['violations'] })", part)
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.fixture(params=["light", "dark"])
def themed(page: Page, request: pytest.FixtureRequest) -> Page:
    page.emulate_media(color_scheme=request.param)
    return page


@pytest.mark.parametrize("query", ["", "group=flow", "user=ana&tag.not=nightly&status=failed&q=growth", "flow=None"])
def test_the_runs_page(themed: Page, demo_app: App, query: str) -> None:
    open_runs(themed, demo_app.url, query)
    expect(themed.locator("#runs-strip .main-svg").first).to_be_attached()
    assert violations(themed) == []


def test_an_expanded_row_and_open_menus(themed: Page, demo_app: App) -> None:
    open_runs(themed, demo_app.url, "flow=TrainChurnModel")
    rows(themed).first.get_by_role("button").click()
    expect(themed.locator("#runs-table .run-preview")).to_contain_text("Open the run")
    rows(themed).nth(1).get_by_role("checkbox").click()
    assert violations(themed) == []
    for menu in ("Time range", "Add filter", "Columns"):
        themed.get_by_label(menu, exact=True).click()
        assert violations(themed, "details[open]") == []
        themed.keyboard.press("Escape")


def test_running_and_silent_runs(themed: Page, growing_app: Growing) -> None:
    growing_app.running(tasks=4)
    growing_app.silence(growing_app.running("OtherFlow", ago=600), 200)
    open_runs(themed, growing_app.app.url)
    expect(themed.get_by_role("progressbar")).to_have_count(1)
    assert violations(themed) == []


def test_an_empty_database(themed: Page, growing_app: Growing) -> None:
    themed.goto(growing_app.app.url)
    expect(themed.locator("#react-entry-point .mf-state")).to_contain_text("No runs yet")
    expect(themed.locator("#first-paint")).to_have_count(0)
    assert violations(themed) == []


def test_a_link_that_cannot_be_understood(themed: Page, demo_app: App) -> None:
    open_runs(themed, demo_app.url, "stauts=failed")
    assert violations(themed) == []
