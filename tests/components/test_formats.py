"""Numbers as words."""

from __future__ import annotations

import re
from datetime import timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import formats
from components.formats import DAY, HOUR, MINUTE, SECOND

T0 = 1_764_081_284_000  # 2025-11-25 14:34:44 UTC


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (None, "–"),
        (0, "0s"),
        (23, "23ms"),
        (400, "0.4s"),
        (999, "1.0s"),
        (SECOND, "1s"),
        (18_999, "18s"),
        (4 * MINUTE + 6 * SECOND, "4m 06s"),
        (HOUR - 1, "59m 59s"),
        (2 * HOUR + 8 * MINUTE, "2h 08m"),
        (3 * DAY + 4 * HOUR, "3d 04h"),
        (400 * DAY, "400d 00h"),
    ],
)
def test_durations(ms: int | None, words: str) -> None:
    assert formats.duration(ms) == words


@given(a=st.integers(0, 10**13), b=st.integers(0, 10**13))
def test_a_longer_duration_never_looks_shorter(a: int, b: int) -> None:
    def size(words: str) -> float:
        units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
        parts = [re.fullmatch(r"([\d.]+)(\w+)", part) for part in words.split()]
        return sum(float(part[1]) * units[part[2]] for part in parts if part)

    short, long = sorted((a, b))
    assert size(formats.duration(short)) <= size(formats.duration(long))


@pytest.mark.parametrize(
    ("ms", "words"), [(20_000, "<1 m"), (3 * MINUTE, "~3 m"), (100 * MINUTE, "~2 h"), (40 * HOUR, "~2 d")]
)
def test_estimates(ms: int, words: str) -> None:
    assert formats.roughly(ms) == words


@pytest.mark.parametrize(
    ("spent", "words"),
    [
        (0, "just now"),
        (999, "just now"),
        (SECOND, "1 s ago"),
        (-5 * SECOND, "in 5 s"),
        (4 * MINUTE + 59 * SECOND, "4 min ago"),
        (2 * HOUR, "2 h ago"),
        (-3 * DAY, "in 3 d"),
    ],
)
def test_ages(spent: int, words: str) -> None:
    assert formats.ago(T0, T0 + spent) == words
    assert formats.ago(None, T0) == "–"


def test_moments_in_a_time_zone() -> None:
    assert formats.moment(T0) == "25 Nov 2025 14:34:44"
    assert formats.moment(T0, ZoneInfo("Asia/Tokyo")) == "25 Nov 2025 23:34:44"
    assert formats.moment(1_764_547_200_000) == "1 Dec 2025 00:00:00"
    assert formats.moment(None) == "–"
    assert formats.short_moment(T0) == "25 Nov 14:34"


@given(instant=st.integers(-(2**63), 2**63 - 1), zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles"]))
def test_any_bigint_is_a_moment(instant: int, zone: str) -> None:
    assert formats.local(instant, ZoneInfo(zone)).tzinfo is not None
    assert formats.moment(instant, ZoneInfo(zone))
    assert formats.local(T0, timezone.utc).isoformat() == "2025-11-25T14:34:44+00:00"


@pytest.mark.parametrize(
    ("words", "number", "noun", "at_least"),
    [
        ("1,247 runs", 1_247, "run", False),
        ("1 run", 1, "run", False),
        ("0 runs", 0, "run", False),
        ("5,000+ runs", 5_000, "run", True),
        ("1+ runs", 1, "run", True),
        ("12", 12, "", False),
    ],
)
def test_counts(words: str, number: int, noun: str, at_least: bool) -> None:
    assert formats.count(number, noun, at_least) == words


def test_sentences() -> None:
    assert formats.sentence("no heartbeat for 4 m") == "No heartbeat for 4 m"
    assert formats.sentence("train/12 failed for good") == "train/12 failed for good"
    assert formats.sentence("") == ""
