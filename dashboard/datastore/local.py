"""A datastore on this machine: the `.metaflow` tree, read only below its root.

<root>/<flow>/data/<sha[:2]>/<sha>              an artifact; beside it <sha>_meta
<root>/<flow>/<run>/<step>/<task>/<attempt>.<name>
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import zlib
from pathlib import Path

from dashboard.datastore.store import ARTIFACT_LIMIT, TAIL_LIMIT, TooLarge, Unreadable

MAX_ATTEMPT = 999  # Metaflow itself stops at 5
MAX_PART = 255  # bytes of a file name
META_LIMIT = 4096

_SHA = re.compile(r"[0-9a-f]{40}")
_FORBIDDEN = re.compile(r"[/\\\x00-\x1f\x7f]")
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
_GZIP = 16 + zlib.MAX_WBITS
# A named pipe must not block the reader, and a link put in place after the check must not be followed.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class LocalStore:
    """A `Datastore` on a local disk."""

    def __init__(self, root: Path) -> None:
        """Take the folder that holds the flows."""
        self._root = os.path.realpath(root)

    def blob(self, flow: str, sha: str, limit: int = ARTIFACT_LIMIT) -> bytes | None:
        """The serialized value of an artifact, decompressed."""
        if not _SHA.fullmatch(sha):
            raise Unreadable("The datastore key of the artifact is not a SHA-1.")
        packed = self._bytes(limit + limit // 1000 + 64, flow, "data", sha[:2], sha)  # gzip adds a little
        if packed is None:
            return None
        if not _is_raw(self._bytes(META_LIMIT, flow, "data", sha[:2], sha + "_meta")):
            return _unpacked(packed, limit)
        if len(packed) > limit:
            raise TooLarge(f"The artifact is larger than {limit} bytes.")
        return packed

    def read(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = ARTIFACT_LIMIT
    ) -> bytes | None:
        """The file `<attempt>.<name>` of a task."""
        return self._bytes(limit, flow, run, step, task, _attempt_file(attempt, name))

    def tail(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = TAIL_LIMIT
    ) -> bytes | None:
        """The last whole lines of the file `<attempt>.<name>` of a task."""
        fd = self._open(flow, run, step, task, _attempt_file(attempt, name))
        if fd is None:
            return None
        with os.fdopen(fd, "rb", buffering=0) as file:
            start = max(0, os.fstat(fd).st_size - limit)
            file.seek(start)
            data = _read(file.fileno(), limit)
        return data[data.find(b"\n") + 1 :] if start else data  # without a newline: the end of one long line

    def _bytes(self, limit: int, *parts: str) -> bytes | None:
        """The whole of a file, if it holds at most `limit` bytes."""
        fd = self._open(*parts)
        if fd is None:
            return None
        try:
            data = _read(fd, limit + 1)
        finally:
            os.close(fd)
        if len(data) > limit:
            raise TooLarge(f"The file is larger than {limit} bytes.")
        return data

    def _open(self, *parts: str) -> int | None:
        """A descriptor of the regular file at `parts` below the root; None when there is none."""
        for part in parts:
            _check(part)
        # realpath follows links, so that one that leaves the root is found out before anything is opened.
        path = os.path.realpath("/".join((self._root, *parts)))
        if not path.startswith(self._root.rstrip(os.sep) + os.sep):
            raise Unreadable("The file lies outside of the datastore.")
        try:
            fd = os.open(path, _FLAGS)
        except OSError as problem:
            if problem.errno in _ABSENT:
                return None
            raise Unreadable(f"The file cannot be opened: {problem.strerror}.") from None
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise Unreadable("The datastore holds something other than a file in this place.")
        return fd


def _check(part: str) -> None:
    """Refuse a part that could mean more than one name in one folder."""
    if not part or part.startswith(".") or _FORBIDDEN.search(part):
        raise Unreadable("A name in the path is empty, starts with a dot or holds a forbidden character.")
    try:
        too_long = len(part.encode()) > MAX_PART
    except UnicodeEncodeError:
        raise Unreadable("A name in the path is not valid Unicode.") from None
    if too_long:
        raise Unreadable(f"A name in the path is longer than {MAX_PART} bytes.")


def _attempt_file(attempt: int, name: str) -> str:
    """`<attempt>.<name>`, both checked."""
    if not 0 <= attempt <= MAX_ATTEMPT:
        raise Unreadable(f"The attempt is not between 0 and {MAX_ATTEMPT}.")
    _check(name)
    return f"{attempt:d}.{name}"


def _read(fd: int, limit: int) -> bytes:
    """Up to `limit` bytes from where the descriptor stands."""
    chunks = []
    try:
        while limit > 0 and (chunk := os.read(fd, limit)):
            chunks.append(chunk)
            limit -= len(chunk)
    except OSError as problem:
        raise Unreadable(f"The file cannot be read: {problem.strerror}.") from None
    return b"".join(chunks)


def _is_raw(meta: bytes | None) -> bool:
    """Whether `<sha>_meta` says that the artifact is stored as it is; old datastores have no such file."""
    if meta is None:
        return False
    try:
        described = json.loads(meta)
    except (ValueError, RecursionError):
        described = None
    if not isinstance(described, dict):
        raise Unreadable("The description of the artifact is damaged.")
    if described.get("cas_raw") is True:
        return True
    if described.get("cas_version") != 1:
        raise Unreadable("The artifact is stored in a way that this version does not know.")
    return False


def _unpacked(packed: bytes, limit: int) -> bytes:
    """The content of a gzip file, never more than `limit` bytes in memory."""
    stream = zlib.decompressobj(_GZIP)
    try:
        data = stream.decompress(packed, limit + 1)
    except zlib.error:
        raise Unreadable("The artifact is damaged: it is not a complete gzip file.") from None
    if len(data) > limit:
        raise TooLarge(f"The artifact is larger than {limit} bytes.")
    if not stream.eof:
        raise Unreadable("The artifact is damaged: it is not a complete gzip file.")
    return data
