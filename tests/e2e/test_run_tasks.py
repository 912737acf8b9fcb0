"""The other views of a run: its tasks as a table, its details; and what assistive technology finds in all of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.run_looks import drawn, hover, open_run, wide_failure
from tests.e2e.serving import App
from tests.e2e.test_accessibility import violations


def cells(page: Page, name: str) -> list[str]:
    """The texts of a column, in the order of the rows in view."""
    found: list[tuple[int, str]] = page.locator(f"#run-tasks .grid-row .c-{name}").evaluate_all(
        "all => all.map(cell => [Number(cell.parentElement.dataset.n), cell.textContent.trim()])"
    )
    return [text for _, text in sorted(found)]


def test_the_table_has_every_attempt_sorts_and_draws_only_what_is_seen(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run, "tab=tasks")
    table = page.get_by_role("table", name="Tasks")
    total = int(table.get_attribute("aria-rowcount") or 0) - 1
    assert total > 2010
    assert page.locator("#run-tasks .grid-row").count() < 120
    expect(page.locator("#run-tasks .c-error").nth(1)).to_contain_text("ValueError: Input X contains NaN.")
    assert cells(page, "task")[0] in [one.split("/")[1] for one in failed]
    page.get_by_role("columnheader", name="Started").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=started"))
    expect(page.locator('#run-tasks .grid-row[data-n="0"] .c-step')).to_have_text("start")
    page.get_by_role("columnheader", name="Task").get_by_role("link").click()
    page.get_by_role("columnheader", name="Task").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Task")).to_have_attribute("aria-sort", "descending")
    ids = [int(text) for text in cells(page, "task")]
    assert ids == sorted(ids, reverse=True)
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(f'#run-tasks .grid-row[data-n="{total - 1}"]')).to_be_visible()
    assert page.locator("#run-tasks .grid-row").count() < 150


def test_the_download_is_what_is_shown(page: Page, demo_app: App, tmp_path: Path) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run, "tab=tasks")
    page.locator("#run-tools").get_by_role("button", name=re.compile("^Failed 4$")).last.click()
    expect(page.locator("#run-tasks .grid-row")).to_have_count(6)
    shown = [(task, attempt) for task, attempt in zip(cells(page, "task"), cells(page, "attempt"), strict=True)]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "tasks.csv")
    with (tmp_path / "tasks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["task"], row["attempt"]) for row in rows] == shown
    assert {row["status"] for row in rows} == {"failed"}
    assert {f"{row['step']}/{row['task']}" for row in rows} >= set(failed)


def test_a_row_leads_to_its_attempt_and_the_tabs_have_keys(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("tab=dag"))
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile("tab=tasks"))
    link = page.locator("#run-tasks .grid-row a").first
    expect(link).to_be_visible()
    assert re.fullmatch(rf"/{run}/train/\d+\?attempt=[01]", link.get_attribute("href") or "")
    page.keyboard.press("5")
    expect(page.locator(".run-about")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".tl-plot")).to_be_visible()
    expect(page).to_have_url(f"{demo_app.url}{run}")


def test_details_name_parameters_code_and_tags_with_links(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run, "tab=details")
    about = page.locator(".run-about")
    for words in ("n_trees", "Constants", "TARGET", "commit sha", "train_churn_model.py", "Trains one churn model"):
        expect(about).to_contain_text(words)
    about.get_by_role("link", name="retrain").click()
    expect(page).to_have_url(f"{demo_app.url}?tag=retrain")
    expect(page.locator("#runs-table tr[data-row]").first).to_contain_text("retrain")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "tab=tasks", "tab=details", "status=nope"])
def test_nothing_is_in_the_way_of_assistive_technology(page: Page, demo_app: App, query: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run, query)
    assert violations(page) == []
    if not query:
        hover(page, failed[0])
        expect(page.get_by_role("tooltip")).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("width", [768, 1280])
def test_nothing_is_wider_than_the_window(page: Page, demo_app: App, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    run, _ = wide_failure(demo_app)
    for query in ("", "tab=tasks", "tab=details"):
        open_run(page, demo_app.url, run, query)
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
