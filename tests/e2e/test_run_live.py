"""A run that goes on while it is looked at, one that is not there yet, and rows that no run should have."""

from __future__ import annotations

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from dashboard.data.runs import Key
from tests.e2e.run_looks import drawn, label, labels, open_run, view
from tests.e2e.serving import Growing, now

HOSTILE = "<img src=x onerror=alert(1)>"


def fanned(growing: Growing, tasks: int, done: int) -> tuple[Key, list[int]]:
    """A running run with a foreach of so many tasks, the first of them done; the rest beat."""
    at = now()
    key = growing.writer.run(at=at - 60_000, heartbeat=at)
    ids = []
    for number in range(tasks):
        task = growing.writer.task(key, "train", at=at - 50_000, heartbeat=at)
        growing.writer.metadatum(key, "train", task, "foreach-stack", f"{{item={number}}}", at - 49_000)
        began = at - 49_000
        if number < done:
            growing.writer.attempt(key, "train", task, 0, began, True, began + 5_000 + number * 100)
        else:
            growing.writer.attempt(key, "train", task, 0, began)
        ids.append(task)
    growing.writer.flush()
    return key, ids


def test_bars_grow_and_new_tasks_come_while_zoom_and_scroll_stay(page: Page, growing_app: Growing) -> None:
    key, ids = fanned(growing_app, 60, 50)
    path = f"{key[0]}/{key[1]}"
    open_run(page, growing_app.app.url, path, "open=train:60&zoom=0..40000")
    expect(page.locator("#run-header .mf-reason")).to_contain_text("50 of 60 tasks done")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 500)
    page.wait_for_function("scrollY > 300")
    before, place = view(page), page.evaluate("scrollY")
    last = growing_app.writer.task(key, "train", at=now() - 3_000, heartbeat=now())
    growing_app.writer.attempt(key, "train", last, 0, now() - 2_000)
    growing_app.writer.attempt(key, "train", ids[55], 0, now() - 49_000, False, now())
    growing_app.writer.flush()
    expect(page.locator("#run-tabs a").nth(2)).to_contain_text("61")
    page.wait_for_function("window.mf.run.timeline.columns().id.length === 61")
    after = view(page)
    assert after["range"] == before["range"]
    assert page.evaluate("scrollY") == place
    expect(page.locator("#run-header .mf-reason")).to_contain_text(re.compile("1 task has failed for good|failed"))
    growing_app.complete(key)
    expect(page.locator("#run-header .mf-pill")).to_contain_text("Completed")
    page.wait_for_function("!window.mf.run.timeline.columns().head.run.running")


def test_a_run_that_is_not_there_yet_opens_by_itself(page: Page, growing_app: Growing) -> None:
    growing_app.finished()
    page.goto(f"{growing_app.app.url}HelloFlow/2")
    state = page.locator("main .mf-state")
    expect(state).to_contain_text("No run 2 in HelloFlow")
    expect(state).to_contain_text("Near ids")
    growing_app.running(tasks=3)
    drawn(page)
    expect(labels(page).first).to_be_visible()
    expect(state).to_have_count(0)


def test_a_run_without_tasks_and_steps_without_tasks_still_show(page: Page, growing_app: Growing) -> None:
    at = now()
    writer = growing_app.writer
    empty = writer.run(at=at - 10_000, heartbeat=at)
    writer.flush()
    open_run(page, growing_app.app.url, f"HelloFlow/{empty[1]}")
    expect(page.locator("#run-timeline .tl-empty")).to_contain_text("No task has been registered yet.")
    growing_app.writer.task(empty, "start", at=at, heartbeat=at)
    growing_app.writer.flush()
    expect(page.locator(".tl-labels .tl-step")).to_contain_text("start")
    expect(page.locator("#run-timeline .tl-empty")).to_be_hidden()


def test_absurd_times_still_draw(page: Page, growing_app: Growing) -> None:
    at = now()
    writer = growing_app.writer
    key = writer.run(at=at - 100_000, heartbeat=at - 50_000)
    for name, started, ended in (
        ("backwards", at - 20_000, at - 60_000),
        ("ancient", 0, 1_000),
        ("future", at + 86_400_000, at + 90_000_000),
        ("usual", at - 90_000, at - 80_000),
    ):
        task = writer.task(key, name, at=min(started, at - 95_000) if name != "future" else started)
        writer.attempt(key, name, task, 0, started, True, ended)
    writer.flush()
    open_run(page, growing_app.app.url, f"HelloFlow/{key[1]}")
    for name in ("backwards", "ancient", "future", "usual"):
        expect(page.locator(f'.tl-labels [data-step="{name}"]')).to_be_visible()
    assert "NaN" not in page.locator(".page-run").inner_text()
    page.keyboard.press("1")
    open_run(page, growing_app.app.url, f"HelloFlow/{key[1]}", "tab=tasks")
    expect(page.locator("#run-tasks .grid-row")).to_have_count(4)


def test_names_are_text_never_markup(page: Page, growing_app: Growing) -> None:
    at = now()
    writer = growing_app.writer
    key = writer.run(HOSTILE, at=at - 60_000, heartbeat=at - 30_000, tags=(HOSTILE, 'a"b', "50%"))
    for number in range(3):
        task = writer.task(key, HOSTILE, at=at - 50_000, name=f"t{number}{HOSTILE}")
        writer.metadatum(key, HOSTILE, task, "foreach-stack", f"{{x={HOSTILE}{number}}}", at - 49_500)
        writer.attempt(key, HOSTILE, task, 0, at - 49_000, number != 1, at - 40_000)
    writer.flush()
    open_run(page, growing_app.app.url, f"{HOSTILE}/{key[1]}")
    expect(page.locator("h1")).to_contain_text(HOSTILE)
    expect(labels(page)).to_have_count(3)
    expect(labels(page).first).to_contain_text(HOSTILE)
    row = labels(page).filter(has_text=f"t1{HOSTILE}")
    row.focus()
    page.keyboard.press("j")
    expect(page.get_by_role("tooltip")).to_contain_text(HOSTILE)
    address = f"/{quote(HOSTILE, safe='')}/{key[1]}/{quote(HOSTILE, safe='')}/"
    assert (row.get_attribute("href") or "").startswith(address.replace("%28", "(").replace("%29", ")"))
    for tab in ("Tasks", "Details"):
        page.locator("#run-tabs").get_by_role("link", name=tab).click()
        expect(page.locator(".run-view:visible")).to_contain_text(HOSTILE)
    assert page.locator(".page-run img").count() == 0


def test_a_link_to_one_run_from_another_shows_the_other(page: Page, growing_app: Growing) -> None:
    first, ids = fanned(growing_app, 4, 4)
    second, others = fanned(growing_app, 5, 5)
    url = growing_app.app.url
    open_run(page, url, f"HelloFlow/{first[1]}")
    expect(label(page, f"train/{ids[0]}")).to_be_visible()
    page.evaluate(f"window.mf.go('/HelloFlow/{second[1]}')")
    expect(label(page, f"train/{others[0]}")).to_be_visible()
    expect(page.locator("#run-header h1")).to_contain_text(f"HelloFlow/{second[1]}")
    expect(label(page, f"train/{ids[0]}")).to_have_count(0)
    page.go_back()
    expect(label(page, f"train/{ids[0]}")).to_be_visible()
    expect(page.locator("#run-header h1")).to_contain_text(f"HelloFlow/{first[1]}")
