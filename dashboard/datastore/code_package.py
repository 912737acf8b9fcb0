"""The code package of a run: a tar file of its sources. Only read, never unpacked to a disk, never imported."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Sequence

from dashboard.datastore.leaves import visible
from dashboard.datastore.store import Datastore, TooLarge, Unreadable

PACKAGE_LIMIT = 32 * 1024 * 1024  # bytes of the package as it is stored
CONTENT_LIMIT = 96 * 1024 * 1024  # bytes of what is in it that are looked through
SOURCE_LIMIT = 1024 * 1024  # bytes of one file
MAX_MEMBERS = 20_000
LINE_LIMIT = 400  # characters

_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 256 * 1024


def source_lines(store: Datastore | None, flow: str, sha: str, file: str) -> tuple[str, ...]:
    """The lines of the file that a traceback calls `file`, or none where it cannot be found or read."""
    try:
        packed = store.blob(flow, sha, PACKAGE_LIMIT) if store else None
        data = _found(packed, [part for part in file.replace("\\", "/").split("/") if part]) if packed else None
    except (Unreadable, tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError):
        return ()
    lines = data.decode("utf-8", "replace").split("\n") if data else []
    return tuple(visible(line.rstrip("\r")[:LINE_LIMIT], keep="\t") for line in lines)


def _found(packed: bytes, parts: Sequence[str]) -> bytes | None:
    """The member whose path ends as `parts` do: the one that shares most names, of those the one least deep."""
    best, content = (0, 0), None
    with tarfile.open(fileobj=_Unpacked(packed), mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MAX_MEMBERS:
                break
            path = member.name.split("/")
            rank = _shared(path, parts), -len(path)
            if rank[0] and rank > best and member.isreg() and member.size <= SOURCE_LIMIT:
                stream = archive.extractfile(member)
                best, content = rank, stream.read(SOURCE_LIMIT) if stream else None
    return content


def _shared(path: Sequence[str], parts: Sequence[str]) -> int:
    """How many names at the end are the same."""
    count = 0
    for one, other in zip(reversed(path), reversed(parts), strict=False):
        if one != other:
            break
        count += 1
    return count


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, a piece at a time, never more than is borne."""

    def __init__(self, packed: bytes) -> None:
        self._rest = packed
        self._stream = zlib.decompressobj(_GZIP)
        self._ready = b""
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; `TooLarge` beyond the limit."""
        wanted = CONTENT_LIMIT if size < 0 else size
        while len(self._ready) < wanted and not self._stream.eof and (self._rest or self._stream.unconsumed_tail):
            source = self._stream.unconsumed_tail or self._rest[:_CHUNK]
            if not self._stream.unconsumed_tail:
                self._rest = self._rest[_CHUNK:]
            self._ready += self._stream.decompress(source, _CHUNK)
            if self._given + len(self._ready) > CONTENT_LIMIT:
                raise TooLarge(f"The code package holds more than {CONTENT_LIMIT} bytes.")
        piece, self._ready = self._ready[:wanted], self._ready[wanted:]
        self._given += len(piece)
        return piece
