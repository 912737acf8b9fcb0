"""The page of a task in a browser: a log that grows, its tools, keys, sections, what fails and what is hostile."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.attempts import LINES, task
from tests.e2e.serving import App, Growing, now
from tests.e2e.test_accessibility import violations

HOSTILE = "<img src=x onerror=alert(1)>"
# Scrolls to the end of the page in small steps; the names of the tabs that were marked on the way.
SCROLLED = """async () => {
  const seen = [];
  for (let y = 0; y <= document.documentElement.scrollHeight - innerHeight + 10; y += 25) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const name = document.querySelector('#task-tabs [aria-current]').textContent.trim();
    if (seen.at(-1) !== name) seen.push(name);
  }
  return seen;
}"""


def drawn(page: Page) -> None:
    """Wait until all parts have said what they have."""
    expect(page.locator("#task-log[data-drawn]")).to_be_attached()
    for part in ("artifacts", "cards", "metadata"):
        expect(page.locator(f"#task-{part} h2")).to_be_attached()


def failed_task(app: App, page: Page) -> str:
    """The pathspec of a failed task of a narrow foreach in the demo that has siblings which failed."""
    runs = page.request.get(f"{app.url}-/api/runs?status=failed&flow=TrainChurnModel&limit=20").json()["runs"]
    for run in runs:
        path = f"{app.url}-/api/TrainChurnModel/{run['run']}/tasks?step=train&limit=100"
        newest = {one["pathspec"]: one["status"] for one in page.request.get(path).json()["tasks"]}
        failed = [pathspec for pathspec, status in newest.items() if status == "failed"]
        if len(newest) < 50 and len(failed) > 1:
            return str(failed[0])
    raise AssertionError("the demo has no such run")


def test_the_log_of_a_running_task_is_followed_until_somebody_scrolls_up(
    page: Page, growing: Growing, growing_app: Growing
) -> None:
    made = task(growing, live=True)
    page.goto(made.url)
    follow, log = page.get_by_role("button", name="Follow"), made.logs / "1.task_stdout.log"
    expect(page.locator(".l .tx").last).to_have_text(f"line {LINES} of the log")
    expect(follow).to_have_attribute("aria-pressed", "true")
    with log.open("a") as file:
        file.write("grown once\n")
    expect(page.locator(".l .tx").last).to_have_text("grown once")
    page.locator(".viewer").hover()
    page.mouse.wheel(0, -4000)
    expect(follow).to_have_attribute("aria-pressed", "false")
    before = page.locator(".viewer").evaluate("one => one.scrollTop")
    with log.open("a") as file:
        file.write("grown twice\n")
    expect(page.locator(".log-foot")).to_contain_text(f"of {LINES + 2:,}")
    assert page.locator(".viewer").evaluate("one => one.scrollTop") == before
    follow.click()
    expect(page.locator(".l .tx").last).to_have_text("grown twice")


def test_the_tools_of_the_log_are_in_the_address(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    page.goto(f"{made.url}?log=stdout&line=30000")
    expect(page.locator(".l.perma")).to_be_in_viewport()
    for name, words in (("wrap", "Break long lines"), ("times", "Show times"), ("fold", re.compile("^Fold lines"))):
        button = page.get_by_role("button", name=words)
        expect(button).to_have_attribute("aria-pressed", "true")
        button.click()
        expect(page).to_have_url(re.compile(f"{name}=off"))
        expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".viewer")).to_have_class(re.compile("no-wrap"))
    expect(page.locator(".l .ts")).to_have_count(0)
    page.get_by_role("button", name="Full screen").click()
    expect(page).to_have_url(re.compile("full=1"))
    box = page.locator("#part-logs").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1440, 900)
    page.locator(".viewer").focus()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("full=1"))
    search, found = page.get_by_label("Search the whole log"), page.locator(".log-found")
    page.get_by_role("button", name="Regular expression").click()
    search.fill(r"needle.+[13]0*$")
    search.press("Enter")
    expect(found).to_contain_text("1 of 2")
    search.press("Shift+Enter")
    expect(found).to_contain_text("2 of 2")
    expect(page.locator(".l.is-current")).to_have_attribute("data-line", "30000")
    search.fill("needle(")
    expect(found).to_contain_text("missing")
    expect(page.get_by_role("button", name="Next match (N)")).to_be_disabled()


def test_a_store_that_fails_fails_its_own_parts_and_may_be_asked_again(
    page: Page, growing: Growing, growing_app: Growing
) -> None:
    made = task(growing)
    made.card("<!doctype html><p>the card</p>")
    aside = [(folder, folder.with_name("aside")) for folder in (made.logs, made.cards)]
    for folder, other in aside:
        folder.rename(other)
        folder.symlink_to(folder)  # no way leads there
    page.goto(made.url)
    for part, sentence in (
        ("log", "The log cannot be read."),
        ("artifacts", "Artifacts cannot be read."),
        ("cards", "Cards cannot be read."),
    ):
        expect(page.locator(f"#task-{part}")).to_contain_text(sentence)
    expect(page.locator(".attempts .is-on")).to_contain_text("Attempt 1")
    expect(page.locator("#task-metadata")).to_contain_text("ds-root")
    for folder, other in aside:
        folder.unlink()
        other.rename(folder)
    for part in ("cards", "log", "artifacts"):
        page.locator(f"#task-{part}").get_by_role("button", name="Try again").click()
    expect(page.locator(".log-foot")).to_contain_text(f"of {LINES:,}")
    expect(page.get_by_role("button", name="Open records")).to_be_visible()
    expect(page.frame_locator(".card-frame iframe").locator("p")).to_have_text("the card")


def test_what_users_wrote_is_only_text(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    at, flow, run, one = now(), *(made.url.split("/")[n] for n in (-4, -3, -1))
    for name, value in ((HOSTILE, HOSTILE), ("foreach-stack", json.dumps([f"x={HOSTILE}"])), ("script-name", HOSTILE)):
        growing.writer.metadatum((flow, int(run)), "start", int(one), name, value, at, ("attempt_id:1",))
    growing.writer.flush()
    data = json.loads((made.logs / "1.data.json").read_text())
    for part in ("objects", "info"):
        data[part][HOSTILE] = data[part]["records"]
    data["info"][HOSTILE]["type"] = HOSTILE
    (made.logs / "1.data.json").write_text(json.dumps(data))
    (made.logs / "0.task_stderr.log").write_text(f"Traceback (most recent call last):\nValueError: {HOSTILE}\n")
    made.card("<!doctype html><p>card</p>", name="default-<b>")
    for query in ("", "?attempt=0"):
        page.goto(made.url + query)
        drawn(page)
        assert page.locator("#react-entry-point :is(img, iframe[srcdoc])").count() == 0
    expect(page.locator(".blame .et")).to_have_text(f"ValueError: {HOSTILE}")
    page.goto(made.url)
    page.get_by_role("button", name=f"Open {HOSTILE}").click()
    expect(page.locator(".artifact-value td").first).to_have_text("<b>x</b>")


def test_keys_lead_through_the_tasks_of_the_step(page: Page, demo_app: App) -> None:
    first = failed_task(demo_app, page)
    page.goto(demo_app.url + first)
    here = page.locator("#task-rail[data-drawn] a.is-on .mono")
    expect(here).to_have_text(first.rpartition("/")[2])
    rows = page.locator("#task-rail .rail-list a")
    expect(rows.nth(2)).to_be_visible()
    names = rows.locator(".mono").all_inner_texts()
    at = names.index(first.rpartition("/")[2])
    key, other = ("j", at + 1) if at + 1 < len(names) else ("k", at - 1)
    back = "k" if key == "j" else "j"
    page.keyboard.press(key)
    expect(here).to_have_text(names[other])
    expect(page).to_have_url(re.compile(f"/{names[other]}$"))
    page.keyboard.press(back)
    expect(here).to_have_text(names[at])
    bad = page.locator("#task-rail .rail-list a.is-bad .mono").all_inner_texts()
    assert len(bad) > 1
    if names[at] == bad[-1]:
        page.keyboard.press("Shift+E")
        expect(here).to_have_text(bad[-2])
    else:
        page.keyboard.press("e")
        expect(here).to_have_text(bad[bad.index(names[at]) + 1])


def test_the_tabs_mark_the_section_that_is_read(page: Page, demo_app: App) -> None:
    page.goto(demo_app.url + failed_task(demo_app, page))
    drawn(page)
    current = page.locator("#task-tabs [aria-current]")
    expect(current).to_contain_text("Logs")
    marked = page.evaluate(SCROLLED)
    assert [name.strip("0123456789") for name in marked] == [
        "Logs",
        "Artifacts",
        "Cards",
        "Metadata",
        "Notebook and CLI",
    ]
    page.locator("#task-tabs a", has_text="Metadata").click()
    expect(current).to_contain_text("Metadata")
    page.mouse.wheel(0, -20_000)
    expect(current).to_contain_text("Logs")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it_also_on_a_narrow_screen(page: Page, demo_app: App, theme: str) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    page.goto(demo_app.url + failed_task(demo_app, page))
    drawn(page)
    expect(page.locator(".blame [data-line-of] a")).to_be_visible()
    page.locator("#task-artifacts .linklike").first.click()
    expect(page.locator(".artifact-value[data-view]")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 768, "height": 1000})
    expect(page.locator(".task-rail")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
