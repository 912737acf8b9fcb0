r"""Text for terminals as pieces with a style. Pure; nothing of what a log holds is markup or a command any more.

Colours and weights (SGR) become styles. All other control sequences, links (OSC 8) among them, leave only their text.
Characters that cannot be seen, or that turn the direction of what follows, are shown as escapes such as `\u202e`: to
drop them would hide that a line was made to look like another one. The joiners of emoji and of Persian stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dashboard.datastore.logs.colours import of_256, of_rgb, of_sixteen

_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)(?P<arguments>[0-?]*)(?P<last>[ -/]*[@-~])?"
    "|(?:\x1b\\]|\x9d)(?:[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c))?"  # a title or link; without an end its text stays
    "|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])(?:[^\x1b\x9c\n]*(?:\x1b\\\\|\x9c))?"
    "|\x1b[ -/]*[0-~]?"
)
_SEQUENCES = re.compile(  # the same in UTF-8
    b"(?:\x1b\\[|\xc2\x9b)[0-?]*(?:[ -/]*[@-~])?"
    b"|(?:\x1b\\]|\xc2\x9d)(?:[^\x07\x1b\n]*(?:\x07|\x1b\\\\))?"
    b"|\x1b[PX^_](?:[^\x1b\n]*\x1b\\\\)?"
    b"|\x1b[ -/]*[0-~]?"
)
_OVERWRITTEN = re.compile(rb"(?m)^[^\n]*\r(?=[^\r\n])")
_UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SILENT = frozenset("\a\b\v\f\r")  # bells and movements: a terminal shows nothing for them


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks; `colour` is a name of `colours`, None the colour of the text."""

    colour: str | None = None
    marks: frozenset[str] = frozenset()  # of bold, dim, italic, underline


PLAIN = Style()
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 21: "underline"}
_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}}


def segments(text: str) -> list[tuple[Style, str]]:
    """The pieces of one line; each line begins plain."""
    pieces: list[tuple[Style, str]] = []
    style, start = PLAIN, 0
    for found in _SEQUENCE.finditer(text):
        _append(pieces, style, text[start : found.start()])
        start = found.end()
        if found["last"] == "m":
            style = _changed(style, found["arguments"])
    _append(pieces, style, text[start:])
    return pieces


def plain(text: str) -> str:
    """One line without styles: what `segments` gives, in one piece."""
    return _visible(_SEQUENCE.sub("", text))


def shown(text: bytes) -> bytes:
    """Many lines at once, for searching: without control sequences and without what a carriage return overwrote."""
    if b"\r" in text:
        text = _OVERWRITTEN.sub(b"", text).replace(b"\r\n", b"\n")
    return _SEQUENCES.sub(b"", text) if b"\x1b" in text or b"\xc2\x9b" in text else text


def _append(pieces: list[tuple[Style, str]], style: Style, text: str) -> None:
    """Add a piece, to the one before when that looks the same."""
    seen = _visible(text)
    if not seen:
        return
    if pieces and pieces[-1][0] == style:
        seen = pieces.pop()[1] + seen
    pieces.append((style, seen))


def _visible(text: str) -> str:
    return text if text.isprintable() else _UNSEEN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in _SILENT:
        return ""
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _changed(style: Style, arguments: str) -> Style:
    """The style after an SGR sequence; what it does not know changes nothing."""
    codes = _codes(arguments)
    for code in codes:
        if code == 0:
            style = PLAIN
        elif code in _ON:
            style = replace(style, marks=style.marks | {_ON[code]})
        elif code in _OFF:
            style = replace(style, marks=style.marks - _OFF[code])
        elif code == 39:
            style = replace(style, colour=None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, colour=of_sixteen(code - 30 if code < 40 else code - 82))
        elif code in (38, 48, 58):
            colour = _extended(codes)
            style = replace(style, colour=colour) if code == 38 else style
    return style


def _codes(arguments: str) -> Iterator[int]:
    """The numbers of a sequence; an empty one counts as 0, as terminals take it."""
    for one in arguments.replace(":", ";").split(";")[:64]:
        yield int(one) if one.isascii() and one.isdigit() and len(one) < 6 else 0


def _extended(codes: Iterator[int]) -> str | None:
    """The colour in `5;<number>` or `2;<red>;<green>;<blue>`."""
    kind = next(codes, None)
    if kind == 5:
        return of_256(next(codes, 0))
    if kind == 2:
        return of_rgb(*(min(255, next(codes, 0)) for _channel in range(3)))
    return None
