"""The system's Chromium for Playwright, silent on the network. Playwright's own browsers are never downloaded."""

from __future__ import annotations

import shutil
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-quic --no-first-run"
    " --disable-component-update --disable-sync"
)


def launch_args() -> dict[str, Any]:
    """What Playwright's `launch` takes; LookupError where no browser is installed."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise LookupError(f"No browser found: install one of {', '.join(BROWSERS)}.")
    return {"executable_path": found, "args": ARGUMENTS.split()}
