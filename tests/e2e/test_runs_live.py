"""The Runs page while the database grows: news arrive, and nothing moves under the pointer."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from dashboard.data.runs import Key
from tests.e2e.looks import names, open_runs, row, rows, settled
from tests.e2e.serving import Growing, now

TICK = 45_000  # ms: counts may be some seconds old, and are looked at again every half minute


def pathspec(key: Key) -> str:
    return f"{key[0]}/{key[1]}"


def top(page: Page, key: Key) -> float:
    box = row(page, pathspec(key)).bounding_box()
    assert box
    return box["y"]


def watch(page: Page, selector: str, found: str) -> None:
    """Count in `window.seen` how often children below `selector` change so that `found` is among the added."""
    page.evaluate(
        """([selector, found]) => {
            window.seen = 0;
            new MutationObserver(records => {
                for (const record of records) for (const node of record.addedNodes) {
                    if (node instanceof Element && (node.matches(found) || node.querySelector(found))) window.seen += 1;
                }
            }).observe(document.querySelector(selector), { childList: true, subtree: true });
        }""",
        [selector, found],
    )


def poll(page: Page, times: int = 1) -> None:
    """Wait until the page has asked for news this often."""
    for _ in range(times):
        with page.expect_response(lambda response: "shell-live" in (response.request.post_data or "")):
            pass


def test_a_new_run_appears_by_itself_at_the_top(page: Page, growing_app: Growing) -> None:
    growing_app.history(3)
    open_runs(page, growing_app.app.url)
    key = growing_app.running()
    expect(rows(page).first).to_have_attribute("data-row", pathspec(key))
    expect(page.locator("#runs-table tr.group").first).to_contain_text("Running now")
    expect(page.locator("#runs-new button")).to_have_count(0)


def test_new_runs_wait_behind_a_button_while_the_page_is_scrolled(page: Page, growing_app: Growing) -> None:
    growing_app.history(48)
    open_runs(page, growing_app.app.url)
    page.mouse.move(700, 80)
    page.mouse.wheel(0, 600)
    page.wait_for_function("scrollY > 300")
    before = names(page)
    first = growing_app.running()
    button = page.locator("#runs-new button")
    expect(button).to_have_text("1 new run")
    second = growing_app.running("OtherFlow")
    expect(button).to_have_text("2 new runs")
    assert names(page) == before
    assert page.evaluate("scrollY") > 300
    button.click()
    expect(rows(page).first).to_have_attribute("data-row", pathspec(second))
    expect(rows(page).nth(1)).to_have_attribute("data-row", pathspec(first))
    expect(button).to_have_count(0)
    page.wait_for_function("scrollY === 0")


def test_new_runs_wait_while_the_pointer_rests_on_a_row(page: Page, growing_app: Growing) -> None:
    old = growing_app.history(3)
    open_runs(page, growing_app.app.url)
    row(page, pathspec(old[0])).locator(".c-duration").hover()
    before, place = names(page), top(page, old[0])
    growing_app.running()
    expect(page.locator("#runs-new button")).to_have_text("1 new run")
    assert names(page) == before
    assert top(page, old[0]) == place
    page.locator("#runs-new button").click()
    expect(rows(page)).to_have_count(4)


def test_a_run_ends_in_place_under_the_pointer_and_with_the_focus(page: Page, growing_app: Growing) -> None:
    growing_app.history(2)
    key = growing_app.running(tasks=3)
    below = growing_app.running("OtherFlow", ago=60)
    open_runs(page, growing_app.app.url)
    line = row(page, pathspec(below))
    expect(line).to_contain_text("Running")
    expect(row(page, pathspec(key)).locator(".c-result")).to_contain_text("1 / 3")
    line.locator(".c-result").hover()
    line.get_by_role("button", name="Details").focus()
    place = top(page, below)
    growing_app.complete(key)
    growing_app.complete(below)
    expect(line).to_contain_text("Completed")
    expect(row(page, pathspec(key))).to_contain_text("Completed")
    assert top(page, below) == place
    expect(line.get_by_role("button", name="Details")).to_be_focused()
    expect(line.locator(".c-result")).to_have_text("3 tasks")
    page.mouse.move(700, 20)
    growing_app.touch(key)
    expect(page.locator("#runs-table tr.group")).to_have_count(0)


def test_progress_and_durations_advance(page: Page, growing_app: Growing) -> None:
    key = growing_app.running(tasks=3)
    open_runs(page, growing_app.app.url)
    line = row(page, pathspec(key))
    expect(line.locator(".c-result")).to_contain_text("1 / 3")
    growing_app.writer.ended(key, now(), None, "last")
    growing_app.writer.flush()
    expect(line.locator(".c-result")).to_contain_text("1 / 4")
    before = line.locator(".c-duration .d").inner_text()
    expect(line.locator(".c-duration .d")).not_to_have_text(before)


def test_a_lost_heartbeat_shows(page: Page, growing_app: Growing) -> None:
    key = growing_app.running(ago=300)
    open_runs(page, growing_app.app.url)
    line = row(page, pathspec(key))
    expect(line).to_contain_text("Running")
    growing_app.silence(key, 120)
    expect(line).to_contain_text("No heartbeat", timeout=TICK)
    expect(line.locator(".c-result")).to_contain_text("No heartbeat for 2 m")
    expect(line.get_by_role("img", name=re.compile("No heartbeat: no heartbeat for"))).to_have_count(1)
    expect(page.locator("#runs-table tr.group").first).to_contain_text("1 without heartbeat")


def test_a_poll_without_news_redraws_nothing(page: Page, growing_app: Growing) -> None:
    growing_app.history(5)
    open_runs(page, growing_app.app.url)
    expect(page.locator("#runs-strip .scatterlayer .point").first).to_be_attached()
    watch(page, "main", "*")
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(int(response.headers.get("content-length", "0"))))
    poll(page, 3)
    assert page.evaluate("window.seen") == 0
    assert sizes
    assert max(sizes) < 500, sizes


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_shown(page: Page, growing_app: Growing) -> None:
    growing_app.history(2)
    open_runs(page, growing_app.app.url)
    show = """hidden => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    poll(page)
    page.evaluate(show, True)
    polls: list[str] = []
    page.on("request", lambda request: polls.extend(part for part in [request.post_data or ""] if "shell-live" in part))
    growing_app.running()
    page.wait_for_function("since => Date.now() - since > 3500", arg=page.evaluate("Date.now()"))
    assert polls == []
    page.evaluate(show, False)
    expect(rows(page)).to_have_count(3)


def test_an_open_preview_stays_while_rows_change(page: Page, growing_app: Growing) -> None:
    old = growing_app.history(2)
    key = growing_app.running()
    open_runs(page, growing_app.app.url, f"open={pathspec(old[1])}")
    preview = page.locator("#runs-table .run-preview")
    expect(preview).to_contain_text("Open the run")
    watch(page, "#runs-table", ".mf-skel")
    growing_app.complete(key)
    expect(row(page, pathspec(key))).to_contain_text("Completed")
    poll(page)
    settled(page)
    expect(preview).to_contain_text("Open the run")
    assert page.evaluate("window.seen") == 0
