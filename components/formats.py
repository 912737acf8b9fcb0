"""Durations, instants and counts as words, the same on every page. Input: milliseconds; `None` becomes an en dash."""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo

NOTHING = "–"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


def duration(ms: int | None) -> str:
    """`18s`, `4m 06s`, `2h 08m`, `3d 04h`; under a second `0.4s`, under a tenth `23ms`."""
    if ms is None:
        return NOTHING
    if 0 < ms < SECOND:
        return f"{ms}ms" if ms < 100 else f"{ms / SECOND:.1f}s"
    if ms < MINUTE:
        return f"{ms // SECOND}s"
    if ms < HOUR:
        return f"{ms // MINUTE}m {ms % MINUTE // SECOND:02}s"
    if ms < DAY:
        return f"{ms // HOUR}h {ms % HOUR // MINUTE:02}m"
    return f"{ms // DAY}d {ms % DAY // HOUR:02}h"


def roughly(ms: int) -> str:
    """`~3 m`, `~2 h`: for estimates, which deserve no more digits."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if ms >= size:
            return f"~{round(ms / size)} {unit}"
    return "<1 m"


def ago(instant: int | None, now: int) -> str:
    """`4 min ago`, `2 h ago`, `in 5 s`; the browser keeps it current."""
    if instant is None:
        return NOTHING
    spent = now - instant
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if abs(spent) >= size:
            words = f"{abs(spent) // size} {unit}"
            return f"{words} ago" if spent > 0 else f"in {words}"
    return "just now"


def moment(instant: int | None, zone: tzinfo = timezone.utc) -> str:
    """`24 Nov 2026 14:00:05` in this time zone."""
    if instant is None:
        return NOTHING
    return local(instant, zone).strftime("%d %b %Y %H:%M:%S").lstrip("0")


def short_moment(instant: int, zone: tzinfo = timezone.utc) -> str:
    """`24 Nov 14:00` in this time zone."""
    return local(instant, zone).strftime("%d %b %H:%M").lstrip("0")


def local(instant: int, zone: tzinfo) -> datetime:
    """The aware datetime of an instant; years that datetime cannot hold are clamped."""
    seconds = min(max(instant / 1000, -62_000_000_000), 250_000_000_000)
    return datetime.fromtimestamp(seconds, timezone.utc).astimezone(zone)


def count(number: int, noun: str = "", at_least: bool = False) -> str:
    """`1,247 runs`, `1 run`, `5,000+ runs`."""
    plural = "" if number == 1 and not at_least else "s"
    words = f"{number:,}{'+' if at_least else ''}"
    return f"{words} {noun}{plural}" if noun else words


def short_id(text: str) -> str:
    """A long id by its ends, `argo…x7k2p`: runs of one template differ in the last characters."""
    return text if len(text) <= 10 else f"{text[:4]}…{text[-5:]}"


def end(text: str, most: int) -> str:
    """A text with its end cut off."""
    return text if len(text) <= most else text[: most - 1] + "…"


def middle(text: str, most: int) -> str:
    """A text with its middle cut out: names of machines differ at their ends."""
    if len(text) <= most:
        return text
    kept = most - 1
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"


def sentence(text: str) -> str:
    """A reason as a sentence of its own; one that begins with a pathspec keeps its case."""
    return text if {"/", "_"} & set(text.partition(" ")[0]) else text[:1].upper() + text[1:]
