"""Follows a folder: inotify where nothing is expected to happen, a glance twice a second where runs are at work."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from watchfiles import Change, watch

from dashboard.local import layout
from dashboard.local.ledger import Key, RunMark, ScanReport
from dashboard.local.walk import AGAIN, settled

log = logging.getLogger("metaflow_dashboard.local")

GLANCE = 0.5  # seconds between two looks at the runs that are at work
ALL = 60.0  # seconds between two looks at all runs, for what no notification tells (file servers, old runs)
RENEW = 10.0  # seconds for which a set of watched folders is kept at least
POLL = 1.0  # seconds between two looks at all runs where there are no notifications
WARM_NS = 60_000_000_000  # a run counts as at work for so long after its last change …
UNFINISHED_NS = 86_400_000_000_000  # … and for so long while its end step has not succeeded
WATCHED = 3_000  # runs, the newest; two folders each: the system's limit may be as low as 8,192


class Followed(Protocol):
    """What a Watcher needs of an index."""

    folder: Path
    beat_every: float
    runs: dict[Key, RunMark]

    def scan(self, progress: bool = False) -> ScanReport:
        """Read all that changed."""

    def refresh(self, keys: Iterable[Key], quick: bool) -> None:
        """Read what changed in these runs."""

    def beat(self) -> None:
        """Look at the processes."""

    def listed(self) -> list[Key]:
        """The folders that are there."""


class Watcher:
    """The thread behind `LocalIndex.start()`: whatever happens in it is logged and tried again."""

    def __init__(self, index: Followed) -> None:
        self._index = index
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="local-index", daemon=True)
        self._top: dict[str, int | None] = {}
        self._beaten_at = self._glanced_at = self._all_at = self._renewed_at = float("-inf")
        self._glance_every = GLANCE
        self._glances = 0
        self._scan_took = 0.0
        self._fresh: dict[Key, float] = {}  # folders that may become runs, and since when (monotonic seconds)
        self._notified = True

    def start(self) -> None:
        """Begins with a full scan."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread within a second or two."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        delay = GLANCE
        while not self._stop.is_set():
            try:
                self._follow()
                delay = GLANCE
            except Exception:
                log.exception("the index of %s is tried again in %.0f s", self._index.folder, delay)
                self._all_at = float("-inf")
                self._stop.wait(delay)
                delay = min(delay * 2, ALL)

    def _follow(self) -> None:
        """Follows the runs known now; returns when the set of watched folders is out of date, or at the end."""
        self._tick(set())
        paths = self._paths()
        self._renewed_at = time.monotonic()
        if not self._notified:
            self._stop.wait(POLL)
            return
        try:
            # Folder by folder, never recursively: that would follow symbolic links out of the tree, and take a watch
            # for each of ten thousands of folders in which nothing ever happens again.
            changes = watch(
                *paths,
                watch_filter=None,
                stop_event=self._stop,
                rust_timeout=int(GLANCE * 1000),
                debounce=200,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            )
            for change in changes:
                self._tick(change)
                if time.monotonic() > self._renewed_at + RENEW and self._paths() != paths:
                    return
        except FileNotFoundError:  # deleted in between, or all of the tree is gone
            self._all_at = float("-inf")
            self._stop.wait(GLANCE)
        except OSError as error:
            log.warning("no notifications for %s, its folders are polled: %s", self._index.folder, error)
            self._notified = False

    def _paths(self) -> set[str]:
        """The folder, its flows, and of the newest runs the folder and that of its tags."""
        runs = self._newest()
        root = os.fspath(self._index.folder)
        return {root}.union(
            (f"{root}/{flow}" for flow, _ in runs),
            (f"{root}/{flow}/{name}" for flow, name in runs),
            (f"{root}/{flow}/{name}/{layout.META}" for flow, name in runs),
        )

    def _newest(self) -> list[Key]:
        marks = self._index.runs
        return sorted(marks, key=lambda key: marks[key].newest_ns, reverse=True)[:WATCHED]

    def _tick(self, changes: set[tuple[Change, str]]) -> None:
        """One look: at what was notified, at new and deleted runs, at runs at work, at processes, at times at all."""
        now = time.monotonic()
        changed = {key for _, path in changes if (key := self._key(path)) is not None}
        if self._top_changed():
            listed = set(self._index.listed())
            for key in listed - set(self._index.runs):
                self._fresh.setdefault(key, now)
            if set(self._index.runs) - listed:
                self._all_at = float("-inf")
        # The folder of a run is there before the file that makes it one.
        self._fresh = {key: at for key, at in self._fresh.items() if at > now - ALL and key not in self._index.runs}
        if now >= self._all_at + (ALL if self._notified else 5 * self._scan_took):
            self._scan_took = self._index.scan().seconds
            self._all_at = time.monotonic()
        elif changed or self._fresh:
            self._index.refresh(changed | set(self._fresh), quick=False)
        if now >= self._glanced_at + self._glance_every:
            self._glance()
        if now >= self._beaten_at + self._index.beat_every:
            self._index.beat()
            self._beaten_at = time.monotonic()

    def _glance(self) -> None:
        """Looks at the runs at work; warm ones every time, unfinished ones that rest every third time."""
        begun = time.monotonic()
        self._glances += 1
        now = time.time_ns()
        reach = {True: WARM_NS, False: WARM_NS if self._glances % 3 else UNFINISHED_NS}
        keys = [key for key, mark in self._index.runs.items() if mark.newest_ns > now - reach[bool(mark.finished)]]
        if keys:
            self._index.refresh(keys, quick=True)
        self._glanced_at = time.monotonic()
        self._glance_every = max(GLANCE, min(4 * (self._glanced_at - begun), ALL))

    def _top_changed(self) -> bool:
        """Whether runs or flows may have come or gone since the last look."""
        root = os.fspath(self._index.folder)
        top = {root: self._mtime(root)}
        if top[root] is not None:
            for flow in layout.folders(self._index.folder):
                if flow.name != layout.CARDS:
                    top[os.fspath(flow)] = self._mtime(os.fspath(flow))
        changed = top != self._top or AGAIN in top.values()
        self._top = top
        return changed

    @staticmethod
    def _mtime(path: str) -> int | None:
        mtime = layout.folder_mtime(path)
        return None if mtime is None else settled(mtime)

    def _key(self, path: str) -> Key | None:
        """The run that a changed path belongs to."""
        try:
            flow, name, *_ = (*Path(path).relative_to(self._index.folder).parts, "", "")
        except ValueError:
            return None
        return (flow, name) if layout.is_name(name) and name not in ("", layout.BLOBS) else None
