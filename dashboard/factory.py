"""The one place where things are wired: services, frame, pages, the JSON interface, HTTP headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import dash
from dash import html
from flask import Flask

from dashboard import VERSION, addresses, api, cytoscape, http, problems, routes, shell
from dashboard.data.database import Database
from dashboard.extension import Page
from dashboard.first_paint import App
from dashboard.guard import gate, headers
from dashboard.operations import health, metrics, requests
from dashboard.pages import PAGES
from dashboard.plugin_host import files, panels
from dashboard.plugin_host.host import KEY, make_host
from dashboard.run_page.absent import no_such_page
from dashboard.services import make_services
from dashboard.settings import Settings
from dashboard.source import Source

ROOT = Path(__file__).parent.parent


def create_app(database: Database, source: Source, settings: Settings) -> App:
    """The whole application; `.server` of what is returned is the WSGI application."""
    services = make_services(database, source, settings)
    host = make_host(settings)
    server = Flask("metaflow_dashboard", static_folder=None)
    server.config[KEY] = host
    server.config["PATH_PREFIX"] = settings.path_prefix
    counted = metrics.Metrics(services)
    server.extensions[metrics.KEY] = counted
    requests.begin(server)
    requests.end(server, counted, settings.access_log)  # the first to be added is the last to see an answer
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
        include_pages_meta=False,
        pages_folder="",
        suppress_callback_exceptions=True,
        compress=True,
        on_error=problems.explain,
    )
    pages = (*host.pages, *PAGES)
    for order, page in enumerate(pages):
        dash.register_page(
            page.name,
            order=order,  # else by name; the first template that fits wins
            path=page.path if "<" not in page.path else None,
            path_template=page.path if "<" in page.path else None,
            title=_title(page),  # Dash calls it with the parts of the path
            layout=page.layout,
        )
    dash.register_page("not_found_404", title="Not found · Metaflow", layout=lambda **_query: no_such_page())
    app.services = services
    app.layout = lambda: html.Div([shell.layout(source, settings, dash.page_container, VERSION), problems.store()])
    app.frame = lambda page: shell.layout(source, settings, page, VERSION)
    app.first_paints = {page.path: partial(page.first_paint, services) for page in pages if page.first_paint}
    app.early = lambda parts, query: [one for page in pages if page.early for one in page.early(parts, query)]
    app.fixed = {page.path: page.title for page in pages if "<" not in page.path}
    app.address = partial(addresses.resolve, services, app.fixed)
    problems.register(app)
    shell.register(app, database, settings, counted.poll)
    panels.register_frame(app, services)
    for page in pages:
        page.register(app, services)
    with server.test_request_context(settings.path_prefix):
        # Dash sets up at the first request, unlocked: two at once would find no callbacks. It also adds inline scripts.
        server.preprocess_request()
    gate.register(server, settings, app.callback_map, lambda reason: counted.refused.labels(reason).inc())
    api.register(server, services)
    health.register(server, services, counted)
    with server.app_context():
        files.register(server, services)
    routes.register(app, services)
    http.register(server)
    headers.register(server, [*app.csp_hashes(), shell.csp_hash()], settings.embed_in)
    return app


def _title(page: Page) -> str | Callable[..., str]:
    """The title until the page has said more: the page's own, or the object that the path names."""
    if "<" not in page.path:
        return f"{page.title} · Metaflow"
    return lambda **parts: " · ".join(("/".join(unquote(part) for part in parts.values()), "Metaflow"))
