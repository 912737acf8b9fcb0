"""How plugins are found, ordered and checked: every fault is one sentence that names the plugin and its cause."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from sqlalchemy import URL

import app
from dashboard.errors import BadPlugin
from dashboard.plugin_host.host import SHIPPED, make_host
from dashboard.plugin_host.loading import load
from dashboard.settings import Settings

HEAD = "from dashboard.extension import Action, Link, Page, Panel, Plugin\n"


def write(folder: Path, name: str, code: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + code, encoding="utf-8")
    return path


def names(folder: Path, enabled: list[str] | None = None, toml: str | None = None) -> list[str]:
    file = None
    if toml is not None:
        file = folder.parent / "plugins.toml"
        file.write_text(toml, encoding="utf-8")
    return [one.plugin.name for one in load([folder], enabled, file)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two plugins, one of them a package, beside what is none."""
    found = tmp_path / "plugins"
    write(found, "first_one.py", "PLUGIN = Plugin(name='first-one')")
    write(found, "second/__init__.py", "from .parts import TITLE\nPLUGIN = Plugin(name='second', about=TITLE)")
    write(found, "second/parts.py", "TITLE = 'from a file beside it'")
    write(found, "_draft.py", "1 / 0")
    write(found, "README.md", "no code")
    return found


def test_all_are_used_by_name_or_in_the_order_that_is_asked_for(folder: Path) -> None:
    assert names(folder) == ["first-one", "second"]
    assert names(folder, ["second", "first-one"]) == ["second", "first-one"]
    assert names(folder, []) == []
    assert names(folder, toml='plugins = ["second"]') == ["second"]
    assert names(folder, ["first-one"], toml='plugins = ["second"]') == ["first-one"]


def test_what_is_not_used_is_not_imported(folder: Path) -> None:
    write(folder, "broken.py", "1 / 0")
    assert names(folder, ["second"]) == ["second"]


def test_a_package_brings_plugins_by_entry_point(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    write(site, "acme_plugins.py", "PLUGIN = Plugin(name='acme', version='2')")
    info = site / "acme_plugins-2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-plugins\nVersion: 2\n")
    (info / "entry_points.txt").write_text("[metaflow_dashboard.plugins]\nacme = acme_plugins:PLUGIN\n")
    monkeypatch.syspath_prepend(site)
    found = load([folder], None, None)
    assert (found[0].plugin.name, found[0].where) == ("acme", "the package acme-plugins")
    write(folder, "acme.py", "PLUGIN = Plugin(name='acme')")
    with pytest.raises(BadPlugin, match=r"There are two plugins named acme: .*acme\.py and the package acme-plugins\."):
        load([folder], None, None)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero."),
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'."),
        ("def (", "SyntaxError: "),
        ("raise SystemExit(0)", "SystemExit: 0."),
        ("PLUGINS = []", "it has no constant PLUGIN that is a Plugin."),
        ("PLUGIN = Plugin(name='other')", "its constant PLUGIN is named “other”; the name of the file is that"),
        ("PLUGIN = Plugin(name='odd', panels=[Panel('footer', 'x', str)])", "there are no panels in the slot “footer”"),
        (
            "PLUGIN = Plugin(name='odd', links=[Link('run-tab', 'x', 'https://e.org')])",
            "no links in the slot",
        ),
        ("PLUGIN = Plugin(name='odd', links=[Link('header', 'x', 'nowhere')])", "“nowhere” is no link"),
        ("PLUGIN = Plugin(name='odd', actions=[Action('run-header', 'x', '{what}')])", "“what” is no field"),
        (
            "PLUGIN = Plugin(name='odd', panels=[Panel('run-tab', '', str)])",
            "its panel in the slot run-tab has no title",
        ),
        (
            "PLUGIN = Plugin(name='odd', panels=2 * [Panel('run-tab', 'x', str)])",
            "more than one panel in the slot run-tab",
        ),
        (
            "PLUGIN = Plugin(name='odd', pages=[Page('odd', '/odd', 'x', str, print)])",
            "has to be at /-/plugins/odd",
        ),
        ("PLUGIN = Plugin(name='odd', pages=[Page('odd', '/-/plugins/odd/<x>', 'x', str, print)])", "a fixed path"),
        ("PLUGIN = Plugin(name='odd', links=['x'])", "AttributeError: "),
    ],
)
def test_a_fault_is_one_sentence_with_plugin_and_cause(tmp_path: Path, code: str, cause: str) -> None:
    write(tmp_path, "odd.py", code)
    with pytest.raises(BadPlugin) as caught:
        load([tmp_path], None, None)
    text = str(caught.value)
    assert text.startswith(f"The plugin odd ({tmp_path / 'odd.py'}) cannot be used: ")
    assert cause in text
    assert "\n" not in text


