"""Plugins in a browser: panels, tabs, columns, pages in Python; pages of the official GUI; broken and hostile ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.attempts import task
from tests.e2e.serving import Growing, serve

FOLDER = Path(__file__).parent / "plugins"
CONFIG = """
plugins = [
    "external-links", "notes", "broken", "official", "listener", "hostile", "ancient", "installed",
    "resources", "ui-content",
]
[official]
parameters = { colour = "red" }
[[external-links.links]]
slot = "top-nav"
label = "Wiki"
url = "https://wiki.example.org/"
"""


@pytest.fixture
def plugged(growing: Growing, tmp_path: Path, context: BrowserContext) -> Iterator[Growing]:
    """The dashboard with plugins; pages leave it before it ends. One of them fails: that is in the log."""
    (tmp_path / "plugins.toml").write_text(CONFIG)
    settings = {
        "METAFLOW_DASHBOARD_PLUGIN_FOLDERS": str(FOLDER),
        "METAFLOW_DASHBOARD_PLUGIN_CONFIG": str(tmp_path / "plugins.toml"),
        "METAFLOW_DASHBOARD_PLUGIN_TIMEOUT": "60",
    }
    with serve(growing.path, tmp_path, settings=settings) as app:
        growing.app = app
        yield growing
        for page in context.pages:
            page.goto("about:blank")
        ours = [line for line in app.complaints() if re.match(r"\d{4}-", line)]
        assert not [line for line in ours if "plugin broken: " not in line]


def test_panels_in_python(page: Page, plugged: Growing) -> None:
    key = plugged.running(tasks=3)
    url = f"{plugged.app.url}{key[0]}/{key[1]}"
    page.goto(f"{url}?tab=notes")
    tab = page.locator("#run-plugin-tab")
    expect(tab).to_contain_text("1 done <img src=x onerror=alert(1)>")
    expect(tab.locator(".js-plotly-plot")).to_be_visible()
    expect(page.locator(".mf-tabs a.is-active")).to_have_text("Notes")
    expect(page.locator("#run-timeline")).to_be_hidden()
    card = page.locator("#plugin-broken-run-header-1")
    expect(card).to_contain_text("The plugin broken could not draw this part.")
    expect(card).to_contain_text(re.compile("under number [0-9a-f]{8}"))
    expect(page.locator(".plugin-slot.header")).to_have_text("notice <img src=x onerror=alert(1)>")
    expect(page.locator(".mf-nav")).to_contain_text("Wiki")
    plugged.complete(key)  # the tab follows the run
    expect(tab).to_contain_text("2 done")
    page.locator(".mf-tabs a", has_text="Timeline").click()
    expect(page.locator("#run-timeline")).to_be_visible()
    expect(tab).to_be_hidden()
    page.goto(f"{url}?tab=nonsense")
    expect(page.locator("#run-tools")).to_contain_text("tab=nonsense: one of timeline, dag")
    page.goto(f"{url}/start/1")
    section = page.locator("#part-notes")
    expect(section).to_contain_text("0 <img src=x onerror=alert(1)>")
    expect(page.locator("#task-tabs a", has_text="Notes")).to_have_attribute("href", "#part-notes")


def test_texts_of_a_task(page: Page, plugged: Growing) -> None:
    key = plugged.running(tasks=2)
    text = "# Report\n[bad](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    plugged.writer.metadatum(key, "start", 1, "ui-content-report", text, 1)
    plugged.writer.flush()
    page.goto(f"{plugged.app.url}{key[0]}/{key[1]}/start/1")
    tab = page.locator("#task-tabs a", has_text="UI content")
    expect(tab).to_have_attribute("href", "#part-ui-content")
    expect(tab).to_be_visible()
    content = page.locator("#part-ui-content")
    expect(content.locator("strong")).to_have_text("Report")
    expect(content.locator("td").first).to_have_text("1")
    expect(content.locator("img")).to_have_count(0)
    expect(content.get_by_text("[bad](javascript:alert(1))")).to_be_visible()
    page.goto(f"{plugged.app.url}{key[0]}/{key[1]}/work/2")
    expect(page.locator("#part-notes")).to_be_visible()
    expect(tab).to_be_hidden()
    expect(page.locator("#part-ui-content")).to_be_hidden()


def test_a_column_and_pages(page: Page, plugged: Growing) -> None:
    key = plugged.finished()
    page.goto(plugged.app.url)
    row = page.locator("#runs-table tr[data-row]")
    link = row.get_by_role("link", name=f"note {key[1]}")
    expect(link).to_have_attribute("href", "https://notes.example.org/")
    expect(link).to_have_attribute("title", "<img src=x onerror=alert(1)>")
    expect(row.locator("[data-cell=broken]")).to_have_text("!")
    plugged.finished(ago=60)
    expect(page.locator("#runs-table [data-cell=notes] a")).to_have_count(2)
    page.goto(f"{plugged.app.url}-/plugins/notes")
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#notes-said")).to_have_text("1 clicks <img src=x onerror=alert(1)>")
    page.goto(f"{plugged.app.url}-/plugins/installed")
    line = page.locator("tr", has_text="broken")
    expect(line).to_contain_text("runs-column: The log has the reason under number")
    expect(page.locator("tbody tr")).to_have_count(10)


def test_the_protocol_of_the_official_gui(page: Page, plugged: Growing) -> None:
    made = task(plugged, live=True)
    page.goto(made.url)
    frame = page.locator("iframe[title=Official]")
    said = page.frame_locator("iframe[title=Official]").locator("#said")
    expect(said).to_contain_text("ready HelloFlow/1/start/1 UTC red task-details")
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    expect(said.locator("#task-info")).to_have_text("task-info failed running")
    expect(said.locator("#metadata")).to_contain_text("local")
    expect(said.locator("#run-metadata")).to_be_attached()
    assert said.locator("#secrets").count() == 0
    assert frame.evaluate("one => one.clientHeight") == 321
    plugged.writer.metadatum(("HelloFlow", 1), "start", 1, "note", "written-later", 1, ("attempt_id:1",))
    plugged.writer.flush()
    expect(said.locator("#metadata")).to_contain_text("written-later")
    heard = page.frame_locator("iframe[title=Listener]").locator("#heard")
    expect(heard).to_have_text("ready")
    page.frame_locator("iframe[title=Official]").locator("#call").click()
    expect(heard).to_have_text("news: from official")
    expect(page.locator("#shell-toasts .mf-toast.bad", has_text="Official: <b>careful</b>")).to_be_visible()
    page.frame_locator("iframe[title=Official]").locator("#hide").click()
    expect(frame).to_be_hidden()
    page.goto(made.url.rpartition("/start/")[0])
    expect(page.locator(".plugin-slot.run-header")).to_contain_text("written for version 0.12.9 of the plugin API")


def test_a_hostile_plugin_reaches_nothing(page: Page, plugged: Growing) -> None:
    made = task(plugged)
    page.goto(made.url)
    said = page.frame_locator("iframe[title=Hostile]").locator("#said")
    expect(said).to_contain_text("done")
    assert said.locator("li").all_inner_texts() == [
        "page refused",
        "cookie refused",
        "storage refused",
        "other refused",
        "origin null",
        "done",
    ]
    hostile, official = page.locator("iframe[title=Hostile]"), page.locator("iframe[title=Official]")
    expect(page.locator("#shell-toasts .mf-toast", has_text="Hostile: <img")).to_have_count(3)
    assert hostile.evaluate("one => one.clientHeight") == 4_000
    expect(official).to_be_visible()
    assert official.evaluate("one => one.clientHeight") == 321
    expect(page).to_have_title(re.compile("^HelloFlow/1/start/1 · "))
    # A message of the page itself, as a script in another window would send it, is not heard.
    page.evaluate("window.postMessage({ name: 'Official', type: 'PluginHeightCheck', height: 9 }, '*')")
    page.frame_locator("iframe[title=Hostile]").locator("#leave").click()
    slot = page.locator(".plugin-slot.task-details")
    expect(slot).to_contain_text("This plugin left its own page and was stopped.")
    expect(hostile).to_be_hidden()
    assert official.evaluate("one => one.clientHeight") == 321
