"""A small app inside the frame, with a database whose health the test decides. For tests/test_shell.py."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import dash
import dash_bootstrap_components as dbc
from dash import Dash, Output, dcc, html
from dash.development.base_component import Component
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from components.attributes import data
from dashboard import links, shell
from dashboard.data.database import Database, Health
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
                    html.Label(dbc.Input(name="q", type="text"), **data(key="search")),
                    html.Label(dbc.Input(name="user", type="text", value="")),
                    html.Button("Apply", type="submit"),
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
        return "<link rel=icon href=data:,>gone"  # or the browser asks for /favicon.ico, and complains

    return app


def serve(prefix: str = PREFIX, refresh: float = 1) -> Running:
    database = FakeDatabase()
    app = _app(database, prefix, refresh)
    app._setup_server()
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Running(f"http://127.0.0.1:{server.port}{prefix}", database, server)
