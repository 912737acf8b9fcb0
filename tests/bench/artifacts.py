"""`python -m tests.bench.artifacts`: what it costs to list, preview, decode and page artifacts of a local datastore."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.datastore import ArtifactRow, LocalStore, artifact_preview, artifact_value, artifacts, graph_info
from dashboard.datastore.views import branch, table
from tests.bench.report import Row, machine, percentile
from tests.bench.report import table as markdown

FLOW, RUN, STEP, TASK = "BenchFlow", "1", "train", "2"
ARTIFACTS = 300
TIMES = 20
SAMPLES: tuple[object, ...] = (1, 0.5, "text" * 20, [1, 2, 3], {"lr": 0.1, "layers": [64] * 20}, np.arange(100), None)


class Folder:
    """A datastore as Metaflow lays it out, with one task."""

    def __init__(self, root: Path, task: tuple[str, str, str, str] = (FLOW, RUN, STEP, TASK)) -> None:
        self._flow = root / task[0]
        self._task = root.joinpath(*task)
        self._objects: dict[str, str] = {}
        self._info: dict[str, dict[str, Any]] = {}

    def save(self, name: str, value: object) -> str:
        """Store a value and return its key."""
        blob = pickle.dumps(value, 4)
        sha = hashlib.sha1(blob).hexdigest()
        folder = self._flow / "data" / sha[:2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / sha).write_bytes(gzip.compress(blob, 3))
        (folder / f"{sha}_meta").write_text('{"cas_raw": false, "cas_version": 1}')
        self._objects[name] = sha
        self._info[name] = {"size": len(blob), "type": str(type(value)), "encoding": "pickle-v4"}
        return sha

    def save_many(self) -> None:
        """Small values of several types."""
        for number in range(ARTIFACTS):
            self.save(f"artifact_{number:03}", [number, SAMPLES[number % len(SAMPLES)]])

    def finish(self) -> list[ArtifactRow]:
        """Write the task's list, and return the rows that Metaflow would register."""
        self._task.mkdir(parents=True, exist_ok=True)
        (self._task / "0.data.json").write_text(json.dumps({"objects": self._objects, "info": self._info}))
        return [ArtifactRow(name, sha, "local", ":root:", "pickle-v4", 0) for name, sha in self._objects.items()]


def timed(name: str, what: Callable[[], object], budget: float | None = None) -> Row:
    """Milliseconds of several calls, one to warm up."""
    what()
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        what()
        spent.append((time.perf_counter() - started) * 1000)
    return Row(name, percentile(spent, 50), percentile(spent, 95), "ms", budget_p95=budget)


def measure() -> list[Row]:
    """The figures, of a folder that is made for them."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(root: Path) -> list[Row]:
    folder = Folder(root)
    folder.save_many()
    rows = folder.finish()
    numbers = folder.save("numbers", [n / 7 for n in range(100_000)])
    records = folder.save("records", [{"epoch": n, "loss": 1 / (n + 1), "note": f"note {n}"} for n in range(20_000)])
    array = folder.save("array", np.arange(1_000_000, dtype=float).reshape(-1, 10))
    graph = {"steps": {f"step_{n}": {"name": f"step_{n}", "doc": "x" * 2000, "next": []} for n in range(20)}}
    flow_graph = folder.save("_graph_info", graph)
    store = LocalStore(root)
    large = {name: artifact_value(store, FLOW, sha) for name, sha in (("numbers", numbers), ("array", array))}
    return [
        timed("300 artifacts listed", lambda: artifacts(store, FLOW, RUN, STEP, TASK, 0, rows), 300),
        timed("300 artifacts previewed", lambda: [artifact_preview(store, FLOW, row.sha) for row in rows]),
        timed("list of 100,000 floats decoded", lambda: artifact_value(store, FLOW, numbers)),
        timed("20,000 records decoded", lambda: artifact_value(store, FLOW, records)),
        timed("array of 8 MB decoded", lambda: artifact_value(store, FLOW, array)),
        timed("100 parts of 100,000", lambda: branch(large["numbers"], offset=50_000)),
        timed("100 rows of 100,000", lambda: table(large["array"], 50_000)),
        timed("graph of 20 steps, kept", lambda: graph_info(store, FLOW, flow_graph)),
    ]


def main() -> int:
    """Exit code 0, also when the budget is missed: the table says so."""
    print(f"{machine()}\n\n{markdown(measure())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
