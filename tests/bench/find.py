"""Completion of what is typed: server time of every letter, and in a browser from the key to the painted options."""

from __future__ import annotations

import random
import time
from statistics import median
from urllib.parse import urlencode

from dash import Dash
from playwright.sync_api import Page

from dashboard.data import lookup
from dashboard.filters import RunQuery
from dashboard.services import Services
from tests.bench.browser import opened
from tests.bench.report import Row, percentile

BUDGET = 200  # ms
SOME = 30  # texts of each kind
WATCH = """
text => new Promise(done => {
  const list = document.getElementById('palette-list');
  const begun = performance.now();
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
  }).observe(list, { childList: true });
  const field = document.getElementById('palette-text');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
})
"""


def measure(app: Dash, services: Services, seed: int = 7) -> list[Row]:
    """One row per kind of text; each text is asked for once, so that nothing of it is remembered."""
    client = app.server.test_client()
    rows = []
    for name, texts in _texts(services, random.Random(seed)).items():
        times, found = [], 0
        for text in texts:
            begun = time.perf_counter()
            answer = client.get(f"/-/api/find?{urlencode({'q': text})}").get_json()
            times.append((time.perf_counter() - begun) * 1000)
            found = max(found, len(answer["objects"]) or len(answer["near"]))
        note = f"{found} objects"
        rows.append(Row(f"completion: {name}", percentile(times, 50), percentile(times, 95), "ms", None, BUDGET, note))
    return rows


def in_browser(url: str, services: Services) -> list[Row]:
    """From a letter in the palette to its painted options, with the pause after a key."""
    texts = _letters(services.finder.page(RunQuery().filter, 30, None).runs[-1].run.pathspec)
    with opened() as browser:
        page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.locator("#react-entry-point tr[data-row]").first.wait_for()
        page.keyboard.press("Control+k")
        times = [float(page.evaluate(WATCH, text)) for text in ("x", *texts)][1:]
    name = "completion, browser: key to painted options"
    return [Row(name, median(times), percentile(times, 95), "ms", None, BUDGET)]


def _letters(text: str) -> list[str]:
    return [text[:end] for end in range(1, len(text) + 1)]


def _texts(services: Services, rng: random.Random) -> dict[str, list[str]]:
    """Texts of each kind, from runs of all times."""
    newest = services.finder.page(RunQuery().filter, 500, None).runs
    some = [one.run for one in rng.sample(newest, SOME)]
    numbers = [str(rng.randrange(1, newest[0].run.number)) for _ in range(SOME)]
    steps = {run.key: services.database(lookup.step_names, run.key) for run in some}
    tasks = {run.key: services.database(lookup.tasks_like, run.key, steps[run.key][0], "", 1)[0] for run in some}
    wide = [one.run for one in newest if not services.database(lookup.has_few_tasks, one.run.key, 10_000)]
    return {
        "flow, letter by letter": [part for run in some[:3] for part in _letters(run.flow)],
        "flow, any part of it": [run.flow[2:5].lower() for run in some],
        "runs of a flow": [f"{run.flow}/" for run in some],
        "run, digit by digit": [part for run in some[:5] for part in _letters(run.pathspec)[len(run.flow) + 1 :]],
        "steps of a run": [f"{run.pathspec}/" for run in some],
        "step": [f"{run.pathspec}/{steps[run.key][0][:2]}" for run in reversed(some)],
        "task": [f"{run.pathspec}/{steps[run.key][0]}/{tasks[run.key][:3]}" for run in some],
        "task of a wide run": [f"{run.pathspec}/train/{digit}" for run in wide for digit in range(10)] or ["none/1"],
        "id of a run or task": numbers,
        "id that there is not": [f"9{number:0>8}" for number in numbers],
        "misspelt flow": [f"{run.flow[:3]}{run.flow[4:]}/{run.id}" for run in some],
        "misspelt run": [f"{run.flow}/9{number:0>8}" for run, number in zip(some, numbers, strict=True)],
    }
