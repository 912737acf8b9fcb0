"""The last lines of a log by ranges from its end, without what is before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard.datastore.logs.merge import interleaved, times

FIRST = 256 * 1024  # bytes read at first; then twice as many each time
MOST = 8 * 1024 * 1024  # bytes at most: long lines are fewer

Read = Callable[[int, int], bytes]  # start, length


def last_lines(read: Read, size: int, count: int) -> bytes:
    """At least the last `count` lines, whole ones but for a first that is longer than all that may be read."""
    data, wanted = b"", FIRST
    while True:
        start = max(0, size - min(wanted, MOST))
        data = read(start, size - start - len(data)) + data
        if not start:
            return data
        if data.count(b"\n", 0, -1) > count or wanted >= MOST:
            whole = data.find(b"\n", 0, -1) + 1
            return data[whole:]
        wanted *= 2


def merged(tails: Sequence[bytes]) -> bytes:
    """The ends of several files in the order of time."""
    ended = [tail if tail.endswith(b"\n") else tail + b"\n" for tail in tails if tail]
    return interleaved([(tail, *times(tail, -1)) for tail in ended]) if ended else b""
