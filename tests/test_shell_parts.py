"""The pure parts of the frame: links, cookies, panels, glyphs, and what the assets promise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from dash import Dash, html
from flask import Flask

from components import feedback, icons, theme
from dashboard import links, shell, viewer
from dashboard.models import Qualifier, Status
from dashboard.settings import Settings
from dashboard.source import Source

ASSETS = Path(__file__).parent.parent / "assets"
PREFIX = "/metaflow/"


def test_tokens_agree_with_the_style_sheet() -> None:
    css = (ASSETS / "css" / "10-tokens.css").read_text("utf-8")
    for name in ("light", "dark"):
        block = re.search(rf"/\* @{name} \*/(.*?)/\* @end \*/", css, re.DOTALL)
        assert block
        colours = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})\b", block[1]))
        assert dict(theme.palette(name)) == colours


def test_every_status_has_a_glyph_in_the_style_sheet() -> None:
    css = (ASSETS / "css" / "30-icons.css").read_text("utf-8")
    for name in icons.MEANINGS:
        assert f".st-{name}{{" in css
    for status in Status:
        for qualifier in (None, *Qualifier):
            assert icons.status_name(status, qualifier) in icons.MEANINGS
    assert icons.status_name(Status.RUNNING, Qualifier.NO_HEARTBEAT) == "lost"


def test_every_icon_used_by_the_frame_is_drawn() -> None:
    css = (ASSETS / "css" / "30-icons.css").read_text("utf-8")
    layout = shell.layout(Source("demo", "demo"), Settings(), html.Div())
    used = set(re.findall(r"ic ic-([\w-]+)", json.dumps(layout.to_plotly_json(), default=lambda c: c.to_plotly_json())))
    assert used >= {"search", "help", "clock", "theme"}
    for name in used:
        assert f".ic-{name}{{" in css


def test_styles_and_scripts_name_no_other_host() -> None:
    for path in [*ASSETS.glob("css/*.css"), *ASSETS.glob("js/*.js")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
        assert "console." not in text, path
        assert len(text.splitlines()) <= 300, path


def test_vendored_files_have_their_licences() -> None:
    folders = [path for path in (ASSETS / "vendor").iterdir() if path.is_dir()]
    assert len(folders) == 2
    for folder in folders:
        assert "MIT" in (folder / "LICENSE").read_text("utf-8")


def test_the_vendored_plotly_is_the_one_that_plotly_py_is_made_for() -> None:
    from plotly.offline import get_plotlyjs_version

    version = get_plotlyjs_version()
    assert (ASSETS / "vendor" / f"plotly-cartesian-{version}" / "plotly-cartesian.min.js").is_file()
    assert f"plotly-cartesian-{version}/" in (ASSETS / "js" / "00-plotly.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [("Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("../../etc/passwd", "UTC"), ("Nowhere", "UTC"), ("/UTC", "UTC")],
)
def test_a_zone_cookie_is_believed_only_when_it_is_a_zone(cookie: str, zone: str) -> None:
    with Flask("t").test_request_context(headers={"Cookie": f"mf_tz={cookie}; mf_theme=neon"}):
        assert viewer.zone().key == zone
        assert viewer.theme() == "light"


def test_outside_of_a_request_the_defaults_hold() -> None:
    assert (viewer.zone().key, viewer.theme(), links.href("/A/1", "b=c")) == ("UTC", "light", "/A/1?b=c")


def test_links_carry_the_prefix_and_lose_it_again() -> None:
    flask = Flask("t")
    flask.config["PATH_PREFIX"] = PREFIX
    with flask.app_context():
        assert links.href("/A/1", "b=c") == "/metaflow/A/1?b=c"
        assert links.split("/metaflow/A/1?b=c") == ("/A/1", "b=c")
        assert links.split("/metaflow/") == ("/", "")
        assert links.split("/metaflow") == ("/", "")
        assert links.split(None) == ("/", "")


def test_state_panels_hold_what_they_are_given() -> None:
    chip = html.Span("tag is canary")
    texts = [
        feedback.empty("No runs yet", "Nothing there.", "python flow.py run", "Looked at every 5 s."),
        feedback.filtered("No runs match", "412 runs in range.", [(chip, "38 runs without it", "/?x=1")], "/"),
        feedback.not_found("No run 9", ["The newest is ", html.B("8")], [("Close ids", "1")], [("All runs", "/")]),
        feedback.error("stderr could not be read", "AccessDenied.", "s3://bucket/key", [feedback.copy_button("x")]),
        feedback.limit("Searched 1,240 of 2,008.", "Stopped."),
        feedback.info("Not there yet."),
        feedback.skeleton_table(3),
        feedback.skeleton_lanes(3),
    ]
    shown = json.dumps([panel.to_plotly_json() for panel in texts], default=lambda c: c.to_plotly_json())
    for text in ("python flow.py run", "38 runs without it", "Close ids", "s3://bucket/key", "Loading", "alert"):
        assert text in shown


def test_the_policy_hash_is_that_of_the_script_in_the_page() -> None:
    app = Dash("hash", server=Flask("hash"), assets_folder=str(ASSETS))
    assert f"<script>{shell.THEME_SCRIPT}</script>" in shell.index_string(app)
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", shell.csp_hash())
