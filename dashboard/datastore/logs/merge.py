"""Lines of several files as one text in the order of time, in memory that does not depend on their size.

Each file keeps its own order: a line whose time is before that of the line above it, or that has none, comes right
after that one. So clocks that disagree and lines without prefix neither hold up a file nor move to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

CHUNK = 1024 * 1024  # bytes of each file in memory
LONGEST = 16 * 1024 * 1024  # bytes of a line; a longer one is broken there
LAST = 1 << 62  # later than all times

_HEAD = np.frombuffer(b"[MFLOG|0|", np.uint8)
_WIDTH = len(_HEAD) + 28  # `2026-11-24T12:00:00.000000Z|` follows
_DIGITS = len(_HEAD) + np.array([2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25])
_WEIGHTS = 10 ** np.arange(len(_DIGITS) - 1, -1, -1, dtype=np.int64)
_END = np.frombuffer(b"Z|", np.uint8)

Times = NDArray[np.int64]
Read = Callable[[int], bytes]  # the next so many bytes of a file, fewer only at its end


def times(text: bytes, before: int) -> tuple[Times, Times]:
    """Of each line where it ends, and a number that grows with its time and is never below that of the line above."""
    letters = np.frombuffer(text + b"\0\0", np.uint8)
    ends = np.flatnonzero(letters == 10) + 1
    starts = np.concatenate(([0], ends[:-1]))
    starts = starts + 2 * ((letters[starts] == 91) & (letters[starts + 1] == 33))  # `[!`
    keys = np.full(len(ends), before, np.int64)
    # Shorter lines have no prefix; without them a text of a million empty lines takes no more memory than another.
    long = np.flatnonzero(ends - starts > _WIDTH)
    heads = letters[starts[long, None] + np.arange(_WIDTH)]
    digits = heads[:, _DIGITS] - 48  # wraps round below "0", so that one comparison finds all that are no digits
    has_time = (
        (heads[:, : len(_HEAD)] == _HEAD).all(axis=1) & (heads[:, -2:] == _END).all(axis=1) & (digits < 10).all(axis=1)
    )
    keys[long[has_time]] = digits[has_time].astype(np.int64) @ _WEIGHTS
    return ends, np.maximum.accumulate(np.maximum(keys, before))


@dataclass
class _Lane:
    """One file: its whole lines that were read and not yet given out."""

    read: Read
    text: bytes = b""
    ends: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    keys: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    rest: bytes = b""  # the beginning of a line
    last: int = -1
    at_end: bool = False

    def fill(self, is_complete: bool) -> None:
        """Read on when nothing is left; only a complete file may end without a newline."""
        while not len(self.ends) and not self.at_end:
            chunk = self.read(CHUNK)
            self.at_end = not chunk
            whole, newline, self.rest = (self.rest + chunk).rpartition(b"\n")
            self.text = whole + newline
            if self.rest and ((self.at_end and is_complete) or len(self.rest) > LONGEST):
                self.text, self.rest = self.text + self.rest + b"\n", b""
            if self.text:
                self.ends, self.keys = times(self.text, self.last)

    def take(self, until: int) -> tuple[bytes, Times, Times]:
        """The lines up to a time: their text, where each ends in it, their times."""
        count = int(np.searchsorted(self.keys, until, "right"))
        if not count:
            return b"", self.ends[:0], self.keys[:0]
        cut = int(self.ends[count - 1])
        taken = self.text[:cut], self.ends[:count], self.keys[:count]
        self.last = int(self.keys[count - 1])
        self.text, self.ends, self.keys = self.text[cut:], self.ends[count:] - cut, self.keys[count:]
        return taken


class Merge:
    """The files' lines in the order of time, chunk by chunk."""

    def __init__(self, reads: Sequence[Read]) -> None:
        self._lanes = [_Lane(read) for read in reads]

    def next(self, is_complete: bool) -> bytes:
        """The next lines; none when all files are at their end. They may have grown when it is called again."""
        for lane in self._lanes:
            lane.at_end = False
            lane.fill(is_complete)
        until = min((int(lane.keys[-1]) for lane in self._lanes if not lane.at_end), default=LAST)
        taken = [piece for lane in self._lanes if (piece := lane.take(until))[0]]
        return interleaved(taken) if len(taken) > 1 else taken[0][0] if taken else b""

    def is_empty(self, is_complete: bool) -> bool:
        """Whether no line that was read waits for others."""
        return not any(len(lane.ends) or (lane.rest and is_complete) for lane in self._lanes)


def interleaved(pieces: Sequence[tuple[bytes, Times, Times]]) -> bytes:
    """Whole lines of several files in the order of their times; of equal ones the earlier file comes first."""
    text = b"".join(piece[0] for piece in pieces)
    offsets = np.cumsum([0, *(len(piece[0]) for piece in pieces[:-1])])
    ends = np.concatenate([piece[1] + offset for piece, offset in zip(pieces, offsets, strict=True)])
    starts = np.concatenate(([0], ends[:-1]))
    order = np.argsort(np.concatenate([piece[2] for piece in pieces]), kind="stable")
    # Neighbours that stay neighbours are copied together.
    breaks = np.flatnonzero(np.diff(order) != 1) + 1
    first, last = order[np.concatenate(([0], breaks))], order[np.concatenate((breaks - 1, [-1]))]
    return b"".join([text[a:b] for a, b in zip(starts[first].tolist(), ends[last].tolist(), strict=True)])
