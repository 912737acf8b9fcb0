"""What holds on every page: axe-core finds nothing serious in either theme, and 768 pixels are enough.

The Runs page and the graph have tests of their own for axe.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import run_looks
from tests.e2e.looks import open_runs
from tests.e2e.serving import App, Growing
from tests.e2e.test_accessibility import violations
from tests.e2e.test_journey import failed_run, steady

PAGES = (
    "",
    "RUN",
    "RUN?tab=tasks",
    "RUN?tab=dag",
    "RUN?tab=cards",
    "RUN?tab=details",
    "TASK",
    "-/about",
    "-/notifications",
    "NoSuchFlow",
    "TrainChurnModel/999999",
    "a/b/c/d/e",
)
# What can be used and reaches beyond the window, unless the part around it scrolls or cuts it with an ellipsis.
CUT_OFF = """() => {
  const wide = document.documentElement.clientWidth;
  const beyond = (one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (right > wide + 1 || left < -1);
  };
  const scrolls = (one) => {
    for (let at = one.parentElement; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/auto|scroll/.test(style.overflowX) || style.textOverflow === 'ellipsis') return true;
    }
    return false;
  };
  return [...document.querySelectorAll('#react-entry-point :is(a, button, input, select, summary, h1, h2)')]
    .filter((one) => one.checkVisibility() && !one.closest('.sr, .sr-focus, svg') && beyond(one) && !scrolls(one))
    .map((one) => one.outerHTML.slice(0, 160));
}"""


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious_and_768_pixels_are_enough(page: Page, demo_app: App, path: str) -> None:
    run, task = failed_run(demo_app)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(demo_app.url + path.replace("RUN", run).replace("TASK", task))
    steady(page)
    assert page.locator("h1").count() == 1
    if path:
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        assert violations(page) == []
    page.set_viewport_size({"width": 768, "height": 900})
    steady(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_help_sheet_and_the_menus(page: Page, demo_app: App, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{demo_app.url}-/notifications")
    steady(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Help")
    expect(sheet).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 768, "height": 900})
    assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    page.keyboard.press("Escape")
    menus = page.locator("#react-entry-point .mf-topbar details > summary")
    expect(menus).to_have_count(3)
    for menu in menus.all():
        menu.click()
        assert violations(page, "details[open]") == []
        assert page.evaluate(CUT_OFF) == []


def test_nothing_moves_where_motion_is_not_wanted(page: Page, growing_app: Growing) -> None:
    page.emulate_media(reduced_motion="reduce")
    key = growing_app.running(tasks=3)
    open_runs(page, growing_app.app.url)
    expect(page.locator("#runs-table .st-running").first).to_be_visible()
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    assert page.evaluate(moving) == 0
    run_looks.open_run(page, growing_app.app.url, f"{key[0]}/{key[1]}")
    expect(page.locator("#run-header .st-running").first).to_be_visible()
    assert page.evaluate(moving) == 0


# The colours that the browser gives to glyphs, to what is chosen and to what has the focus.
DRAWN = """() => {
  const of = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
  return { page: of('body'), glyph: of('#runs-table .st'), icon: of('.mf-topbar .ic'), on: of('.mf-seg .is-on') };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_with_forced_colours_glyphs_choices_and_the_focus_are_seen(page: Page, demo_app: App, theme: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark" if theme == "dark" else "light")
    open_runs(page, demo_app.url)
    colours = page.evaluate(DRAWN)
    assert colours["page"] not in (colours["glyph"], colours["icon"], colours["on"])
    page.get_by_role("link", name="CSV").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
