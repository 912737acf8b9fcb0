"""The filter bar: every condition is in the URL, and a link reproduces the view."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.looks import chip, column, names, open_runs, row, rows, settled, toggle
from tests.e2e.serving import App


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def add_filter(page: Page, field: str, operator: str, value: str) -> None:
    page.get_by_label("Add filter", exact=True).click()
    page.get_by_label(f"{field} operator").select_option(operator)
    page.locator(f"#filter-{field.lower()}-value").fill(value)
    page.locator(f"#filter-{field.lower()}-value").press("Enter")


def test_status_toggles_count_filter_and_combine(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    failed = toggle(page, "Failed")
    count = number(failed.locator(".n").inner_text())
    assert count > 0
    failed.click()
    expect(page).to_have_url(re.compile("status=failed"))
    expect(failed).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#runs-count")).to_contain_text(f"{count} runs")
    settled(page)
    assert set(column(page, "status")) <= {"Failed", "Killed"}
    toggle(page, "Completed").click()
    expect(page.locator("#runs-count")).not_to_contain_text(f"{count} runs")
    assert query(page)["status"] == ["failed", "completed"]
    failed.click()
    toggle(page, "Completed").click()  # before the answer to the first click: its link is an old one
    expect(page).to_have_url(demo_app.url)


def test_quick_clicks_add_up_while_the_server_is_slow(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "sort=-duration")
    held: list[Route] = []
    page.route("**/_dash-update-component", lambda route: held.append(route))
    toggle(page, "Failed").click()
    toggle(page, "Killed").click()
    first, second = (rows(page).nth(n).get_attribute("data-row") or "" for n in (0, 1))
    row(page, first).get_by_role("checkbox").click()
    row(page, second).get_by_role("checkbox").click()
    page.locator("#runs-table th.c-started").get_by_role("link").click()
    page.get_by_role("group", name="Group by").get_by_role("link", name="Flow").click()
    page.get_by_role("group", name="Group by").get_by_role("link", name="User").click()
    expect(page).to_have_url(re.compile("group=user"))
    assert query(page) == {"status": ["failed", "killed"], "select": [first, second], "group": ["user"]}
    for route in held:
        route.continue_()
    page.unroute_all(behavior="wait")
    expect(page.locator("#runs-table .grouphead").first).to_be_visible()
    expect(toggle(page, "Killed")).to_have_attribute("aria-pressed", "true")


CONDITIONS = (
    ("Flow", "is", "SyncLabels", "flow", "is"),
    ("Flow", "is not", "SyncLabels", "flow.not", "is not"),
    ("User", "is", "ana", "user", "is"),
    ("Project", "is", "growth", "project", "is"),
    ("Branch", "is not", "prod", "branch.not", "is not"),
    ("Tag", "is", "nightly", "tag", "is"),
    ("Tag", "is any of", "nightly", "tag.any", "is any of"),
    ("Tag", "is not", "nightly", "tag.not", "is not"),
    ("Tag", "contains", "night", "tag.contains", "contains"),
)


def test_conditions_from_the_menu_are_in_the_url_and_in_a_chip(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    everything = page.locator("#runs-count").inner_text()
    for field, operator, value, parameter, words in CONDITIONS:
        add_filter(page, field, operator, value)
        expect(chip(page, value)).to_contain_text(words)
        assert query(page) == {parameter: [value]}
        expect(page.locator("#runs-count")).not_to_have_text(everything)
        settled(page)
        shown = names(page)
        assert shown, parameter
        if field == "Flow":
            assert all(name.startswith("SyncLabels/") is (operator == "is") for name in shown)
        if field == "User":
            assert set(column(page, "user")) == {"ana"}
        chip(page, value).get_by_label("Remove filter").click()
        expect(page).to_have_url(demo_app.url)
        expect(page.locator("#runs-count")).to_have_text(everything)


def test_the_operator_of_a_chip_turns_a_condition_round(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "user=ana")
    chip(page, "ana").get_by_role("link", name="is", exact=True).click()
    expect(chip(page, "ana")).to_have_class(re.compile(r"\bnot\b"))
    assert query(page) == {"user.not": ["ana"]}
    settled(page)
    expect(page.locator("#runs-table .c-user", has_text=re.compile("^ana$"))).to_have_count(0)


def test_tags_all_and_any(page: Page, demo_app: App) -> None:
    def found(conditions: str) -> int:
        open_runs(page, demo_app.url, conditions)
        return number(page.locator("#runs-count .mf-h2").inner_text())

    both = found("tag=retrain&tag=us-west")
    expect(page.locator("#runs-chips .mf-chip")).to_contain_text("is all of")
    either = found("tag.any=retrain&tag.any=nightly")
    expect(page.locator("#runs-chips .mf-chip")).to_contain_text("is any of")
    assert 0 < both <= found("tag=retrain") < either


def test_suggestions_come_as_one_types(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    page.get_by_label("Add filter", exact=True).click()
    box = page.locator("#filter-flow-value")
    box.press_sequentially("sync")
    expect(page.locator("#suggest-flow option")).to_have_count(1)
    assert page.locator("#suggest-flow option").get_attribute("value") == "SyncLabels"
    page.locator("#filter-tag-value").focus()
    expect(page.locator('#suggest-tag option[value="nightly"]')).to_have_count(1)


def test_presets_of_the_time_range(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    for preset, words in (("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")):
        page.get_by_label("Time range").click()
        page.locator("#menu-time-range").get_by_role("link", name=words).click()
        expect(page.get_by_label("Time range")).to_contain_text(words)
        assert query(page) == {"started": [preset]}
        expect(page.locator("#menu-time-range")).not_to_have_attribute("open", "")


def test_a_custom_range_is_meant_in_the_chosen_time_zone(page: Page, demo_app: App) -> None:
    page.context.add_cookies([{"name": "mf_tz", "value": "Asia/Tokyo", "url": demo_app.url}])
    open_runs(page, demo_app.url)
    page.get_by_label("Time range").click()
    page.locator("#runs-from").fill("2026-01-02T09:30")
    page.locator("#menu-time-range").get_by_role("button", name="Apply").click()
    expect(chip(page, "started")).to_contain_text("2 Jan 09:30")
    assert query(page) == {"started": ["2026-01-02T00:30Z.."]}


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, start[1])
    page.mouse.move(*end)
    page.mouse.up()


def test_brushing_the_activity_strip_filters_by_start(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "started=7d")
    expect(page.locator("#runs-strip .scatterlayer .point").first).to_be_attached()
    area = page.locator("#runs-strip-range").bounding_box()
    assert area
    middle = area["y"] + area["height"] / 2
    drag(page, (area["x"] + area["width"] * 0.4, middle), (area["x"] + area["width"] * 0.8, middle))
    expect(page).to_have_url(re.compile(r"started=.*\.\."))
    expect(chip(page, "started")).to_contain_text("between")
    since, until = (datetime.fromisoformat(end.replace("Z", "+00:00")) for end in query(page)["started"][0].split(".."))
    assert (until - since) / timedelta(days=7) == pytest.approx(0.4, abs=0.02)
    chosen = page.locator("#runs-strip-range .mf-range")
    box = chosen.bounding_box()
    assert box
    assert box["width"] / area["width"] == pytest.approx(0.4, abs=0.02)
    middle = box["y"] + box["height"] / 2  # the chip has moved the strip down
    drag(page, (box["x"] + box["width"], middle), (box["x"] + box["width"] / 2, middle))
    expect(page).not_to_have_url(re.compile(re.escape(f"{until:%H:%M}")))
    shorter = chosen.bounding_box()
    assert shorter
    assert shorter["x"] == pytest.approx(box["x"], abs=2)


def test_a_press_that_does_not_move_opens_the_run_under_it(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "status=failed")
    dot = page.locator("#runs-strip .trace .point").last
    expect(dot).to_be_attached()
    box = dot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"/\w+/\d+$"))


def test_free_text_and_run_ids(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    search = page.get_by_role("searchbox", name="Search runs")
    search.fill("synclab")
    search.press("Enter")
    expect(chip(page, "synclab")).to_be_visible()
    settled(page)
    assert {name.split("/")[0] for name in names(page)} == {"SyncLabels"}
    number = names(page)[0].split("/")[1]
    search.fill(number)
    search.press("Enter")
    expect(rows(page)).to_have_count(1)
    assert names(page) == [f"SyncLabels/{number}"]


def test_a_link_reproduces_the_view_in_another_browser(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "status=completed&user=ana&group=flow&sort=-duration&hide=tags")
    here, chips = names(page), page.locator("#runs-chips").inner_text()
    other = page.context.browser.new_context(viewport={"width": 1440, "height": 900})  # type: ignore[union-attr]
    there = other.new_page()
    there.set_default_timeout(15_000)
    there.goto(page.url)
    settled(there)
    assert names(there) == here
    assert there.locator("#runs-chips").inner_text() == chips
    other.close()


def test_back_and_forward_walk_through_the_filters(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    everything = names(page)
    toggle(page, "Failed").click()
    expect(toggle(page, "Failed")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(toggle(page, "Failed")).to_have_attribute("aria-pressed", "false")
    settled(page)
    assert names(page) == everything
    page.go_forward()
    expect(toggle(page, "Failed")).to_have_attribute("aria-pressed", "true")


def test_grouping(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url)
    for by in ("Flow", "User", "Project"):
        page.get_by_role("group", name="Group by").get_by_role("link", name=by).click()
        expect(page).to_have_url(f"{demo_app.url}?group={by.lower()}")
        expect(page.get_by_role("group", name="Group by").locator("[aria-current]")).to_have_text(by)
        expect(page.locator("#runs-table .grouphead").first).to_contain_text("success")
        settled(page)
        heads = page.locator("#runs-table .grouphead .gname").all_inner_texts()
        assert len(heads) == len(set(heads)) > 2
    page.locator("#runs-table .grouphead").first.get_by_role("link", name="All its runs").click()
    expect(page.locator("#runs-table .grouphead")).to_have_count(0)
    assert "project" in query(page)


@pytest.mark.parametrize("sort", ["Started", "Duration", "Flow", "User"])
def test_sorting_by_a_heading_says_so_to_screen_readers(page: Page, demo_app: App, sort: str) -> None:
    open_runs(page, demo_app.url, "started=any&sort=-user" if sort != "User" else "")
    name = sort.lower()
    heading = page.locator(f"#runs-table th.c-{name}")
    expect(heading).not_to_have_attribute("aria-sort", re.compile("."))
    heading.get_by_role("link", name=sort).click()
    first = "ascending" if sort in ("Flow", "User") else "descending"
    expect(heading).to_have_attribute("aria-sort", first)
    expect(page.locator("#runs-table th[aria-sort]")).to_have_count(1)
    settled(page)
    if name == "user":
        users = [user for user in column(page, "user") if user != "–"]
        assert users == sorted(users, key=str.lower)
    heading.get_by_role("link", name=sort).click()
    expect(heading).to_have_attribute("aria-sort", "descending" if first == "ascending" else "ascending")


def test_more_rows_are_one_link_away(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "status=completed")
    expect(rows(page)).to_have_count(50)
    before = names(page)
    page.get_by_role("link", name="Load 50 more").click()
    expect(rows(page)).to_have_count(100)
    assert names(page)[:50] == before
