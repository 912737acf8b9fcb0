"""The frame in a real browser: poll, theme, time zone, navigation, keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from tests.shell_app import PREFIX, Running, serve


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Only warnings of the web server, so that a failure stays readable."""
    caplog.set_level("WARNING", "werkzeug")


@pytest.fixture(scope="module")
def _running() -> Iterator[Running]:
    running = serve()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def app(_running: Running) -> Running:
    """The test app, with its database well again."""
    _running.database.ok = True
    _running.database.token = "first"
    _running.database.queries.clear()
    return _running


@pytest.fixture
def opened(page: Page, app: Running) -> Iterator[Page]:
    """The app's first page, complete. Nothing on the console, no request elsewhere, by the end of the test."""
    said: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfinished", lambda request: elsewhere.extend(_elsewhere(request, app.url)))
    page.on("requestfailed", lambda request: elsewhere.extend(_elsewhere(request, app.url)))
    page.goto(app.url)
    expect(page.locator("#seen")).to_contain_text("first")
    expect(page.locator("[data-live=button]")).to_contain_text("Live")
    page.evaluate("window.instance = 'kept'")
    yield page
    assert said == []
    assert elsewhere == []


def _elsewhere(request: Request, url: str) -> list[str]:
    return [] if request.url.startswith((url, "data:", "blob:")) else [request.url]


def _is_poll(request: Request) -> bool:
    return '"shell-interval.n_intervals"' in (request.post_data or "")


def _polls(page: Page) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: found.extend([request] if _is_poll(request) else []))
    return found


def _hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


# --- the poll


def test_a_page_asks_once_at_load_although_query_and_token_both_arrive(opened: Page, app: Running) -> None:
    assert app.database.queries == [(PREFIX, "first")]


def test_an_unchanged_poll_costs_little_and_redraws_nothing(opened: Page, app: Running) -> None:
    with opened.expect_response(lambda response: _is_poll(response.request)) as caught:
        pass
    body = caught.value.body()
    assert len(body) <= 150, body
    assert set(json.loads(body)["response"]) == {"shell-live"}
    assert len(caught.value.request.post_data or "") < 400
    assert len(app.database.queries) == 1


def test_a_new_token_reaches_the_pages(opened: Page, app: Running) -> None:
    app.database.token = "second"
    expect(opened.locator("#seen")).to_contain_text("second")


def test_pause_stops_polling_and_resume_polls_at_once(opened: Page, app: Running) -> None:
    opened.keyboard.press("p")
    button = opened.locator("[data-live=button]")
    expect(button).to_have_class(re.compile("is-paused"))
    expect(button).to_contain_text("Paused")
    polls = _polls(opened)
    expect(button).to_contain_text(re.compile(r"Paused\s*[4-9] s"))  # four intervals have passed
    assert polls == []
    with opened.expect_request(_is_poll):
        button.click()
    expect(button).to_contain_text("Live")


def test_a_hidden_tab_does_not_poll_and_polls_at_once_on_return(opened: Page, app: Running) -> None:
    _hide(opened, True)
    polls = _polls(opened)
    opened.wait_for_function("since => Date.now() - since > 2500", arg=opened.evaluate("Date.now()"))
    assert polls == []
    with opened.expect_request(_is_poll, timeout=900):
        _hide(opened, False)
    expect(opened.locator("[data-live=button]")).to_contain_text("Live")


def test_a_tab_that_is_hidden_or_shown_before_it_is_drawn_says_nothing(opened: Page, app: Running) -> None:
    change = (
        "document.addEventListener('DOMContentLoaded', () => document.dispatchEvent(new Event('visibilitychange')))"
    )
    opened.add_init_script(change)
    opened.reload()
    expect(opened.locator("#seen")).to_contain_text("first")
    expect(opened.locator("[data-live=button]")).to_contain_text("Live")


