"""What the page of a run shows as a value, and the checks that all queries make."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import query_text
from dashboard.errors import BadQuery
from dashboard.filters import RunQuery
from dashboard.task_query import SINGLE, SORTS, STATUSES, TABS, TaskQuery

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=255)
NAMES = st.lists(TEXT, max_size=50, unique=True).map(tuple)
INSTANT = st.integers(-(10**15) + 1, 10**15 - 1)
QUERIES = st.builds(
    TaskQuery,
    status=st.lists(st.sampled_from(STATUSES), unique=True).map(tuple),
    step=NAMES,
    q=TEXT.map(str.strip),
    sort=st.sampled_from((None, *SORTS)),
    tab=st.sampled_from(TABS),
    group=st.sampled_from((None, "none")),
    axis=st.sampled_from((None, "clock")),
    zoom=st.none() | st.tuples(INSTANT, INSTANT).filter(lambda bounds: bounds[0] < bounds[1]),
    open=NAMES,
    full=st.sampled_from((None, "1")),
)


@given(query=QUERIES)
def test_a_query_survives_its_url(query: TaskQuery) -> None:
    text = query.to_query()
    assert TaskQuery.from_query(text) == TaskQuery.from_query(f"?{text}") == query
    assert TaskQuery.from_query(text).to_query() == text
    assert text.isascii()
    assert query_text.understood(text, TaskQuery.from_query) == (query, None, ())


def test_what_is_at_its_default_is_left_out() -> None:
    assert TaskQuery().to_query() == ""
    assert (
        TaskQuery().show(tab="timeline", sort="-queue", open=("a&b", "c")).to_query() == "sort=-queue&open=a%26b&open=c"
    )
    assert TaskQuery(zoom=(-5, 0)).to_query() == "zoom=-5..0"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", TaskQuery()),
        ("?status=&step=&q=&sort=&tab=&group=&axis=&zoom=&open=&full=", TaskQuery()),
        ("q=++a++", TaskQuery(q="a")),
        ("q=a&q=b&sort=task&sort=-task", TaskQuery(q="b", sort="-task")),
        ("status=failed&status=failed&step=a&step=b&step=a", TaskQuery(status=("failed",), step=("a", "b"))),
        ("zoom=1..2&zoom=-3..4", TaskQuery(zoom=(-3, 4))),
        ("tab=tasks&full=1&axis=clock&group=none", TaskQuery(tab="tasks", full="1", axis="clock", group="none")),
        ("open=-", TaskQuery(open=("-",))),
        ("open=train:112", TaskQuery(open=("train:112",))),
    ],
)
def test_a_url_becomes_a_query(text: str, query: TaskQuery) -> None:
    assert TaskQuery.from_query(text) == query


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour=red", "“colour” is not a known parameter; known are axis, dir, find, full, group"),
        (f"{'x' * 500}=1", f"“{'x' * 80}” is not"),
        ("status=done", "status=done: one of running, pending, failed, killed"),
        ("status=failed&status=FAILED", "status=FAILED: one of"),
        ("sort=size", "sort=size: one of failed, started"),
        ("tab=logs", "tab=logs: one of timeline, dag, tasks, cards, details is needed."),
        ("group=step", "group=step: one of none is needed."),
        ("axis=elapsed", "axis=elapsed: one of clock is needed."),
        ("full=yes", "full=yes: one of 1 is needed."),
        ("zoom=5..5", "zoom=5..5: FROM..TO in milliseconds since the start of the run is needed."),
        ("zoom=9..5", "zoom=9..5: FROM..TO"),
        ("zoom=1..", "zoom=1..: FROM..TO"),
        ("zoom=1", "zoom=1: FROM..TO"),
        ("zoom=1.5..2", "zoom=1.5..2: FROM..TO"),
        (f"zoom=0..{'9' * 16}", "FROM..TO"),
        (f"q={'x' * 256}", "q: at most 50 values of 255 characters are taken."),
        ("&".join(f"step={n}" for n in range(51)), "step: at most 50 values of 255 characters are taken."),
        ("q=%00", "q: a NUL character or half a surrogate pair cannot be searched for."),
        ("step=\ud800", "step: a NUL character or half a surrogate pair"),
        ("&".join(f"x{n}=1" for n in range(201)), "The query has more than 200 parameters."),
    ],
)
def test_a_refusal_is_a_sentence_and_the_rest_is_understood(text: str, sentence: str) -> None:
    with pytest.raises(BadQuery) as refused:
        TaskQuery.from_query(text)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    query, problem, bad = query_text.understood(f"open=kept&{text}", TaskQuery.from_query)
    assert (query, problem) == (TaskQuery(open=("kept",)), str(refused.value))
    assert bad


@given(
    text=st.text(max_size=80)
    | st.lists(
        st.sampled_from(["tab=", "tasks", "zoom", "=", "&", "1..2", "%", "%00", "\ud800", "é"]), max_size=12
    ).map("".join)
)
def test_any_text_is_understood_as_far_as_it_goes(text: str) -> None:
    for read in (TaskQuery.from_query, RunQuery.from_query):
        query, problem, bad = query_text.understood(text, read)
        assert (problem is None) or problem.endswith(".")
        assert bool(bad) <= (problem is not None)
        assert isinstance(query, TaskQuery | RunQuery)


@given(pairs=st.lists(st.tuples(st.sampled_from(["tab", "status", "q", "zoom", "colour"]), TEXT), max_size=8))
def test_what_is_understood_of_a_query_can_be_asked_for(pairs: list[tuple[str, str]]) -> None:
    text = urlencode(pairs)
    query, problem, bad = query_text.understood(text, TaskQuery.from_query)
    assert TaskQuery.from_query(query.to_query()) == query
    if problem is None:
        assert query == TaskQuery.from_query(text)
    else:
        kept = urlencode([pair for pair in pairs if pair[0] not in bad])
        assert TaskQuery.from_query(kept) == query


def test_parameters_with_one_value_are_those_of_the_query() -> None:
    graph: dict[str, Any] = {"dir": "right", "shade": "queue", "find": "x", "sel": "y", "table": "1"}
    query = TaskQuery(("failed",), ("a",), "q", "task", "tasks", "none", "clock", (1, 2), ("b",), "1", **graph)
    assert set(SINGLE) < set(query.to_query().replace("=", "&").split("&"))
    for name in SINGLE:
        assert not isinstance(getattr(query, name), tuple) or name == "zoom"


# --- the checks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0", "-1", "+1", "1.0", "1e1", " 1", "²", "٣", "301", "9" * 12, "0000000001", "x"])
def test_a_number_out_of_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="a whole number from 1 to 300 is needed"):
        query_text.number("rows", {"rows": [text]}, 50, 300)


@given(number=st.integers(1, 300))
def test_a_number_within_its_bounds_is_taken(number: int) -> None:
    assert query_text.number("rows", {"rows": ["x", str(number)]}, 50, 300) == number
    assert query_text.number("rows", {}, number, 300) == number


@given(values=st.lists(st.text(max_size=3), unique=True), value=st.text(max_size=3))
def test_a_value_is_toggled(values: list[str], value: str) -> None:
    once = query_text.toggled(values, value)
    assert (value in once) != (value in values)
    assert set(query_text.toggled(once, value)) == set(values)
    assert [one for one in once if one != value] == [one for one in values if one != value]
