"""Durations and ages in the words of reasons."""

from __future__ import annotations

UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def words(ms: int) -> str:
    """A duration in its two largest units: "4 m 10 s", "2 h 8 m", "3 d 4 h"; a zero unit is left out."""
    rest = max(0, ms) // 1000
    counts: list[tuple[int, str]] = []
    for unit, size in UNITS:
        count, rest = divmod(rest, size)
        if count or counts:
            counts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in counts[:2] if count) or "0 s"


def ago(at: int, now: int, old: int) -> str:
    """How long ago, in words that do not change any more once `old` has passed."""
    age = now - at
    if age > old:
        return f"more than {words(old)} ago"
    return f"{words(age)} ago" if age >= 1000 else "just now"


def heartbeat_words(at: int, now: int, old: int, stopped: bool = False) -> str:
    """A heartbeat and its age: "heartbeat 8 s ago", "heartbeat stopped 12 m ago"."""
    if now - at <= -1000:
        return f"heartbeat {words(at - now)} ahead of the database clock"
    return f"heartbeat {'stopped ' if stopped else ''}{ago(at, now, old)}"


def silence_words(at: int, now: int, old: int) -> str:
    """How long nothing was heard: "no heartbeat for 4 m 10 s"."""
    if now < at:
        return heartbeat_words(at, now, old)
    return f"no heartbeat for {f'more than {words(old)}' if now - at > old else words(now - at)}"


def span(start: int, end: int | None) -> int | None:
    """The duration from start to end; None where it would be negative."""
    return end - start if end is not None and end >= start else None


def beat_span(start: int, beat: int) -> int | None:
    """The duration up to a heartbeat; heartbeats are whole seconds, so one in the second before `start` is at it."""
    return 0 if -1000 < beat - start < 0 else span(start, beat)
