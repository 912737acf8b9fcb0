"""The bytes of a log in one order, whether they are read from where they are or from a copy."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator

from dashboard.datastore.logs.index import NewlineIndex
from dashboard.datastore.logs.part import Parts
from dashboard.datastore.store import Datastore

NEAR_CHUNK = 1024 * 1024  # bytes read at once from a disk
FAR_CHUNK = 4 * 1024 * 1024  # … over a network, where a request costs more than a megabyte
MARK = 64  # bytes by which a file that has grown is known again


class Content(ABC):
    """Bytes that are counted as they are first read; after that any of them can be read again."""

    def __init__(self) -> None:
        self.index = NewlineIndex()
        self._lock = threading.Lock()

    @abstractmethod
    def read(self, start: int, length: int) -> bytes:
        """Bytes of what was counted."""

    @property
    @abstractmethod
    def is_counted(self) -> bool:
        """Whether all that was there when the files were last looked at is counted."""

    @abstractmethod
    def _next(self) -> bytes:
        """The bytes after those counted; none at the end."""

    @property
    def spooled(self) -> int:
        """Bytes of a copy on this machine's disk."""
        return 0

    @abstractmethod
    def grow(self, parts: Parts) -> bool:
        """Go on with files that have become longer; False when they are not the same any more."""

    def advance(self, at: int | None = None) -> bytes | None:
        """Count the next bytes and return them, b"" at the end; None when `at` is not where they begin."""
        with self._lock:
            if at is not None and at != self.index.size:
                return None
            chunk = self._next()
            self.index.add(chunk)
            return chunk

    def count(self, until: float, lines: int | None = None) -> bool:
        """Count to the end, or to so many lines, but not beyond a `time.monotonic()`; whether it got there."""
        while lines is None or self.index.newlines < lines:
            if not self.advance():
                return True
            if time.monotonic() > until:
                return False
        return True

    def stream(self, start: int) -> Iterator[bytes]:
        """All bytes from `start` on, those not yet counted too."""
        while True:
            known = self.index.size - start
            if known < 0:
                return
            chunk = self.read(start, min(known, NEAR_CHUNK)) if known > 0 else self.advance(start)
            if chunk is None:
                continue  # somebody else counted in between
            if not chunk:
                return
            yield chunk
            start += len(chunk)

    def close(self) -> None:
        """Give back what is held outside of memory."""
        return


class Direct(Content):
    """Files read where they are, one after the other."""

    def __init__(self, store: Datastore, parts: Parts) -> None:
        super().__init__()
        self._store = store
        self._parts = parts
        self._mark = b""
        self._chunk = NEAR_CHUNK if store.is_near else FAR_CHUNK

    @property
    def is_counted(self) -> bool:
        """Whether the counting is at the end of the last file."""
        return self.index.size >= self._parts.size

    def read(self, start: int, length: int) -> bytes:
        """Bytes by ranges."""
        pieces = []
        for part in self._parts.found:
            if start < part.size and length > 0:
                pieces.append(part.read(self._store, start, length))
                length -= len(pieces[-1])
            start = max(0, start - part.size)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _next(self) -> bytes:
        chunk = self.read(self.index.size, self._chunk)
        self._mark = (self._mark + chunk)[-MARK:]
        return chunk

    def grow(self, parts: Parts) -> bool:
        """The files are the same as long as what was counted still stands before what was not."""
        with self._lock:
            self._parts = parts
            counted = self.index.size
            return counted <= parts.size and self.read(counted - len(self._mark), len(self._mark)) == self._mark
