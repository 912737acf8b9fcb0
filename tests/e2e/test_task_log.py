"""The page of a task in a browser: attempts, its log, artifacts and the way to it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.attempts import LINES, task
from tests.e2e.serving import Growing


def test_a_log_is_searched_and_walked_through(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    page.goto(f"{made.url}?log=stdout")
    expect(page.locator(".log-foot")).to_contain_text(f"of {LINES:,}")
    page.get_by_label("Search the whole log").fill("NEEDLE")
    expect(page.locator(".log-found")).to_contain_text("1 of 3")
    expect(page.locator(".l.is-current")).to_have_attribute("data-line", "10")
    page.get_by_label("Search the whole log").press("Enter")
    expect(page.locator(".log-found")).to_contain_text("2 of 3")
    current = page.locator(".l.is-current .tx")
    expect(current).to_have_text("needle <img src=x onerror=alert(1)> 30000")
    expect(current.locator("mark")).to_have_text("needle")
    expect(page).to_have_url(re.compile("search=NEEDLE"))
    page.get_by_role("button", name="Match case").click()
    expect(page.locator(".log-found")).to_contain_text("nothing found")


def test_a_line_has_an_address_that_leads_back_to_it(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    page.goto(f"{made.url}?log=stdout&line=30000")
    chosen = page.locator(".l.perma")
    expect(chosen.locator(".tx")).to_contain_text("30000")
    expect(chosen).to_be_in_viewport()
    page.locator('.l[data-line="30001"] .ln').click()
    expect(page).to_have_url(re.compile("line=30001"))
    expect(page.locator(".l.perma")).to_have_attribute("data-line", "30001")


def test_attempts_are_switched_by_the_address(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    page.goto(made.url)
    expect(page.locator(".attempts .is-on")).to_contain_text("Attempt 1")
    page.locator(".attempts a", has_text="Attempt 0").click()
    expect(page).to_have_url(re.compile("attempt=0"))
    expect(page.locator(".blame .et")).to_have_text("ValueError: Ünlucky ☃")
    expect(page.locator("#task-log")).to_contain_text("ValueError: Ünlucky ☃")
    page.get_by_role("button", name="First error").click()
    expect(page.locator(".l.perma")).to_have_attribute("data-line", "1")


def test_values_open_below_their_rows(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    page.goto(made.url)
    page.get_by_role("button", name="Open records").click()
    expect(page.locator(".artifact-value")).to_have_attribute("data-view", "table")
    expect(page.locator(".artifact-value td").first).to_have_text("<b>x</b>")
    page.get_by_role("button", name="Open nested").click()
    page.get_by_role("button", name="Open inner").click()
    expect(page.locator(".artifact-value")).to_contain_text("found it")
    expect(page).to_have_url(re.compile("artifact=nested"))
    page.reload()
    expect(page.locator(".artifact-value")).to_have_attribute("data-view", "tree")


def test_the_list_beside_leads_to_other_tasks(page: Page, demo_app: object) -> None:
    url = getattr(demo_app, "url", "")
    found = page.request.get(f"{url}-/api/runs?status=failed&flow=TrainChurnModel&limit=1").json()["runs"][0]
    tasks = page.request.get(f"{url}-/api/TrainChurnModel/{found['run']}/tasks?status=failed&limit=1").json()["tasks"]
    page.goto(url + tasks[0]["pathspec"])
    expect(page.locator("#task-rail[data-drawn] a.is-on")).to_contain_text(tasks[0]["task"])
    expect(page.locator("#task-log[data-drawn]")).to_be_visible()
    other = page.locator(".rail-list a:not(.is-on)").first
    name = other.locator(".mono").inner_text()
    other.click()
    expect(page.locator(".mf-crumbs .cur")).to_have_text(name)
    expect(page.locator("#task-rail a.is-on .mono")).to_have_text(name)
