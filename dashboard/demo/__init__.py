"""Demo data in Metaflow's true formats, a live writer, and a generator for benchmarks."""

from dashboard.demo.build import build

__all__ = ["build"]
