"""One line of a log, read out of its bytes; however long it is, little of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboard.datastore.logs import ansi, prefix
from dashboard.datastore.logs.kinds import Kind, Reader

SHOWN = 4000  # characters of a line
LONGEST = 4 * 1024 * 1024  # bytes of a line that are looked at in one piece
KEPT = 16_384  # bytes from the beginning of a line, and as many from its end


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `text` still has its control sequences, see `ansi`."""

    number: int | None  # from 1; None while the lines before are not counted
    time: int | None  # epoch ms
    source: str | None  # task or runtime
    text: str  # at most 4,000 characters, as a terminal shows it after all carriage returns
    size: int  # bytes of the whole message
    is_cut: bool  # whether there is more than `text`
    kind: Kind


@dataclass(slots=True)
class Raw:
    """A line as it is stored: all of it in `head`, or its two ends when it is long."""

    head: bytes = b""
    tail: bytes = b""
    size: int = 0

    def add(self, piece: bytes) -> None:
        """More of the same line."""
        self.size += len(piece)
        if not self.tail:
            together = self.head + piece
            if len(together) <= 2 * KEPT:
                self.head = together
                return
            self.head, piece = together[:KEPT], together[KEPT:]
        self.tail = (self.tail + piece)[-KEPT:]


def raws(chunks: Iterable[bytes]) -> Iterator[Raw]:
    """The lines of a log that comes in chunks; the last one may have no end."""
    line = Raw()
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            line.add(chunk[start:end])
            yield line
            line, start = Raw(), end + 1
        if start < len(chunk):
            line.add(chunk[start:])
    if line.size:
        yield line


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut at ends of lines; only lines of more than 4 MiB are in several pieces."""
    rest = b""
    for chunk in chunks:
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > LONGEST:
            whole, newline, rest = whole + newline + rest, b"", b""
        if whole or newline:
            yield whole + newline
    if rest:
        yield rest


def line(raw: Raw, number: int | None, reader: Reader) -> Line:
    """The line as it is shown."""
    time, source, message = prefix.split(raw.head)
    text, is_cut = _text(message, raw.tail)
    size = raw.size - len(raw.head) + len(message)
    return Line(number, time, source, text, size, is_cut, reader.kind(ansi.plain(text), source))


def _text(message: bytes, tail: bytes) -> tuple[str, bool]:
    """What a terminal shows in the end, cut where it is long."""
    last = (tail or message).rstrip(b"\r").rpartition(b"\r")
    if last[1]:
        message, tail = last[2], b""
    text = message[: 4 * SHOWN + 4].decode("utf-8", "replace").rstrip("\r")
    return text[:SHOWN], len(text) > SHOWN or bool(tail)
