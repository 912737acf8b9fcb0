"""The page of a task on a folder that the real Metaflow writes: while it runs, and when it has failed at its end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.serving import App, serve
from tests.local.fixtures import start_flow, until

FLOW = "TellingFlow"
LINES = 50_000
MOST = 240  # seconds that the flow may take on a busy machine


@dataclass(frozen=True, slots=True)
class Telling:
    """A run of tests/flows/telling.py, and the dashboard that shows it."""

    app: App
    run: str
    gate: Path

    def url(self, task: str) -> str:
        return f"{self.app.url}{FLOW}/{self.run}/{task}"


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Telling, object]]:
    """Its first step waits."""
    root = tmp_path_factory.mktemp("telling")
    folder, gate = root / ".metaflow", root / "gate"
    folder.mkdir()
    latest = folder / FLOW / "latest_run"
    with start_flow(root, "telling", "run", "--gate", str(gate)) as process:
        try:
            until(lambda: latest.exists() and latest.read_text().strip(), MOST)
            with serve(folder, root) as app:
                yield Telling(app, latest.read_text().strip(), gate), process
                assert app.complaints() == []
        finally:
            gate.touch()
            process.communicate(timeout=MOST)


@pytest.fixture(scope="module")
def going(flow: tuple[Telling, object]) -> Telling:
    return flow[0]


@pytest.fixture(scope="module")
def told(flow: tuple[Telling, object]) -> Telling:
    """The flow has gone to its end."""
    telling, process = flow
    telling.gate.touch()
    process.communicate(timeout=MOST)  # type: ignore[attr-defined]
    return telling


def test_a_running_task_says_why_it_shows_no_log_and_its_card_advances(page: Page, going: Telling) -> None:
    page.goto(going.url("start/1"))
    expect(page.locator(".mf-pill")).to_have_text("Running", timeout=60_000)
    expect(page.locator(".log-note")).to_contain_text("A task beside its scheduler saves its log when it ends")
    expect(page.locator("#task-artifacts")).to_contain_text("It saves them when it ends.")
    card = page.frame_locator(".card-frame iframe").locator("body")
    expect(card).to_contain_text("Progress", timeout=60_000)
    expect(card).to_contain_text(re.compile(r"\d/9"))
    now = re.search(r"\d/9", card.inner_text())
    assert now
    expect(card).not_to_contain_text(now[0], timeout=60_000)


def test_a_long_log_with_colours_and_links_is_text(page: Page, told: Telling) -> None:
    page.goto(told.url("work/2"))
    expect(page.locator(".log-foot")).to_contain_text(f"of {LINES:,}", timeout=60_000)
    expect(page.locator(".l .tx").last).to_have_text(f"line {LINES} of many")  # it opens at its end
    expect(page.locator(".log-foot")).to_contain_text(f"–{LINES:,} of {LINES:,}")
    page.get_by_role("button", name="First line").click()
    first = page.locator('.l[data-line="1"] .tx')
    expect(first).to_contain_text("grün 🚀 red and bold link")
    expect(first).to_contain_text("<b>bold</b>")
    expect(first.locator(".a-red.a-b")).to_have_text("red and bold")
    assert page.locator(".l a:not(.ln), .l b").count() == 0
    expect(page.frame_locator(".card-frame iframe").locator("body")).to_contain_text(f"{FLOW}/{told.run}/work/2")


def test_a_retried_task_shows_why_its_first_attempt_failed(page: Page, told: Telling) -> None:
    page.goto(told.url("work/3"))
    expect(page.locator(".mf-reason")).to_have_text("It ended well. 1 attempt before it failed.")
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile("attempt=0"))
    expect(page.locator(".blame .et")).to_have_text("ValueError: “flaky” is <i>unlucky</i> ☃")
    page.locator(".blame [data-line-of] a").click()
    expect(page).to_have_url(re.compile(r"log=stderr&line=\d+"))
    expect(page.locator(".l.perma .tx")).to_have_text("ValueError: “flaky” is <i>unlucky</i> ☃")
    expect(page.locator(".l.perma")).to_be_in_viewport()
    page.keyboard.press("]")
    expect(page.locator(".attempts [aria-current]")).to_contain_text("Attempt 1")


def test_a_caught_exception_and_what_changed_since_the_step_before(page: Page, told: Telling) -> None:
    page.goto(told.url("work/4"))
    expect(page.locator(".blame.caught")).to_contain_text("swallowed by @catch")
    expect(page.locator(".blame .cl.hot")).to_contain_text("raise ValueError")
    names = page.locator("#task-artifacts table").first.locator("tbody .linklike")
    expect(names.first).to_have_text("failure")
    page.get_by_role("link", name="Parent task").click()
    expect(page.locator("#task-artifacts th", has_text="Versus start/1").first).to_be_visible()
    row = page.locator("#task-artifacts tr", has=page.get_by_role("button", name="rate", exact=True))
    expect(row).to_contain_text("changed")
    page.get_by_role("switch", name=re.compile("^Changed since")).click()
    expect(page).to_have_url(re.compile("versus=parent&changed=off"))
    page.get_by_role("button", name="Open records").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download records as CSV").click()
    rows = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert rows[:2] == [["name", "n"], ["'=SUM(A1)", "0"]]


def test_a_join_names_its_parents_and_a_card_that_could_not_be_made_says_so(page: Page, told: Telling) -> None:
    page.goto(told.url("join/5"))
    expect(page.locator(".mf-facts")).to_contain_text("work/2 work/3 work/4")
    expect(page.locator(".mf-facts").get_by_role("link", name="end/6")).to_be_visible()
    failed = page.frame_locator(".card-frame iframe").locator("body")
    expect(failed).to_contain_text("Card Render Failed With Error")


def test_the_step_that_failed_says_how_to_go_on(page: Page, told: Telling) -> None:
    page.goto(told.url("end/6"))
    expect(page.locator(".blame")).to_contain_text("RuntimeError: nothing helps")
    expect(page.locator(".blame")).to_contain_text("First failure in this run.")
    page.get_by_role("button", name="CLI").click()
    shown = page.locator("[data-snippets-of=cli]")
    expect(shown).to_contain_text(f"python telling.py resume end --origin-run-id {told.run}")
    for command in ("logs show --attempt 0", "card view", "dump"):
        expect(shown).to_contain_text(f"python telling.py {command} {told.run}/end/6")
