"""A datastore on this machine, read only below its root."""

from __future__ import annotations

import errno
import os
import stat
from itertools import islice
from pathlib import Path as Folder

from dashboard.datastore.gate import Gate
from dashboard.datastore.names import check
from dashboard.datastore.store import Entry, Path, Unreadable
from dashboard.datastore.tree import Tree

ATTRIBUTES_LIMIT = 4096  # bytes

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
# A named pipe must not block the reader, and a link put in place after the check must not be followed.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class LocalStore(Tree):
    """A `Datastore` on a local disk."""

    def __init__(self, root: Folder, gate: Gate | None = None) -> None:
        """Take the folder that holds the flows."""
        self._root = os.path.realpath(root)
        self._gate = gate or Gate(self._root, seats=64, timeout=10.0)

    @property
    def is_near(self) -> bool:
        """A disk is near, also one that is mounted."""
        return True

    def stat(self, path: Path) -> Entry | None:
        """Size and time of a regular file."""
        with self._gate.seat():
            fd = self._open(path)
            if fd is None:
                return None
            try:
                found = os.fstat(fd)
            finally:
                os.close(fd)
        return Entry(path[-1], found.st_size, found.st_mtime_ns // 1_000_000)

    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        """Bytes of a regular file."""
        with self._gate.seat():
            fd = self._open(path)
            if fd is None:
                return None
            try:
                os.lseek(fd, start, os.SEEK_SET)
                return _read(fd, length)
            except OSError as problem:
                raise Unreadable(f"The file cannot be read: {problem.strerror}.") from None
            finally:
                os.close(fd)

    def entries(self, path: Path, limit: int) -> list[Entry]:
        """Regular files in a folder; links are left out."""
        with self._gate.seat():
            try:
                with os.scandir(self._below(path)) as entries:
                    found = [_entry(entry) for entry in islice(entries, limit)]
            except OSError as problem:
                if problem.errno in _ABSENT:
                    return []
                raise Unreadable(f"The folder cannot be read: {problem.strerror}.") from None
        return sorted(filter(None, found), key=lambda entry: entry.name)

    def attributes(self, path: Path) -> bytes | None:
        """The file `<name>_meta` beside it."""
        return self._whole((*path[:-1], path[-1] + "_meta"), ATTRIBUTES_LIMIT)

    def _below(self, path: Path) -> str:
        """The real place of `path`, which is below the root."""
        for name in path:
            check(name)
        # realpath follows links, so that one that leaves the root is found out before anything is opened.
        real = os.path.realpath("/".join((self._root, *path)))
        if not real.startswith(self._root.rstrip(os.sep) + os.sep):
            raise Unreadable("The file lies outside of the datastore.")
        return real

    def _open(self, path: Path) -> int | None:
        """A descriptor of the regular file at `path`; None when there is none."""
        try:
            fd = os.open(self._below(path), _FLAGS)
        except OSError as problem:
            if problem.errno in _ABSENT:
                return None
            raise Unreadable(f"The file cannot be opened: {problem.strerror}.") from None
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise Unreadable("The datastore holds something other than a file in this place.")
        return fd


def _entry(found: os.DirEntry[str]) -> Entry | None:
    """A regular file in a folder; None for what is none, or is gone: Metaflow writes by renaming."""
    try:
        about = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    return Entry(found.name, about.st_size, about.st_mtime_ns // 1_000_000)


def _read(fd: int, limit: int) -> bytes:
    """Up to `limit` bytes from where the descriptor stands."""
    chunks = []
    while limit > 0 and (chunk := os.read(fd, limit)):
        chunks.append(chunk)
        limit -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
