"""`python -m tests.bench.logs [--lines 1000000] [--large 1073741824]`: budgets of logs, in a process of its own."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import psutil

from dashboard.datastore import LocalStore
from dashboard.datastore.logs import Log, open_log
from tests.bench.report import Row, machine, percentile, save, table

ROOT = Path(__file__).parent.parent.parent
TASK = ("F", "1", "s", "2")
WIDTH = 125  # bytes of a line with its prefix and end


def main() -> int:
    """Exit code 0, also when budgets are missed: the table says which."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.logs", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=2**30, help="bytes of the large log")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-results" / "logs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / ".metaflow"
        file = root.joinpath(*TASK, "0.task_stdout.log")
        file.parent.mkdir(parents=True)
        write(file, options.large // WIDTH)
        rows = _large(root)  # first, while the process is small
        write(file, options.lines)
        rows += _indexed(root)
        write(file.with_name("0.runtime_stdout.log"), 1000, "runtime")
        rows += [_timed("with 1,000 lines of the scheduler merged in: count", lambda: _log(root).count(60))]
        write(file.with_name("0.task_stderr.log"), options.lines // 2)
        rows += [_timed("with half as many lines of stderr merged in: count", lambda: _log(root, both=True).count(60))]
    about = {"lines": options.lines, "large": options.large, "command": "python -m tests.bench.logs"}
    options.folder.mkdir(parents=True, exist_ok=True)
    print(f"\n{machine()}; {options.lines:,} lines of {WIDTH} bytes\n\n{table(rows)}")
    print(f"\n{save(rows, options.folder, about)}")
    return 0


def _large(root: Path) -> list[Row]:
    """The large log: its end, and the memory that all takes together."""
    before = psutil.Process().memory_info().rss
    log = _log(root)
    rows = [_timed(f"{log.size / 2**30:.2f} GiB: last 1,000 lines", lambda: _log(root).tail(1000), 1000)]
    rows.append(_timed("… index once", lambda: log.count(60)))
    rows.append(_timed("… 200 lines anywhere", lambda: log.lines((log.total or 0) // 2, 200), 20))
    rows.append(_timed("… search", lambda: log.search("no such text", seconds=60)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    grown = (peak - before) / 2**20
    return [*rows, Row("… memory growth of all of that, at its peak", grown, grown, "MB", 50)]


def _indexed(root: Path) -> list[Row]:
    """The log of a million lines."""
    rows = [_timed("index once", lambda: _log(root).count(60), 400, times=5)]
    log = _log(root)
    log.count(60)
    total = log.total or 0
    places = [1 + (total - 200) * n // 49 for n in range(50)]
    rows.append(_each("200 lines anywhere", [partial(log.lines, place, 200) for place in places], 20))
    rows.append(_timed("last 1,000 lines", lambda: log.tail(1000), times=5))
    searches: list[tuple[str, str, bool, bool, float | None]] = [
        ("plain search, 100 matches", "could not read", False, False, 1000),
        ("… with case", "could not read", False, True, 1000),
        ("… a match in every line", "epoch", False, False, None),
        ("… not ASCII", "grün", False, False, None),
        ("regex search, 100 matches", r"could (not|never) \w+", True, False, None),
        ("… 100,000 matches", r"epoch \d+9 ", True, False, None),
        ("… backtracking engines never end", r"(\w+\s*)+=", True, False, None),
    ]
    for name, pattern, regex, case, budget in searches:
        rows.append(_timed(name, partial(log.search, pattern, regex=regex, case=case, seconds=60), budget, times=3))
    rows.append(_timed("first error", lambda: log.first_error(60), times=3))
    return rows


def _log(root: Path, both: bool = False) -> Log:
    return open_log(LocalStore(root), *TASK, 0, "both" if both else "stdout")


def write(file: Path, lines: int, source: str = "task") -> None:
    """A log as a training writes it; every 10,000th line is an error."""
    with file.open("wb") as out:
        for start in range(0, lines, 10_000):
            out.writelines(_line(number, source) for number in range(start, min(lines, start + 10_000)))


def _line(number: int, source: str) -> bytes:
    seconds, rest = divmod(number, 1000)
    at = f"2026-11-{1 + seconds // 86400:02d}T{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    text = "ERROR: could not read the value" if number % 10_000 == 9_999 else f"epoch {number} loss of model"
    prefix = f"[MFLOG|0|{at}.{rest * 1000:06d}Z|{source}|73d46660-b46c-4d50-8c57-{number:012d}]"
    return f"{prefix}{text}".ljust(WIDTH - 1, ".").encode()[: WIDTH - 1] + b"\n"


def _timed(name: str, do: Callable[[], object], budget: float | None = None, times: int = 1) -> Row:
    return _each(name, [do] * times, budget)


def _each(name: str, do: Sequence[Callable[[], object]], budget: float | None = None) -> Row:
    """Milliseconds of each."""
    taken = []
    for one in do:
        started = time.perf_counter()
        one()
        taken.append((time.perf_counter() - started) * 1000)
    return Row(name, percentile(taken, 50), percentile(taken, 95), "ms", budget)


if __name__ == "__main__":
    sys.exit(main())
