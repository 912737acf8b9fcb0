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
from flask import has_request_context, request

from components.static import to_html
from dashboard.errors import DashboardError
from dashboard.extension import Early
from dashboard.services import Services

Draw = Callable[[str], Component | None]


class App(Dash):
    """Dash with a first paint. `first_paints` maps a path (without prefix) to what draws it from the query text;
    `early` gives what the page of a path and query needs early.
    """

    services: Services
    first_paints: dict[str, Draw]
    early: Callable[[Sequence[str], str], Sequence[Early]]
    frame: Callable[[Component], Component]

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # Dash passes all by name
        """The HTML of a page, with its first paint before the entry of the app, and what it needs early."""
        parts["css"] = self._early() + parts["css"]
        parts["app_entry"] = self._first_paint() + parts["app_entry"]
        return str(super().interpolate_index(**parts))  # type: ignore[no-untyped-call]

    def _early(self) -> str:
        if not has_request_context():
            return ""
        tag = '<link rel="preload" as="{}"{} href="{}">'
        cors = {"fetch": ' crossorigin="anonymous"', "script": ""}
        parts = request.path[len(self.config.url_base_pathname or "/") :].split("/")
        needed = self.early(parts, request.query_string.decode(errors="replace"))
        return "".join(tag.format(one.kind, cors[one.kind], escape(one.url)) for one in needed)

    def _first_paint(self) -> str:
        if not has_request_context():
            return ""
        draw = self.first_paints.get("/" + request.path[len(self.config.url_base_pathname or "/") :])
        try:
            page = draw(request.query_string.decode()) if draw else None
        except (DashboardError, UnicodeDecodeError):
            return ""  # the live page will say what is wrong
        return f'<div id="first-paint">{to_html(self.frame(page))}</div>' if page else ""
