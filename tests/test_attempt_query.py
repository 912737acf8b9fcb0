"""What the page of a task shows as a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import query_text
from dashboard.attempt_query import SINGLE, STREAMS, AttemptQuery
from dashboard.errors import BadQuery
from dashboard.task_query import SORTS, STATUSES

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=255)
ONE, OFF = st.sampled_from((None, "1")), st.sampled_from((None, "off"))
QUERIES = st.builds(
    AttemptQuery,
    attempt=st.none() | st.integers(0, 999),
    log=st.sampled_from((None, *STREAMS)),
    line=st.sampled_from((None, "1", "1283-1304")),
    search=TEXT,
    **dict.fromkeys(("regex", "case", "full"), ONE),
    **dict.fromkeys(("wrap", "times", "fold", "changed"), OFF),
    artifact=st.none() | TEXT,
    card=st.none() | TEXT,
    versus=st.sampled_from((None, "parent")),
    status=st.lists(st.sampled_from(STATUSES), unique=True).map(tuple),
    q=TEXT.map(str.strip),
    sort=st.sampled_from((None, *SORTS)),
)


@given(query=QUERIES)
def test_a_query_survives_its_url(query: AttemptQuery) -> None:
    text = query.to_query()
    assert AttemptQuery.from_query(text) == query
    assert AttemptQuery.from_query(text).to_query() == text
    assert query_text.understood(text, AttemptQuery.from_query) == (query, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "attempt=-1",
        "attempt=1000",
        "attempt=٣",
        "log=all",
        "line=0",
        "line=9-3",
        "wrap=1",
        "versus=child",
        "changed=1",
        "x=1",
    ],
)
def test_what_cannot_be_understood_is_said(text: str) -> None:
    name = text.partition("=")[0]
    with pytest.raises(BadQuery, match=name):
        AttemptQuery.from_query(text)
    query, problem, bad = query_text.understood(f"{text}&artifact=model", AttemptQuery.from_query)
    assert (query, bad) == (AttemptQuery(artifact="model"), (name,))
    assert problem


def test_another_attempt_has_other_lines_and_values() -> None:
    query = AttemptQuery(attempt=1, line="5", artifact="x", search="NaN", wrap="off")
    assert query.other_attempt(0) == AttemptQuery(attempt=0, search="NaN", wrap="off")
    assert set(SINGLE) > {"attempt", "versus", "changed"}
