"""A copy of a log on this machine's disk: of one that is far away, or of several files put into one order.

The copy is made as far as somebody reads or searches, is unlinked from the start, and goes away with its owner. What
was copied keeps its place: lines of a running task are added at the end, in the order of time among themselves.
"""

from __future__ import annotations

import tempfile
import threading
import weakref

from dashboard.datastore.logs.content import FAR_CHUNK, MARK, Content
from dashboard.datastore.logs.merge import Merge
from dashboard.datastore.logs.part import Part, Parts
from dashboard.datastore.store import Datastore, Unreadable

NO_ROOM = "The dashboard has no room on its disk for a copy of this log."
CLOSED = "This log was put away in the meantime; open it again."
SPOOL_LIMIT = 1024 * 1024 * 1024  # bytes of a log that is copied


class Spool(Content):
    """Files copied into one, in the order of time."""

    def __init__(self, store: Datastore, parts: Parts) -> None:
        super().__init__()
        self._store = store
        self._cursors = [_Cursor(store, part) for part in parts.found]
        self._merge = Merge([cursor.read for cursor in self._cursors])
        self._is_complete = parts.is_complete
        self._is_broken = False
        self._file = tempfile.TemporaryFile(prefix="metaflow-dashboard-log-")  # noqa: SIM115 — lives as long as self
        self._file_lock = threading.Lock()
        self._closing = weakref.finalize(self, self._file.close)

    @property
    def spooled(self) -> int:
        """Bytes of the copy."""
        return self.index.size

    def read(self, start: int, length: int) -> bytes:
        """Bytes of the copy."""
        try:
            with self._file_lock:
                self._file.seek(start)
                return self._file.read(length)
        except ValueError:
            raise Unreadable(CLOSED) from None

    @property
    def is_counted(self) -> bool:
        """Whether all of the files is copied, but for a last line that a merge holds back while it has no end."""
        at_end = all(cursor.is_at_end for cursor in self._cursors)
        return at_end and (len(self._cursors) == 1 or self._merge.is_empty(self._is_complete))

    def _next(self) -> bytes:
        if self._is_broken:
            raise Unreadable(NO_ROOM)
        one = self._cursors[0] if len(self._cursors) == 1 else None
        chunk = one.read(FAR_CHUNK) if one else self._merge.next(self._is_complete)
        try:
            with self._file_lock:
                self._file.seek(self.index.size)
                self._file.write(chunk)
        except (OSError, ValueError) as problem:
            self._is_broken = True  # the merge has gone on already
            raise Unreadable(NO_ROOM if isinstance(problem, OSError) else CLOSED) from None
        return chunk

    def grow(self, parts: Parts) -> bool:
        """The same files, each still with what was copied of it."""
        with self._lock:
            if self._is_broken or len(parts.found) != len(self._cursors):
                return False
            self._is_complete = parts.is_complete
            return all(cursor.moves_to(part) for cursor, part in zip(self._cursors, parts.found, strict=True))

    def close(self) -> None:
        """Give the disk back."""
        self._closing()


class _Cursor:
    """How far one file was copied."""

    def __init__(self, store: Datastore, part: Part) -> None:
        self._store = store
        self._part = part
        self._position = 0
        self._mark = b""

    def read(self, length: int) -> bytes:
        """The next bytes; none at the end."""
        chunk = self._part.read(self._store, self._position, length)
        self._position += len(chunk)
        self._mark = (self._mark + chunk)[-MARK:]
        return chunk

    @property
    def is_at_end(self) -> bool:
        """Whether the file, as it was last looked at, is copied."""
        return self._position >= self._part.size

    def moves_to(self, part: Part) -> bool:
        """Go on with the file as it is now; False when it is another one."""
        if part.path != self._part.path or part.size < self._position:
            return False
        if part.size > self._part.size:
            known = part.read(self._store, self._position - len(self._mark), len(self._mark))
            if known != self._mark:
                return False
        self._part = part
        return True
