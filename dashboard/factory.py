"""The one place where things are wired: services, frame, pages, the JSON interface, HTTP headers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import dash
from dash import html
from flask import Flask, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from components import feedback
from dashboard import api, cytoscape, http, problems, shell
from dashboard.data.database import Database
from dashboard.errors import BadInput
from dashboard.first_paint import App
from dashboard.links import href
from dashboard.pages import PAGES
from dashboard.pathspec import Pathspec
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source

ROOT = Path(__file__).parent.parent


def create_app(database: Database, source: Source, settings: Settings) -> App:
    """The whole application; `.server` of what is returned is the WSGI application."""
    services = make_services(database, source, settings)
    server = Flask("metaflow_dashboard")
    server.config["PATH_PREFIX"] = settings.path_prefix
    http.prepare(server)
    app = App(
        "metaflow_dashboard",
        server=server,
        title="Metaflow Dashboard",
        update_title=None,  # type: ignore[arg-type]  # None: the title stays while callbacks run
        assets_folder=str(ROOT / "assets"),
        assets_ignore=r"plotly-cartesian.*|bootstrap.*",
        assets_path_ignore=["vendor"],
        url_base_pathname=settings.path_prefix,
        meta_tags=[{"name": "mf-cytoscape", "content": cytoscape.script(settings.path_prefix)}],
        use_pages=True,
        pages_folder="",
        suppress_callback_exceptions=True,
        compress=True,
        on_error=problems.explain,
    )
    for order, page in enumerate(PAGES):
        dash.register_page(
            page.name,
            order=order,  # else by name; the first template that fits wins
            path=page.path if "<" not in page.path else None,
            path_template=page.path if "<" in page.path else None,
            title=f"{page.title} · Metaflow",
            layout=page.layout,
        )
    dash.register_page("not_found_404", title="Not found · Metaflow", layout=_not_found)
    app.services = services
    app.layout = lambda: html.Div([shell.layout(source, settings, dash.page_container), problems.store()])
    app.frame = lambda page: shell.layout(source, settings, page)
    app.first_paints = {page.path: partial(page.first_paint, services) for page in PAGES if page.first_paint}
    app.early = lambda parts, query: [one for page in PAGES if page.early for one in page.early(parts, query)]
    problems.register(app)
    shell.register(app, database, settings)
    for page in PAGES:
        page.register(app, services)
    api.register(server, services)
    _routes(server, services)
    http.register(server)
    app._setup_server()  # type: ignore[no-untyped-call]  # Dash sets up at the first request, unlocked: two at once would find no callbacks
    return app


def _not_found(**_query: object) -> html.Div:
    return html.Div(
        feedback.not_found(
            "There is no such page", "Flows and runs have URLs such as /HelloFlow/12.", (), [("All runs", href("/"))]
        )
    )


def _routes(server: Flask, services: Services) -> None:
    """Addresses that are not pages."""

    @server.before_request
    def official_views() -> AnyResponse | None:
        """Links of the official GUI to the views of a run: /<flow>/<run>/view/<name>."""
        parts = request.path[len(services.settings.path_prefix) :].strip("/").split("/")
        if len(parts) != 4 or parts[2] != "view" or parts[3] not in ("timeline", "dag") or parts[0].startswith("_"):
            return None
        return redirect(href(Pathspec(parts[0], parts[1]).url))

    @server.before_request
    def redirects() -> AnyResponse | None:
        path = request.path[len(services.settings.path_prefix) - 1 :].strip("/")
        if (
            request.method not in ("GET", "HEAD")
            or not path
            or "/" in path
            or path.startswith(("_", "-"))
            or path in ("assets", "favicon.ico")
        ):
            return None
        return redirect(href("/", urlencode({"flow": path})))

    @server.get(f"{services.settings.path_prefix}-/go")
    def go() -> AnyResponse:
        text = request.args.get("to", "")
        try:
            pathspec = Pathspec.parse(text)
        except BadInput:
            return redirect(href("/", urlencode({"q": text})))
        return redirect(href(pathspec.url) if pathspec.run else href("/", urlencode({"q": pathspec.flow})))

    @server.get(f"{services.settings.path_prefix}-/health")
    def health() -> tuple[dict[str, object], int]:
        return {"status": "ok"}, 200
