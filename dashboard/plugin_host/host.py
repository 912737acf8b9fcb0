"""The plugins of one app by slot, drawn under the guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app, has_app_context

from components import feedback
from components.attributes import data
from components.icons import icon
from dashboard import viewer
from dashboard.extension import (
    Action,
    Cell,
    Frame,
    FrameContext,
    Link,
    Page,
    Panel,
    RunContext,
    RunsContext,
    TaskContext,
)
from dashboard.links import href
from dashboard.models import JudgedRun
from dashboard.plugin_host import fields, templates
from dashboard.plugin_host.loading import Installed, load
from dashboard.plugin_host.rendering import Guard, Problem
from dashboard.run_details import RunDetails
from dashboard.services import Services
from dashboard.settings import Settings
from dashboard.task_details import TaskDetails

KEY = "PLUGIN_HOST"  # of the server's configuration
SHIPPED = Path(__file__).parent.parent.parent / "plugins"
MOST_CELL = 200  # characters of a cell on the Runs page


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plugin draws: one panel, or its links and actions of a slot."""

    installed: Installed
    slot: str
    panel: Panel | None
    number: int  # of the panel among those of the plugin in this slot

    @property
    def name(self) -> str:
        """The plugin's."""
        return self.installed.plugin.name

    @property
    def id(self) -> str:
        """Of the component that it is drawn in."""
        return f"plugin-{self.name}-{self.slot}" + (f"-{self.number}" if self.number else "")

    @property
    def tab_id(self) -> str:
        """Of the link to it among the tabs of a task."""
        return f"{self.id}-tab"

    @property
    def title(self) -> str:
        """What stands above it, or on its tab."""
        if self.panel is None and self.slot == "runs-column":
            return next(link.label for link in self.installed.plugin.links if link.slot == self.slot)
        return self.panel.title if self.panel else ""


class Host:
    """All that pages and the frame ask of plugins."""

    def __init__(self, plugins: Sequence[Installed], guard: Guard) -> None:
        self.plugins, self.guard = tuple(plugins), guard
        self._templates: dict[str, templates.Template] = {}

    @property
    def pages(self) -> list[Page]:
        """Pages of all plugins; their layouts run under the guard."""
        return [self._guarded(one.plugin.name, page) for one in self.plugins for page in one.plugin.pages]

    def places(self, slot: str) -> list[Place]:
        """Who draws in a slot, in the order of the plugins."""
        found = []
        for one in self.plugins:
            row: list[Link | Action] = [*one.plugin.links, *one.plugin.actions]
            if any(part.slot == slot for part in row):
                found.append(Place(one, slot, None, 0))
            panels = [panel for panel in one.plugin.panels if panel.slot == slot]
            found += [Place(one, slot, panel, number) for number, panel in enumerate(panels, 1)]
        return found

    def frames(self, slot: str) -> list[tuple[Installed, Frame]]:
        """Plugins of the official GUI in a slot."""
        return [(one, frame) for one in self.plugins for frame in one.plugin.frames if frame.slot == slot]

    def frame(self, name: str) -> tuple[Installed, Frame] | None:
        """The page of the official plugin with this name."""
        named = [one for one in self.plugins if one.plugin.name == name]
        return next(((one, frame) for one in named for frame in one.plugin.frames), None)

    def tab(self, name: str) -> Place | None:
        """The tab of a run with this name."""
        return next((place for place in self.places("run-tab") if place.name == name), None)

    @property
    def tabs(self) -> dict[str, str]:
        """Tabs of a run: name in the URL → word."""
        return {place.name: place.title for place in self.places("run-tab")}

    def of_run(self, place: Place, services: Services, details: RunDetails) -> Component | None:
        """Drawn for a run."""
        context = RunContext(services, place.installed.configuration, viewer.theme(), details)
        return self._drawn(place, context)

    def of_task(self, place: Place, services: Services, details: TaskDetails) -> Component | None:
        """Drawn for an attempt."""
        context = TaskContext(services, place.installed.configuration, viewer.theme(), details)
        return self._drawn(place, context)

    def of_frame(self, place: Place, services: Services) -> Component | None:
        """Drawn below the top bar."""
        context = FrameContext(services, place.installed.configuration, viewer.theme())
        return self._drawn(place, context)

    def cells(self, place: Place, services: Services, runs: Sequence[JudgedRun]) -> dict[str, Cell] | Problem:
        """A column of the Runs page by pathspec."""
        if place.panel is None:
            return self._link_cells(place, runs)
        context = RunsContext(services, place.installed.configuration, viewer.theme(), runs)
        render: Callable[[Any], object] = place.panel.render
        found = self.guard.run(place.name, place.slot, lambda: _cells(render(context), runs))
        return found if isinstance(found, Problem) else dict(found)

    def links(self, slot: str, values: Mapping[str, str]) -> list[tuple[Link, str]]:
        """All links of a slot whose fields are there."""
        made = [
            (link, self._url(link, values)) for one in self.plugins for link in one.plugin.links if link.slot == slot
        ]
        return [(link, url) for link, url in made if url]

    def content(self, place: Place, context: FrameContext) -> object:
        """What the plugin itself returns for this place, without any guard."""
        if place.panel is not None:
            render: Callable[[Any], object] = place.panel.render
            return render(context)
        if isinstance(context, TaskContext):
            return self._row(place, fields.of_task(context))
        return self._row(place, fields.of_run(context) if isinstance(context, RunContext) else {})

    def _drawn(self, place: Place, context: FrameContext) -> Component | None:
        return self.guard.drawn(place.name, place.slot, lambda: self.content(place, context))

    def _guarded(self, plugin: str, page: Page) -> Page:
        def layout(**query: object) -> Component:
            return self.guard.drawn(plugin, page.path, lambda: page.layout(**query)) or html.Div()

        return replace(page, layout=layout)

    def _row(self, place: Place, values: Mapping[str, str]) -> list[Component]:
        """Links and buttons beside each other."""
        plugin = place.installed.plugin
        made: list[Component] = []
        for link in plugin.links:
            url = self._url(link, values) if link.slot == place.slot else None
            if url:
                made.append(outward(link.label, url, link.title))
        for action in plugin.actions:
            template = self._template(action.copies, templates.command_template)
            text = templates.command(template, values) if action.slot == place.slot else None
            if text:
                made.append(
                    html.Button(
                        [icon("copy"), action.label],
                        type="button",
                        title=text,
                        disable_n_clicks=True,
                        **data(copy=text),
                    )
                )
        return [html.Div(made, className="plugin-links")] if made else []

    def _link_cells(self, place: Place, runs: Sequence[JudgedRun]) -> dict[str, Cell]:
        """The first link of the slot whose fields the run has."""
        mine = [link for link in place.installed.plugin.links if link.slot == place.slot]
        found = {}
        for judged in runs:
            values = fields.of_row(judged)
            made = next(((link, url) for link in mine if (url := self._url(link, values))), None)
            if made:
                found[judged.run.pathspec] = Cell(made[0].label, made[1], made[0].title)
        return found

    def _url(self, link: Link, values: Mapping[str, str]) -> str | None:
        found = templates.link(self._template(link.url, templates.url_template), values)
        return href(found) if found and found.startswith("/") else found

    def _template(self, text: str, read: Callable[[str], templates.Template]) -> templates.Template:
        if text not in self._templates:
            self._templates[text] = read(text)  # of the configuration: as many as are written there
        return self._templates[text]


