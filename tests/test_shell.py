"""The frame in a real browser: poll, theme, time zone, navigation, keyboard; and its pure parts."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import dash
import pytest
from dash import Dash, Output, dcc, html
from dash.development.base_component import Component
from flask import Flask
from playwright.sync_api import Page, Request, expect
from werkzeug.serving import BaseWSGIServer, make_server

from components import feedback, icons, theme
from components.attributes import data
from dashboard import links, shell, viewer
from dashboard.data.database import Database, Health
from dashboard.models import Qualifier, Status
from dashboard.settings import Settings
from dashboard.source import Source

ASSETS = Path(__file__).parent.parent / "assets"
T0 = 1_764_081_284_000  # 2025-11-25 14:34:44 UTC
PREFIX = "/metaflow/"


@dataclass
class FakeDatabase:
    """A database whose health the test decides."""

    ok: bool = True
    token: str = "first"
    asked: int = 0
    last_ok_at: int | None = None
    queries: list[tuple[Any, ...]] = field(default_factory=list)

    def health(self) -> Health:
        self.asked += 1
        at = int(time.time() * 1000)
        if self.ok:
            self.last_ok_at = at
            return Health(True, at, at, None, self.token)
        return Health(False, at, self.last_ok_at, "connection refused", None)


@dataclass
class Running:
    url: str
    database: FakeDatabase
    server: BaseWSGIServer


def _runs(**_query: object) -> Component:
    row = [
        html.Tr(
            [
                html.Td(html.A("✓", href="?picked=1", role="checkbox", **data(check=str(number)))),
                html.Td(html.A(f"run {number}", href=links.href(f"/HelloFlow/{number}"), **data(main=""))),
                html.Td(html.Time("then", **data(ms=str(T0), style="datetime"))),
            ],
            **data(row="", status="failed" if number == 2 else "completed"),
        )
        for number in range(4)
    ]
    return html.Div(
        [
            html.H1("Runs"),
            html.P(id="seen"),
            dcc.Input(id="own"),
            html.A("failed", href=links.href("/", "status=failed"), id="to-failed"),
            html.A("flow", href=links.href("/HelloFlow/12"), id="to-run"),
            html.A("file", href=links.href("/-/api/runs"), id="to-api"),
            html.Time("then", id="relative", **data(ms=str(T0))),
            html.Span("?", id="running", **data(since=str(int(time.time() * 1000) - 65_000))),
            html.Form(
                [
                    html.Label(shell.dbc.Input(name="q", type="text"), **data(key="search")),
                    html.Label(shell.dbc.Input(name="user", type="text", value="")),
                ],
                action=links.href("/"),
                method="get",
                **data(soft=""),
            ),
            html.Details(
                [
                    html.Summary("Menu"),
                    html.Div([html.A("one", href="#a"), html.A("two", href="#b")], className="mf-pop"),
                ],
                className="mf-menu",
                id="menu",
            ),
            html.Button("copy", id="copy", **data(copy="HelloFlow/12")),
            html.Table(html.Tbody(row), className="mf-tbl"),
            dcc.Graph(figure={"data": [{"type": "bar", "y": [1]}]}, config={"showSendToCloud": False}),
            html.Div(style={"height": "1500px"}),
        ]
    )


def _run(flow: str = "", run: str = "", **_query: object) -> Component:
    return html.Div([html.H1(f"Run {flow}/{run}"), html.P(id="seen-run")])


def _app(database: FakeDatabase, prefix: str, refresh: float) -> Dash:
    settings = Settings(path_prefix=prefix, refresh=refresh)
    app = Dash(
        "shell_test",
        server=Flask("shell_test"),
        assets_folder=str(ASSETS),
        assets_path_ignore=["vendor"],
        url_base_pathname=prefix,
        use_pages=True,
        pages_folder="",
        update_title=cast(str, None),
        suppress_callback_exceptions=True,
    )
    dash.page_registry.clear()
    dash.register_page("runs", path="/", layout=_runs, title="Runs")
    dash.register_page("run", path_template="/<flow>/<run>", layout=_run, title="Run")
    source = Source("demo", "demo, 4 runs")
    app.layout = lambda: shell.layout(source, settings, dash.page_container, version="1.2.3")
    shell.register(app, cast(Database, database), settings)

    @app.callback(Output("seen", "children"), shell.QUERY, shell.REFRESH, shell.THEME, shell.ZONE)
    def fill_seen(query: str, token: str, shown: str, zone: str) -> str:
        database.queries.append((query, token))
        return f"{query} {token} {shown} {zone}"

    @app.callback(Output("seen-run", "children"), shell.QUERY, shell.REFRESH)
    def fill_run(query: str, token: str) -> str:
        database.queries.append((query, token))
        return f"{query} {token}"

    @app.server.get(f"{prefix}-/api/runs")
    def api() -> dict[str, str]:
        return {"runs": "none"}

    @app.server.get(f"{prefix}-/go")
    def go() -> str:
        return "gone"

    return app


def _serve(prefix: str = PREFIX, refresh: float = 1) -> Running:
    database = FakeDatabase()
    app = _app(database, prefix, refresh)
    app._setup_server()
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Running(f"http://127.0.0.1:{server.port}{prefix}", database, server)


@pytest.fixture(scope="module")
def _running() -> Iterator[Running]:
    running = _serve()
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
    page.on("request", lambda request: _same_origin(request, app.url) or elsewhere.append(request.url))
    page.goto(app.url)
    expect(page.locator("#seen")).to_contain_text("first")
    expect(page.locator("[data-live=button]")).to_contain_text("Live")
    page.evaluate("window.instance = 'kept'")
    yield page
    assert said == []
    assert elsewhere == []


def _same_origin(request: Request, url: str) -> bool:
    return request.url.startswith((url, "data:", "blob:"))


def _polls(page: Page) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: '"shell-tick.data"' in (request.post_data or "") and found.append(request))
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
    with opened.expect_response(lambda r: '"shell-tick.data"' in (r.request.post_data or "")) as caught:
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
    with opened.expect_request(lambda r: '"shell-tick.data"' in (r.post_data or "")):
        button.click()
    expect(button).to_contain_text("Live")


def test_a_hidden_tab_does_not_poll_and_polls_at_once_on_return(opened: Page, app: Running) -> None:
    _hide(opened, True)
    polls = _polls(opened)
    opened.wait_for_function("since => Date.now() - since > 3500", arg=opened.evaluate("Date.now()"))
    assert polls == []
    with opened.expect_request(lambda r: '"shell-tick.data"' in (r.post_data or ""), timeout=900):
        _hide(opened, False)
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


def test_a_server_that_is_gone_makes_the_data_late_then_unreachable(page: Page) -> None:
    running = _serve("/", refresh=1)
    page.goto(running.url)
    button = page.locator("[data-live=button]")
    expect(button).to_contain_text("Live")
    page.route("**/_dash-update-component", lambda route: route.abort())
    expect(button).to_contain_text(re.compile(r"Data is \d+ s old"), timeout=15_000)
    expect(button).to_have_class(re.compile("is-stale"))
    expect(button).to_contain_text("Server unreachable", timeout=45_000)
    expect(page.locator("#shell-banner")).to_contain_text("The server has not answered for")
    page.unroute("**/_dash-update-component")
    page.get_by_text("Retry now").click()
    expect(button).to_contain_text("Live")
    running.server.shutdown()
    running.server.server_close()


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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(18, "18s"), (246, "4m 06s"), (290, "4m 50s"), (7680, "2h 08m"), (273_600, "3d 4h"), (0, "0s"), (-5, "0s")],
)
def test_durations_have_the_form_of_the_design(opened: Page, seconds: int, text: str) -> None:
    assert opened.evaluate("ms => mf.time.duration(ms)", seconds * 1000) == text


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
    opened.locator("#to-run").click()
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
    scripts = opened.evaluate("[...document.scripts].map(s => s.src).filter(s => /plotly[-.]/.test(s))")
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


# --- pure parts


def test_tokens_agree_with_the_style_sheet() -> None:
    css = (ASSETS / "css" / "10-tokens.css").read_text("utf-8")
    for name in ("light", "dark"):
        block = re.search(rf"/\* @{name} \*/(.*?)/\* @end \*/", css, re.DOTALL)
        assert block
        colours = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})\b", block[1]))
        assert dict(theme.palette(name)) == colours


def test_every_status_has_a_glyph_in_the_style_sheet() -> None:
    css = (ASSETS / "css" / "30-icons.css").read_text("utf-8")
    for name in icons.MEANINGS:
        assert f".st-{name}{{" in css
    for status in Status:
        for qualifier in (None, *Qualifier):
            assert icons.status_name(status, qualifier) in icons.MEANINGS
    assert icons.status_name(Status.RUNNING, Qualifier.NO_HEARTBEAT) == "lost"


def test_every_icon_used_by_the_frame_is_drawn() -> None:
    css = (ASSETS / "css" / "30-icons.css").read_text("utf-8")
    layout = shell.layout(Source("demo", "demo"), Settings(), html.Div())
    used = set(re.findall(r"ic ic-([\w-]+)", json.dumps(layout.to_plotly_json(), default=lambda c: c.to_plotly_json())))
    assert used >= {"search", "help", "clock", "theme"}
    for name in used:
        assert f".ic-{name}{{" in css


def test_styles_and_scripts_name_no_other_host() -> None:
    for path in [*ASSETS.glob("css/*.css"), *ASSETS.glob("js/*.js")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
        assert "console." not in text, path
        assert len(text.splitlines()) <= 300, path


def test_vendored_files_have_their_licences() -> None:
    folders = [path for path in (ASSETS / "vendor").iterdir() if path.is_dir()]
    assert len(folders) == 2
    for folder in folders:
        assert "MIT" in (folder / "LICENSE").read_text("utf-8")


def test_the_vendored_plotly_is_the_one_that_plotly_py_is_made_for() -> None:
    from plotly.offline import get_plotlyjs_version

    version = get_plotlyjs_version()
    assert (ASSETS / "vendor" / f"plotly-cartesian-{version}" / "plotly-cartesian.min.js").is_file()
    assert f"plotly-cartesian-{version}/" in (ASSETS / "js" / "00-plotly.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [("Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("../../etc/passwd", "UTC"), ("Nowhere", "UTC"), ("/UTC", "UTC")],
)
def test_a_zone_cookie_is_believed_only_when_it_is_a_zone(cookie: str, zone: str) -> None:
    with Flask("t").test_request_context(headers={"Cookie": f"mf_tz={cookie}; mf_theme=neon"}):
        assert viewer.zone().key == zone
        assert viewer.theme() == "light"


def test_outside_of_a_request_the_defaults_hold() -> None:
    assert (viewer.zone().key, viewer.theme(), links.href("/A/1", "b=c")) == ("UTC", "light", "/A/1?b=c")


def test_links_carry_the_prefix_and_lose_it_again() -> None:
    flask = Flask("t")
    flask.config["PATH_PREFIX"] = PREFIX
    with flask.app_context():
        assert links.href("/A/1", "b=c") == "/metaflow/A/1?b=c"
        assert links.split("/metaflow/A/1?b=c") == ("/A/1", "b=c")
        assert links.split("/metaflow/") == ("/", "")
        assert links.split("/metaflow") == ("/", "")
        assert links.split(None) == ("/", "")


def test_state_panels_hold_what_they_are_given() -> None:
    chip = html.Span("tag is canary")
    texts = [
        feedback.empty("No runs yet", "Nothing there.", "python flow.py run", "Looked at every 5 s."),
        feedback.filtered("No runs match", "412 runs in range.", [(chip, "38 runs without it", "/?x=1")], "/"),
        feedback.not_found("No run 9", ["The newest is ", html.B("8")], [("Close ids", "1")], [("All runs", "/")]),
        feedback.error("stderr could not be read", "AccessDenied.", "s3://bucket/key", [feedback.copy_button("x")]),
        feedback.limit("Searched 1,240 of 2,008.", "Stopped."),
        feedback.info("Not there yet."),
        feedback.skeleton_table(3),
        feedback.skeleton_lanes(3),
    ]
    shown = json.dumps([panel.to_plotly_json() for panel in texts], default=lambda c: c.to_plotly_json())
    for text in ("python flow.py run", "38 runs without it", "Close ids", "s3://bucket/key", "Loading", "alert"):
        assert text in shown


def test_the_policy_hash_is_that_of_the_script_in_the_page() -> None:
    app = Dash("hash", server=Flask("hash"), assets_folder=str(ASSETS))
    assert f"<script>{shell.THEME_SCRIPT}</script>" in shell.index_string(app)
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", shell.csp_hash())
