"""What the tests look for on the Runs page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def open_runs(page: Page, url: str, query: str = "") -> None:
    """Open the Runs page and wait until the live page stands, with every result filled in."""
    page.goto(f"{url}?{query}" if query else url)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the first paint is gone and nothing on the page is still being looked up."""
    expect(page.locator("#first-paint")).to_have_count(0)
    expect(page.locator("#runs-table")).to_have_count(1)
    expect(page.locator("#runs-table .mf-skel")).to_have_count(0)
    expect(page.locator("#runs-controls summary")).to_have_count(2)
    expect(page.locator("#runs-statuses .n").first).not_to_have_text("…")


def rows(page: Page) -> Locator:
    """The runs in the table."""
    return page.locator("#runs-table tr[data-row]")


def row(page: Page, pathspec: str) -> Locator:
    """One run in the table."""
    return page.locator(f'#runs-table tr[data-row="{pathspec}"]')


def names(page: Page) -> list[str]:
    """The pathspecs of the rows from top to bottom."""
    found: list[str] = rows(page).evaluate_all("all => all.map(row => row.dataset.row)")
    return found


def column(page: Page, name: str) -> list[str]:
    """The texts of a column from top to bottom."""
    return [text.strip() for text in page.locator(f"#runs-table tr[data-row] .c-{name}").all_inner_texts()]


def toggle(page: Page, word: str) -> Locator:
    """The toggle of a status in the filter bar."""
    return page.locator("#runs-statuses").get_by_role("button", name=word)


def chip(page: Page, text: str) -> Locator:
    """The chip of a condition, by part of its text."""
    return page.locator("#runs-chips .mf-chip", has_text=text)
