"""The command palette: anything pasted, completion, keys, what was opened lately, actions, hostile names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looks import open_runs
from tests.e2e.serving import App, Growing, now, serve
from tests.e2e.test_accessibility import violations
from tests.stage import HOSTILE


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """HelloFlow/12 of an hour ago with tasks 345 and 346, a newer run, one of Argo, and names as users write them."""
    folder = tmp_path_factory.mktemp("palette")
    growing = Growing(folder / "metaflow.db")
    writer, at = growing.writer, now() - 3_600_000
    key = writer.run("HelloFlow", 12, at=at, heartbeat=at)
    for task, step, ok in ((345, "start", True), (346, "work", False), (347, "work", True)):
        writer.task(key, step, at=at, task_id=task)
        writer.attempt(key, step, task, 0, at, ok, at + 5_000)
    writer.ended(writer.run("HelloFlow", 120, at=at + 600_000), at + 610_000)
    argo = writer.run("OtherFlow", 8, at=at, run_id="argo-other-x7k2p")
    writer.task(argo, "start", at=at, name="t-1f", task_id=900)
    for number, name in enumerate(HOSTILE):
        writer.run("HostileFlow", 20 + number, at=at, run_id=name, user=name)
    writer.flush()
    growing.engine.dispose()
    with serve(folder / "metaflow.db", folder, refresh=5) as served:
        yield served
        assert served.complaints() == []


PASTED = {
    "HelloFlow": "?flow=HelloFlow",
    "HelloFlow/12": "HelloFlow/12",
    "/HelloFlow/12/": "HelloFlow/12",
    "'HelloFlow/12'": "HelloFlow/12",
    "“HelloFlow/12”": "HelloFlow/12",
    "`HelloFlow/12/work`": "HelloFlow/12?step=work&tab=tasks",
    "HelloFlow/12/work/346": "HelloFlow/12/work/346",
    "HelloFlow/12/work/346/model": "HelloFlow/12/work/346",
    "pathspec: HelloFlow/12": "HelloFlow/12",
    "Run('HelloFlow/12')": "HelloFlow/12",
    'run = Run("HelloFlow/12", _namespace_check=False)': "HelloFlow/12",
    "Step('HelloFlow/12/work')": "HelloFlow/12?step=work&tab=tasks",
    "Task('HelloFlow/12/work/346', attempt=0)": "HelloFlow/12/work/346?attempt=0",
    "Flow('HelloFlow')['12']['work']['346'].data.model": "HelloFlow/12/work/346",
    "12": "HelloFlow/12",
    "346": "HelloFlow/12/work/346",
    "argo-other-x7k2p": "OtherFlow/argo-other-x7k2p",
    "12/work/346": "HelloFlow/12/work/346",
    "2026-11-24 14:09:12.123 [12/work/346 (pid 99)] Task is starting.": "HelloFlow/12/work/346",
    "2026-11-24 14:09:12.123 Workflow starting (run-id 12):": "HelloFlow/12",
    "python hello.py logs 12/work/346": "HelloFlow/12/work/346",
    "https://ui.example/HelloFlow/12/view/dag": "HelloFlow/12?tab=dag",
    "https://ui.example/?flow_id=HelloFlow": "?flow=HelloFlow",
    "http://dash.example/metaflow/HelloFlow/12/work/346?attempt=0": "HelloFlow/12/work/346?attempt=0",
}


def summon(page: Page, text: str = "") -> Locator:
    """The open palette with what fits this text."""
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Go to")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    field.fill(text)
    if text:
        expect(palette.get_by_role("group", name="Search")).to_contain_text(text[:40])
    return palette


def labels(palette: Locator, group: str) -> list[str]:
    return palette.get_by_role("group", name=group).locator(".pal-name").all_inner_texts()


def active(page: Page) -> str:
    """What the field says is chosen."""
    text: str = page.evaluate(
        """() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))
            ?.querySelector('.pal-name').textContent ?? ''"""
    )
    return text


def test_twenty_forms_pasted_lead_to_their_objects(page: Page, app: App) -> None:
    assert len(PASTED) > 20
    open_runs(page, app.url, "user=nobody")
    page.evaluate("window.instance = 'kept'")
    led = {}
    for text in PASTED:
        palette = summon(page, text)
        href = palette.get_by_role("option", selected=True).get_attribute("href") or ""
        led[text] = href.removeprefix("/")
        page.keyboard.press("Escape")
        expect(palette).to_be_hidden()
    assert led == PASTED
    summon(page, "12/work/346")
    page.keyboard.press("Enter")
    expect(page.locator(".page-task h1")).to_contain_text("346")
    expect(page).to_have_url(f"{app.url}HelloFlow/12/work/346")
    assert page.evaluate("window.instance") == "kept"


def test_enter_at_once_waits_for_the_answer(page: Page, app: App) -> None:
    open_runs(page, app.url)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("Run('HelloFlow/12')")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.url}HelloFlow/12")
    expect(page.get_by_role("dialog", name="Go to")).to_be_hidden()


def test_completion_goes_deeper_by_tab(page: Page, app: App) -> None:
    open_runs(page, app.url)
    palette = summon(page, "hello")
    assert labels(palette, "Flows") == ["HelloFlow"]
    assert labels(palette, "Runs") == ["HelloFlow/120", "HelloFlow/12"]
    expect(palette.get_by_role("group", name="Runs")).to_contain_text(re.compile(r"completed, \d+ min ago, ana"))
    field = palette.get_by_role("combobox")
    page.keyboard.press("Tab")
    expect(field).to_have_value("HelloFlow/")
    page.keyboard.type("12")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("HelloFlow/12")
    expect(palette.locator(".hl").first).to_have_text("HelloFlow/12")
    page.keyboard.press("Tab")
    expect(palette.get_by_role("group", name="Steps")).to_contain_text("HelloFlow/12/work2 tasks, 1 failed")
    page.keyboard.type("w")
    expect(palette.get_by_role("group", name="Tasks").get_by_role("img", name="failed")).to_have_count(1)
    expect(palette.get_by_role("option", selected=True)).to_contain_text("HelloFlow/12/work")
    page.keyboard.press("Tab")
    expect(field).to_have_value("HelloFlow/12/work/")
    page.keyboard.press("ArrowDown")
    assert active(page) == "HelloFlow/12/work/346", "the failed one comes first"
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.url}HelloFlow/12/work/346")


def test_keys_move_and_escape_gives_the_focus_back(page: Page, app: App) -> None:
    open_runs(page, app.url)
    start = page.get_by_role("link", name="Flows", exact=True)
    start.focus()
    palette = summon(page)
    first = active(page)
    page.keyboard.press("ArrowUp")
    assert active(page) == "Help and shortcuts", "round"
    page.keyboard.press("ArrowDown")
    assert active(page) == first
    page.keyboard.type("?tjx/")
    expect(palette.get_by_role("combobox")).to_have_value("?tjx/")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(start).to_be_focused()
    assert page.url == app.url


def test_the_box_opens_it_by_click_and_by_typing(page: Page, app: App) -> None:
    open_runs(page, app.url)
    box = page.get_by_label("Go to flow, run, step or task")
    box.click()
    palette = page.get_by_role("dialog", name="Go to")
    expect(palette.get_by_role("combobox")).to_be_focused()
    palette.click(position={"x": 5, "y": 5})
    expect(palette).to_be_visible()
    page.mouse.click(20, 500)
    expect(palette).to_be_hidden()
    box.focus()
    page.keyboard.press("H")
    expect(palette.get_by_role("combobox")).to_have_value("H")
    expect(box).to_have_value("")
    page.keyboard.type("ello")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("HelloFlow")


def test_a_new_tab(page: Page, app: App) -> None:
    open_runs(page, app.url)
    summon(page, "HelloFlow/12")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    expect(opened.value).to_have_url(f"{app.url}HelloFlow/12")
    assert page.url == app.url


def test_what_is_not_there_is_said_with_what_is_near(page: Page, app: App) -> None:
    open_runs(page, app.url)
    palette = summon(page, "HeloFlow/12")
    expect(palette.get_by_role("status")).to_have_text("No flow HeloFlow is registered here.")
    assert labels(palette, "Near it")[:2] == ["HelloFlow/12", "HelloFlow"]
    expect(palette.get_by_role("option", selected=True)).to_have_count(0)
    assert violations(page, "#palette") == []
    page.keyboard.press("Enter")
    expect(page.locator("#react-entry-point .mf-state")).to_contain_text("No run 12 in HeloFlow")


def test_a_search_that_finds_no_run_names_what_is_near(page: Page, app: App) -> None:
    page.goto(f"{app.url}-/go?to=HeloFlow")
    state = page.locator("#runs-table .mf-state")
    expect(state).to_contain_text("No flow HeloFlow is registered here. Near it: HelloFlow")
    state.get_by_role("link", name="HelloFlow", exact=True).click()
    expect(page).to_have_url(f"{app.url}?flow=HelloFlow")


def test_what_was_opened_lately_comes_first(page: Page, app: App) -> None:
    page.goto(f"{app.url}HelloFlow/12")
    expect(page.locator("h1[data-object]")).to_contain_text("12")
    page.goto(f"{app.url}OtherFlow/argo-other-x7k2p")
    expect(page.locator("h1[data-object]")).to_contain_text("argo")
    open_runs(page, app.url)
    palette = summon(page)
    recent = palette.get_by_role("group", name="Recent")
    expect(recent).to_contain_text("failed, 1 h ago, ana")
    assert labels(palette, "Recent") == ["OtherFlow/argo-other-x7k2p", "HelloFlow/12"]
    assert violations(page, "#palette") == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.url}OtherFlow/argo-other-x7k2p")
    expect(page.locator("h1[data-object]")).to_contain_text("argo")
    palette = summon(page)
    assert labels(palette, "Recent") == ["HelloFlow/12"], "not the one that is open"


STORED = (
    "{",
    "null",
    '{"0": 1}',
    json.dumps([None, 7, "x", [], {}, {"pathspec": 1, "look": "failed"}, {"pathspec": "a/b/c", "look": "failed"}]),
    json.dumps([{"pathspec": "javascript:alert(1)/x", "look": 'x" onclick="alert(1)'}]),
    json.dumps([{"pathspec": "a/" + "b" * 9999, "look": "failed"}]),
)


def test_what_is_remembered_is_not_trusted(page: Page, app: App) -> None:
    open_runs(page, app.url)
    for stored in STORED:
        page.evaluate("stored => localStorage.setItem('mf-recent/', stored)", stored)
        palette = summon(page)
        expect(palette.get_by_role("group", name="Actions here")).to_be_visible()
        expect(palette.get_by_role("group", name="Recent")).to_have_count(0)
        page.keyboard.press("Escape")


def test_hostile_names_are_text(page: Page, app: App) -> None:
    open_runs(page, app.url)
    page.evaluate("window.alert = () => { document.title = 'run'; }")
    palette = summon(page, "HostileFlow/")
    shown = labels(palette, "Runs")
    assert set(shown) == {f"HostileFlow/{name}" for name in HOSTILE}
    expect(palette.locator("img, script")).to_have_count(0)
    palette.get_by_role("combobox").fill("<img src=x onerror=alert(1)>")
    expect(palette.get_by_role("group", name="Search")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(palette.locator("img, script")).to_have_count(0)
    assert "run" not in page.title()


def test_actions_of_the_view(page: Page, app: App) -> None:
    page.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # which the JSON would ask for
    open_runs(page, app.url)
    palette = summon(page, "theme")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Switch to dark theme")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(palette).to_be_hidden()
    summon(page, "csv runs")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "runs.csv"
    summon(page, "json")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.locator("body")).to_contain_text('"flow":"HelloFlow"')
    summon(page, "pause")
    page.keyboard.press("Enter")
    expect(page.locator("[data-live=button]")).to_contain_text("Paused")
    summon(page, "help")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()


def test_actions_of_a_run(page: Page, app: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{app.url}HelloFlow/12")
    expect(page.locator("#menu-use-in-notebook")).to_have_count(1)
    summon(page, "copy pathspec")
    page.keyboard.press("Enter")
    expect(page.locator("#shell-toasts")).to_contain_text("Copied HelloFlow/12")
    palette = summon(page, "snippet")
    assert "Copy snippet: Client" in labels(palette, "Actions here")
    page.keyboard.press("Enter")
    expect(page.locator("#shell-toasts")).to_contain_text("Copied from metaflow import Run")
    assert "Run('HelloFlow/12')" in page.evaluate("navigator.clipboard.readText()")
    summon(page, "dag")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.url}HelloFlow/12?tab=dag")
    expect(page.locator("[data-dag-export=svg]")).to_have_count(1)
    summon(page, "graph svg")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert re.fullmatch(r"HelloFlow-12-graph\.svg", download.value.suggested_filename)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, app: App, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_runs(page, app.url)
    palette = summon(page, "HelloFlow/12/w")
    expect(palette.get_by_role("group", name="Tasks")).to_be_visible()
    assert violations(page) == []


def test_a_silent_server_is_said_and_enter_still_leads_on(page: Page, app: App) -> None:
    open_runs(page, app.url)
    page.route(
        "**/-/api/find*", lambda route: route.fulfill(status=200, json={"error": "The database does not answer."})
    )
    palette = summon(page, "HelloFlow/12")
    expect(palette.get_by_role("status")).to_have_text("The database does not answer.")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.url}HelloFlow/12")


def test_without_scripts_the_box_is_a_form(app: App, browser: object, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page: Page = context.new_page()
    page.goto(app.url)
    field = page.locator("#first-paint .mf-cmd input")
    field.fill("12/work/346")
    field.press("Enter")
    expect(page).to_have_url(f"{app.url}HelloFlow/12/work/346")
    context.close()
