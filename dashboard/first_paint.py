"""The first answer already shows the runs: the frame and the first rows as static HTML.

A Dash page is blank until some 1.5 MB of scripts have run and three requests been answered. Until then the browser
shows this copy, made from the same components; assets/js/first-paint.js takes it away once the live page has rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from flask import g, has_request_context, request

from components.static import to_html
from dashboard.addresses import SITE, Address
from dashboard.errors import DashboardError
from dashboard.extension import Early
from dashboard.services import Services

Draw = Callable[[str], Component | None]


class App(Dash):
    """Dash with a first paint. `first_paints` maps a path (without prefix) to what draws it from the query text;
    `early` gives what the page of a path and query needs early, `address` what it names.
    """

    services: Services
    first_paints: dict[str, Draw]
    early: Callable[[Sequence[str], str], Sequence[Early]]
    frame: Callable[[Component], Component]
    address: Callable[[Sequence[str], str], Address]

    def index(self, *_args: Any, **_kwargs: Any) -> Any:
        """The HTML of any page, with 404 where there is no such object."""
        g.address = self.address(self._parts(), self._query())
        return super().index(), g.address.status

    def error_page(self, panel: Component) -> str:
        """A page that stands without scripts: `panel` within the frame."""
        made: Any = super().interpolate_index(
            metas='<meta charset="UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            title=f"Error · {SITE}",
            css=self._generate_css_dist_html(),  # type: ignore[no-untyped-call]
            app_entry=_inert(f'<div class="page-alone">{to_html(self.frame(panel))}</div>'),
        )
        return str(made)

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # Dash passes all by name
        """The HTML of a page, with its first paint before the entry of the app, and what it needs early."""
        address: Address | None = g.get("address") if has_request_context() else None
        if address:
            parts["title"] = _inert(escape(f"{address.title} · {SITE}"))
            parts["metas"] += _inert(address.metas)
        parts["css"] = self._early() + parts["css"]
        parts["app_entry"] = self._first_paint() + parts["app_entry"]
        return str(super().interpolate_index(**parts))  # type: ignore[no-untyped-call]

    def _early(self) -> str:
        if not has_request_context():
            return ""
        tag = '<link rel="preload" as="{}"{} href="{}">'
        cors = {"fetch": ' crossorigin="anonymous"', "script": ""}
        needed = self.early(self._parts(), self._query())
        return _inert("".join(tag.format(one.kind, cors[one.kind], escape(one.url)) for one in needed))

    def _parts(self) -> list[str]:
        path = request.path[len(self.config.url_base_pathname or "/") :].rstrip("/")
        return path.split("/") if path else []

    @staticmethod
    def _query() -> str:
        return request.query_string.decode(errors="replace")

    def _first_paint(self) -> str:
        if not has_request_context():
            return ""
        draw = self.first_paints.get("/" + request.path[len(self.config.url_base_pathname or "/") :])
        try:
            page = draw(request.query_string.decode()) if draw else None
        except (DashboardError, UnicodeDecodeError):
            return ""  # the live page will say what is wrong
        return _inert(f'<div id="first-paint">{to_html(self.frame(page))}</div>') if page else ""


def _inert(html: str) -> str:
    """The same to a browser; without the marks that Dash fills in the whole text, ours included."""
    return html.replace("{%", "&#123;%")
