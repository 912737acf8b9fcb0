"""The timeline of a run: what it says, what it lets one do, and that its URL brings the same view back."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.run_looks import drawn, hover, label, labels, open_run, view, wide_failure
from tests.e2e.serving import App

DRAWN = "document.querySelector('#run-timeline').dataset.drawn"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def redrawn(page: Page, before: str) -> None:
    """Wait for the next drawing after the one numbered `before`."""
    page.wait_for_function(f"Number({DRAWN}) > Number('{before}')")


def test_one_sentence_says_what_failed_and_links_to_it(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    sentence = page.locator("#run-header .mf-reason")
    expect(sentence).to_contain_text(re.compile(rf"{len(failed)} of 2,0\d\d tasks failed"))
    expect(sentence).to_contain_text("2 steps not reached")
    expect(sentence).to_contain_text("ValueError: Input X contains NaN.")
    first = sentence.get_by_role("link").first
    assert first.inner_text() in failed
    expect(page.locator("#run-findings")).to_contain_text("Slowest step")
    expect(page.locator("#run-findings")).to_contain_text("task-h")


def test_hovering_a_bar_tells_of_the_task_and_a_click_opens_it(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    hover(page, failed[0], attempt=1)
    tip = page.get_by_role("tooltip")
    for words in (failed[0], "attempt 1", "segment=", "Queued", "Ran", "ValueError: Input X contains NaN."):
        expect(tip).to_contain_text(words)
    hover(page, failed[0], attempt=0)
    expect(tip).to_contain_text("attempt 0")
    link = page.locator(".tl-hit")
    address = link.get_attribute("href") or ""
    assert address == f"/{run}/{failed[0]}?attempt=0"
    with page.context.expect_page() as opened:
        link.click(button="middle")
    expect(opened.value).to_have_url(f"{demo_app.url}{address[1:]}")
    opened.value.close()
    link.click()
    expect(page).to_have_url(f"{demo_app.url}{address[1:]}")
    page.go_back()
    drawn(page)
    expect(label(page, failed[0])).to_be_visible()


def test_a_filter_is_in_the_url_and_a_reload_shows_the_same(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    page.locator("#run-tools").get_by_role("button", name=re.compile("^Failed 4$")).last.click()
    expect(page).to_have_url(re.compile("status=failed"))
    expect(labels(page)).to_have_count(4)
    page.locator("[data-axis=clock]").click()
    expect(page.locator(".tl-axis .tick").first).to_contain_text(":")
    pressed = page.locator("#run-tools [aria-pressed=true]")
    expect(pressed.filter(has_text="Failed")).to_have_count(1)  # the server draws these after the timeline
    before = view(page)
    assert set(failed) <= set(before["labels"])
    page.reload()
    drawn(page)
    expect(labels(page)).to_have_count(4)
    assert view(page) == before
    assert query(page) == {"status": ["failed"], "axis": ["clock"]}


def test_zooming_by_drag_keys_buttons_and_the_minimap(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    whole = view(page)["range"]
    box = page.locator(".tl-plot").bounding_box()
    assert box
    count = page.evaluate(DRAWN)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 14, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 14, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"zoom=\d+\.\.\d+"))
    redrawn(page, count)
    low, high = view(page)["range"]
    span = whole[1] - whole[0]
    assert low == pytest.approx(whole[0] + 0.4 * span, abs=span * 0.01)
    assert high == pytest.approx(whole[0] + 0.6 * span, abs=span * 0.01)
    page.reload()
    drawn(page)
    assert view(page)["range"] == [low, high]
    page.keyboard.press("+")
    nearer = view(page)["range"]
    assert nearer[1] - nearer[0] == pytest.approx((high - low) / 2, rel=0.01)
    page.keyboard.press("ArrowRight")
    moved = view(page)["range"]
    assert moved[0] > nearer[0]
    assert moved[1] - moved[0] == pytest.approx(nearer[1] - nearer[0], abs=2)
    page.get_by_role("button", name="Zoom out").click()
    out = view(page)["range"]
    assert out[1] - out[0] == pytest.approx(high - low, rel=0.01)
    handle = page.locator("#tl-minimap [data-handle]").first.bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 3, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] - 80, handle["y"] + 10, steps=5)
    page.mouse.up()
    wider = view(page)["range"]
    assert wider[0] < out[0]
    assert wider[1] == pytest.approx(out[1], abs=span * 0.005)
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("zoom="))
    assert view(page)["range"] == whole


def test_every_task_can_be_scrolled_to_and_few_are_drawn(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    page.get_by_role("button", name="Show all 2,000").click()
    expect(page).to_have_url(re.compile("open=train%3A2000"))
    seen: set[str] = set()
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height + 700, 700):
        page.evaluate(f"window.scrollTo(0, {y})")
        page.wait_for_function(
            """() => {
              const { top, bottom } = window.mf.run.timeline.view();
              const rows = [...document.querySelectorAll('.tl-labels > *')].map((row) => parseFloat(row.style.top));
              return Math.min(...rows) <= top && Math.max(...rows) >= bottom - 100;
            }"""
        )
        shown = view(page)["labels"]
        assert len(shown) <= 200
        seen.update(one for one in shown if one.startswith("train/"))
    assert len(seen) == 2000


def test_steps_open_and_close_without_the_group_all_tasks_are_listed(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    caret = page.get_by_role("button", name="Tasks of features")
    expect(caret).to_have_attribute("aria-expanded", "false")
    caret.click()
    expect(page.get_by_role("button", name="Tasks of features")).to_have_attribute("aria-expanded", "true")
    expect(page.locator('.tl-labels [data-row^="features/"]')).to_have_count(3)
    assert sorted(query(page)["open"]) == ["features", "train"]
    page.get_by_role("checkbox", name="Group by step").click()
    expect(page.locator(".tl-labels .tl-step")).to_have_count(0)
    assert view(page)["rows"][0][2] > 2000
    page.get_by_role("button", name="Slowest").click()
    expect(page).to_have_url(re.compile("sort=-duration"))
    expect(labels(page).first).to_contain_text(re.compile(r"\d+m \d\ds"))


def test_search_finds_while_one_types_and_the_link_keeps_it(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    page.keyboard.press("/")
    page.keyboard.type("sa-east/19")
    expect(page).to_have_url(re.compile("q=sa-east%2F19"))
    expect(page.locator(".tl-labels .tl-step")).to_have_count(1)
    texts = labels(page).locator(".fl").all_inner_texts()
    assert texts
    assert all(text.startswith("sa-east/19") for text in texts)
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox", name="Search tasks")).to_have_value("sa-east/19")
    page.get_by_role("searchbox", name="Search tasks").fill("artifact:best_auc")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=artifact%3Abest_auc"))
    expect(page.locator("#run-timeline .tl-empty")).to_contain_text("No task fits these filters.")
    page.get_by_role("searchbox", name="Search tasks").fill(failed[0].split("/")[1])
    page.keyboard.press("Enter")
    expect(label(page, failed[0])).to_be_visible()
    expect(labels(page)).to_have_count(1)


def test_full_screen_and_back(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator("#run-header")).to_be_hidden()
    assert query(page)["full"] == ["1"]
    page.reload()
    drawn(page)
    expect(page.locator("#run-header")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#run-header")).to_be_visible()
    assert "full" not in query(page)


def test_the_keyboard_walks_the_rows_and_finds_failures(page: Page, demo_app: App) -> None:
    run, failed = wide_failure(demo_app)
    open_run(page, demo_app.url, run)
    focused = "document.activeElement.closest('[data-row]')?.dataset.row"
    page.keyboard.press("e")
    assert page.evaluate(focused) in failed
    first = page.evaluate(focused)
    expect(page.get_by_role("tooltip")).to_contain_text(first)
    page.keyboard.press("e")
    assert page.evaluate(focused) in set(failed) - {first}
    page.keyboard.press("Shift+E")
    assert page.evaluate(focused) == first
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert page.evaluate(focused) == first
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo_app.url}{run}/{first}")


def test_parts_of_a_link_that_cannot_be_understood_are_named(page: Page, demo_app: App) -> None:
    run, _ = wide_failure(demo_app)
    open_run(page, demo_app.url, run, "status=failed&colour=red")
    note = page.locator("#run-tools")
    expect(note).to_contain_text("This link cannot be understood")
    expect(note).to_contain_text("colour")
    expect(labels(page)).to_have_count(4)
    note.get_by_role("link", name="Leave it out").click()
    expect(page).to_have_url(f"{demo_app.url}{run}?status=failed")
    expect(page.get_by_role("button", name="Slowest")).to_be_visible()
