"""The table: real links, details, columns, selection, the download."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.looks import names, open_runs, row, rows, settled
from tests.e2e.serving import App


def test_rows_are_real_links(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    first = rows(page).first
    pathspec = names(page)[0]
    link = first.locator(".c-run a")
    assert link.get_attribute("href") == f"/{pathspec}"
    with page.context.expect_page() as opened:
        link.click(button="middle")
    tab = opened.value
    expect(tab.locator(".page-run h1")).to_contain_text(pathspec.split("/")[1])
    tab.close()
    assert page.url == demo_app.url
    link.click()
    expect(page.locator(".page-run h1")).to_contain_text(pathspec.split("/")[1])
    page.go_back()
    settled(page)
    assert names(page)[0] == pathspec


def test_the_first_failure_is_named_with_its_exception_and_links_to_the_task(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "status=failed&flow=TrainChurnModel")
    failed = page.locator("#runs-table .c-result", has_text=re.compile("Error")).first
    link = failed.get_by_role("link")
    text = link.inner_text()
    assert re.fullmatch(r"\w+/\d+", text)
    assert re.fullmatch(rf"/TrainChurnModel/[^/]+/{text}", link.get_attribute("href") or "")


def test_duration_bars_stand_against_the_typical_time_of_the_flow(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "flow=SyncLabels&status=completed")
    bars = page.locator("#runs-table .mf-dur")
    expect(bars.first).to_be_visible()
    assert (bars.first.get_attribute("title") or "").startswith("Typical for SyncLabels: ")
    places = page.evaluate("[...document.querySelectorAll('.mf-dur .tick')].map(t => getComputedStyle(t).left)")
    assert len(set(places)) == 1


def test_an_expanded_row_shows_steps_parameters_and_links(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "flow=TrainChurnModel&status=completed")
    pathspec = names(page)[0]
    caret = row(page, pathspec).get_by_role("button", name=f"Details of {pathspec}")
    expect(caret).to_have_attribute("aria-expanded", "false")
    caret.click()
    expect(caret).to_have_attribute("aria-expanded", "true")
    preview = page.locator("#runs-table .run-preview")
    expect(preview.locator(".ytick text", has_text="start")).to_have_count(1)
    assert preview.locator(".bars .point").count() >= 3
    expect(preview.get_by_role("img", name=re.compile("Steps: start"))).to_have_count(1)
    expect(preview.locator(".preview-parameters")).to_contain_text("max_depth")
    expect(preview.get_by_role("link", name="Open the run")).to_have_attribute("href", f"/{pathspec}")
    assert f"open={pathspec.replace('/', '%2F')}" in page.url
    page.reload()
    expect(preview.locator(".preview-parameters")).to_contain_text("max_depth")
    caret.click()
    expect(preview).to_have_count(0)


def test_columns_can_be_hidden_and_come_back(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    page.get_by_label("Columns").click()
    item = page.get_by_role("menuitemcheckbox", name="Tags")
    expect(item).to_have_attribute("aria-checked", "true")
    item.click()
    expect(page.locator("#runs-table .c-tags")).to_have_count(0)
    expect(item).to_have_attribute("aria-checked", "false")
    expect(page).to_have_url(re.compile("hide=tags"))
    page.get_by_role("menuitemcheckbox", name="User").click()
    expect(page.locator("#runs-table .c-user")).to_have_count(0)
    expect(page.get_by_role("columnheader")).to_have_count(8)
    page.get_by_role("menuitemcheckbox", name="Tags").click()
    expect(page.locator("#runs-table th.c-tags")).to_have_count(1)


def test_the_download_holds_the_filtered_runs(page: Page, demo_app: App, tmp_path: Path) -> None:
    open_runs(page, demo_app.url, "status=failed&user.not=ci-bot")
    found = re.sub(r"\D", "", page.locator("#runs-count .mf-h2").inner_text())
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV").click()
    assert caught.value.suggested_filename == "runs.csv"
    caught.value.save_as(tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == int(found) > 5
    assert {line["status"] for line in lines} == {"failed"}
    assert "ci-bot" not in {line["user"] for line in lines}
    shown = names(page)
    assert [f"{line['flow']}/{line['run']}" for line in lines][: len(shown)] == shown


def test_two_rows_can_be_selected_and_the_link_keeps_them(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    chosen = names(page)[1:3]
    for number, pathspec in enumerate(chosen, 1):
        box = row(page, pathspec).get_by_role("checkbox", name=f"Select {pathspec}")
        expect(box).to_have_attribute("aria-checked", "false")
        box.click()
        expect(box).to_have_attribute("aria-checked", "true")
        expect(page.locator("#runs-tools")).to_contain_text(f"Compare ({number})")
    page.reload()
    settled(page)
    expect(page.locator("#runs-table [role=checkbox][aria-checked=true]")).to_have_count(2)


def test_it_is_a_table_for_screen_readers(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    table = page.get_by_role("table", name="Runs")
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert [head.split("\n")[0].strip() for head in heads][:3] == ["Select", "Expand", "Status"]
    expect(table.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    labels = table.locator("tr[data-row] .c-status [role=img]").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert len(labels) == rows(page).count()
    assert all(re.match(r"(Completed|Failed|Killed|No heartbeat|Running)\b.*: .+", label) for label in labels)


def test_columns_fill_the_page_at_every_width(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "flow=TrainChurnModel")
    page.get_by_role("button", name=re.compile("Details of")).first.click()
    expect(page.locator("#runs-table .run-preview")).to_contain_text("Open the run")
    for width in (1440, 1280, 1000, 768):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"innerWidth === {width}")
        box = rows(page).first.locator("td:visible").last.bounding_box()
        assert box
        assert width - 4 <= box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
