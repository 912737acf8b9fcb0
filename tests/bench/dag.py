"""`python -m tests.bench.dag`: graphs of 10, 100 and 500 steps, from the layout to the picture in a real Chromium.

The first part of every third of a graph is done; an update completes all tasks that run and starts others. Graphs are
drawn unfolded, which is the harder case, and once folded, as they are shown at first.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.dag.layout import layout
from dashboard.data.runs import Key
from tests.bench.report import Row, machine, percentile, table
from tests.browser import launch_args
from tests.dag.graphs import Grown
from tests.dag.stored import Stored
from tests.e2e.serving import Growing, now, serve

SIZES = {10: (1_200.0, 60.0), 100: (1_500.0, 100.0), 500: (2_000.0, 200.0)}  # budgets: cold, update (ms)
LAYOUT = 5.0  # ms for 500 steps
ROUNDS = 5
UPDATES = 12
# When the canvas had been drawn, and how long the browser was busy with the newest states.
WATCH = """
window.addEventListener('mf:dag', () => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.drawnAt = window.drawnAt ?? performance.now();
})));
"""
UPDATE = """async (states) => {
  const { dag } = window.dash_clientside;
  const cy = window.mf.run.dag.cy();
  const rendered = new Promise((resolve) => cy.one('render', resolve));
  const began = performance.now();
  dag.draw(window.mf.run.dag.drawing(), states);
  await rendered;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - began;
}"""
OTHER = """([turn, part]) => {
  const states = structuredClone(window.mf.run.dag.states());
  Object.values(states.cards).forEach((card, n) => {
    if ((n + turn) % part) return;
    Object.assign(card, card.look === 'running'
      ? { look: 'completed', tasks: 40, done: 40, failed: 0, running: 0, line: '40 tasks', todo: 0 }
      : { look: 'running', tasks: 40, done: turn, failed: 1, running: 9, line: `${turn} / 40`, todo: 0 });
  });
  return states;
}"""


def measure() -> list[Row]:
    """The figures, of runs that are made for them."""
    rows = [timed_layout(size) for size in SIZES]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        growing = Growing(Path(folder) / "metaflow.db")
        keys = {size: written(growing, Path(folder), size) for size in SIZES}
        browser = playwright.chromium.launch(**launch_args())
        with serve(growing.path, Path(folder), refresh=60) as app:
            for size, key in keys.items():
                rows += drawn(browser, f"{app.url}{key[0]}/{key[1]}?tab=dag&unfold=*", size, SIZES[size])
            rows += drawn(browser, f"{app.url}{keys[500][0]}/{keys[500][1]}?tab=dag", 500, SIZES[500], ", folded")
        browser.close()
        growing.engine.dispose()
    return rows


def timed_layout(size: int) -> Row:
    """The layout alone."""
    graph = Grown(size).graph
    spent = [_milliseconds(lambda: layout(graph, unfolded=("*",))) for _ in range(50)]
    budget = LAYOUT if size == 500 else None
    return Row(f"layout, {size} steps", percentile(spent, 50), percentile(spent, 95), "ms", budget)


def written(growing: Growing, folder: Path, size: int) -> Key:
    """A running run of a flow of this size, a third of whose steps are done."""
    root = folder / "data" / ".metaflow"
    root.mkdir(parents=True, exist_ok=True)
    stored, at = Stored(growing.writer, root), now()
    key = growing.writer.run(f"Flow{size}", at=at - 600_000, heartbeat=at)
    steps = Grown(size).steps
    stored.graph(key, {"steps": steps, "doc": "A flow that was generated."}, at - 600_000)
    for n, step in enumerate(list(steps)[: max(2, size // 3)]):
        task = growing.writer.task(key, step, at=at - 590_000 + n, heartbeat=at)
        growing.writer.attempt(key, step, task, 0, at - 589_000 + n, True, at - 580_000 + n)
    growing.writer.flush()
    return key


def drawn(browser: Browser, url: str, size: int, budgets: tuple[float, float], note: str = "") -> list[Row]:
    """From navigation to the drawn graph, cold and warm; then the states of all steps change."""
    cold: list[float] = []
    warm: list[float] = []
    updates: dict[int, list[float]] = {}
    for turn in range(ROUNDS + 1):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(WATCH)
        page = context.new_page()
        cold.append(_navigated(page, url))
        warm.append(_navigated(page, url))
        if turn == ROUNDS:
            for part in (10, 1):
                updates[part] = [page.evaluate(UPDATE, page.evaluate(OTHER, [n, part])) for n in range(UPDATES)][2:]
        context.close()
    name = f"{size} steps{note}"
    return [
        _row(f"{name}: cold page to drawn", cold[1:], budgets[0]),
        _row(f"{name}: warm page to drawn", warm[1:], None),
        _row(f"{name}: a tenth of the steps changes", updates[10], budgets[1]),
        _row(f"{name}: all steps change", updates[1], None),
    ]


def _navigated(page: Page, url: str) -> float:
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_function("window.drawnAt", timeout=60_000)
    return float(page.evaluate("window.drawnAt"))


def _row(name: str, values: list[float], budget: float | None) -> Row:
    return Row(name, percentile(values, 50), percentile(values, 95), "ms", budget)


def _milliseconds(what: Callable[[], Any]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def main() -> int:
    """Exit code 0, also when a budget is missed: the table says so."""
    rows = measure()
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}\n\n{table(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
