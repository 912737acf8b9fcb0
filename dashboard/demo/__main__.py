"""Command line: `python -m dashboard.demo --follow DATABASE` or `--url URL --runs N --wide M`."""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.demo.process import follow


def main() -> None:
    """Run the live writer, or fill a database for benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo", description=__doc__)
    parser.add_argument("--follow", type=Path, help="keep runs going in this demo database until stopped")
    parser.add_argument("--attached", action="store_true", help="stop when the parent process or stdin is gone")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    if given.follow:
        follow(given.follow, given.seed, given.attached)


if __name__ == "__main__":
    main()
