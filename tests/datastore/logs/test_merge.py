"""Lines of several files come in the order of time, each file keeps its own, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.datastore.logs import merge, prefix
from dashboard.datastore.logs.merge import Merge
from dashboard.datastore.logs.tail import last_lines, merged
from tests.datastore.logs.official import mflog

START = datetime(2026, 11, 24, tzinfo=timezone.utc)


def stamped(second: int, text: bytes, source: str = "task") -> bytes:
    return bytes(mflog.decorate(source, text, now=START + timedelta(seconds=second), lineid=b"1"))


def reader(text: bytes) -> Callable[[int], bytes]:
    place = 0

    def read(length: int) -> bytes:
        nonlocal place
        place += length
        return text[place - length : place]

    return read


def whole(*texts: bytes, is_complete: bool = True) -> bytes:
    together = Merge([reader(text) for text in texts])
    return b"".join(iter(lambda: together.next(is_complete), b""))


# A line is (the second of its time or None, whether the scheduler is to keep it).
files = st.lists(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 50)), st.booleans()), max_size=30), max_size=4)


@given(files, st.integers(40, 400))
@settings(max_examples=300)
def test_order_and_completeness(plan: list[list[tuple[int | None, bool]]], chunk: int) -> None:
    texts = []
    for number, lines in enumerate(plan):
        written = []
        for at, (second, keep) in enumerate(lines):
            name = b"%d-%d" % (number, at)
            line = name if second is None else stamped(second, name)
            written.append(mflog.set_should_persist(line) if keep else line)
        texts.append(b"\n".join(written))
    with mock.patch.object(merge, "CHUNK", chunk):
        stored = whole(*texts).splitlines()
    names = [tuple(map(int, prefix.split(one)[2].split(b"-"))) for one in stored]
    assert sorted(names) == [(n, at) for n, content in enumerate(plan) for at in range(len(content))]
    passed = [0] * len(plan)
    highest = [-1] * len(plan)
    last = -1
    for number, at in names:
        assert at == passed[number], "each file keeps its own order"
        passed[number] += 1
        second = plan[number][at][0]
        highest[number] = max(highest[number], -1 if second is None else second)
        assert highest[number] >= last, "time never goes back"
        last = highest[number]


def test_lines_without_time_follow_the_line_above() -> None:
    first = b"\n".join([stamped(1, b"a"), b"continued", stamped(5, b"b"), b"continued"])
    second = b"\n".join([b"before all", stamped(3, b"c"), stamped(9, b"d")])
    messages = [prefix.split(line)[2] for line in whole(first, second).splitlines()]
    assert messages == [b"before all", b"a", b"continued", b"c", b"b", b"continued", b"d"]


@pytest.mark.parametrize(
    "line",
    [
        b"[MFLOG|0|9999-99-99T99:99:99.999999Z|task|1]no such day sorts last",
        b"[MFLOG|0|2026-11-24T00:00:0x.000000Z|task|1]no digit",
        b"[MFLOG|0|",
        b"\0" * 100,
        b"[" * 100,
        b"[!" * 100,
        b"",
    ],
)
def test_damaged_lines_get_through(line: bytes) -> None:
    text = whole(line + b"\n" + stamped(1, b"a"), stamped(2, b"b"))
    assert sorted(text.splitlines()) == sorted([line, stamped(1, b"a"), stamped(2, b"b")])


def test_a_line_without_an_end_waits_until_the_log_is_complete() -> None:
    text = bytearray(stamped(1, b"a") + b"\n" + stamped(3, b"half"))
    place = 0

    def read(length: int) -> bytes:
        nonlocal place
        data = bytes(text[place : place + length])
        place += len(data)
        return data

    together = Merge([read, reader(stamped(2, b"b") + b"\n")])
    out = b"".join(iter(lambda: together.next(False), b""))
    assert out == stamped(1, b"a") + b"\n" + stamped(2, b"b") + b"\n"
    assert together.is_empty(False)
    assert not together.is_empty(True)
    text += b" a line"
    assert together.next(True) == stamped(3, b"half a line") + b"\n"
    assert together.next(True) == b""
    assert together.is_empty(True)


def test_a_line_too_long_for_memory_is_broken() -> None:
    with mock.patch.object(merge, "CHUNK", 10), mock.patch.object(merge, "LONGEST", 50):
        text = whole(b"x" * 200 + b"\n", stamped(1, b"a"))
    assert text.replace(b"\n", b"").startswith(b"x" * 200)
    assert max(map(len, text.splitlines())) < 90


def test_empty_lines_take_no_more_memory_than_others() -> None:
    ends, keys = merge.times(b"\n" * 1_000_000, 7)
    assert len(ends) == 1_000_000
    assert set(keys[:10].tolist()) == {7}


@given(st.lists(st.integers(0, 60), max_size=60), st.integers(1, 20))
def test_the_last_lines_of_the_whole_are_among_the_last_of_each(lengths: list[int], count: int) -> None:
    text = b"".join(b"x" * length + b"\n" for length in lengths)
    with mock.patch("dashboard.datastore.logs.tail.FIRST", 16):
        data = last_lines(lambda start, length: text[start : start + length], len(text), count)
    assert text.endswith(data)
    assert data.count(b"\n") >= min(count, len(lengths))
    assert len(data) == len(text) or text[-len(data) - 1 : -len(data)] == b"\n"


def test_ends_of_files_are_merged() -> None:
    assert merged([]) == merged([b""]) == b""
    assert merged([stamped(2, b"b"), stamped(1, b"a")]) == stamped(1, b"a") + b"\n" + stamped(2, b"b") + b"\n"
