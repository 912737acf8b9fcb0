"""Values as one line."""

from __future__ import annotations

import datetime
import time
from collections import Counter, deque
from decimal import Decimal
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from dashboard.datastore.leaves import name_of_type, visible
from dashboard.datastore.objects import Described, Reference, Zone
from dashboard.datastore.objects.columns import Frame
from dashboard.datastore.values import compact, ordered
from tests.datastore.test_pickled import VALUES


@pytest.mark.parametrize(
    "value",
    [None, True, 1.5, "grün", b"\xff", [], [1], (), (1,), (1, "2"), {}, {"a": {1: []}}, {3, 1}, set(), frozenset("a")],
)
def test_small_values_read_as_repr(value: object) -> None:
    assert compact(value) == repr(value).replace("{3, 1}", "{1, 3}")


@given(VALUES)
def test_one_printable_line_of_bounded_length(value: object) -> None:
    text = compact(value, 50)
    assert len(text) <= 50
    assert text.isprintable()


def test_a_long_value_is_cut() -> None:
    assert compact("x" * 1000, 10) == "'xxxxxxxx…"
    assert compact(list(range(1000)), 10) == "[0, 1, 2,…"


def test_sets_stand_in_order() -> None:
    assert compact({"b", "a", "c"}) == "{'a', 'b', 'c'}"
    assert compact({"b", 1}) == "{'b', 1}"
    assert compact(frozenset()) == "frozenset()"
    assert compact(set(range(1000))).startswith("{0, 1, 2")


def test_shared_values_take_no_time() -> None:
    value: Any = ()
    for _ in range(60):
        value = (value, value)
    started = time.process_time()
    assert len(compact(value)) == 200
    assert time.process_time() - started < 2


def test_an_invisible_character_is_an_escape() -> None:
    assert visible("grün \U0001f40d") == "grün \U0001f40d"
    assert visible("a\u202eb\ud800\x1b[31m\n\t", keep="\n") == "a\\u202eb\\ud800\\x1b[31m\n\\t"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(1.5), "1.5"),
        (np.str_("x"), "'x'"),
        (np.longdouble(0.5), "0.5"),
        (np.datetime64("2026-01-01T00:00:00.500", "ms"), "2026-01-01 00:00:00.5"),
        (np.datetime64("NaT"), "NaT"),
        (np.timedelta64(90, "s"), "0:01:30"),
        (np.timedelta64(1, "ns"), "1 nanoseconds"),
        (np.timedelta64("NaT"), "NaT"),
        (np.timedelta64(2, "Y"), "2 years"),
        (np.dtype("int64"), "int64"),
        (np.dtype([("a", "i4")]), "record"),
        (np.zeros((2, 0)), "float64 (2, 0) [[], []]"),
        (deque([1]), "deque([1])"),
        (Counter("aa"), "Counter({'a': 2})"),
        (frozenset({1}), "frozenset({1})"),
        (Zone("Europe/Berlin"), "Europe/Berlin"),
        (Decimal("1.50"), "1.50"),
        (PurePosixPath("/a\n"), "/a\\n"),
        (datetime.timezone.utc, "UTC"),
        (Reference("builtins.len"), "len"),
        (Described("a.B", (1,), {"x": [2]}, 3, [4], [(5, 6)]), "a.B(1, x=[2], state=3)[4]{5: 6}"),
        (object(), "<object>"),
    ],
)
def test_what_is_more_than_plain(value: object, text: str) -> None:
    assert compact(value) == text


def test_a_value_that_holds_itself_is_cut() -> None:
    inner: list[Any] = []
    inner.append(inner)
    assert compact(inner, 10) == "[[[[[[[[[…"
    found = Described("a.B")
    found.args = (found,)
    assert compact(found, 12) == "a.B(a.B(a.B…"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (None, "NoneType"),
        (np.zeros(1), "numpy.ndarray"),
        (np.float32(1), "numpy.float32"),
        (Counter(), "collections.Counter"),
        (PurePosixPath("a"), "pathlib.PosixPath"),
        (PureWindowsPath("a"), "pathlib.WindowsPath"),
        (Described("pandas.core.frame.DataFrame"), "pandas.DataFrame"),
        (Frame("pandas.Series", (), (), 0), "pandas.Series"),
        (Reference("a.b"), "reference"),
        (datetime.date(2026, 1, 1), "datetime.date"),
    ],
)
def test_names_of_types(value: object, name: str) -> None:
    assert name_of_type(value) == name


def test_sets_have_one_order() -> None:
    assert ordered(set(range(500))) == list(range(500))
    assert ordered({"b", 1, "a", None}) == ["a", "b", 1, None]
    assert len(ordered({Decimal("NaN"), Decimal(1)})) == 2
