"""The pickles of other libraries that `pickles/make.py` wrote."""

from __future__ import annotations

import base64
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "pickles"
VERSIONS = ("1.5", "2.2", "2.3", "3.1")  # of pandas

PICKLES: dict[tuple[str, str, str], bytes] = {
    (version, name, protocol): base64.b64decode(content)
    for version in VERSIONS
    for name, by_protocol in json.loads((FOLDER / f"pandas-{version}.json").read_text("utf-8"))["pickles"].items()
    for protocol, content in by_protocol.items()
}
