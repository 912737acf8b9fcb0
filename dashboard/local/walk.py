"""Walks the folders of runs and reads those whose mtime differs from what the index remembers."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from dashboard.local import layout, ledger, reader
from dashboard.local.writer import Writer

# A folder may change again within the same tick of the clock behind its mtime: 10 ms at most on Linux's file systems,
# up to 2 s where mtimes are whole seconds. Until then it counts as not read.
TICK_NS, COARSE_TICK_NS = 50_000_000, 2_000_000_000
QUIET_NS = 60_000_000_000  # a closed task older than this is left out of quick walks
AGAIN = -1
Signs = dict[str, tuple[int, bool]]  # path below the root → (mtime in ns or AGAIN, an attempt is open)


@dataclass(frozen=True, slots=True)
class Found:
    """A run that was walked: its number, newest mtime in ns of its steps and tasks, whether rows changed."""

    number: int
    newest_ns: int
    changed: bool


class Walk:
    """One pass over the tree at `root`; `beats`: open tasks get a heartbeat from their last sign of life."""

    def __init__(self, root: Path, writer: Writer, beats: bool) -> None:
        self.beats = beats
        self._root = os.fspath(root)
        self._writer = writer
        self.files = reader.Files()

    def flow(self, flow: str) -> bool:
        """Reads a flow; False when the folder is none."""
        row = reader.described(f"{self._root}/{flow}", self.files)
        if row is not None:
            self._writer.put_flow(flow, row)
        return row is not None

    def run(self, flow: str, name: str, number: int | None, quick: bool = False) -> Found | None:
        """Reads what changed in a run; None when it is none, or gone. Raises OSError.

        `number` is that of a run in the index, else None; `quick` trusts closed, quiet tasks.
        """
        path = f"{flow}/{name}"
        known = ledger.signs(self._writer.connection, path)
        mtime = layout.folder_mtime(f"{self._root}/{path}")
        number = self._run_itself(flow, name, number, known) if mtime is not None else None
        if mtime is None or number is None:
            if known:
                self._writer.drop(path)
            return None
        visit = _Visit(flow, name, number, known, quick)
        steps = visit.children(path)
        if mtime != known.get(path, (AGAIN,))[0]:
            visit.changed = True
            listed = [folder.name for folder in layout.folders(Path(self._root, path)) if folder.name != layout.BLOBS]
            for gone in set(steps) - set(listed):
                self._writer.drop(f"{path}/{gone}")
            # In order of their last tasks, so that numbers are given out about as the tasks began.
            steps = sorted(listed, key=lambda step: layout.folder_mtime(f"{self._root}/{path}/{step}") or 0)
            visit.sign(self._writer, path, settled(mtime))
        visit.newest = max(visit.newest, mtime)
        for step in steps:
            self._step(visit, step)
        return Found(number, visit.newest, visit.changed)

    def _run_itself(self, flow: str, name: str, number: int | None, known: Signs) -> int | None:
        path = f"{flow}/{name}/{layout.META}"
        mtime = layout.folder_mtime(f"{self._root}/{path}")
        if mtime is None or (number is not None and mtime == known.get(path, (AGAIN,))[0]):
            return number if mtime is not None else None
        broken = self.files.broken
        row = reader.run_row(f"{self._root}/{flow}/{name}", name, self.files)
        if row is None:
            return number if self.files.broken > broken else None
        if known.get(path) != (settled(mtime), False):
            self._writer.sign(path, settled(mtime), opened=False)
        return self._writer.put_run(flow, name, number, row)

    def _step(self, visit: _Visit, step: str) -> None:
        path = f"{visit.path}/{step}"
        mtime = layout.folder_mtime(f"{self._root}/{path}")
        if mtime is None:
            return visit.forget(self._writer, path)
        visit.newest = max(visit.newest, mtime)
        tasks = visit.children(path)
        if mtime != visit.known.get(path, (AGAIN,))[0]:
            row = reader.described(f"{self._root}/{path}", self.files)
            if row is None:  # not yet, or no step at all
                return visit.sign(self._writer, path, AGAIN)
            visit.changed = True
            # The run's name is the run_id of its steps always: so the service writes it.
            key = {"flow_id": visit.flow, "run_number": visit.number, "run_id": visit.name, "step_name": step}
            self._writer.put_step(key, row)
            listed = [folder.name for folder in layout.folders(Path(self._root, path))]
            for gone in set(tasks) - set(listed):
                self._writer.drop(f"{path}/{gone}")
            tasks = sorted(listed, key=lambda task: (len(task), task))
            visit.sign(self._writer, path, settled(mtime))
        for task in tasks:
            self._task(visit, step, task)
        return None

    def _task(self, visit: _Visit, step: str, task: str) -> None:
        path = f"{visit.path}/{step}/{task}"
        meta = f"{path}/{layout.META}"
        was, is_open = visit.known.get(path, (AGAIN, False))
        if visit.quick and not is_open and 0 < was < time.time_ns() - QUIET_NS:
            visit.newest = max(visit.newest, was)
            return None
        mtime = layout.folder_mtime(f"{self._root}/{path}")
        if mtime is None:
            return visit.forget(self._writer, path)
        meta_mtime = layout.folder_mtime(f"{self._root}/{meta}")
        newest = max(mtime, meta_mtime or 0)
        visit.newest = max(visit.newest, newest)
        if mtime == was and meta_mtime == visit.known.get(meta, (AGAIN,))[0]:
            return None
        rows = reader.task_rows(f"{self._root}/{path}", step, time.time(), self.files)
        if rows is None or meta_mtime is None:  # not yet, half-written, or no task at all
            return visit.sign(self._writer, path, AGAIN)
        visit.changed = True
        key = {"flow_id": visit.flow, "run_number": visit.number, "step_name": step, "task_name": task}
        key["run_id"] = layout.run_key(visit.name)[1]
        self._writer.put_task(key, rows, newest // 10**9 if self.beats and rows.open else None, path in visit.known)
        visit.sign(self._writer, path, settled(mtime) if rows.whole else AGAIN, rows.open)
        return visit.sign(self._writer, meta, settled(meta_mtime) if rows.whole else AGAIN)


class _Visit:
    """One walk through one run."""

    def __init__(self, flow: str, name: str, number: int, known: Signs, quick: bool) -> None:
        self.flow, self.name, self.number, self.known, self.quick = flow, name, number, known, quick
        self.path = f"{flow}/{name}"
        self.newest = 0
        self.changed = False
        self._children: defaultdict[str, list[str]] = defaultdict(list)
        for path in known:
            parent, _, child = path.rpartition("/")
            if child != layout.META:
                self._children[parent].append(child)

    def children(self, path: str) -> list[str]:
        """Names of the steps or tasks known below a folder."""
        return self._children[path]

    def sign(self, writer: Writer, path: str, mtime_ns: int, opened: bool = False) -> None:
        """Remembers a folder as read, if that is news: an index that learns nothing must not be written to."""
        if self.known.get(path) != (mtime_ns, opened):
            writer.sign(path, mtime_ns, opened)

    def forget(self, writer: Writer, path: str) -> None:
        """Drops a step or task that was known and is gone."""
        if path in self.known:
            self.changed = True
            writer.drop(path)


def settled(mtime_ns: int) -> int:
    """The mtime if no later change can hide behind it, else AGAIN."""
    tick = TICK_NS if mtime_ns % 1_000_000_000 else COARSE_TICK_NS
    age = time.time_ns() - mtime_ns
    # An mtime in the future (a file server's clock) tells nothing; it is taken as it is, or its folder were never done.
    return mtime_ns if age > tick or age < -COARSE_TICK_NS else AGAIN
