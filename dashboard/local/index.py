"""A `.metaflow` folder kept as the service's tables in SQLite: reads what changed, forgets what is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from tqdm import tqdm

from dashboard.data.schema import tables
from dashboard.local import layout, ledger, store
from dashboard.local.ledger import Key, RunMark, ScanReport
from dashboard.local.liveness import Pulse
from dashboard.local.lock import Lock
from dashboard.local.walk import Found, Walk
from dashboard.local.watch import Watcher
from dashboard.local.writer import Writer

log = logging.getLogger("metaflow_dashboard.local")

BATCH = 50  # runs per transaction


class LocalIndex:
    """The index of `folder` in the SQLite file `database`. Safe to use from several threads and processes.

    `liveness` False: the folder's processes run elsewhere, so none are looked for and heartbeats stay NULL.
    `beat_every` is the time in seconds between two looks at the processes.
    """

    def __init__(self, folder: Path, database: Path, liveness: bool = True, beat_every: float = 5.0) -> None:
        self.folder = folder
        self.database = database
        self.beat_every = beat_every
        self.runs: dict[Key, RunMark] = {}
        self._store = store.Store(database, {"folder": str(folder), "liveness": liveness})
        self._pulse = Pulse(folder) if liveness else None
        self._lock = Lock(database.with_name(database.name + ".lock"))
        self._mutex = threading.RLock()
        self._stopping = threading.Event()
        self._watcher: Watcher | None = None

    def scan(self, progress: bool = False) -> ScanReport:
        """Brings the whole index up to date; `progress` draws a bar on stderr. Raises OSError, SQLAlchemyError.

        While another process writes this index, nothing is done but to count.
        """
        begun = time.perf_counter()
        if self._watcher is None:
            self._stopping.clear()
        with self._writing() as writer:
            read = 0
            if writer is not None:
                walk = Walk(self.folder, writer, self._pulse is not None)
                self.runs = ledger.marks(writer.connection)
                listed = self.listed()
                self._drop(writer, set(self.runs) - set(listed))
                self._read_flows(walk, writer, listed)
                bar = tqdm(listed, desc="Reading runs", unit="run", disable=not progress)
                self._walk(walk, writer, bar, quick=False)
                read = walk.files.read
        with self._mutex, self._store.connection() as connection:
            runs, tasks = (
                connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (tables().runs, tables().tasks)
            )
        return ScanReport(runs, tasks, read, time.perf_counter() - begun)

    def refresh(self, keys: Iterable[Key], quick: bool) -> None:
        """Brings some runs up to date, new and deleted ones too; `quick` trusts closed, quiet tasks."""
        with self._writing() as writer:
            if writer is not None:
                walk = Walk(self.folder, writer, self._pulse is not None)
                keys = list(keys)
                self.runs = self.runs or ledger.marks(writer.connection)
                self._read_flows(walk, writer, keys)
                self._walk(walk, writer, keys, quick)

    def beat(self) -> None:
        """Writes heartbeats for the runs and tasks whose processes are alive on this machine."""
        if self._pulse is not None:
            with self._writing() as writer:
                if writer is not None:
                    self._pulse.beat(writer, {key: mark for key, mark in self.runs.items() if not mark.finished})

    def listed(self) -> list[Key]:
        """The folders that may be runs, newest first. Raises OSError; a tree that is gone has none."""
        found: list[Key] = []
        try:
            for flow in layout.folders(self.folder):
                if flow.name != layout.CARDS and layout.flow_of(flow):
                    found.extend((flow.name, run.name) for run in layout.folders(flow) if run.name != layout.BLOBS)
        except FileNotFoundError:
            if self.folder.exists():
                raise
        return sorted(found, key=lambda key: (layout.created_at(key[1]) or 0, key), reverse=True)

    def start(self) -> None:
        """Follows the folder in a daemon thread until `stop()`; a change is in the index within 2 s."""
        if self._watcher is None:
            self._stopping.clear()
            self._watcher = Watcher(self)
            self._watcher.start()

    def stop(self) -> None:
        """Ends the thread, if any, and closes the database."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None
        with self._mutex:
            self._lock.release()
            self._store.close()

    @contextmanager
    def _writing(self) -> Iterator[Writer | None]:
        """A writer, or None while another process is the writer."""
        with self._mutex:
            if not self._lock.acquire():
                log.debug("another process keeps %s up to date", self.database)
                yield None
                return
            try:
                with self._store.connection() as connection:
                    yield Writer(connection)
            finally:
                if self._watcher is None:
                    self._lock.release()

    def _drop(self, writer: Writer, keys: Iterable[Key]) -> None:
        for flow, name in keys:
            writer.drop(f"{flow}/{name}")
            self.runs.pop((flow, name), None)
        for flow in ledger.flows(writer.connection) - {flow for flow, _ in self.runs}:
            if not layout.flow_of(self.folder / flow):
                writer.drop(flow)
        writer.commit()

    @staticmethod
    def _read_flows(walk: Walk, writer: Writer, keys: Iterable[Key]) -> None:
        for flow in {flow for flow, _ in keys} - ledger.flows(writer.connection):
            walk.flow(flow)

    def _walk(self, walk: Walk, writer: Writer, keys: Iterable[Key], quick: bool) -> None:
        """Walks through these runs, so many to a transaction; a run that cannot be walked is skipped and logged."""
        batch: list[Key] = []
        for key in keys:
            if self._stopping.is_set():
                break
            batch.append(key)
            if len(batch) >= BATCH:
                self._walk_batch(walk, writer, batch, quick)
                batch = []
        self._walk_batch(walk, writer, batch, quick)

    def _walk_batch(self, walk: Walk, writer: Writer, keys: list[Key], quick: bool) -> None:
        marks: dict[Key, RunMark | None] = {}
        try:
            walked = {key: self._walk_one(walk, key, quick) for key in keys}
            for key, found in walked.items():
                if found is None:
                    marks[key] = None
                elif found.changed:
                    marks[key] = writer.put_mark(*key, found.number, found.newest_ns, walk.beats)
            writer.commit()
        except OperationalError:
            raise
        except Exception as error:  # whatever a file may hold, the other runs are read
            writer.rollback()
            if len(keys) > 1:
                for key in keys:
                    self._walk_batch(walk, writer, [key], quick)
                return
            log.warning("run %r cannot be indexed: %s", keys, error)
            return
        for key, mark in marks.items():
            if mark is None:
                self.runs.pop(key, None)
            else:
                self.runs[key] = mark

    def _walk_one(self, walk: Walk, key: Key, quick: bool) -> Found | None:
        mark = self.runs.get(key)
        try:
            return walk.run(*key, number=mark and mark.number, quick=quick)
        except OSError as error:  # not readable just now; what is known of the run stays
            log.debug("run %r is read again at the next pass: %s", key, error)
            return mark and Found(mark.number, mark.newest_ns, changed=False)
