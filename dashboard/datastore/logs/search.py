"""Finding lines in a whole log, whatever its size, in a time that the pattern cannot stretch.

Regular expressions are those of RE2: it reads each byte once, so no pattern takes longer than another by much, and it
does so without holding up other threads. It knows no look-around and no back references.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import re2

from dashboard.datastore.logs import ansi, prefix
from dashboard.datastore.logs.line import whole_lines
from dashboard.errors import BadQuery

MAX_PATTERN = 1000  # characters

Find = Callable[[bytes, int], int]  # text, from where → where the next match begins, -1 without one


@dataclass(frozen=True, slots=True)
class Finder:
    """What finds a pattern, in text whose letters are made small before if `is_lower`."""

    find: Find
    is_lower: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Lines with a match: the numbers of the first ones, from 1, and how many there are in `searched` lines."""

    numbers: tuple[int, ...]
    count: int
    searched: int
    is_complete: bool  # whether the search came to the end of the log


def finder(pattern: str, *, regex: bool = False, case: bool = False) -> Finder:
    """What finds a pattern in text; BadQuery when it is empty, long or no regular expression."""
    if not pattern or len(pattern) > MAX_PATTERN:
        raise BadQuery(f"A pattern to search for has 1 to {MAX_PATTERN} characters.")
    try:
        wanted = pattern.encode()
    except UnicodeEncodeError:
        raise BadQuery("The pattern is not valid Unicode.") from None
    if not regex and (case or pattern.isascii()):  # a search of bytes takes a fifth of the time
        wanted = wanted if case else wanted.lower()
        return Finder(lambda text, start: text.find(wanted, start), is_lower=not case)
    return Finder(_expression(b"(?m)" + wanted if regex else wanted, case=case, literal=not regex))


def _expression(pattern: bytes, *, case: bool, literal: bool) -> Find:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True  # no match goes over the end of a line
    options.literal = literal
    options.case_sensitive = case
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as problem:
        reason = problem.args[0].decode("utf-8", "replace") if problem.args else "unknown"
        raise BadQuery(f"The pattern is not a regular expression of RE2: {reason}.") from None

    def find(text: bytes, start: int) -> int:
        match = compiled.search(text, start)
        return match.start() if match else -1

    return find


@dataclass(slots=True)
class _Hits:
    """Numbers of the lines with a match, as they are found."""

    limit: int
    line: int  # number of the line at which the next text begins
    numbers: list[int] = field(default_factory=list)
    count: int = 0
    last: int = 0

    def add(self, stored: bytes, finder: Finder) -> None:
        """The matches in the next bytes of the log."""
        text = ansi.shown(prefix.without(stored))
        text = text.lower() if finder.is_lower else text
        find = finder.find
        passed = at = 0
        while at < len(text) and (at := find(text, at)) >= 0:
            self.line += text.count(b"\n", passed, at)
            passed = at
            if self.line != self.last:  # a very long line comes in pieces
                self.last = self.line
                self.count += 1
                if len(self.numbers) < self.limit:
                    self.numbers.append(self.line)
            at = text.find(b"\n", at) + 1 or len(text)
        self.line += text.count(b"\n", passed)


def search(chunks: Iterable[bytes], finder: Finder, first: int, limit: int, until: float) -> Found:
    """Search a log that comes in chunks and begins at line `first`, until a `time.monotonic()`."""
    hits, text = _Hits(limit, first), b"\n"
    is_complete = True
    for text in whole_lines(chunks):
        hits.add(text, finder)
        if time.monotonic() > until:
            is_complete = False
            break
    searched = hits.line - first + (not text.endswith(b"\n"))
    return Found(tuple(hits.numbers), hits.count, searched, is_complete)
