"""When a callback fails: the user gets a sentence as a toast, the log the rest, and what stood on the page stays."""

from __future__ import annotations

import logging
import secrets

from dash import ClientsideFunction, Dash, Input, dcc, set_props
from dash.development.base_component import Component

from dashboard.errors import DashboardError, DatabaseError, DatabaseUnreachable
from dashboard.operations.metrics import count_error

log = logging.getLogger("metaflow_dashboard")


class ids:
    """Ids of this part of the frame."""

    STORE = "problems-store"


def store() -> Component:
    """Where `explain` leaves its sentence."""
    return dcc.Store(id=ids.STORE)


def register(app: Dash) -> None:
    """Show what `explain` leaves."""
    app.clientside_callback(
        ClientsideFunction("problems", "show"), Input(ids.STORE, "data"), prevent_initial_call=True, hidden=True
    )


def explain(error: Exception) -> None:
    """Dash's `on_error`: no traceback reaches the browser; what is not expected gets a number that the log knows."""
    count_error(type(error).__name__ if isinstance(error, DashboardError) else "unexpected")
    if isinstance(error, DatabaseError):
        log.warning("%s", error)
    if isinstance(error, DatabaseUnreachable):
        return  # the banner under the top bar says it
    number = secrets.token_hex(4)
    if isinstance(error, DashboardError):
        text = str(error)
    else:
        log.error("a callback failed, number %s", number, exc_info=error)
        text = f"This part could not be shown; the log has the reason under number {number}."
    set_props(ids.STORE, {"data": {"text": text, "number": number}})
