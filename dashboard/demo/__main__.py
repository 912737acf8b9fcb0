"""Demo data for benchmarks, and the live writer of the demo.

python -m dashboard.demo --url postgresql+psycopg://… --runs 1000000 --wide 2000 50000
python -m dashboard.demo --url sqlite:////tmp/bulk.sqlite --runs 100000
python -m dashboard.demo --follow demo.sqlite
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.demo.bulk import Order, fill
from dashboard.demo.process import follow
from dashboard.demo.service_tables import LATEST, LEVELS
from dashboard.errors import DashboardError


def main() -> None:
    """Run the live writer, or fill a database for benchmarks."""
    parser = argparse.ArgumentParser(
        prog="python -m dashboard.demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--url", help="an empty PostgreSQL database or a new SQLite file to fill")
    what.add_argument("--follow", type=Path, metavar="DATABASE", help="keep runs going in this demo until stopped")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--wide", type=int, nargs="*", default=[], help="tasks of one more, finished run each")
    parser.add_argument("--running", type=int, default=0, help="width of the foreach of one of the running runs")
    parser.add_argument("--days", type=int, default=365, help="days over which the runs are spread")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--level", choices=LEVELS, default=LATEST, help="newest migration whose indices are made")
    parser.add_argument("--jsonb-value", action="store_true", help="metadata values as JSONB, as in some deployments")
    parser.add_argument("--attached", action="store_true", help="with --follow: stop when parent or stdin is gone")
    given = parser.parse_args()
    if given.follow:
        follow(given.follow, given.seed, given.attached)
        return
    try:
        wide = tuple(given.wide)
        how = (given.days, given.seed, given.level, given.jsonb_value)
        fill(Order(given.url, given.runs, wide, given.running, *how))
    except DashboardError as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()