@pytest.mark.parametrize("name", ["Big.py", "two words.py", "timeline.py", "metadata.py", "x" * 41 + ".py"])
def test_names_are_kebab_case_and_not_those_of_tabs(tmp_path: Path, name: str) -> None:
    stem = name.removesuffix(".py")
    write(tmp_path, name, f"PLUGIN = Plugin(name={stem!r})")
    with pytest.raises(BadPlugin, match="its name has to be small letters"):
        load([tmp_path], None, None)


@pytest.mark.parametrize(
    ("toml", "cause"),
    [
        ("[first-one", "is not valid TOML"),
        ("plugins = 'all'", "plugins has to be a list of names"),
        ("[thrid]\nx = 1", "There is no plugin “thrid”; found are first-one, second."),
        ("plugins = ['third']", "There is no plugin “third”"),
        ("[first-one]\nx = 1", "The plugin first-one .* cannot be used: it takes no configuration."),
        ("first-one = 1", "The plugin first-one .* cannot be used: its part of the TOML file is no table."),
    ],
)
def test_a_bad_file_of_plugins_says_why(folder: Path, toml: str, cause: str) -> None:
    with pytest.raises(BadPlugin, match=cause):
        names(folder, toml=toml)


def test_folders_and_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadPlugin, match=r"The folder of plugins .* cannot be read: No such file or directory"):
        load([tmp_path / "none"], None, None)
    with pytest.raises(BadPlugin, match=r"The file of plugins .* cannot be read: No such file or directory\."):
        load([], None, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"entrypoint": None}, "manifest.json has no entrypoint"),
        ({"slot": "footer"}, "there are no frames in the slot “footer”"),
        ({"entrypoint": "https://e.org/x.html"}, "the entrypoint “https://e.org/x.html” is no file of its folder"),
        ({"entrypoint": "../secret.html"}, "is no file of its folder"),
        ({"container": "popup"}, "the container “popup” is none of collapsable"),
    ],
)
def test_a_manifest_is_checked(tmp_path: Path, changes: dict[str, object], cause: str) -> None:
    (tmp_path / "secret.html").write_text("x")
    folder = tmp_path / "plugins"
    (folder / "hello").mkdir(parents=True)
    (folder / "hello" / "index.html").write_text("x")
    manifest = {"name": "Hello", "version": "1", "entrypoint": "index.html", "slot": "run-header"}
    (folder / "hello" / "manifest.json").write_text(json.dumps(manifest))
    assert [one.plugin.frames[0].slot for one in load([folder], None, None)] == ["run-header"]
    (folder / "hello" / "manifest.json").write_text(json.dumps(manifest | changes))
    with pytest.raises(BadPlugin, match=cause):
        load([folder], None, None)


def test_settings_choose(tmp_path: Path) -> None:
    write(tmp_path, "more.py", "PLUGIN = Plugin(name='more')")
    shipped = [
        path.stem.replace("_", "-") for path in SHIPPED.glob("*.py") if path.stem != "testing" and path.stem[0] != "_"
    ]
    everything = make_host(Settings(plugin_folders=(tmp_path,)))
    assert [one.plugin.name for one in everything.plugins] == sorted([*shipped, "more"])
    environment = {"METAFLOW_DASHBOARD_PLUGINS": "more, resources", "METAFLOW_DASHBOARD_PLUGIN_FOLDERS": str(tmp_path)}
    some = make_host(Settings.from_env(environment))
    assert [one.plugin.name for one in some.plugins] == ["more", "resources"]
    assert make_host(Settings.from_env({"METAFLOW_DASHBOARD_PLUGINS": "none"})).plugins == ()


def test_a_broken_plugin_ends_the_start_with_one_line(
    tmp_path: Path, sqlite_database: URL, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine", "broken.py", "1 / 0")
    monkeypatch.setenv("METAFLOW_DASHBOARD_PLUGIN_FOLDERS", str(tmp_path / "mine"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert app.main([str(sqlite_database.database), "--port", str(port)]) == 2
    where = tmp_path / "mine" / "broken.py"
    sentence = f"The plugin broken ({where}) cannot be used: ZeroDivisionError: division by zero."
    assert capsys.readouterr().err.splitlines() == [sentence]
