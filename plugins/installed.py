"""The page /-/plugins/installed: which plugins are used, where they come from, what they add, what went wrong last."""

from __future__ import annotations

from pathlib import Path

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from components import feedback, formats
from dashboard import shell
from dashboard.extension import Page, Plugin
from dashboard.plugin_host.host import current
from dashboard.plugin_host.loading import Installed
from dashboard.services import Services


class ids:
    """Ids of this page."""

    TABLE = "installed-table"
    OPENED = "installed-opened"


def layout(**_query: object) -> Component:
    """The empty frame."""
    head = html.Div(html.H1("Plugins", className="mf-h2"), className="mf-bar")
    return html.Div([dcc.Store(id=ids.OPENED, data=""), head, html.Div(id=ids.TABLE)], className="page-plugins")


def register(app: Dash, _services: Services) -> None:
    """Callbacks of this page."""

    @app.callback(Output(ids.TABLE, "children"), Input(ids.OPENED, "data"), shell.REFRESH)
    def draw_table(_opened: object, _token: object) -> Component:
        return table()


def table() -> Component:
    """One row a plugin, in their order."""
    host = current()
    if not host.plugins:
        return feedback.info("No plugins are used.")
    words = ("Plugin", "Version", "Adds", "From", "Last problem")
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in words]))
    problems = {name: f"{where}: {problem.text}" for (name, where), problem in list(host.guard.problems.items())}
    rows = [_row(one, problems.get(one.plugin.name)) for one in host.plugins]
    return html.Table([head, html.Tbody(rows)], className="mf-tbl dense plugins")


def _row(one: Installed, problem: str | None) -> Component:
    plugin = one.plugin
    about = [html.B(plugin.name, className="m"), html.Div(plugin.about, className="t3 small")]
    last = html.Span(problem, className="fg-failed") if problem else html.Span(formats.NOTHING, className="t3")
    cells = (about, plugin.version, ", ".join(_adds(plugin)) or formats.NOTHING, Path(one.where).name, last)
    return html.Tr([html.Td(cell) for cell in cells])


def _adds(plugin: Plugin) -> list[str]:
    """`2 links`, slots with panels, paths of pages."""
    found = [formats.count(len(plugin.links), "link")] if plugin.links else []
    found += [formats.count(len(plugin.actions), "action")] if plugin.actions else []
    slots = dict.fromkeys([*(panel.slot for panel in plugin.panels), *(frame.slot for frame in plugin.frames)])
    return [*found, *slots, *(page.path for page in plugin.pages)]


PLUGIN = Plugin(
    name="installed",
    about="This page.",
    pages=[Page("installed-plugins", "/-/plugins/installed", "Plugins", layout, register)],
)