def outward(label: str, url: str, title: str = "") -> html.A:
    """A link; one that leaves this dashboard opens in a tab of its own."""
    if url.startswith("/"):
        return html.A(label, href=url, title=title)
    return html.A(
        [label, icon("ext")],
        href=url,
        title=title or url,
        target="_blank",
        rel="noopener noreferrer",
    )


def _cells(found: object, runs: Sequence[JudgedRun]) -> dict[str, Cell]:
    if not isinstance(found, Mapping):
        raise TypeError(f"a column returns a Cell by pathspec, not {type(found).__name__}")
    shown = {one.run.pathspec for one in runs}
    kept = {}
    for pathspec, cell in found.items():
        if pathspec not in shown or cell is None:
            continue
        if not isinstance(cell, Cell):
            raise TypeError(f"a column returns a Cell by pathspec, not {type(cell).__name__}")
        safe = cell.url if cell.url and templates.leads_somewhere(cell.url) else None
        safe = href(safe) if safe and safe.startswith("/") else safe
        kept[pathspec] = Cell(str(cell.text)[:MOST_CELL], safe, str(cell.title)[:MOST_CELL])
    return kept


def make_host(settings: Settings) -> Host:
    """The plugins that the settings ask for. Raises BadPlugin."""
    shipped = [SHIPPED] if SHIPPED.is_dir() else []
    plugins = load([*shipped, *settings.plugin_folders], settings.plugins, settings.plugin_config)
    return Host(plugins, Guard(settings.plugin_timeout))


def current() -> Host:
    """That of the app which answers now; one without plugins where there is none."""
    found = current_app.config.get(KEY) if has_app_context() else None
    return found if isinstance(found, Host) else NONE


def absent(place: Place) -> Component:
    """What a tab says that drew nothing."""
    return feedback.info(f"The plugin {place.name} has nothing to show here.")


NONE = Host((), Guard(0))
