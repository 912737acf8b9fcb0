"""The first answer already holds the rows, gives way once, and shows hostile names as text."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.looks import names, open_runs, settled
from tests.e2e.serving import App, Growing, now

HOSTILE = "<img src=x onerror=window.stolen=1>"


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


@pytest.mark.parametrize("query", ["", "status=failed", "group=flow", "flow=SyncLabels&sort=duration"])
def test_rows_are_there_without_javascript(page: Page, plain_page: Page, demo_app: App, query: str) -> None:
    open_runs(page, demo_app.url, query)
    plain_page.goto(f"{demo_app.url}?{query}")
    live = names(page)
    painted = plain_page.locator("#first-paint tr[data-row]").evaluate_all("all => all.map(row => row.dataset.row)")
    assert painted, "a search may answer with its first rows only; the live page has the rest"
    assert painted == live[: len(painted)]
    expect(plain_page.locator("#first-paint tr[data-row] .c-run a").first).to_be_visible()


def test_a_bad_link_is_explained_without_javascript(plain_page: Page, demo_app: App) -> None:
    plain_page.goto(f"{demo_app.url}?stauts=failed")
    expect(plain_page.locator("#first-paint .mf-state")).to_contain_text("“stauts” is not a known parameter")


def test_it_gives_way_once_when_the_live_rows_stand(page: Page, demo_app: App) -> None:
    page.add_init_script(
        """
        window.gone = [];
        window.empty = 0;
        const painted = () => document.getElementById('first-paint');
        new MutationObserver(records => {
            for (const record of records) for (const node of record.removedNodes) {
                if (node.id !== 'first-paint') continue;
                window.gone.push(document.querySelectorAll('#react-entry-point tr[data-row]').length);
            }
            const rows = document.querySelectorAll('tr[data-row]').length;
            if (document.readyState !== 'loading' && rows === 0) window.empty += 1;
        }).observe(document, { childList: true, subtree: true });
        """
    )
    page.goto(demo_app.url)
    settled(page)
    assert page.evaluate("window.gone") == [50]
    assert page.evaluate("window.empty") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))


def test_controls_and_rows_stay_in_place_when_it_gives_way(page: Page, demo_app: App) -> None:
    page.add_init_script(
        """
        window.places = {};
        const parts = ['.mf-topbar', '#runs-controls summary', '.filters', 'table.runs thead', 'tr[data-row]'];
        const place = root => Object.fromEntries(parts.map(part => {
            const found = root.querySelector(part.replace('#runs-controls ', ''));
            return [part, found && Math.round(found.getBoundingClientRect().top)];
        }));
        new MutationObserver(() => {
            const copy = document.getElementById('first-paint');
            if (copy && copy.querySelector('tr[data-row]')) window.places = place(copy);
        }).observe(document, { childList: true, subtree: true });
        window.place = place;
        """
    )
    page.goto(demo_app.url)
    settled(page)
    before, after = page.evaluate("[window.places, window.place(document.getElementById('react-entry-point'))]")
    assert before == after


def test_hostile_names_are_text_everywhere(page: Page, plain_page: Page, growing_app: Growing) -> None:
    writer, at = growing_app.writer, now() - 600_000
    key = writer.run(
        HOSTILE, at=at, heartbeat=at + 60_000, user=HOSTILE, tags=(HOSTILE,), run_id=HOSTILE,
        system_tags=[f"user:{HOSTILE}", f"project:{HOSTILE}", f"project_branch:{HOSTILE}"],
    )  # fmt: skip
    task = writer.task(key, HOSTILE, at=at + 1000)
    writer.attempt(key, HOSTILE, task, 0, at + 1000, False, at + 2000)
    writer.ended(key, at + 60_000, False)
    writer.flush()
    query = urlencode(
        [*((name, HOSTILE) for name in ("flow", "user", "project", "branch", "tag")), ("open", f"{HOSTILE}/{HOSTILE}")]
    )
    with page.expect_response(lambda response: response.request.resource_type == "document") as caught:
        open_runs(page, growing_app.app.url, query)
    assert "<img" not in caught.value.text()
    expect(page.locator("#runs-table tr[data-row] .c-flow a").first).to_have_text(HOSTILE)
    expect(page.locator("#runs-table td.c-tags")).to_contain_text(HOSTILE)
    expect(page.locator("#runs-chips .mf-chip", has_text=HOSTILE)).to_have_count(5)
    expect(page.locator("#runs-table .run-preview .ytick text").first).to_be_visible()
    expect(page.locator("#runs-table .run-preview .ytick text", has_text="<img src=x")).to_have_count(1)
    page.get_by_label("Add filter", exact=True).click()
    page.locator("#filter-flow-value").fill("img")
    expect(page.locator("#suggest-flow option")).to_have_attribute("value", HOSTILE)
    page.goto(f"{growing_app.app.url}?group=project")
    expect(page.locator("#runs-table .gname")).to_have_text(HOSTILE)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.stolen") is None
    plain_page.goto(f"{growing_app.app.url}?{query}")
    expect(plain_page.locator("#first-paint tr[data-row] .c-flow a").first).to_have_text(HOSTILE)
    assert plain_page.locator("img").count() == 0
