"""One log of one attempt: its last lines at once, any lines by number, search, and its bytes.

A log that lies in one file near by is read where it is. One that is far away, or in several files, is copied to this
machine's disk as far as it is read (`spool`); beyond `SPOOL_LIMIT` it is read where it is, file after file.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator

from dashboard.datastore.logs import prefix, tail
from dashboard.datastore.logs.content import Content, Direct
from dashboard.datastore.logs.kinds import ERRORS, Reader
from dashboard.datastore.logs.line import Line, Raw, line, raws, whole_lines
from dashboard.datastore.logs.part import Part, Parts, Stream, parts
from dashboard.datastore.logs.search import Found, finder, search
from dashboard.datastore.logs.spool import SPOOL_LIMIT, Spool
from dashboard.datastore.store import Datastore, StoreTimeout

MOST_LINES = 10_000  # given at once
MOST_BYTES = 64 * 1024 * 1024  # looked at for lines that are asked for by number
CONTEXT = 50  # lines above, by which the first of a window is known as part of a traceback
SECONDS = 10.0  # that one question may take, apart from a read that has begun


class Log:
    """A log; all methods may be called from several threads. Raises `Unreadable` where the store does."""

    def __init__(self, store: Datastore, task: tuple[str, str, str, str], attempt: int, stream: Stream) -> None:
        self._store = store
        self._where = (*task, attempt, stream)
        self._lock = threading.Lock()
        self._parts = parts(store, *self._where, now=_now())
        self._content = _content(store, self._parts)

    @property
    def size(self) -> int:
        """Bytes of all its files when they were last looked at."""
        return self._parts.size

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will come, as far as the datastore tells."""
        return self._parts.is_complete

    @property
    def total(self) -> int | None:
        """Lines; None while they are not counted."""
        content = self._content
        return content.index.lines if content.is_counted else None

    @property
    def weight(self) -> int:
        """Bytes of memory that it holds between two questions."""
        return self._content.index.weight + 4096

    @property
    def spooled(self) -> int:
        """Bytes of its copy on this machine's disk."""
        return self._content.spooled

    def refresh(self) -> bool:
        """Look whether the log has grown; True when it has, or is complete now, or is another one."""
        found = parts(self._store, *self._where, now=_now())
        with self._lock:
            if found == self._parts:
                return False
            if type(self._content) is not _kind(self._store, found) or not self._content.grow(found):
                self._content = _content(self._store, found)
            self._parts = found
            return True

    def tail(self, count: int) -> list[Line]:
        """The last lines, read from the end: fewer than `count` where they are longer than 8 MiB together.

        They have numbers once `count` has counted all there is; before, that may be a long way off.
        """
        count = max(1, min(count, MOST_LINES))
        content, found = self._content, self._parts.found
        if content.is_counted:
            data = tail.last_lines(content.read, content.index.size, count + CONTEXT)
        else:
            ends = [tail.last_lines(_reader(self._store, one), one.size, count + CONTEXT) for one in found]
            data = ends[0] if len(ends) == 1 else tail.merged(ends)
        lines = list(raws([data]))
        first = content.index.lines - len(lines) + 1 if content.is_counted else None
        return self._shown(lines, first, len(lines) - count)

    def lines(self, first: int, count: int, seconds: float = SECONDS) -> list[Line]:
        """Lines by number, from 1; counts as far as is needed, `StoreTimeout` when that takes too long.

        What was counted stays counted, so that the next try comes further. Fewer lines where they are very long.
        """
        first, count = max(1, first), max(1, min(count, MOST_LINES))
        content = self._content
        if not content.count(time.monotonic() + seconds, lines=first - 1 + count):
            raise StoreTimeout(f"The lines of this log could not be counted within {seconds:g} s; a new try goes on.")
        start, skip = content.index.locate(first - 1, back=1)
        above: deque[Raw] = deque(maxlen=CONTEXT)
        wanted: list[Raw] = []
        for number, raw in enumerate(raws(_bounded(content, start)), start=-skip):
            if number < 0:
                above.append(raw)
            elif len(wanted) < count:
                wanted.append(raw)
            if len(wanted) == count:
                break
        return self._shown([*above, *wanted], first - len(above), len(above))

    def count(self, seconds: float = SECONDS) -> bool:
        """Count the lines, until `total` is known or the time is up; whether it is known."""
        return self._content.count(time.monotonic() + seconds)

    def search(
        self,
        pattern: str,
        *,
        regex: bool = False,
        case: bool = False,
        first: int = 1,
        limit: int = 1000,
        seconds: float = 2.0,
    ) -> Found:
        """Lines from `first` on with a match, in their text without prefix, colours and what was overwritten.

        `BadQuery` for a pattern that cannot be used; see `Found` for what a search that ran out of time has.
        """
        wanted = finder(pattern, regex=regex, case=case)
        until = time.monotonic() + seconds
        content, first = self._content, max(1, first)
        if first > 1 and not content.count(until, lines=first - 1):
            return Found((), 0, 0, is_complete=False)
        start, skip = content.index.locate(first - 1)
        return search(_without_lines(content.stream(start), skip), wanted, first, limit, until)

    def first_error(self, seconds: float = 2.0) -> int | None:
        """The number of the first line that looks like an error; None without one, or out of time."""
        return next(iter(self.search(ERRORS, regex=True, case=True, limit=1, seconds=seconds).numbers), None)

    def raw(self) -> Iterator[bytes]:
        """All bytes as they are stored, with prefixes; the lines of several files in the order of time."""
        return self._content.stream(0)

    def text(self) -> Iterator[bytes]:
        """All lines without Metaflow's prefixes, control sequences and all."""
        return (prefix.without(text) for text in whole_lines(self.raw()))

    def close(self) -> None:
        """Give back the copy on the disk; happens by itself when nobody holds the log any more."""
        self._content.close()

    def _shown(self, found: list[Raw], first: int | None, skip: int) -> list[Line]:
        """The lines behind the first `skip`, which only tell what the others are."""
        reader = Reader(self._parts.has_task_lines)
        numbers = (None if first is None else first + at for at in range(len(found)))
        return [line(raw, number, reader) for raw, number in zip(found, numbers, strict=True)][max(0, skip) :]


