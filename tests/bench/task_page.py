"""`python -m tests.bench --only task-page`: the page of a task in a real Chromium, with logs up to a gigabyte."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.report import Row, percentile
from tests.bench.served import served
from tests.bench.task_run import LINES, TaskRun, filled
from tests.browser import launch_args

ROUNDS = 5
JUMPS = 40
MILLION, GIGA = "log of 1,000,000 lines", "log of 1 GiB"
# When something was painted for the first time: the page without its log, the first lines, the list of artifacts.
WATCH = """
window.painted = {};
const parts = {
  page: '#task-body:not([hidden])[data-attempt]:not([data-attempt=""])',
  lines: '#task-log .l .tx:not(:empty)',
  artifacts: '#task-artifacts tbody tr',
};
const look = () => {
  for (const [name, selector] of Object.entries(parts)) {
    if (name in window.painted || !document.querySelector(selector)) continue;
    window.painted[name] = null;
    requestAnimationFrame(() => setTimeout(() => { window.painted[name] = performance.now(); }));
  }
};
new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
"""
# From a scroll to the painted lines of that place.
JUMP = """(share) => new Promise((done) => {
  const view = document.querySelector('.mf-log.viewer');
  const block = view.querySelector('.log-block');
  const height = view.querySelector('.log-space').clientHeight;
  const before = block.firstElementChild?.dataset.line;
  const begun = performance.now();
  const watch = new MutationObserver(() => {
    const there = block.firstElementChild;
    if (!there || there.dataset.line === before || block.querySelector('.k-wait')) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  });
  watch.observe(block, { childList: true });
  view.scrollTop = share * (height - view.clientHeight - 2);
})"""
# From the Enter key to the painted number of matches.
SEARCH = """(text) => new Promise((done) => {
  const box = document.querySelector('.log-search input');
  const words = document.querySelector('.log-found');
  box.value = text;
  const begun = performance.now();
  const watch = new MutationObserver(() => {
    if (!words.textContent.includes('searched')) return;
    watch.disconnect();
    const found = words.textContent;
    requestAnimationFrame(() => setTimeout(() => done([performance.now() - begun, found])));
  });
  box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  watch.observe(words, { childList: true, subtree: true });
})"""


def measure(folder: Path) -> list[Row]:
    """The figures, of a run that is made for them; its logs stay in the folder."""
    root = folder / "task-page" / ".metaflow"
    with filled(root) as run, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_args())
        rows = [*_pages(browser, run), *_million(browser, run), *_giga(browser, run)]
        browser.close()
    return rows


def _pages(browser: Browser, run: TaskRun) -> list[Row]:
    """A page that has been looked at before, by server and browser."""
    with served(run.url) as (host, port, _process):
        base = f"http://{host}:{port}/"
        page = _page(browser)
        logs = {name: _visits(page, base + run.paths[name], "lines")[1:] for name in ("small", "million")}
        made = _visits(page, base + run.paths["artifacts"], "artifacts")[1:]
        listed = f"{base}-/api/{run.paths['artifacts']}/artifacts"
        asked = [_asked(listed) for _ in range(ROUNDS * 4)][1:]
        page.context.close()
    return [
        *(
            _row(f"task page, warm, log of {LINES[name]:,} lines: lines shown", [one["lines"] for one in visits], 500)
            for name, visits in logs.items()
        ),
        _row("task page, warm, 300 artifacts: listed", [one["artifacts"] for one in made]),
        _row("300 artifacts: listed after the page", [one["artifacts"] - one["page"] for one in made], 300),
        _row("300 artifacts: as JSON", asked, 300),
    ]


def _million(browser: Browser, run: TaskRun) -> list[Row]:
    """A log that nobody has opened before, in a server that has answered other pages; then all that is done with it."""
    after, whole = [], []
    for _ in range(ROUNDS):
        with _warmed(browser, run) as (page, base, _process):
            painted = _visit(page, base + run.paths["million"], "lines")
            after.append(painted["lines"] - painted["page"])
            whole.append(painted["lines"])
    with _warmed(browser, run) as (page, base, _process):
        _visit(page, base + run.paths["million"], "lines")
        _counted(page)
        jumps = _jumps(page)
        searches = [
            _row(f"{MILLION}: search, {words}", [_searched(page, text) for text in texts], budget)
            for words, texts, budget in (
                ("100 matches", [f"COULD not read{' the value'[:n]}" for n in range(ROUNDS)], 1000),
                ("nothing", [f"no such text {n}" for n in range(ROUNDS)], 1000),
                ("a match in every line", [f"epoch{' '[:n]}" for n in range(2)], None),
            )
        ]
        page.goto(f"{base}{run.paths['million']}?regex=1")
        _counted(page)
        searches.append(_row(f"{MILLION}: search, regex", [_searched(page, f"could (not|{n}) \\w+") for n in "abc"]))
    return [
        _row(f"{MILLION}, first opened: page and first lines", whole),
        _row(f"{MILLION}, first opened: first lines after the page", after, 400),
        _row(f"{MILLION}: jump anywhere to painted", jumps, 60),
        *searches,
    ]


def _giga(browser: Browser, run: TaskRun) -> list[Row]:
    """Its last lines, and the memory that looking at all of it takes."""
    last, grown = [], []
    jumps: list[float] = []
    for _ in range(3):
        with _warmed(browser, run) as (page, base, process), _peak(process) as peak:
            last.append(_visit(page, base + run.paths["giga"], "lines")["lines"])
            _counted(page)
            jumps += _jumps(page)
            _searched(page, "no such text")
            grown.append(peak())
    return [
        _row(f"{GIGA}, first opened: page and last lines", last, 1000),
        _row(f"{GIGA}: jump anywhere to painted", jumps),
        Row(f"{GIGA}: memory growth of the server, counted, jumped and searched", median(grown), max(grown), "MB", 50),
    ]


@contextmanager
def _warmed(browser: Browser, run: TaskRun) -> Iterator[tuple[Page, str, psutil.Process]]:
    """A new server and a page in it, after two visits of another task and a search in its log."""
    with served(run.url) as (host, port, process):
        page, base = _page(browser), f"http://{host}:{port}/"
        _visits(page, base + run.paths["small"], "lines", 2)
        _counted(page)
        _searched(page, "anything")
        page.goto("about:blank")
        yield page, base, psutil.Process(process.pid)
        page.context.close()


@contextmanager
def _peak(process: psutil.Process) -> Iterator[Callable[[], float]]:
    """By how many megabytes the process has grown at most."""
    before, most, ended = process.memory_info().rss, [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            most[0] = max(most[0], process.memory_info().rss)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield lambda: (most[0] - before) / 2**20
    ended.set()
    watcher.join()


def _page(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    return context.new_page()


def _visits(page: Page, url: str, part: str, times: int = ROUNDS + 1) -> list[dict[str, float]]:
    return [_visit(page, url, part) for _ in range(times)]


def _visit(page: Page, url: str, part: str) -> dict[str, float]:
    """When the page, and a part of it, were painted: ms since the navigation."""
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_function("(part) => window.painted.page && window.painted[part]", arg=part, timeout=60_000)
    found: dict[str, float] = page.evaluate("window.painted")
    return found


def _counted(page: Page) -> None:
    page.wait_for_function("document.querySelector('.log-foot')?.textContent.includes(' of ')", timeout=60_000)


def _jumps(page: Page) -> list[float]:
    page.wait_for_load_state("networkidle")
    chance = Random(1)
    return [page.evaluate(JUMP, chance.random()) for _ in range(JUMPS)]


def _searched(page: Page, text: str) -> float:
    spent, _words = page.evaluate(SEARCH, text)
    return float(spent)


def _asked(url: str) -> float:
    begun = time.perf_counter()
    with urllib.request.urlopen(url, timeout=30) as answer:
        answer.read()
    return (time.perf_counter() - begun) * 1000


def _row(name: str, times: list[float], budget: float | None = None) -> Row:
    return Row(name, median(times), percentile(times, 95), "ms", budget)
