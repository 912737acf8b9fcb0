"""From navigation to painted rows, in a real Chromium, with a cold and with a warm cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.report import Row, percentile
from tests.browser import launch_args

ROUNDS = 5
# When the first row was painted, and when the live page had taken the place of the first paint.
WATCH = """
window.painted = {};
const after = (name) => { if (!(name in window.painted)) { window.painted[name] = null;
  requestAnimationFrame(() => requestAnimationFrame(() => { window.painted[name] = performance.now(); })); } };
new MutationObserver(() => {
  if (document.querySelector('[data-row]')) after('rows');
  if (document.querySelector('#react-entry-point [data-row]') && !document.getElementById('first-paint')) after('live');
  if (document.querySelector('#runs-strip .main-svg .points path, #runs-strip .scatterlayer .point')) after('strip');
}).observe(document, { childList: true, subtree: true });
"""
PARTS = {
    "rows": ("rows painted", 800.0, 400.0),
    "live": ("live page in place", None, None),
    "strip": ("strip drawn", None, None),
}


def measure(url: str) -> list[Row]:
    """Cold and warm figures of the Runs page, its first 50 rows of the last 7 days."""
    cold: dict[str, list[float]] = {part: [] for part in PARTS}
    warm: dict[str, list[float]] = {part: [] for part in PARTS}
    with opened() as browser:
        for _ in range(ROUNDS + 1):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_init_script(WATCH)
            page = context.new_page()
            _navigate(page, url, cold)
            _navigate(page, url, warm)
            context.close()
    rows = []
    for part, (words, cold_budget, warm_budget) in PARTS.items():
        for name, values, budget in (("cold", cold[part][1:], cold_budget), ("warm", warm[part][1:], warm_budget)):
            rows.append(Row(f"browser, {name} cache: {words}", median(values), percentile(values, 95), "ms", budget))
    return rows


def _navigate(page: Page, url: str, into: dict[str, list[float]]) -> None:
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_function("['rows', 'live', 'strip'].every((part) => window.painted[part])", timeout=60_000)
    for part, values in into.items():
        values.append(page.evaluate("(part) => window.painted[part]", part))


@contextmanager
def opened() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_args())
        yield browser
        browser.close()