def open_log(store: Datastore, flow: str, run: str, step: str, task: str, attempt: int, stream: Stream) -> Log:
    """The log of an attempt; one that is not there is empty."""
    return Log(store, (flow, run, step, task), attempt, stream)


def _kind(store: Datastore, found: Parts) -> type[Content]:
    is_simple = store.is_near and len(found.found) <= 1
    return Direct if is_simple or found.size > SPOOL_LIMIT or not found.found else Spool


def _content(store: Datastore, found: Parts) -> Content:
    return Spool(store, found) if _kind(store, found) is Spool else Direct(store, found)


def _reader(store: Datastore, part: Part) -> tail.Read:
    return lambda start, length: part.read(store, start, length)


def _bounded(content: Content, start: int) -> Iterator[bytes]:
    """As much as one may look at for a window of lines; no beginning of a line that would pass for a whole one."""
    seen = 0
    for chunk in content.stream(start):
        seen += len(chunk)
        if seen >= MOST_BYTES:
            yield chunk[: chunk.rfind(b"\n") + 1] or chunk
            return
        yield chunk


def _without_lines(chunks: Iterator[bytes], skip: int) -> Iterator[bytes]:
    """The chunks behind so many newlines."""
    for chunk in chunks:
        at = 0
        while skip and (end := chunk.find(b"\n", at)) >= 0:
            at, skip = end + 1, skip - 1
        if not skip:
            yield chunk[at:]


def _now() -> int:
    return int(time.time() * 1000)
