"""Long text and bytes, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.datastore.leaves import visible

TEXT_PAGE = 10_000  # characters
BYTES_PAGE = 4096
MAX_PAGE = 200_000
_ROW = 16  # bytes of a line of the hexadecimal view


@dataclass(frozen=True, slots=True)
class TextPage:
    """A part of a text, JSON-safe: what cannot be seen stands as an escape."""

    text: str
    offset: int  # characters or bytes before it
    shown: int  # characters or bytes of the value in it
    total: int


def text_page(value: str, offset: int = 0, limit: int = TEXT_PAGE) -> TextPage:
    """At most `limit` characters from `offset` on."""
    start = min(max(0, offset), len(value))
    part = value[start : start + min(max(0, limit), MAX_PAGE)]
    return TextPage(visible(part, keep="\n\t"), start, len(part), len(value))


def hex_page(value: bytes | bytearray, offset: int = 0, limit: int = BYTES_PAGE) -> TextPage:
    """At most `limit` bytes from `offset` on, as lines of place, numbers and characters."""
    start = min(max(0, offset), len(value)) // _ROW * _ROW
    part = bytes(value[start : start + min(max(0, limit), MAX_PAGE)])
    lines = [_line(start + place, part[place : place + _ROW]) for place in range(0, len(part), _ROW)]
    return TextPage("\n".join(lines), start, len(part), len(value))


def _line(place: int, row: bytes) -> str:
    characters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
    return f"{place:08x}  {row.hex(' '):<{3 * _ROW - 1}}  {characters}"
