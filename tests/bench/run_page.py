"""The page of a run in a real Chromium, from ten tasks to a hundred thousand; and what its polls cost."""

from __future__ import annotations

import gzip
import json
import time
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Connection, create_engine, text

from dashboard.data.runs import Key
from tests.bench.report import Row, percentile
from tests.bench.served import served
from tests.browser import launch_args

ROUNDS = 5
SCROLLS = 200  # tasks from which on scrolling draws anew
FLOW = "TrainChurnModel"
# tasks → budgets: cold, warm, redrawn, tooltip (ms); a run is measured by the nearest of them
BUDGETS = {
    10: (1000, 400, 60, 30),
    2_000: (1100, 400, 80, 30),
    50_000: (1600, 600, 120, 30),
    100_000: (2500, 800, 150, 40),
}
ARRIVE = """
window.arrived = null;
new MutationObserver(() => {
  if (window.arrived === null && document.querySelector('#run-timeline[data-drawn]')) {
    window.arrived = 0;
    requestAnimationFrame(() => setTimeout(() => { window.arrived = performance.now(); }));
  }
}).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-drawn'] });
"""
# From an act to the frame after the drawing that it leads to.
TIMED = """(name) => new Promise((done) => {
  const { run } = window.mf;
  const acts = {
    scroll: () => window.scrollBy(0, 2400),
    zoom: () => run.timeline.scale(0.5),
    fit: () => run.timeline.show(-Infinity, Infinity),
    filter: () => document.querySelector('#run-tools .mf-toggle').click(),
    type: () => {
      const box = document.querySelector('.run-search input');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, '1');
      run.replace((query) => query.set('q', '1'));
      run.timeline.reread();
    },
    order: () => { run.replace((query) => query.set('sort', '-duration')); run.timeline.reread(); },
  };
  const begun = performance.now();
  const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  window.addEventListener('mf:drawn', painted, { once: true });
  acts[name]();
})"""
HOVER = """() => new Promise((done) => {
  const label = document.querySelector('.tl-labels .tl-task');
  const box = document.querySelector('.tl-plot').getBoundingClientRect();
  const c = window.mf.run.timeline.columns();
  const t = Number(label.dataset.task);
  const row = window.mf.run.last(c, t);
  const [from, to] = window.mf.run.timeline.range();
  const end = Number.isNaN(c.finished[row]) ? window.mf.run.now(c) : c.finished[row];
  const x = box.left + ((((c.started[row] + end) / 2) - from) / (to - from)) * box.width;
  const y = label.getBoundingClientRect().top + 12;
  document.dispatchEvent(new PointerEvent('pointermove', { clientX: 5, clientY: 5 }));
  const begun = performance.now();
  const moved = new PointerEvent('pointermove', { bubbles: true, clientX: x, clientY: y });
  document.elementFromPoint(x, y).dispatchEvent(moved);
  requestAnimationFrame(() => setTimeout(() => {
    done(document.querySelector('.tl-tip')?.checkVisibility() ? performance.now() - begun : null);
  }));
})"""


