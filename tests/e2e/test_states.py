"""What stands where runs would: an empty database, filters that hide all, bad links, a database that is silent."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import chip, names, open_runs, row, rows, settled, toggle
from tests.e2e.serving import App, Growing, serve


def test_an_empty_database_says_what_to_do_and_fills_by_itself(page: Page, growing_app: Growing) -> None:
    page.goto(growing_app.app.url)
    state = page.locator("#react-entry-point .mf-state")
    expect(state).to_contain_text("No runs yet")
    expect(state).to_contain_text("metaflow.db")
    expect(state.locator("pre")).to_contain_text("METAFLOW_SERVICE_URL")
    expect(page.locator("#first-paint")).to_have_count(0)
    key = growing_app.running()
    expect(row(page, f"{key[0]}/{key[1]}")).to_contain_text("Running")


def test_filters_that_hide_everything_say_which_one_to_leave_out(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "flow=SyncLabels&user=nobody-at-all")
    state = page.locator("#runs-table .mf-state")
    expect(state).to_contain_text("No runs match these filters")
    hint = state.locator(".mf-hints .mf-row", has_text="nobody-at-all").get_by_role("link")
    expect(hint).to_have_text(re.compile(r"\d+\+? runs without it"))
    hint.click()
    expect(rows(page).first).to_be_visible()
    assert page.url == f"{demo_app.url}?flow=SyncLabels"
    page.go_back()
    state.get_by_role("link", name="Clear all filters").click()
    expect(page).to_have_url(demo_app.url)
    expect(rows(page)).to_have_count(50)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("stauts=failed", "“stauts” is not a known parameter"),
        ("status=nope", "status=nope: one of"),
        ("started=yesterday", "started=yesterday: one of"),
        ("sort=colour", "sort=colour: one of"),
        ("after=12x", "after=12x: not a cursor"),
        ("&".join(f"flow={number}" for number in range(201)), "more than 200 parameters"),
    ],
)
def test_a_link_that_cannot_be_understood_says_why(page: Page, demo_app: App, query: str, sentence: str) -> None:
    page.goto(f"{demo_app.url}?{query}")
    state = page.locator("#react-entry-point .mf-state")
    expect(state).to_contain_text("This link cannot be understood")
    expect(state).to_contain_text(sentence)
    expect(page.locator("#first-paint")).to_have_count(0)
    expect(page.locator("#shell-toasts .mf-toast")).to_have_count(0)
    state.get_by_role("link", name="Clear all filters").click()
    expect(rows(page)).to_have_count(50)
    assert page.url == demo_app.url


def test_what_is_good_in_a_bad_link_is_kept_and_the_controls_still_work(page: Page, demo_app: App) -> None:
    page.goto(f"{demo_app.url}?flow=SyncLabels&stauts=failed")
    settled(page)
    expect(chip(page, "SyncLabels")).to_be_visible()
    page.get_by_label("Add filter", exact=True).click()
    page.locator("#filter-user-value").fill("sched-prod")
    page.locator("#filter-user-value").press("Enter")
    expect(page).to_have_url(f"{demo_app.url}?flow=SyncLabels&user=sched-prod")
    expect(rows(page).first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Leave it out").click()
    expect(page).to_have_url(f"{demo_app.url}?flow=SyncLabels")
    expect(rows(page).first).to_be_visible()
    page.goto(f"{demo_app.url}?flow=SyncLabels&stauts=failed")
    settled(page)
    toggle(page, "Completed").click()
    expect(page).to_have_url(f"{demo_app.url}?flow=SyncLabels&status=completed")


def test_a_silent_database_keeps_the_rows_and_comes_back(page: Page, growing: Growing, tmp_path: Path) -> None:
    growing.history(3)
    key = growing.running()
    with growing.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")  # one who writes then locks out those who read
    growing.engine.dispose()
    with serve(growing.path, tmp_path, statement_timeout=1) as app:
        open_runs(page, app.url)
        shown = names(page)
        lock = sqlite3.connect(growing.path, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        banner = page.locator("#shell-banner")
        expect(banner).to_contain_text("The database has not answered for")
        expect(page.locator("[data-live=button]")).to_contain_text("Database unreachable")
        assert names(page) == shown
        clock = row(page, f"{key[0]}/{key[1]}").locator(".c-duration .d")
        frozen = clock.inner_text()
        expect(banner).to_contain_text(re.compile(r"Next try in [1-4] s"))
        assert clock.inner_text() == frozen
        lock.execute("ROLLBACK")
        lock.close()
        banner.get_by_role("button", name="Retry now").click()
        expect(banner).to_be_hidden()
        expect(page.locator("[data-live=button]")).to_contain_text("Live")
        expect(clock).not_to_have_text(frozen)
        assert names(page) == shown
        page.goto("about:blank")


def test_a_database_silent_from_the_start_says_so_and_the_page_fills_when_it_answers(
    page: Page, growing: Growing, tmp_path: Path
) -> None:
    growing.history(3)
    with growing.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    growing.engine.dispose()
    with serve(growing.path, tmp_path, statement_timeout=1) as app:
        lock = sqlite3.connect(growing.path, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        page.goto(app.url)
        banner = page.locator("#shell-banner")
        expect(banner).to_contain_text("The database does not answer")
        lock.execute("ROLLBACK")
        lock.close()
        banner.get_by_role("button", name="Retry now").click()
        expect(rows(page)).to_have_count(3)
        expect(banner).to_be_hidden()
        settled(page)
        page.goto("about:blank")


def test_an_unknown_run_names_what_is_there(page: Page, demo_app: App) -> None:
    page.goto(f"{demo_app.url}SyncLabels/999999")
    state = page.locator("main .mf-state")
    expect(state).to_contain_text("No run 999999 in SyncLabels")
    expect(state).to_contain_text("Near ids")
    state.locator("dd a").last.click()
    expect(page.locator(".page-run h1")).to_contain_text("SyncLabels")
    page.goto(f"{demo_app.url}NoSuchFlow/1")
    expect(state).to_contain_text("No flow NoSuchFlow is registered")
    state.get_by_role("link", name="All runs", exact=True).click()
    expect(rows(page)).to_have_count(50)


def test_a_flow_alone_leads_to_its_runs(page: Page, demo_app: App) -> None:
    page.goto(f"{demo_app.url}SyncLabels")
    settled(page)
    assert page.url == f"{demo_app.url}?flow=SyncLabels"
    expect(chip(page, "SyncLabels")).to_be_visible()
