"""The URL is the state: what is written into it comes back, and what it cannot mean is refused in a sentence."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import BadQuery
from dashboard.filters import (
    COLUMNS,
    GROUPS,
    PRESETS,
    SORTS,
    STATUSES,
    RunFilter,
    RunQuery,
    Span,
)
from dashboard.query_text import MAX_LENGTH, MAX_VALUES, toggled

T0 = 1_764_081_284_000  # 2025-11-25 14:34:44 UTC
YEAR_1, YEAR_10000 = -62_135_596_800_000, 253_402_300_800_000
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
INSTANTS = st.integers(YEAR_1, YEAR_10000 - 1)


def several(words: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words, max_size=4, unique=True).map(tuple)


SPANS = (
    st.sampled_from(sorted(PRESETS)).map(lambda preset: Span(preset=preset))
    | INSTANTS.map(lambda since: Span(since=since))
    | INSTANTS.map(lambda until: Span(until=until))
    | st.tuples(INSTANTS, INSTANTS).map(sorted).map(lambda both: Span(since=both[0], until=both[1]))
)
TEXTS = {name: several(WORDS) for name in RunFilter.__slots__ if name not in ("status", "q", "started")}
QUERIES = st.builds(
    RunQuery,
    filter=st.builds(
        RunFilter,
        **TEXTS,
        status=several(st.sampled_from(STATUSES)),
        q=WORDS.map(str.strip) | st.just(""),
        started=st.none() | SPANS,
    ),
    sort=st.sampled_from(SORTS),
    group=st.none() | st.sampled_from(GROUPS),
    rows=st.integers(1, 300),
    after=st.none() | WORDS,
    open=several(WORDS),
    select=several(WORDS),
    hide=several(st.sampled_from(COLUMNS)),
)


@given(query=QUERIES, default=st.none() | SPANS)
def test_a_query_survives_its_url(query: RunQuery, default: Span | None) -> None:
    text = query.to_query(default)
    assert RunQuery.from_query(text, default) == query
    assert RunQuery.from_query(f"?{text}", default) == query


@given(text=st.text(max_size=60))
def test_any_text_is_a_query_or_refused_in_a_sentence(text: str) -> None:
    try:
        query = RunQuery.from_query(text)
    except BadQuery as error:
        assert str(error).endswith(".")
        assert len(str(error)) < 700
    else:
        assert RunQuery.from_query(query.to_query()) == query


@given(since=st.none() | INSTANTS, until=st.none() | INSTANTS)
def test_a_span_survives_its_text(since: int | None, until: int | None) -> None:
    if (since is None and until is None) or (since is not None and until is not None and since > until):
        return
    span = Span(since=since, until=until)
    assert Span.parse(str(span)) == span
    assert span.bounds(T0) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2025-11-25T14:34:44Z..", T0, None),
        ("2025-11-25T14:34:44..", T0, None),
        ("2025-11-25T15:34:44+01:00..", T0, None),
        ("..2025-11-25T14:34:44.250Z", None, T0 + 250),
        ("2025-11-25..2025-11-26", 1_764_028_800_000, 1_764_115_200_000),
        ("2025-11-25..2025-11-25", 1_764_028_800_000, 1_764_028_800_000),
    ],
)
def test_times_of_a_span(text: str, since: int | None, until: int | None) -> None:
    assert Span.parse(text) == Span(since=since, until=until)
    assert RunQuery.from_query(f"started={quote(text)}").filter.started == Span(since=since, until=until)


def test_presets_count_back_from_now() -> None:
    assert {name: Span.parse(name) for name in PRESETS} == {name: Span(preset=name) for name in PRESETS}
    assert Span(preset="6h").bounds(T0) == (T0 - 6 * 3_600_000, None)
    assert Span.parse("any") is None


@pytest.mark.parametrize(
    "text",
    [
        *("..", "7", "8d", "7d..", "yesterday", "2025-13-01..", "2025-11-26..2025-11-25", "1764081284000..", "..now"),
        *("0001-01-01T00:00+23:59..", "..9999-12-31T23:59-23:59", "2025-11-25T14:34:44Z", "2025-11-25T25:00.."),
    ],
)
def test_spans_that_mean_nothing(text: str) -> None:
    with pytest.raises(BadQuery, match=r"^started.*\.$"):
        RunQuery.from_query(f"started={quote(text)}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "“colour” is not a known parameter; known are after, branch, branch.not"),
        ("status=Failed", "status=Failed: one of running, failed"),
        ("status=failed&status=", None),
        ("sort=age", "sort=age: one of -started"),
        ("group=step", "group=step: one of flow, user, project, none"),
        ("hide=status", "hide=status: one of project"),
        ("rows=0", "rows=0: a whole number from 1 to 300"),
        ("rows=301", "rows=301"),
        ("rows=1e2", "rows=1e2"),
        ("rows=²", "rows=²"),
        ("rows=" + "9" * 200, "rows=9"),
        ("flow=%00", "flow: a NUL character"),
        ("flow=\ud800", "half a surrogate pair"),
        ("flow=" + "x" * (MAX_LENGTH + 1), f"at most {MAX_VALUES} values of {MAX_LENGTH} characters"),
        ("&".join(f"tag={n}" for n in range(MAX_VALUES + 1)), "tag: at most 50 values"),
        ("&".join(f"tag={n}" for n in range(201)), "more than 200 parameters"),
    ],
)
def test_what_is_refused_is_named(query: str, sentence: str | None) -> None:
    if sentence is None:
        assert RunQuery.from_query(query).filter.status == ("failed",)
        return
    with pytest.raises(BadQuery) as caught:
        RunQuery.from_query(query)
    assert sentence in str(caught.value)


def test_empty_and_repeated_values() -> None:
    """Forms send empty fields; links may name a value twice."""
    query = RunQuery.from_query("q=&user=&flow=A&flow=A&flow=B&after=&rows=&started=&sort=")
    assert query == RunQuery(filter=RunFilter(flow=("A", "B")))
    assert RunQuery.from_values({"flow": [""], "limit": []}) == RunQuery()
    assert RunQuery.from_query("sort=user&sort=-user&q=a&q=%20b%20").sort == "-user"
    assert RunQuery.from_query("q=a&q=%20b%20").filter.q == "b"


def test_the_default_time_range_is_left_out_and_any_is_said() -> None:
    week = Span(preset="7d")
    assert RunQuery.from_query("", week).filter.started == week
    assert RunQuery.from_query("", week).to_query(week) == ""
    assert RunQuery().to_query(week) == "started=any"
    assert RunQuery.from_query("started=any", week) == RunQuery()
    assert RunQuery().to_query() == ""


def test_other_conditions_start_at_the_first_rows_and_keep_the_look() -> None:
    query = RunQuery.from_query("flow=A&rows=100&after=1-2&sort=duration&hide=tags&select=A/1")
    other = query.where(user=("ana",))
    assert (other.filter.flow, other.filter.user, other.rows, other.after) == (("A",), ("ana",), 50, None)
    assert (other.sort, other.hide, other.select) == ("duration", ("tags",), ("A/1",))
    assert query.show(group="flow").filter == query.filter
    assert query.show(group="flow").after == "1-2"


def test_group_none_is_no_group() -> None:
    assert RunQuery.from_query("group=none").group is None
    assert RunQuery.from_query("group=flow").group == "flow"


def test_is_empty_looks_away_from_the_time_range() -> None:
    assert RunFilter(started=Span(preset="1h")).is_empty
    assert not RunFilter(q="x").is_empty
    assert not RunFilter(tag_not=("x",)).is_empty


def test_toggled() -> None:
    assert toggled(("a", "b"), "a") == ("b",)
    assert toggled(("a",), "b") == ("a", "b")
    assert toggled((), "b") == ("b",)
