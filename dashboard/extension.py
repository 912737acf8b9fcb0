"""Pages, and what plugins are made of: data that `dashboard.plugin_host` and the factory wire (plugins/README.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dash import Dash
from dash.development.base_component import Component

from dashboard.datastore import Unreadable, artifact_value
from dashboard.models import JudgedRun
from dashboard.run_details import RunDetails
from dashboard.services import Services
from dashboard.task_details import TaskDetails, row_of_attempt

TEXT_LIMIT = 64 * 1024  # bytes of an artifact that `TaskContext.text` reads

# What may stand where. A slot is listed once there is a plugin that uses it.
PANEL_SLOTS = ("run-header", "run-tab", "task-details", "task-tab", "header", "runs-column")
LINK_SLOTS = ("run-header", "task-details", "header", "top-nav", "runs-column")
ACTION_SLOTS = ("run-header", "task-details")
FRAME_SLOTS = ("run-header", "task-details", "header", "top-nav")  # those of the official GUI


@dataclass(frozen=True, slots=True)
class Early:
    """What a browser asks for with the page's first bytes instead of after all scripts."""

    kind: str  # script or fetch; kept until it is asked for
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A URL, its layout and its callbacks. `layout` is pure: Dash also calls it with no arguments to check ids."""

    name: str
    path: str
    title: str
    layout: Callable[..., Component]
    register: Callable[[Dash, Services], None]
    first_paint: Callable[[Services, str], Component | None] | None = None  # from the query text, while scripts load
    early: Callable[[Sequence[str], str], Sequence[Early]] | None = (
        None  # from the decoded parts of a path and the query text; nothing for others' paths
    )


@dataclass(frozen=True, slots=True)
class FrameContext:
    """What every panel gets: queries and stores, read-only; the plugin's own table of the TOML file; the theme."""

    services: Services
    configuration: Mapping[str, Any]
    theme: str  # light or dark; `components.theme.palette(theme)` has its colours


@dataclass(frozen=True, slots=True)
class RunContext(FrameContext):
    """For panels on the page of a run."""

    details: RunDetails

    @property
    def run(self) -> JudgedRun:
        """The run with its verdict."""
        return self.details.view.judged

    @property
    def metadata(self) -> dict[str, str]:
        """Newest values by name, of the run's first tasks."""
        return {one.name: one.value for one in reversed(self.details.facts.metadata)}

    def task(self, step: str) -> TaskContext | None:
        """The first task of a step, its last attempt; None while there is none."""
        view = self.details.view
        number = view.steps.index(step) if step in view.steps else -1
        place = next((place for place, one in enumerate(view.step.tolist()) if one == number), None)
        row = row_of_attempt(view, place, None) if place is not None else None
        found = self.services.tasks(view, place, row) if place is not None and row is not None else None
        return TaskContext(self.services, self.configuration, self.theme, found) if found else None


@dataclass(frozen=True, slots=True)
class TaskContext(FrameContext):
    """For panels on the page of a task; the attempt is the one that is shown."""

    details: TaskDetails

    @property
    def run(self) -> JudgedRun:
        """The task's run with its verdict."""
        return self.details.view.judged

    @property
    def metadata(self) -> dict[str, str]:
        """Newest values by name, of this attempt or of none."""
        mine = [one for one in self.details.facts.metadata if one.attempt in (self.details.attempt, None)]
        return {one.name: one.value for one in sorted(mine, key=lambda one: (one.attempt is not None, one.at))}

    @property
    def artifacts(self) -> tuple[str, ...]:
        """Names of the attempt's artifacts."""
        return tuple(one.name for one in self.details.artifacts)

    def artifact(self, name: str) -> object:
        """The value of an artifact, without unpickling; `Unreadable` with a sentence where there is none."""
        return self._value(name, None)

    def text(self, name: str) -> str | None:
        """The value of an artifact that is a text of moderate length; else None. Never raises."""
        try:
            found = self._value(name, TEXT_LIMIT)
        except Unreadable:
            return None
        return found if isinstance(found, str) else None

    def _value(self, name: str, limit: int | None) -> object:
        found = next((one for one in self.details.artifacts if one.name == name), None)
        store = self.services.stores(self.details.home.location)
        privacy = self.services.stores.privacy
        if found is None or store is None or not privacy.artifacts or privacy.hides(name):
            raise Unreadable("There is no such artifact, or it cannot be read.")
        limits = {} if limit is None else {"limit": limit}
        return artifact_value(store, self.details.home.flow, found.sha, found.content_type, **limits)


@dataclass(frozen=True, slots=True)
class RunsContext(FrameContext):
    """For a column of the Runs page: all runs on show, so that one query can serve them all."""

    runs: Sequence[JudgedRun]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column of the Runs page says of a run."""

    text: str
    url: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page. `render` gets the context of its slot and returns a component, a figure, a text or None.

    In the slot `runs-column` it gets a `RunsContext` and returns a `Cell` by pathspec.
    """

    slot: str
    title: str
    render: (
        Callable[[FrameContext], object]
        | Callable[[RunContext], object]
        | Callable[[TaskContext], object]
        | Callable[[RunsContext], object]
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A link elsewhere: a template with fields as in `dashboard.plugin_host.templates`; hidden while one is missing."""

    slot: str
    label: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button that copies a command; its fields are quoted for a shell, and it is hidden while one is missing."""

    slot: str
    label: str
    copies: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A plugin of the official GUI: a page of files in a sandbox."""

    slot: str
    folder: Path
    entrypoint: str
    manifest: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)  # handed to the page
    allow: tuple[str, ...] = ()  # other sites that the page may load from and ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """All that a plugin adds. `configure` returns it as its table of the TOML file wants it, or raises ValueError."""

    name: str
    version: str = "1"
    about: str = ""  # one sentence
    pages: Sequence[Page] = ()
    panels: Sequence[Panel] = ()
    links: Sequence[Link] = ()
    actions: Sequence[Action] = ()
    frames: Sequence[Frame] = ()
    configure: Callable[[Plugin, Mapping[str, Any]], Plugin] | None = field(default=None, repr=False)
