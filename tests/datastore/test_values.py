"""Values as one line."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given

from dashboard.datastore.values import compact
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
    started = time.perf_counter()
    assert len(compact(value)) == 200
    assert time.perf_counter() - started < 2
