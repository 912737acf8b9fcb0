"""Where lines begin in a large text: the number of newlines before every block, 8 bytes for 64 KiB of text.

Blocks of bytes and not every so many lines: a hostile text of nothing but newlines costs no more than any other.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

BLOCK = 64 * 1024  # bytes


class NewlineIndex:
    """Counts a text as it comes, and finds lines in what was counted."""

    def __init__(self) -> None:
        self._before = array("q", [0])  # newlines before each block
        self._ends_open = False
        self.size = 0  # bytes counted
        self.newlines = 0

    @property
    def lines(self) -> int:
        """Lines counted; what follows the last newline is one as well."""
        return self.newlines + self._ends_open

    @property
    def weight(self) -> int:
        """Bytes of memory."""
        return len(self._before) * self._before.itemsize

    def add(self, chunk: bytes) -> None:
        """Count the next bytes of the text."""
        at = 0
        while at < len(chunk):
            end = min(len(chunk), at + BLOCK - self.size % BLOCK)
            self.newlines += chunk.count(b"\n", at, end)
            self.size += end - at
            at = end
            if self.size % BLOCK == 0:
                self._before.append(self.newlines)
        if chunk:
            self._ends_open = not chunk.endswith(b"\n")

    def locate(self, line: int, back: int = 0) -> tuple[int, int]:
        """A place at or before the begin of a line (counted from 0), and how many newlines to pass from there.

        `back` is how many blocks earlier, for those who want to see what stands above.
        """
        if line <= 0:
            return 0, 0
        block = max(0, bisect_left(self._before, line) - 1 - back)
        return block * BLOCK, line - self._before[block]