def test_a_silent_database_is_told_freezes_the_clocks_and_is_retried(opened: Page, app: Running) -> None:
    running = opened.locator("#running")
    expect(running).to_have_text(re.compile(r"^1m \d\ds$"))
    app.database.ok = False
    banner = opened.locator("#shell-banner")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(
        re.compile(r"The database has not answered for \d+s\. You see the state of \d\d:\d\d:\d\d")
    )
    expect(opened.locator("[data-live=button]")).to_contain_text("Database unreachable")
    expect(banner).to_contain_text(re.compile(r"Next try in [1-5] s"))
    frozen = running.text_content()
    expect(banner).to_contain_text(re.compile(r"answered for [3-9]s"))
    assert running.text_content() == frozen
    banner.get_by_text("Details").click()
    expect(banner.get_by_text("connection refused")).to_be_visible()
    assert opened.locator("#seen").text_content() == f"{PREFIX} first light UTC"
    app.database.ok = True
    banner.get_by_text("Retry now").click()
    expect(banner).to_be_hidden()
    expect(running).not_to_have_text(frozen or "")


def test_a_server_that_is_gone_makes_the_data_late_then_unreachable(page: Page, app: Running) -> None:
    page.clock.install()
    page.goto(app.url)
    button = page.locator("[data-live=button]")
    expect(button).to_contain_text("Live")
    page.route("**/_dash-update-component", lambda route: route.abort())
    page.clock.fast_forward(6_000)
    expect(button).to_contain_text(re.compile(r"Data is \d+ s old"))
    expect(button).to_have_class(re.compile("is-stale"))
    expect(page.locator("#shell-banner")).to_be_hidden()
    page.clock.fast_forward(40_000)
    expect(button).to_contain_text("Server unreachable")
    expect(page.locator("#shell-banner")).to_contain_text("The server has not answered for")
    page.unroute("**/_dash-update-component")
    page.get_by_text("Retry now").click()
    expect(button).to_contain_text("Live")


# --- theme and time zone


