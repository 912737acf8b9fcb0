"""Demo data in Metaflow's true formats, a live writer, and a generator for benchmarks."""

from dashboard.demo.build import build
from dashboard.demo.process import start_writer

__all__ = ["build", "start_writer"]
