"""A search finds what a plain reading of all lines finds, in time, whatever is searched for."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.logs.search import Found, finder, search
from dashboard.errors import BadQuery

PREFIX = b"[MFLOG|0|2026-11-24T06:41:04.610637Z|task|1-2]"


def found(text: bytes, pattern: str, chunk: int = 50, limit: int = 1000, **how: bool) -> Found:
    chunks = (text[at : at + chunk] for at in range(0, len(text), chunk))
    return search(chunks, finder(pattern, **how), 1, limit, math.inf)


@given(
    st.lists(st.tuples(st.booleans(), st.text("abAB .ü", max_size=8)), max_size=30),
    st.text("abAB .ü", min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
    st.integers(1, 100),
)
def test_all_matching_lines_and_no_others(
    lines: list[tuple[bool, str]], pattern: str, regex: bool, case: bool, chunk: int
) -> None:
    text = b"\n".join((PREFIX if prefixed else b"") + line.encode() for prefixed, line in lines)
    expression = re.compile(pattern if regex else re.escape(pattern), 0 if case else re.IGNORECASE)
    expected = tuple(number for number, (_, line) in enumerate(lines, start=1) if expression.search(line))
    searched = text.count(b"\n") + (text[-1:] not in (b"", b"\n"))
    assert found(text, pattern, chunk, regex=regex, case=case) == Found(expected, len(expected), searched, True)


@pytest.mark.parametrize(
    ("pattern", "regex", "numbers"),
    [
        ("task", False, (2,)),
        ("2026", False, ()),
        ("^loading", True, (1,)),
        ("done$", True, (1,)),
        ("red line", False, (2,)),
        ("100%", False, (3,)),
        ("50%", False, ()),
        (r"a\s*b", True, (4,)),
        ("[^x]", True, (1, 2, 3, 4, 5, 6)),
        ("x*", True, (1, 2, 3, 4, 5, 6, 7)),
        ("(?i)GRÜN", True, (6,)),
        ("GRÜN", False, (6,)),
    ],
)
def test_what_is_shown_is_what_is_searched(pattern: str, regex: bool, numbers: tuple[int, ...]) -> None:
    lines = [b"loading done", b"\x1b[31mred\x1b[0m line of task", b"50%\r100%\r", b"a b", b"b", "grün".encode(), b""]
    assert found(PREFIX + (b"\n" + PREFIX).join(lines) + b"\n", pattern, regex=regex).numbers == numbers


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "1 to 1000 characters"),
        ("x" * 1001, "1 to 1000 characters"),
        ("(", "not a regular expression of RE2: missing )"),
        ("(?=a)", "not a regular expression of RE2: invalid perl operator"),
        (r"(a)\1", "not a regular expression of RE2: invalid escape sequence"),
        ("(x{1000}){1000}", "not a regular expression of RE2"),
        ("\ud800", "not valid Unicode"),
    ],
)
def test_a_pattern_that_cannot_be_used(pattern: str, sentence: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        finder(pattern, regex=True)


def test_numbers_are_limited_and_the_count_is_not() -> None:
    assert found(b"x\n" * 100, "x", limit=3) == Found((1, 2, 3), 100, 100, True)


def test_a_search_without_time_says_how_far_it_came() -> None:
    chunks = (b"x\n" * 10 for _ in range(1000))
    result = search(chunks, finder("x"), 5, 100, time.monotonic() - 1)
    assert result == Found(tuple(range(5, 15)), 10, 10, False)


def test_a_very_long_line_counts_once() -> None:
    text = b"one\n" + b"x" * 10_000_000 + b"\nx\n"
    assert found(text, "x", chunk=1_000_000) == Found((2, 3), 2, 3, True)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)+$", "(x+x+)+y", ".*.*.*.*=.*", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_pattern_takes_long(pattern: str) -> None:
    text = (b"a" * 200 + b"x" * 200 + b"\n") * 10_000
    started = time.perf_counter()
    assert found(text, pattern, chunk=1_000_000, regex=True, case=True).is_complete
    assert time.perf_counter() - started < 5