def test_the_theme_survives_a_reload_and_reaches_pages_and_server(opened: Page, app: Running) -> None:
    opened.get_by_label("Theme").click()
    opened.get_by_role("menuitemradio", name="Dark").click()
    expect(opened.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(opened.locator("#seen")).to_contain_text("dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    app.database.queries.clear()
    opened.reload()
    expect(opened.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(opened.locator("#seen")).to_have_text(f"{PREFIX} first dark UTC")
    assert len(app.database.queries) == 1  # the first answer had the right colours
    opened.keyboard.press("t")
    expect(opened.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_the_theme_follows_the_system_until_one_is_chosen(opened: Page) -> None:
    opened.emulate_media(color_scheme="dark")
    expect(opened.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(opened.locator("#seen")).to_contain_text("dark")


def test_a_time_zone_changes_the_times_on_the_page_and_is_remembered(opened: Page, app: Running) -> None:
    moment = opened.locator("time[data-style=datetime]").first
    expect(moment).to_have_text("25 Nov 2025 14:34")
    summary = opened.locator("summary", has=opened.locator("[data-zone-label]"))
    summary.click()
    opened.get_by_label("Other time zone").fill("kathmandu")
    opened.get_by_label("Other time zone").press("Enter")
    expect(moment).to_have_text("25 Nov 2025 20:19")  # +05:45
    expect(moment).to_have_attribute("title", re.compile("^2025-11-25 20:19:44 Asia/Kathmandu"))
    expect(summary).to_contain_text("Kathmandu")
    expect(opened.locator("#seen")).to_contain_text("Asia/Kathmandu")
    opened.reload()
    expect(moment).to_have_text("25 Nov 2025 20:19")
    expect(opened.locator("#seen")).to_have_text(f"{PREFIX} first light Asia/Kathmandu")
    summary.click()
    opened.get_by_role("menuitemradio", name="UTC", exact=True).click()
    expect(moment).to_have_text("25 Nov 2025 14:34")
    assert opened.locator("#shell-zones option").count() == 0  # made only when asked for


def test_an_unknown_time_zone_is_refused_with_a_toast(opened: Page) -> None:
    opened.locator("summary", has=opened.locator("[data-zone-label]")).click()
    opened.get_by_label("Other time zone").fill("Middle/Earth")
    opened.get_by_role("button", name="Use").click()
    expect(opened.locator(".mf-toast")).to_contain_text("No time zone “Middle/Earth”")


def test_times_are_rewritten_when_react_changes_them(opened: Page) -> None:
    expect(opened.locator("#relative")).to_have_text(re.compile(r"^\d+ d ago$"))
    opened.evaluate("dash_clientside.set_props('relative', { 'data-ms': String(Date.now() - 7.5e6) })")
    expect(opened.locator("#relative")).to_have_text("2 h ago")
    opened.evaluate("dash_clientside.set_props('relative', { children: 'server text', 'data-style': 'date' })")
    expect(opened.locator("#relative")).to_have_text(re.compile(r"^\d+ \w{3} 20\d\d$"))


def test_durations_have_the_form_of_the_design(opened: Page) -> None:
    seconds = [18, 246, 290, 7680, 273_600, 0, -5]
    shown = opened.evaluate("all => all.map(s => mf.time.duration(s * 1000))", seconds)
    assert shown == ["18s", "4m 06s", "4m 50s", "2h 08m", "3d 4h", "0s", "0s"]


# --- navigation


def test_links_of_the_same_path_keep_the_page_and_what_was_typed(opened: Page, app: Running) -> None:
    opened.locator("#own").fill("typed")
    opened.locator("#to-failed").click()
    expect(opened.locator("#seen")).to_contain_text("?status=failed")
    assert opened.url == f"{app.url}?status=failed"
    expect(opened.locator("#to-failed")).to_be_focused()
    opened.go_back()
    expect(opened.locator("#seen")).not_to_contain_text("?status=failed")
    opened.go_forward()
    expect(opened.locator("#seen")).to_contain_text("?status=failed")
    expect(opened.locator("#own")).to_have_value("typed")
    assert opened.evaluate("window.instance") == "kept"


def test_links_to_another_path_change_the_page_without_a_load(opened: Page, app: Running) -> None:
    opened.locator("#to-failed").click()
    opened.evaluate("window.scrollTo(0, 600)")
    opened.wait_for_function("history.state?.y === 600")
    app.database.queries.clear()
    opened.evaluate("document.getElementById('to-run').click()")  # a real click would scroll to the link
    expect(opened.locator("#seen-run")).to_have_text(f"{PREFIX}HelloFlow/12 first")
    expect(opened.locator("#shell-main")).to_be_focused()
    assert app.database.queries == [(f"{PREFIX}HelloFlow/12", "first")]  # the old page was not asked for the new URL
    opened.go_back()
    expect(opened.locator("#seen")).to_contain_text(f"{PREFIX}?status=failed first")
    opened.wait_for_function("window.scrollY === 600")
    assert opened.evaluate("window.instance") == "kept"
    opened.reload()
    expect(opened.locator("#seen")).to_contain_text(f"{PREFIX}?status=failed first")


def test_forms_go_to_the_url_of_their_filled_fields(opened: Page, app: Running) -> None:
    opened.locator("[data-key=search] input").fill("  nan & inf ")
    opened.locator("[data-key=search] input").press("Enter")
    expect(opened.locator("#seen")).to_contain_text("?q=nan+%26+inf")
    assert opened.url == f"{app.url}?q=nan+%26+inf"
    assert opened.evaluate("window.instance") == "kept"


def test_what_is_no_page_is_left_to_the_browser(opened: Page, app: Running) -> None:
    opened.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    opened.locator("#to-api").click()
    opened.wait_for_url(f"{app.url}-/api/runs")
    expect(opened.locator("body")).to_contain_text("none")


def test_modifier_keys_are_left_to_the_browser(opened: Page, app: Running) -> None:
    with opened.context.expect_page() as caught:
        opened.locator("#to-failed").click(modifiers=["Control"])
    assert caught.value.url in ("about:blank", f"{app.url}?status=failed")
    assert opened.url == app.url


def test_the_navigation_marks_where_one_is(opened: Page, app: Running) -> None:
    expect(opened.get_by_role("link", name="Runs", exact=True)).to_have_attribute("aria-current", "page")
    opened.get_by_role("link", name="Flows", exact=True).click()
    expect(opened.get_by_role("link", name="Flows", exact=True)).to_have_attribute("aria-current", "page")
    assert opened.url == f"{app.url}?group=flow"


def test_the_go_to_box_is_a_plain_form(opened: Page, app: Running) -> None:
    opened.keyboard.press("Control+k")
    opened.keyboard.type("HelloFlow/12")
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{app.url}-/go?to=HelloFlow%2F12")


# --- keyboard, menus, copying


def test_help_opens_by_its_key_and_lists_keys_and_statuses(opened: Page) -> None:
    opened.keyboard.press("?")
    sheet = opened.get_by_role("dialog", name="Help")
    expect(sheet).to_be_visible()
    for text in ("Shift E", "No heartbeat", "demo, 4 runs", "1.2.3"):
        expect(sheet).to_contain_text(text)
    opened.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_rows_are_walked_opened_and_ticked_by_keys(opened: Page, app: Running) -> None:
    opened.keyboard.press("j")
    opened.keyboard.press("j")
    expect(opened.locator("tr[data-row]").nth(1)).to_be_focused()
    opened.keyboard.press("k")
    expect(opened.locator("tr[data-row]").nth(0)).to_be_focused()
    opened.keyboard.press("e")
    expect(opened.locator("tr[data-row]").nth(2)).to_be_focused()
    opened.keyboard.press("x")
    expect(opened.locator("#seen")).to_contain_text("?picked=1")
    opened.keyboard.press("Enter")
    expect(opened.locator("#seen-run")).to_contain_text("HelloFlow/2")
    opened.keyboard.press("g")
    opened.keyboard.press("f")
    expect(opened.locator("#seen")).to_contain_text("?group=flow")


def test_space_acts_on_links_that_act_as_checkboxes(opened: Page) -> None:
    opened.locator("[data-check='1']").focus()
    opened.keyboard.press(" ")
    expect(opened.locator("#seen")).to_contain_text("?picked=1")
    assert opened.evaluate("window.scrollY") == 0


def test_keys_are_off_while_typing_and_when_switched_off(opened: Page) -> None:
    opened.keyboard.press("/")
    field = opened.locator("[data-key=search] input")
    expect(field).to_be_focused()
    opened.keyboard.type("p?t")
    expect(field).to_have_value("p?t")
    opened.keyboard.press("Escape")
    opened.keyboard.press("?")
    opened.get_by_role("switch").click()
    opened.keyboard.press("Escape")
    opened.keyboard.press("p")
    opened.keyboard.press("?")
    expect(opened.get_by_role("dialog")).to_be_hidden()
    expect(opened.locator("[data-live=button]")).to_contain_text("Live")
    opened.reload()
    expect(opened.locator("#seen")).to_contain_text("first")
    opened.get_by_label("Help and shortcuts").click()
    expect(opened.get_by_role("switch")).to_have_attribute("aria-checked", "false")


def test_menus_close_by_escape_and_outside_and_move_by_arrows(opened: Page) -> None:
    menu = opened.locator("#menu")
    menu.locator("summary").focus()
    opened.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("ArrowDown")
    expect(menu.get_by_text("two")).to_be_focused()
    opened.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    opened.get_by_label("Theme").click()
    expect(menu).not_to_have_attribute("open", "")
    opened.locator("h1").click()
    expect(opened.locator("details[open]")).to_have_count(0)


def test_copying_says_so(opened: Page) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.locator("#copy").click()
    expect(opened.get_by_text("Copied HelloFlow/12")).to_be_visible()
    assert opened.evaluate("navigator.clipboard.readText()") == "HelloFlow/12"
    opened.keyboard.press("y")
    expect(opened.get_by_text("Copied the link to this view")).to_be_visible()
    assert opened.evaluate("navigator.clipboard.readText()") == opened.url
    expect(opened.locator(".mf-toast")).to_have_count(0, timeout=8000)


def test_figures_come_from_the_small_bundle_of_this_server(opened: Page, app: Running) -> None:
    expect(opened.locator(".js-plotly-plot .bars")).to_be_visible()
    scripts = opened.evaluate(
        "[...document.scripts].map(s => s.src).filter(s => s.includes('/vendor/') || /plotly.*min/.test(s))"
    )
    assert scripts == [f"{app.url}assets/vendor/plotly-cartesian-4.1.1/plotly-cartesian.min.js"]


def test_targets_are_large_enough_and_named(opened: Page) -> None:
    small = opened.evaluate(
        """[...document.querySelectorAll('header button, header a, header summary')]
            .filter(e => e.checkVisibility())
            .filter(e => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; })
            .map(e => e.outerHTML)"""
    )
    assert small == []
    for name in ("Live", "Theme", "Help and shortcuts"):
        assert opened.locator(".mf-topbar").get_by_label(name).or_(opened.get_by_role("button", name=name)).count() >= 1
