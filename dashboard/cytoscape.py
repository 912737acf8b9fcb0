"""dash-cytoscape, loaded by the browser only where a graph is shown.

Dash puts the scripts of every imported component library into every page. Half a megabyte of Cytoscape made the Runs
page 400 ms slower with a cold cache and 250 ms with a warm one, so its script is marked as one that is asked for later:
assets/js/00-cytoscape.js stands in for the component and asks for it.
"""

from __future__ import annotations

from pathlib import Path

import dash_cytoscape
from dash.fingerprint import build_fingerprint

for _script in dash_cytoscape._js_dist:
    _script["async"] = "lazy"

Cytoscape = dash_cytoscape.Cytoscape
SCRIPT = "dash_cytoscape.min.js"


def script(prefix: str) -> str:
    """The address of the script under a path prefix, with its version, so that it can be cached for good."""
    modified = int((Path(dash_cytoscape.__file__).parent / SCRIPT).stat().st_mtime)
    name = build_fingerprint(SCRIPT, dash_cytoscape.__version__, modified)
    return f"{prefix}_dash-component-suites/dash_cytoscape/{name}"
