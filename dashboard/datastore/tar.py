"""Files out of a tar archive in memory, gzip or plain: read once, front to back, bounded in bytes, members and time.

Nothing is written to disk and no link is followed. `tarfile` is not used: its headers of extended attributes can cost
quadratic time in a single call that nothing interrupts (CVE-2024-6232), and it keeps what a hostile archive makes it
read. Read are the formats that Python, GNU tar and BSD tar write: ustar, GNU long names, PAX.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.datastore.store import TooLarge, Unreadable

BLOCK = 512
MOST_HEADER = 64 * 1024  # bytes of one long name or of one set of extended attributes
_WINDOW = 64 * 1024  # bytes of the archive that are looked at together, so that what is left over is copied seldom
_MOST_AT_ONCE = 256 * 1024  # unpacked bytes
_GZIP = 16 + zlib.MAX_WBITS
_FILES, _FOLDER, _LINKS, _DEVICES = b"0\0" + b"7", b"5", b"12", b"346"
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL = b"L", b"K", b"x", b"g"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may cost: unpacked bytes, members, bytes of one file and of all that are kept, seconds."""

    unpacked: int = 256 * 1024 * 1024
    members: int = 50_000
    file: int = 1024 * 1024
    kept: int = 16 * 1024 * 1024
    seconds: float = 5.0


def files(archive: bytes, wanted: Callable[[str], bool], limits: Limits = Limits()) -> dict[str, bytes]:
    """Path → content of the files that are `wanted` and not too large; what is damaged or hostile is `Unreadable`."""
    stream = _Stream(archive, limits)
    found: dict[str, bytes] = {}
    room = limits.kept
    for _ in range(limits.members):
        member = _next(stream)
        if member is None:
            return found
        if wanted(member.path) and member.size <= min(room, limits.file):
            found[member.path] = stream.read(member.size)
            room -= member.size
        else:
            stream.skip(member.size)
        stream.skip(-member.size % BLOCK)
    raise TooLarge(f"The archive holds more than {limits.members:,} members.")


@dataclass(frozen=True, slots=True)
class _Member:
    path: str
    size: int  # bytes; what is no file has none


class _Stream:
    """The unpacked bytes, in order; `TooLarge` beyond the limit, `Unreadable` at an early end or after too long."""

    def __init__(self, archive: bytes, limits: Limits) -> None:
        self._archive, self._at = memoryview(archive), 0
        self._gzip = zlib.decompressobj(_GZIP) if archive[:2] == b"\x1f\x8b" else None
        self._ready, self._used = b"", 0
        self._left = limits.unpacked
        self._until = time.monotonic() + limits.seconds

    def read(self, size: int) -> bytes:
        parts = []
        while size > 0:
            parts.append(part := self._take(size))
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(self._take(size))

    def _take(self, size: int) -> bytes:
        """Some bytes, at most `size`."""
        if self._used == len(self._ready):
            self._ready, self._used = self._more(), 0
        part = self._ready[self._used : self._used + size]
        self._used += len(part)
        return part

    def _more(self) -> bytes:
        if time.monotonic() > self._until:
            raise TooLarge("The archive takes too long to read.")
        more = b""
        while not more and (tail := self._tail() or self._packed()):
            more = self._unpacked(tail)
        self._left -= len(more)
        if self._left < 0:
            raise TooLarge("The archive unpacks to more than is allowed.")
        if not more:
            raise Unreadable("The archive is damaged: it ends too early.")
        return more

    def _tail(self) -> bytes:
        return self._gzip.unconsumed_tail if self._gzip else b""

    def _packed(self) -> bytes:
        part = bytes(self._archive[self._at : self._at + _WINDOW])
        self._at += len(part)
        return part

    def _unpacked(self, part: bytes) -> bytes:
        if self._gzip is None:
            return part
        try:
            return self._gzip.decompress(part, _MOST_AT_ONCE)
        except zlib.error:
            raise Unreadable("The archive is damaged.") from None


def _next(stream: _Stream) -> _Member | None:
    """The next file or folder; None at the end of the archive."""
    path: str | None = None
    size: int | None = None
    while True:
        header = stream.read(BLOCK)
        if not header.strip(b"\0"):
            return None
        _check_sum(header)
        kind, length = header[156:157], _number(header[124:136])
        if kind in (_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL):
            if length > MOST_HEADER:
                raise TooLarge("The archive has a header that is larger than is allowed.")
            data = stream.read(length)
            stream.skip(-length % BLOCK)
            if kind == _LONG_NAME:
                path = _text(data)
            elif kind == _EXTENDED:
                extended = _attributes(data)
                path, size = extended.get("path", path), _size(extended.get("size"), size)
            continue
        if kind in _DEVICES or kind not in _FILES + _FOLDER + _LINKS:
            raise Unreadable("The archive holds a device or something else that is neither file nor folder.")
        name = _checked(path if path is not None else _name(header))
        return _Member(name, (length if size is None else size) if kind in _FILES else 0)


def _check_sum(header: bytes) -> None:
    told = _number(header[148:156])
    if told != sum(header[:148]) + 8 * 32 + sum(header[156:]):
        raise Unreadable("The archive is damaged: a header has the wrong sum.")


def _name(header: bytes) -> str:
    name, prefix = _text(header[:100]), _text(header[345:500])
    return f"{prefix}/{name}" if header[257:263] == b"ustar\0" and prefix else name


def _checked(path: str) -> str:
    """The path without `./`; one that could lead out of the archive is refused."""
    parts = [part for part in path.rstrip("/").split("/") if part != "."]
    if not parts or "" in parts or ".." in parts or "\\" in path or not path.isprintable():
        raise Unreadable("The archive holds a path that leads out of it, or is no path.")
    return "/".join(parts)


def _attributes(data: bytes) -> dict[str, str]:
    """Records of PAX: length of the record, space, name=value, line feed."""
    found, start = {}, 0
    while start < len(data) and data[start]:
        digits, space, _ = data[start : start + 8].partition(b" ")
        length = int(digits) if space and digits.isdigit() else 0
        name, equals, value = data[start + len(digits) + 1 : start + length].partition(b"=")
        if not equals or not value.endswith(b"\n") or start + length > len(data):
            raise Unreadable("The archive is damaged: a header cannot be read.")
        found[_text(name)] = value[:-1].decode("utf-8", "replace")
        start += length
    return found


def _size(text: str | None, default: int | None) -> int | None:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Unreadable("The archive is damaged: a size is no number.")
    return int(text)


def _number(field: bytes) -> int:
    """An octal number, or a large one in base 256."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0")[0].strip()
    try:
        return int(digits or b"0", 8) if not digits.startswith((b"-", b"+")) and b"_" not in digits else _bad()
    except ValueError:
        return _bad()


def _bad() -> int:
    raise Unreadable("The archive is damaged: a size is no number.")


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace")
