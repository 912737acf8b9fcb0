"""The test kit: draws what a plugin adds on demo data, without a server and without a browser. See README.md.

with testing.demo_kit() as kit:
drawn = kit.draw(PLUGIN, "run-header", kit.run())
assert "Started" in testing.text_of(drawn)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dash.development.base_component import Component
from sqlalchemy import URL

from dashboard import demo
from dashboard.data.database import Database
from dashboard.extension import Cell, FrameContext, Plugin, RunContext, TaskContext
from dashboard.filters import RunFilter
from dashboard.models import JudgedRun
from dashboard.pathspec import Pathspec
from dashboard.plugin_host.host import Host, Place
from dashboard.plugin_host.loading import Installed, configured
from dashboard.plugin_host.rendering import Guard, Problem, checked
from dashboard.run_details import RunDetails
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source
from dashboard.task_details import place_of, row_of_attempt

RUNS = 60
MOST = 500


@dataclass
class Kit:
    """A database of Metaflow, and the plugin's parts drawn from it. What a plugin raises is raised."""

    services: Services
    configuration: Mapping[str, Any] = field(default_factory=dict)
    theme: str = "light"

    def run(self, flow: str | None = None, status: str | None = None) -> str:
        """The pathspec of the newest run, of this flow and status if they are given."""
        return self.runs(flow, status)[0].run.pathspec

    def runs(self, flow: str | None = None, status: str | None = None) -> list[JudgedRun]:
        """Runs, the newest first."""
        wanted = RunFilter(flow=(flow,) if flow else (), status=(status,) if status else ())
        found = list(self.services.finder.page(wanted, MOST, None).runs)
        assert found, f"The database has no run of flow {flow or 'any'} with status {status or 'any'}."
        return found

    def task(self, step: str, flow: str | None = None, status: str | None = None) -> str:
        """The pathspec of the first task of a step, in the newest run that has one."""
        for judged in self.runs(flow, status):
            view = self.details(judged.run.pathspec).view
            place = next((place for place, one in enumerate(view.step.tolist()) if view.steps[one] == step), None)
            if place is not None:
                return f"{judged.run.pathspec}/{step}/{view.task_id(place)}"
        raise AssertionError(f"The database has no task of a step {step}.")

    def draw(self, plugin: Plugin, slot: str, pathspec: str = "") -> Component | None:
        """What the plugin's first part in this slot shows of a run, a task, or in the frame (no pathspec)."""
        host, place = self._host(plugin, slot)
        return checked(plugin.name, host.content(place, self._context(pathspec)))

    def cells(self, plugin: Plugin, runs: list[JudgedRun] | None = None) -> dict[str, Cell]:
        """What the plugin's column of the Runs page says, by pathspec."""
        host, place = self._host(plugin, "runs-column")
        found = host.cells(place, self.services, self.runs() if runs is None else runs)
        assert not isinstance(found, Problem), found
        return found

    def _host(self, plugin: Plugin, slot: str) -> tuple[Host, Place]:
        used = configured(plugin, self.configuration)
        host = Host([Installed(used, self.configuration, "a test")], Guard(60))
        assert host.places(slot), f"The plugin {plugin.name} has nothing in the slot {slot}."
        return host, host.places(slot)[0]

    def _context(self, pathspec: str) -> FrameContext:
        if not pathspec:
            return FrameContext(self.services, self.configuration, self.theme)
        details = self.details(pathspec)
        names = Pathspec.parse(pathspec)
        if not names.task:
            return RunContext(self.services, self.configuration, self.theme, details)
        place = place_of(details.view, names.step or "", names.task)
        row = row_of_attempt(details.view, place, None) if place is not None else None
        task = self.services.tasks(details.view, place, row) if place is not None and row is not None else None
        assert task, f"There is no task {pathspec}."
        return TaskContext(self.services, self.configuration, self.theme, task)

    def details(self, pathspec: str) -> RunDetails:
        """All that the page of this run tells."""
        names = Pathspec.parse(pathspec)
        found = self.services.database(self.services.judge.find, names.flow, names.run or "")
        view = self.services.run_states(found[1].run.key) if found else None
        assert view, f"There is no run {pathspec}."
        return self.services.details(view)


@contextmanager
def demo_kit(runs: int = RUNS, configuration: Mapping[str, Any] | None = None) -> Iterator[Kit]:
    """A kit on demo data, made in a temporary folder: a second or two."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = demo.build(Path(folder), runs)
        database = Database(URL.create("sqlite", database=str(path)))
        try:
            yield Kit(make_services(database, Source("demo", "a test"), Settings()), configuration or {})
        finally:
            database.close()


def text_of(drawn: object) -> str:
    """All text of a component in the order in which it is read."""
    return " ".join(" ".join(one for one in _walk(drawn) if isinstance(one, str)).split())


def links_of(drawn: object) -> list[str]:
    """The addresses of its links."""
    return [one["href"] for one in _walk(drawn) if isinstance(one, Mapping) and one.get("href")]


def figures_of(drawn: object) -> list[Any]:
    """Its figures."""
    return [one["figure"] for one in _walk(drawn) if isinstance(one, Mapping) and one.get("figure")]


def _walk(drawn: object) -> Iterator[Mapping[str, Any] | str]:
    """The properties of components, and texts."""
    if isinstance(drawn, list | tuple):
        for one in drawn:
            yield from _walk(one)
    elif isinstance(drawn, Component):
        properties = drawn.to_plotly_json()["props"]
        yield properties
        yield from _walk(properties.get("children"))
    elif drawn is not None:
        yield str(drawn)
