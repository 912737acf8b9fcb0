"""`python -m tests.bench [--runs N] [--wide N …] [--url URL]`: measures, prints a table, writes JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import psutil
from dash import Dash

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.first_paint import App
from dashboard.settings import Settings
from dashboard.source import Source
from tests.bench import artifacts, browser, dag, filters, find, polls, run_page, task_page
from tests.bench.database import filled
from tests.bench.report import Row, machine, save, table
from tests.bench.served import served

ROOT = Path(__file__).parent.parent.parent
ON_DATABASE = ("filters", "find", "polls", "run-page", "runs-page")  # a million runs, filled once
ALONE = ("artifacts", "dag", "task-page")  # on what they make for themselves
PARTS = (*ON_DATABASE, *ALONE)


def main() -> int:
    """Exit code 0, also when budgets are missed: the table says which."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--wide", type=int, nargs="*", default=[2, 2_000, 50_000, 100_000])
    parser.add_argument("--running", type=int, default=80_000, help="width of the running run; 0.6 of it is over")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument("--url", help="a database that is filled already")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-results")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    rows = []
    if options.only not in ALONE:
        made = filled(options.folder / "postgres", options.runs, options.wide, options.running)
        with nullcontext(options.url) if options.url else made as url:
            rows += _measure(url, options.only)
    if options.only not in ON_DATABASE:
        rows += _measure_alone(options.folder, options.only)
    load = f"load {os.getloadavg()[0]:.1f}"
    about = {"load": load, "runs": options.runs, "wide": options.wide, "command": "make bench"}
    wide = ", ".join(f"{tasks:,}" for tasks in options.wide)
    print(f"\n{machine()}, {load}; PostgreSQL, {options.runs:,} runs, wide ones of {wide} tasks\n\n{table(rows)}")
    print(f"\n{save(rows, options.folder, about)}")
    return 0


def _measure(url: str, only: str | None) -> list[Row]:
    database = Database(url)
    app = create_app(database, Source(kind="postgresql", label="bench", url=database.url), Settings.from_env({}))
    measured: dict[str, Callable[[], list[Row]]] = {
        "filters": lambda: filters.measure(app, app.services),
        "find": lambda: _find(app, url),
        "polls": lambda: polls.unchanged(app, database),
        "run-page": lambda: run_page.measure(app, url),
        "runs-page": lambda: _runs_page(app, url),
    }
    rows = [row for part in ON_DATABASE if only in (None, part) for row in measured[part]()]
    database.close()
    return rows


def _measure_alone(folder: Path, only: str | None) -> list[Row]:
    measured: dict[str, Callable[[], list[Row]]] = {
        "artifacts": artifacts.measure,
        "dag": dag.measure,
        "task-page": lambda: task_page.measure(folder),
    }
    return [row for part in ALONE if only in (None, part) for row in measured[part]()]


def _find(app: App, url: str) -> list[Row]:
    rows = find.measure(app, app.services)
    with served(url) as (host, port, _):
        return rows + find.in_browser(f"http://{host}:{port}/", app.services)


def _runs_page(app: Dash, url: str) -> list[Row]:
    with served(url) as (host, port, process):
        rows = browser.measure(f"http://{host}:{port}/")
        memory = psutil.Process(process.pid).memory_info
        return rows + polls.many_tabs(app, host, port, lambda: memory().rss / 2**20)


if __name__ == "__main__":
    sys.exit(main())
