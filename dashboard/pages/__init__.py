"""One file a page: its URL, its layout and its callbacks. Pages link to each other by URL only."""

from __future__ import annotations

from dashboard.extension import Page
from dashboard.pages import about, flow, notifications, run, runs, task

# Fixed paths first, then deepest first: the first match wins.
PAGES: tuple[Page, ...] = (runs.PAGE, about.PAGE, notifications.PAGE, task.PAGE, run.PAGE, flow.PAGE)
