"""Prefixes are read as Metaflow writes them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.logs import prefix
from tests.datastore.logs.official import mflog

AT = datetime(2026, 11, 24, 6, 41, 4, 610637, timezone.utc)
MS = 1_795_502_464_610
INNER = b"[MFLOG|0|2026-11-24T06:41:05.000000Z|task|2]"

messages = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"]", b"[!", b"[MFLOG|0|", b"a|b]c", b"\xff\r\x1b[0m", "grün".encode()])
).map(lambda text: text.replace(b"\n", b""))


@given(
    messages,
    st.datetimes(timezones=st.just(timezone.utc)).filter(lambda at: 1970 < at.year < 2090),
    st.sampled_from(["task", "runtime"]),
    st.booleans(),
)
def test_what_metaflow_writes_is_read(message: bytes, at: datetime, source: str, keep: bool) -> None:
    line = mflog.decorate(source, message, now=at, lineid=b"1-2")
    line = mflog.set_should_persist(line) if keep else line
    time = int(at.timestamp()) * 1000 + at.microsecond // 1000
    assert prefix.split(line) == (time, source, message)
    assert prefix.without(b"\n" + line + b"\n" + line) == b"\n" + message + b"\n" + message


@given(st.binary(max_size=120), st.sampled_from([b"", b"[MFLOG|0|", b"[![MFLOG|0|2026-11-24T06:41:04.610637Z|"]))
def test_any_bytes_are_a_line(junk: bytes, head: bytes) -> None:
    line = (head + junk).replace(b"\n", b"")
    time, source, message = prefix.split(line)
    parsed = mflog.parse(line)
    if time is None:
        assert (source, message) == (None, line)
    else:
        assert parsed is not None
        assert line.endswith(message)


@pytest.mark.parametrize(
    "line",
    [
        b"plain",
        b"[MFLOG|1|2026-11-24T06:41:04.610637Z|task|1]later version",
        b"[MFLOG|0|2026-13-24T06:41:04.610637Z|task|1]no such month",
        b"[MFLOG|0|yesterdayZ|task|1]no time",
        b"[MFLOG|0|2026-11-24T06:41:04.610637Z|task|1",
        b" [MFLOG|0|2026-11-24T06:41:04.610637Z|task|1]indented",
    ],
)
def test_what_has_no_prefix_is_left_alone(line: bytes) -> None:
    assert prefix.split(line) == (None, None, line)


def test_a_line_that_was_decorated_twice_is_of_the_first() -> None:
    line = mflog.decorate("runtime", INNER + b"message", now=AT, lineid=b"1")
    assert prefix.split(line) == (MS, "runtime", b"message")


def test_what_was_printed_without_a_line_end_is_told_from_what_came_after() -> None:
    line = mflog.decorate("task", b"loading" + INNER + b"Task failed.", now=AT, lineid=b"1")
    assert prefix.split(line) == (MS, "task", b"loading Task failed.")
    assert prefix.without(line) == b"loadingTask failed."
