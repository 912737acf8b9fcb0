"""The frame of every page: top bar, live indicator, menus, toasts, help, and the stores that pages listen to.

What the browser does between two answers of the server is in assets/js; it changes only text and attributes that
no callback writes.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from components import announcements
from components.attributes import aria, data
from components.feedback import unreachable_banner
from components.help_sheet import help_sheet
from components.icons import icon
from components.quick_links import quick_links_menu
from dashboard import viewer
from dashboard.links import href
from dashboard.plugin_host import slots

if TYPE_CHECKING:
    from dashboard.data.database import Database
    from dashboard.settings import Settings
    from dashboard.source import Source

BOOTSTRAP = "vendor/bootstrap-5.3.6/bootstrap.min.css"


class ids:
    """Ids of the frame. Pages listen to QUERY, TOKEN, THEME and ZONE and write none of them."""

    QUERY = "shell-query"
    TOKEN = "shell-token"  # nosec B105
    THEME = "shell-theme"
    ZONE = "shell-zone"
    LIVE = "shell-live"
    INTERVAL = "shell-interval"
    BANNER = "shell-banner"
    HELP = "shell-help"
    MAIN = "shell-main"
    TOASTS = "shell-toasts"


QUERY = Input(ids.QUERY, "data")  # location.pathname + location.search, path prefix included; `links.split` takes it
REFRESH = Input(ids.TOKEN, "data")  # changes when anything that the pages show may have changed
THEME = Input(ids.THEME, "data")  # "light" or "dark"
ZONE = Input(ids.ZONE, "data")  # IANA name

# Sets the theme before the first paint, and tells the server with a cookie, so that the first figure has its colours.
THEME_SCRIPT = """(function () {
  var chosen = 'system';
  try { chosen = localStorage.getItem('mf-theme') || 'system'; } catch (e) { /* storage is blocked */ }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.bsTheme = dark ? 'dark' : 'light';
  document.documentElement.dataset.mfTheme = chosen;
  document.cookie = 'mf_theme=' + (dark ? 'dark' : 'light') + '; path=/; max-age=31536000; SameSite=Lax';
})();"""

INDEX_STRING = """<!DOCTYPE html>
<html lang="en" data-bs-theme="light">
    <head>
        {%metas%}
        <meta name="color-scheme" content="light dark">
        <title>{%title%}</title>
        <script>__THEME_SCRIPT__</script>
        <link rel="icon" type="image/svg+xml" href="__FAVICON__">
        <link rel="stylesheet" href="__BOOTSTRAP__">
        {%css%}
    </head>
    <body>
        <noscript>This dashboard needs JavaScript. The same data is served as JSON under /-/api.</noscript>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""


def index_string(app: Dash) -> str:
    """The HTML around the app, with the URLs of its assets."""
    return (
        INDEX_STRING.replace("__THEME_SCRIPT__", THEME_SCRIPT)
        .replace("__FAVICON__", app.get_asset_url("favicon.svg"))
        .replace("__BOOTSTRAP__", app.get_asset_url(BOOTSTRAP))
    )


