"""All announcements of whoever runs the dashboard. URL: /-/notifications."""

from __future__ import annotations

import time

from dash import Dash, Output, html
from dash.development.base_component import Component

from components import announcements, feedback
from dashboard import shell, viewer
from dashboard.extension import Page
from dashboard.services import Services

TITLE = "Notifications"


class ids:
    """Ids of this page."""

    LIST = "notifications-list"


def layout(**_query: object) -> Component:
    """The empty frame."""
    return html.Div(
        [html.H1(TITLE, className="mf-title"), html.Div(feedback.skeleton_lanes(3), id=ids.LIST)],
        className="page-plain",
    )


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    @app.callback(Output(ids.LIST, "children"), shell.QUERY, shell.ZONE)
    def fill(_place: str | None, _zone: object) -> Component:
        found = services.settings.notifications
        if not found:
            return feedback.state(
                "No notifications",
                "Whoever runs this dashboard can announce something here and below the top bar of every page; "
                "docs/settings.md says how, under NOTIFICATIONS.",
            )
        return announcements.listing(found, viewer.closed(), int(time.time() * 1000), viewer.zone())


PAGE = Page(name="notifications", path="/-/notifications", title=TITLE, layout=layout, register=register)
