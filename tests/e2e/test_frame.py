"""What stands round every page: announcements, quick links, help, the about page; here below a path prefix."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard import VERSION
from tests.e2e.serving import App, now, serve

HOUR = 3_600_000
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def announced(demo_app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The dashboard on the same demo, with announcements and quick links."""
    at = now()
    entries = [
        {"id": "move", "type": "warning", "message": "Moves on **Friday**, [plan](https://w.example/p).",
         "contentType": "markdown", "created": at - 1},
        {"message": f"Hostile {HOSTILE}", "created": at - 2, "url": "/docs", "urlText": "Docs"},
        {"message": "Third", "type": "danger", "created": at - 3, "end": at + HOUR},
        {"message": "Fourth", "type": "success", "created": at - 4},
        {"message": "Over", "start": at - 2 * HOUR, "end": at - HOUR},
        {"message": "Later", "type": "default", "created": at, "start": at + HOUR // 2},
    ]  # fmt: skip
    links = [{"href": "https://g.example/d", "label": "Grafana"}, {"href": "/argo", "label": "Argo"}]
    folder = tmp_path_factory.mktemp("announced")
    with serve(
        demo_app.database,
        folder,
        refresh=5,
        settings={
            "METAFLOW_DASHBOARD_PATH_PREFIX": "/metaflow/",
            "NOTIFICATIONS": json.dumps(entries),
            "CUSTOM_QUICKLINKS": json.dumps(links),
        },
    ) as app:
        yield app
        assert app.complaints() == []


def bar(page: Page) -> Locator:
    return page.locator("#react-entry-point .mf-announcements .mf-announcement:visible")


def open_notifications(page: Page, app: App) -> None:
    page.goto(f"{app.url}-/notifications")
    expect(page.locator(".announcement-list article")).to_have_count(6)


def test_announcements_are_closed_for_good_and_the_next_takes_the_place(page: Page, announced: App) -> None:
    open_notifications(page, announced)
    expect(bar(page)).to_contain_text(["Moves on Friday", HOSTILE, "Third"])
    plan = bar(page).first.get_by_role("link", name="plan")
    expect(plan).to_have_attribute("rel", "noopener noreferrer")
    expect(plan).to_have_attribute("target", "_blank")
    bar(page).first.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(bar(page)).to_contain_text([HOSTILE, "Third", "Fourth"])
    assert page.evaluate("document.activeElement.closest('.mf-announcement') !== null")
    page.reload()
    expect(page.locator(".announcement-list article")).to_have_count(6)
    expect(bar(page)).to_contain_text([HOSTILE, "Third", "Fourth"])
    article = page.locator("article", has_text="Moves on Friday")
    article.get_by_role("button", name="Show again").click()
    expect(article.get_by_role("button", name="Close for good")).to_be_visible()
    expect(bar(page)).to_contain_text(["Moves on Friday", HOSTILE, "Third"])


def test_announcements_come_and_go_while_the_page_is_open(page: Page, announced: App) -> None:
    page.clock.install()
    open_notifications(page, announced)
    expect(bar(page)).to_contain_text(["Moves", "Hostile", "Third"])
    page.clock.fast_forward(HOUR // 2 + 60_000)
    expect(bar(page)).to_contain_text(["Later", "Moves", "Hostile"])
    for first in ("Moves", "Hostile"):
        bar(page).first.get_by_role("button").click()
        expect(bar(page).first).to_contain_text(first)
    expect(bar(page)).to_contain_text(["Hostile", "Third", "Fourth"])
    page.clock.fast_forward(HOUR // 2)
    expect(bar(page)).to_contain_text(["Hostile", "Fourth"])


def test_their_page_says_when_each_is_shown(page: Page, announced: App) -> None:
    open_notifications(page, announced)
    expect(page).to_have_title("Notifications · Metaflow")
    expect(page.locator("article", has_text="Over")).to_contain_text("ended")
    expect(page.locator("article", has_text="Over").get_by_role("button")).to_have_count(0)
    expect(page.locator("article", has_text="Later")).to_contain_text("shown from")
    expect(page.locator("article", has_text="Third")).to_contain_text("shown until")


def test_quick_links_and_the_pages_about_the_dashboard(page: Page, announced: App) -> None:
    open_notifications(page, announced)
    page.get_by_label("Quick links", exact=True).click()
    links = page.locator(".mf-quick a")
    expect(links).to_have_text(["Grafana", "Argo", "Notifications", "About this dashboard"])
    assert [link.get_attribute("href") for link in links.all()[:2]] == ["https://g.example/d", "/argo"]
    assert all(link.get_attribute("target") == "_blank" for link in links.all()[:2])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link to this view").click()
    expect(page.locator(".mf-toast")).to_contain_text("Copied the link to this view")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_label("Quick links", exact=True).click()
    links.last.click()
    expect(page).to_have_url(f"{announced.url}-/about")
    expect(page.locator("details[open]")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("link", name="Notifications").click()
    expect(page).to_have_url(f"{announced.url}-/notifications")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_about_page_is_copied_as_text(page: Page, announced: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{announced.url}-/about")
    body = page.locator("#about-body")
    for title in ("Versions", "Source", "Indices", "Settings", "Queries since the start", "Caches"):
        expect(body.get_by_role("heading", name=title)).to_be_visible()
    expect(body.get_by_role("row", name="NOTIFICATIONS")).to_contain_text("6 entries")
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator(".mf-toast")).to_contain_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("## Versions\nMetaflow Dashboard")
    assert VERSION in text
    assert "change token" in text
    queries = body.get_by_role("row", name="version of the database")
    before = queries.inner_text()
    page.get_by_role("button", name="Look again").click()
    expect(queries).not_to_have_text(before)


def test_links_of_the_official_gui_and_what_is_not_there_below_a_prefix(page: Page, announced: App) -> None:
    page.goto(f"{announced.url}notifications")
    expect(page).to_have_url(f"{announced.url}-/notifications")
    page.goto(f"{announced.url}synclabels")
    state = page.locator("#react-entry-point main .mf-state")
    expect(state.get_by_role("heading", level=1)).to_have_text("No flow synclabels is registered here")
    expect(page).to_have_title("No flow synclabels is registered here · Metaflow")
    state.get_by_role("link", name="SyncLabels").click()
    expect(page).to_have_url(f"{announced.url}?flow=SyncLabels")
    expect(page.locator("#runs-table tr[data-row]").first).to_be_visible()
