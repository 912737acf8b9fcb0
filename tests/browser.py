"""The system's Chromium for Playwright, silent on the network. Playwright's own browsers are never downloaded."""

from __future__ import annotations

import shutil
import time
from typing import Any

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as Timeout

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


def wait_for_function(
    page: Page, expression: str, *, arg: Any = None, timeout: float | None = None, polling: float = 20
) -> None:
    """Playwright's own evaluates text within the page, which the policy of our pages forbids; `evaluate` does not.

    Times are milliseconds.
    """
    until = time.monotonic() + (30_000 if timeout is None else timeout) / 1000
    asked = (
        f"arg => {{ const found = ({expression}); return Boolean(typeof found === 'function' ? found(arg) : found); }}"
    )
    while True:
        try:
            if page.evaluate(asked, arg):
                return
        except Error as error:
            if "context was destroyed" not in str(error):  # the page is another one now
                raise
        if time.monotonic() > until:
            raise Timeout(f"Still not true: {expression}")
        page.wait_for_timeout(polling)


Page.wait_for_function = wait_for_function  # type: ignore[assignment,method-assign]
