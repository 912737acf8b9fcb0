"""`python -m tests.bench [--runs N] [--wide N …] [--url URL]`: measures, prints a table, writes JSON."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psutil

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.settings import Settings
from dashboard.source import Source
from tests.bench import artifacts, browser, filters, polls
from tests.bench.database import filled
from tests.bench.report import Row, machine, save, table

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Exit code 0, also when budgets are missed: the table says which."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--wide", type=int, nargs="*", default=[2, 2_000, 50_000, 100_000])
    parser.add_argument("--running", type=int, default=80_000, help="width of the running run; 0.6 of it is over")
    parser.add_argument("--url", help="a database that is filled already")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-results")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    made = filled(options.folder / "postgres", options.runs, options.wide, options.running)
    with nullcontext(options.url) if options.url else made as url:
        rows = _measure(url)
    about = {"runs": options.runs, "wide": options.wide, "command": "make bench"}
    wide = ", ".join(f"{tasks:,}" for tasks in options.wide)
    print(f"\n{machine()}; PostgreSQL, {options.runs:,} runs, wide ones of {wide} tasks\n\n{table(rows)}")
    print(f"\n{save(rows, options.folder, about)}")
    return 0


def _measure(url: str) -> list[Row]:
    settings = Settings.from_env({})
    database = Database(url)
    source = Source(kind="postgresql", label="bench", url=database.url)
    app = create_app(database, source, settings)
    rows = filters.measure(app, app.services)
    rows += polls.unchanged(app, database)
    rows += artifacts.measure()
    with _served(url) as (host, port, process):
        rows += browser.measure(f"http://{host}:{port}/")
        rows += polls.many_tabs(app, host, port, lambda: psutil.Process(process.pid).memory_info().rss / 2**20)
    database.close()
    return rows


@contextmanager
def _served(url: str) -> Iterator[tuple[str, int, subprocess.Popen[bytes]]]:
    """The command line, as a user starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py", url, "--port", str(port)], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/-/health", timeout=5)
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
        yield "127.0.0.1", port, process
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    sys.exit(main())