def csp_hash() -> str:
    """What a content security policy's `script-src` needs for the one inline script."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(THEME_SCRIPT.encode()).digest()).decode() + "'"


def layout(source: Source, settings: Settings, children: Component, version: str | None = None) -> html.Div:
    """The frame round `children` (the page container)."""
    return html.Div(
        [
            dcc.Store(id=ids.QUERY),
            dcc.Store(id=ids.TOKEN),
            dcc.Store(id=ids.LIVE),
            dcc.Interval(id=ids.INTERVAL, interval=round(settings.refresh * 1000), n_intervals=0),
            dcc.Store(id=ids.THEME, data=viewer.theme()),
            dcc.Store(id=ids.ZONE, data=viewer.zone().key),
            html.A("Skip to content", href=f"#{ids.MAIN}", className="sr-focus", **data(hard="")),
            _top_bar(source, settings),
            slots.slot("top-nav"),
            slots.slot("header"),
            unreachable_banner(ids.BANNER),
            announcements.bar(settings.notifications, viewer.closed(), int(time.time() * 1000)),
            html.Main(children, id=ids.MAIN, tabIndex="-1"),
            html.Div(id=ids.TOASTS, className="mf-toasts", role="status", **aria(live="polite")),
            html.Div(className="sr", role="status", **data(live="spoken")),
            help_sheet(ids.HELP, source.label, version, _own_pages()),
        ],
        id="shell",
        **data(prefix=href("/")),
    )


def register(
    app: Dash, database: Database, settings: Settings, on_poll: Callable[[bool], None] = lambda _news: None
) -> None:
    """The HTML around the app, the poll, and the functions in assets/js that hear its answers.

    `on_poll` is told of every poll, and whether there was news.
    """
    app.index_string = index_string(app)
    app.server.config.setdefault("PATH_PREFIX", settings.path_prefix)

    # assets/js/live.js sets the interval's `disabled` and `interval`: it knows of pauses, hidden tabs and a poll that
    # is still unanswered, and it waits longer while the database is silent.
    @app.callback(
        Output(ids.LIVE, "data"),
        Output(ids.TOKEN, "data"),
        Input(ids.INTERVAL, "n_intervals"),
        State(ids.TOKEN, "data"),
        hidden=True,
    )
    def sync_live(_tick: int, token: str | None) -> tuple[dict[str, Any], Any]:
        health = database.health()
        live: dict[str, Any] = {
            "s": "live" if health.ok else "down",
            "at": int(time.time() * 1000),
            "since": health.last_ok_at,
            "m": health.message,
        }
        has_news = health.token not in (None, token)
        on_poll(has_news)
        return live, health.token if has_news else no_update

    clientside: Any = app.clientside_callback  # dash leaves it untyped
    clientside(ClientsideFunction("shell", "asked"), Input(ids.INTERVAL, "n_intervals"), hidden=True)
    clientside(ClientsideFunction("shell", "answer"), Input(ids.LIVE, "data"), hidden=True)
    # A new page and its query arrive together: Dash holds the page's first callbacks back until QUERY is written.
    clientside(
        ClientsideFunction("shell", "query"),
        Output(ids.QUERY, "data"),
        Input(ids.QUERY, "id"),
        Input("_pages_content", "children", allow_optional=True),
        hidden=True,
    )


def _top_bar(source: Source, settings: Settings) -> html.Header:
    demo = (
        [html.Span(["Demo", html.Span("data", className="p2")], className="mf-demo", title=source.label)]
        if source.is_demo
        else []
    )
    return html.Header(
        [
            html.A(
                [html.Span(className="mf-logo", **aria(hidden="true")), html.Span("Metaflow", className="p2")],
                className="mf-mark",
                href=href("/"),
                **aria(label="Metaflow: all runs"),
            ),
            html.Nav(
                [
                    html.A("Runs", href=href("/"), **data(nav="runs")),
                    html.A("Flows", href=href("/", "group=flow"), **data(nav="flows")),
                    *slots.navigation(),
                ],
                className="mf-nav",
                **aria(label="Main"),
            ),
            _go_to(),
            *demo,
            html.Div(
                [
                    _live_button(source, settings),
                    html.Span(className="vr p2"),
                    _zone_menu(),
                    _theme_menu(),
                    quick_links_menu(settings.quick_links, _own_pages()),
                    html.Button(
                        icon("help"),
                        className="mf-iconbtn",
                        type="button",
                        title="Help and shortcuts (?)",
                        disable_n_clicks=True,
                        **aria(label="Help and shortcuts"),
                        **data(help="open"),
                    ),
                ],
                className="mf-topright",
            ),
        ],
        className="mf-topbar",
    )


def _go_to() -> html.Form:
    # There is no html.Input. dcc.Input 4.1 wraps its <input> in a styled <div>; dbc.Input 2.0 renders one plain
    # <input class="form-control"> with name and list. Both refuse aria-* and data-*: a <label> around it gives the
    # name, and carries data-key for assets/js/keys.js.
    box = dbc.Input(
        type="text",
        name="to",
        class_name="mf-input",
        placeholder="Go to flow/run/step/task…",
        autocomplete="off",
        maxlength=1000,
    )
    return html.Form(
        html.Label(
            [
                icon("search"),
                html.Span("Go to flow, run, step or task", className="sr"),
                box,
                html.Kbd("Ctrl K", **aria(hidden="true")),
            ],
            **data(key="go"),
        ),
        className="mf-cmd",
        action=href("/-/go"),
        method="get",
        role="search",
        disable_n_clicks=True,
    )


def _live_button(source: Source, settings: Settings) -> html.Button:
    return html.Button(
        [
            html.Span(className="dot"),
            html.Span(className="st st-lost", **aria(hidden="true"), **data(live_glyph="")),
            html.Span(className="st st-failed", **aria(hidden="true"), **data(live_glyph="")),
            html.Span("Connecting", **data(live="word")),
            html.Span(className="t3", **data(live="age", live_age="")),
        ],
        className="mf-live is-waiting",
        type="button",
        disable_n_clicks=True,
        **data(live="button", refresh=str(round(settings.refresh * 1000)), source=source.label),
    )


def _zone_menu() -> html.Details:
    name = viewer.zone().key
    form = html.Form(
        [
            html.Label(
                [
                    icon("search"),
                    html.Span("Other time zone", className="sr"),
                    dbc.Input(
                        type="text",
                        name="zone",
                        list="shell-zones",
                        class_name="mf-input",
                        placeholder="Other zone, e.g. Asia/Tokyo",
                        autocomplete="off",
                    ),
                ],
                className="mf-field",
            ),
            html.Button("Use", className="mf-btn", style={"width": "auto"}, disable_n_clicks=True),
        ],
        className="mf-zone-form",
        disable_n_clicks=True,
        **data(zone_form=""),
    )
    return html.Details(
        [
            html.Summary(
                [icon("clock"), html.Span(_city(name), className="p2", **data(zone_label="")), icon("down")],
                className="mf-btn quiet",
                title="Time zone",
                **aria(label="Time zone"),
            ),
            html.Div(
                [
                    html.Div(
                        [_choice("UTC", "zone", "UTC"), _choice("This browser's", "zone", "browser")],
                        role="menu",
                        **aria(label="UTC or that of this browser"),
                    ),
                    # The names travel once as text; 600 <option> components would cost more than the page.
                    html.Datalist(id="shell-zones", **data(zones=" ".join(viewer.zone_names()))),
                    html.Hr(),
                    form,
                ],
                className="mf-pop mf-list",
            ),
        ],
        className="mf-menu end",
        disable_n_clicks=True,
    )


def _theme_menu() -> html.Details:
    return html.Details(
        [
            html.Summary(icon("theme"), className="mf-iconbtn", title="Theme (T)", **aria(label="Theme")),
            html.Div(
                [_choice(word, "theme", word.lower()) for word in ("Light", "Dark", "System")],
                className="mf-pop mf-list",
                role="menu",
                **aria(label="Light or dark"),
            ),
        ],
        className="mf-menu end",
        disable_n_clicks=True,
    )


def _own_pages() -> list[tuple[str, str]]:
    return [("Notifications", href("/-/notifications")), ("About this dashboard", href("/-/about"))]


def _choice(words: str, kind: str, value: str) -> html.Button:
    """One of several that exclude each other; assets/js marks the chosen one."""
    return html.Button(
        html.Span(words),
        type="button",
        role="menuitemradio",
        disable_n_clicks=True,
        **aria(checked="false"),
        **data(**{f"set_{kind}": value}),
    )


def _city(name: str) -> str:
    """`America/New_York` → `New York`, as assets/js/zone.js shows it."""
    return name.rpartition("/")[2].replace("_", " ")
