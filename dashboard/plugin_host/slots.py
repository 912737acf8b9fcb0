"""The places of plugins in pages and frame while nothing is drawn in them yet. Layouts ask for them; no I/O."""

from __future__ import annotations

from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from components.attributes import aria, data
from components.icons import icon
from dashboard.extension import Frame
from dashboard.links import href
from dashboard.plugin_host.host import current
from dashboard.plugin_host.loading import Installed

FIRST_HEIGHT = 150  # pixels, until the page in the frame says how high it is; as in the official GUI


def slot(name: str, key: str = "") -> Component:
    """The empty places of a slot; `key` names the object that the page shows, so that the next one's begin empty."""
    host = current()
    parts: list[Component] = [html.Div(id=place.id, className="plugin-panel") for place in host.places(name)]
    parts += [_frame(one, frame) for one, frame in host.frames(name)]
    return html.Div(parts, key=key, className=f"plugin-slot {name}")


def navigation() -> list[Component]:
    """What plugins add beside Runs and Flows."""
    return [
        html.A(link.label, href=url, title=link.title)
        if url.startswith("/")
        else html.A(link.label, href=url, title=link.title or url, target="_blank", rel="noopener noreferrer")
        for link, url in current().links("top-nav", {})
    ]


def sections() -> list[tuple[str, str, Component]]:
    """(name, word, empty part) of each section that plugins add to the page of a task."""
    return [
        (place.name, place.title, html.Div(id=place.id, className="plugin-panel"))
        for place in current().places("task-tab")
    ]


def section_tabs() -> list[Component]:
    """The links to them, hidden while there is nothing in them."""
    return [
        html.A(place.title, href=f"#part-{place.name}", id=place.tab_id, hidden=True)
        for place in current().places("task-tab")
    ]


def tabs() -> dict[str, str]:
    """Tabs of a run that plugins add: name → word."""
    return current().tabs


def columns() -> tuple[tuple[str, str], ...]:
    """Columns of the Runs page that plugins add: name and heading."""
    return tuple((place.name, place.title) for place in current().places("runs-column"))


def _frame(one: Installed, frame: Frame) -> Component:
    """The page of an official plugin in its sandbox; assets/js/plugin-frames.js talks with it."""
    plugin, manifest = one.plugin, frame.manifest
    file = "/".join(quote(part, safe="") for part in frame.entrypoint.split("/"))
    height = manifest.get("height")
    first = height if isinstance(height, int) and not isinstance(height, bool) and 0 <= height <= 4000 else FIRST_HEIGHT
    title = str(manifest["name"])
    inner = html.Iframe(
        src=href(f"/-/plugins/{plugin.name}/files/{file}", f"v={quote(plugin.version, safe='')}"),
        name=title,
        title=title,
        sandbox="allow-scripts",
        referrerPolicy="no-referrer",
        height=str(first),
        **data(plugin_frame=plugin.name, slot=frame.slot, definition=href(f"/-/plugins/{plugin.name}/definition")),
    )
    container = str(manifest.get("container", "collapsable"))
    shown = manifest.get("visible", True) is not False
    if container == "titled-container":
        parts: list[Component] = [html.H2(title, className="mf-h2"), inner]
    elif container == "collapsable":
        is_open = _initially(manifest.get("containerProps"))
        summary = html.Summary([icon("right"), html.Span(title, className="mf-h2")], **aria(label=title))
        parts = [html.Details([summary, inner], open=is_open)]
    else:
        parts = [inner]
    return html.Div(parts, className=f"plugin-frame {container}", hidden=not shown, **data(plugin=plugin.name))


def _initially(properties: object) -> bool:
    """Whether a collapsable container is open at first."""
    state = properties.get("initialState") if isinstance(properties, dict) else None
    return str(state).lower() not in ("closed", "collapsed", "false")
