"""Finds, imports, configures and checks plugins at the start. What is wrong is one sentence with the plugin's name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from dashboard.errors import BadPlugin
from dashboard.extension import ACTION_SLOTS, FRAME_SLOTS, LINK_SLOTS, PANEL_SLOTS, Plugin
from dashboard.plugin_host.manifests import MANIFEST, framed
from dashboard.plugin_host.templates import command_template, url_template
from dashboard.task_query import TABS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

GROUP = "metaflow_dashboard.plugins"
ORDER = "plugins"  # of the TOML file: which plugins, in this order
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TAKEN = (*TABS, "logs", "artifacts", "metadata", "snippets", ORDER)  # tabs and parts of pages
_TEST_KIT = "testing"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that could be loaded."""

    name: str
    where: str
    load: Callable[[], Plugin]


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin as it is used."""

    plugin: Plugin
    configuration: Mapping[str, Any]
    where: str


def load(folders: Iterable[Path], enabled: Sequence[str] | None, file: Path | None) -> tuple[Installed, ...]:
    """The plugins in their order: `enabled`, else what the TOML file says, else all by name. Raises BadPlugin."""
    tables = _tables(file)
    found: dict[str, Found] = {}
    for one in [*(one for folder in folders for one in in_folder(folder)), *installed_packages()]:
        if one.name in found:
            raise BadPlugin(f"There are two plugins named {one.name}: {found[one.name].where} and {one.where}.")
        found[one.name] = one
    wanted = enabled if enabled is not None else _ordered(tables.pop(ORDER, None), file)
    for name in (*(wanted or ()), *tables):
        if name not in found and name != ORDER:
            raise BadPlugin(f"There is no plugin “{name[:80]}”; found are {', '.join(sorted(found)) or 'none'}.")
    return tuple(
        _installed(found[name], tables.get(name, {})) for name in (sorted(found) if wanted is None else wanted)
    )


def in_folder(folder: Path) -> list[Found]:
    """One file or folder each; a name that begins with an underscore or a dot is none."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise BadPlugin(f"The folder of plugins {folder} cannot be read: {error.strerror or error}.") from None
    found = []
    for entry in entries:
        if entry.name.startswith(("_", ".")) or entry.stem == _TEST_KIT:
            continue
        name = entry.stem.replace("_", "-") if entry.is_file() else entry.name.replace("_", "-")
        if entry.suffix == ".py" and entry.is_file():
            found.append(Found(name, str(entry), _importer(name, entry, None)))
        elif (entry / MANIFEST).is_file():
            found.append(Found(name, str(entry), _framed(name, entry)))
        elif (entry / "__init__.py").is_file():
            found.append(Found(name, str(entry), _importer(name, entry / "__init__.py", entry)))
    return found


def installed_packages() -> list[Found]:
    """Of Python packages that name them as entry points."""
    return [Found(one.name, f"the package {_package(one)}", _entry(one)) for one in entry_points(group=GROUP)]


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value


def _entry(point: EntryPoint) -> Callable[[], Plugin]:
    return lambda: _plugin(point.name, point.load())


def _framed(name: str, folder: Path) -> Callable[[], Plugin]:
    return lambda: framed(name, folder)


def _importer(name: str, file: Path, package: Path | None) -> Callable[[], Plugin]:
    def run() -> Plugin:
        dotted = f"metaflow_dashboard_plugin_{name.replace('-', '_')}"
        folders = [str(package)] if package else None
        spec = spec_from_file_location(dotted, file, submodule_search_locations=folders)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[dotted] = module  # dataclasses and imports within the folder look it up there
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[dotted]
            raise
        return _plugin(name, getattr(module, "PLUGIN", None))

    return run


def _plugin(name: str, found: object) -> Plugin:
    if not isinstance(found, Plugin):
        raise ValueError("it has no constant PLUGIN that is a Plugin")
    if found.name != name:
        raise ValueError(f"its constant PLUGIN is named “{found.name}”; the name of the file is that of the plugin")
    return found


def _installed(found: Found, configuration: object) -> Installed:
    try:
        if not isinstance(configuration, Mapping):
            raise ValueError("its part of the TOML file is no table")
        return Installed(configured(found.load(), configuration), configuration, found.where)
    except (Exception, SystemExit) as error:
        cause = str(error).splitlines()[0] if str(error) else ""
        kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
        raise BadPlugin(f"The plugin {found.name} ({found.where}) cannot be used: {kind}{cause}.") from error


def configured(plugin: Plugin, configuration: Mapping[str, Any]) -> Plugin:
    """The plugin as its table wants it, checked to fit into the pages; ValueError says what is wrong."""
    if plugin.configure:
        plugin = plugin.configure(plugin, configuration)
    elif configuration:
        raise ValueError("it takes no configuration")
    if not NAME.fullmatch(plugin.name) or len(plugin.name) > 40 or plugin.name in TAKEN:
        raise ValueError("its name has to be small letters, digits and hyphens, at most 40, and not that of a tab")
    _check_slots(plugin)
    for link in plugin.links:
        url_template(link.url)
    for action in plugin.actions:
        command_template(action.copies)
    _check_pages(plugin)
    return plugin


def _check_slots(plugin: Plugin) -> None:
    for word, slots, parts in (
        ("panels", PANEL_SLOTS, plugin.panels),
        ("links", LINK_SLOTS, plugin.links),
        ("actions", ACTION_SLOTS, plugin.actions),
        ("frames", FRAME_SLOTS, plugin.frames),
    ):
        for part in parts:
            if part.slot not in slots:
                raise ValueError(f"there are no {word} in the slot “{part.slot}”; there are in {', '.join(slots)}")
    for slot in ("run-tab", "task-tab", "runs-column"):
        mine = [panel for panel in plugin.panels if panel.slot == slot]
        if len(mine) + any(link.slot == slot for link in plugin.links) > 1:
            raise ValueError(f"it has more than one panel in the slot {slot}")
        if mine and not mine[0].title:
            raise ValueError(f"its panel in the slot {slot} has no title")


def _check_pages(plugin: Plugin) -> None:
    home = f"/-/plugins/{plugin.name}"
    for page in plugin.pages:
        if page.path != home and not page.path.startswith(f"{home}/"):
            raise ValueError(f"the page {page.path} has to be at {home} or below it")
        if "<" in page.path or page.path.startswith(f"{home}/files"):
            raise ValueError(f"the page {page.path} has to have a fixed path; what varies belongs in the query")


def _tables(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadPlugin(f"The file of plugins {file} cannot be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPlugin(f"The file of plugins {file} is not valid TOML: {error}.") from None
    return found


def _ordered(given: object, file: Path | None) -> list[str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadPlugin(f'{file}: {ORDER} has to be a list of names, such as {ORDER} = ["external-links"].')
    return given