def measure(app: Any, url: str) -> list[Row]:
    """Navigation, drawing and polls of the wide runs of the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        finished, running = _wide_runs(connection)
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_args())
        for run, tasks in finished:
            rows += _navigated(browser, url, run, tasks)
        with served(url) as (host, port, _):
            for run, tasks in finished:
                rows += _drawn(browser, f"http://{host}:{port}", run, tasks)
        browser.close()
    with engine.connect() as connection:
        rows += _polled(app, connection, (FLOW, running))
    engine.dispose()
    return rows


def _wide_runs(connection: Connection) -> tuple[list[tuple[int, int]], int]:
    """Finished runs with their numbers of tasks, smallest first; and the one that still runs."""
    counted = connection.execute(
        text(
            "SELECT run_number, count(*), bool_or(step_name = 'end') FROM tasks_v3 WHERE flow_id = :flow"
            " AND run_number > (SELECT max(run_number) - 20 FROM runs_v3) GROUP BY run_number ORDER BY count(*)"
        ),
        {"flow": FLOW},
    ).fetchall()
    by_size = {min(BUDGETS, key=lambda size: abs(size - row[1])): (row[0], row[1]) for row in counted if row[2]}
    return [by_size[size] for size in sorted(by_size)], max(row[0] for row in counted if not row[2])


def _budget(tasks: int) -> tuple[int, int, int, int]:
    return BUDGETS[min(BUDGETS, key=lambda size: abs(size - tasks))]


def _navigated(browser: Browser, url: str, run: int, tasks: int) -> list[Row]:
    """Cold: a server that has just started, a browser that has nothing. Warm: the same page again."""
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(ROUNDS):
        with served(url) as (host, port, _process):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_init_script(ARRIVE)
            page = context.new_page()
            for into in (cold, warm):
                page.goto("about:blank")
                page.goto(f"http://{host}:{port}/{FLOW}/{run}")
                page.wait_for_function("window.arrived", timeout=60_000)
                into.append(page.evaluate("window.arrived"))
            context.close()
    name, (most_cold, most_warm, *_rest) = f"run page, {tasks:,} tasks", _budget(tasks)
    return [_row(f"{name}: cold", cold, most_cold), _row(f"{name}: warm", warm, most_warm)]


def _drawn(browser: Browser, server: str, run: int, tasks: int) -> list[Row]:
    name, (_cold, _warm, most, most_hover) = f"run page, {tasks:,} tasks", _budget(tasks)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    address = f"{server}/{FLOW}/{run}?open=train:{tasks}"
    rows = []
    for words, acts in (
        ("scroll", ["scroll"]),
        ("zoom", ["zoom", "fit"]),
        ("filter", ["filter"]),
        ("search", ["type"]),
        ("order", ["order"]),
    ):
        if words == "scroll" and tasks < SCROLLS:
            continue
        times: list[float] = []
        for _ in range(ROUNDS):
            _open(page, address)
            times += [page.evaluate(TIMED, act) for act in acts]
        rows.append(_row(f"{name}: {words} to repainted", times, most))
    _open(page, address)
    hovers = [page.evaluate(HOVER) for _ in range(ROUNDS * 2)]
    rows.append(_row(f"{name}: hover to tooltip", [one for one in hovers if one is not None], most_hover))
    page.close()
    return rows


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#run-timeline[data-drawn]")
    page.wait_for_selector("#run-tools .mf-toggle")
    page.wait_for_load_state("networkidle")


def _polled(app: Any, connection: Connection, key: Key) -> list[Row]:
    """The columns of a running run: nothing new, and a hundred tasks that have just ended."""
    client = app.server.test_client()
    path = f"/-/columns/{key[0]}/{key[1]}"
    states = app.services.run_states
    stamp = _stamp(client.get(path).data)
    same, changed, sizes = [], [], []
    for _ in range(20):
        begun = time.perf_counter()
        answer = client.get(f"{path}?since={stamp}")
        same.append((time.perf_counter() - begun) * 1000)
        if answer.status_code == 200:
            stamp = _stamp(answer.data)
    for _ in range(ROUNDS):
        _end(connection, key, 100)
        app.services.database.health(0)
        begun = time.perf_counter()
        answer = client.get(f"{path}?since={stamp}")
        changed.append((time.perf_counter() - begun) * 1000)
        sizes.append(len(gzip.compress(answer.data, 6)) / 1000)
        stamp = _stamp(answer.data)
    tasks = len(states(key).ids)
    name = f"run of {tasks:,} tasks that runs"
    memory = states.nbytes / 1e6
    return [
        _row(f"{name}: unchanged poll", same, 5),
        _row(f"{name}: poll after 100 changed", changed, 30),
        Row(f"{name}: its body, compressed", median(sizes), max(sizes), "KB", 20),
        Row(f"{name}: memory of its state", memory, memory, "MB", 25),
    ]


def _stamp(body: bytes) -> str:
    """The version of a whole or of an increment."""
    length = int.from_bytes(body[:4], "little")
    return str(json.loads(body[4 : 4 + length])["stamp"])


def _end(connection: Connection, key: Key, number: int) -> None:
    """So many tasks that still run end well now; what is written stays in the database."""
    connection.execute(
        text(
            "INSERT INTO metadata_v3"
            " (flow_id, run_number, step_name, task_id, field_name, value, type, user_name, ts_epoch, tags)"
            " SELECT t.flow_id, t.run_number, t.step_name, t.task_id, 'attempt_ok', 'True', 'internal_attempt_status',"
            " 'bench',"
            " (extract(epoch FROM now()) * 1000)::bigint, '[\"attempt_id:0\"]'::jsonb FROM tasks_v3 t"
            " WHERE t.flow_id = :flow AND t.run_number = :run AND NOT EXISTS (SELECT 1 FROM metadata_v3 m"
            " WHERE m.flow_id = t.flow_id AND m.run_number = t.run_number AND m.step_name = t.step_name"
            " AND m.task_id = t.task_id AND m.field_name = 'attempt_ok') ORDER BY t.task_id LIMIT :number"
        ),
        {"flow": key[0], "run": key[1], "number": number},
    )
    connection.commit()


def _row(name: str, times: list[Any], budget: float) -> Row:
    return Row(name, median(times), percentile(times, 95), "ms", budget)
