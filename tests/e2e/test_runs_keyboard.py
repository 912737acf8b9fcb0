"""The Runs page without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.looks import chip, names, open_runs, row, rows
from tests.e2e.serving import App


def focused_row(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.closest('tr[data-row]')?.dataset.row || ''")
    return found


def test_slash_searches_and_escape_leaves(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search runs")
    expect(search).to_be_focused()
    page.keyboard.type("ana")
    page.keyboard.press("Enter")
    expect(chip(page, "ana")).to_be_visible()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()


def test_rows_are_walked_selected_and_opened_by_keys(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    order = names(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused_row(page) == order[1]
    page.keyboard.press("k")
    assert focused_row(page) == order[0]
    page.keyboard.press("x")
    expect(row(page, order[0]).get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    assert focused_row(page) == order[0]
    page.keyboard.press("j")
    assert focused_row(page) == order[1]
    page.keyboard.press("Enter")
    expect(page.locator(".page-run h1")).to_contain_text(order[1].split("/")[0])


def test_e_finds_the_next_failure(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    failed = page.locator('#runs-table tr[data-status="failed"]')
    order: list[str] = failed.evaluate_all("all => all.map(row => row.dataset.row)")
    assert len(order) > 1
    page.keyboard.press("e")
    assert focused_row(page) == order[0]
    page.keyboard.press("e")
    assert focused_row(page) == order[1]
    page.keyboard.press("Shift+E")
    assert focused_row(page) == order[0]


def test_g_goes_to_runs_and_flows(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "status=failed")
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile("group=flow"))
    expect(page.locator("#runs-table .grouphead").first).to_be_visible()
    expect(page.locator("[data-nav=flows]")).to_have_attribute("aria-current", "page")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(demo_app.url)


def test_toggles_carets_and_checkboxes_answer_to_the_space_bar(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    toggle = page.locator("#runs-statuses a").nth(1)
    toggle.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("status=failed"))
    expect(page.locator("#runs-statuses a").nth(1)).to_be_focused()
    expect(page.locator('#runs-table tr[data-row]:not([data-status="failed"],[data-status="killed"])')).to_have_count(0)
    caret = rows(page).first.get_by_role("button")
    caret.focus()
    page.keyboard.press("Space")
    expect(caret).to_have_attribute("aria-expanded", "true")
    expect(caret).to_be_focused()
    box = rows(page).first.get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_have_attribute("aria-checked", "true")


def test_menus_open_walk_and_close_by_keys(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    summary = page.locator("#menu-time-range > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu-time-range")).to_have_attribute("open", "")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Last hour")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Last 6 hours")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu-time-range")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_everything_is_reached_by_tab_with_a_visible_focus(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "flow=SyncLabels&rows=1")
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            """() => {
                const at = document.activeElement;
                const near = [at, at.parentElement, at.parentElement.parentElement, at.firstElementChild];
                const ring = near.filter(Boolean).map(element => getComputedStyle(element)).some(
                    style => style.outlineStyle !== 'none' || style.boxShadow !== 'none');
                return [(at.getAttribute('aria-label') || at.textContent || at.name || '').trim(), ring];
            }"""
        )
        seen.append(name)
        assert ring, f"no visible focus on {name!r}"
        if name.startswith("Load"):
            break
    text = "\n".join(seen)
    for wanted in ("Running", "Time range", "Add filter", "Remove filter flow", "Flow", "Columns", "CSV", "Started"):
        assert wanted in text, wanted
    assert re.search(r"Select SyncLabels/\d+", text)
    assert re.search(r"Details of SyncLabels/\d+", text)
