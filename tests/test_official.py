"""Links of the official GUI lead to the same objects and filters here."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.attempt_query import AttemptQuery
from dashboard.filters import RunQuery
from dashboard.official import ours
from dashboard.pathspec import Pathspec
from dashboard.task_query import TaskQuery

RUN = ["HelloFlow", "12"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("flow_id=A,B", "flow=A&flow=B"),
        ("flow_id=A&status=completed,failed,running", "flow=A"),
        ("status=completed,failed", "status=completed&status=failed"),
        ("_tags=project:x,nightly&user=ana,bo", "tag=project%3Ax&tag=nightly&user=ana&user=bo"),
        ("_group=flow_id&_limit=30&_group_limit=6&_order=-ts_epoch", "group=flow"),
        ("_group=user&_page=2&debug=1", "group=user"),
        ("_order=%2Bduration&_limit=30", "sort=duration"),
        ("_order=-flow_id", "sort=-flow"),
        ("timerange_start=1764081284000", "started=2025-11-25T14%3A34%3A44Z.."),
        ("timerange_start=1764081284000&timerange_end=1764081284123", None),
        ("timerange_end=&flow_id=A", "flow=A"),
        ("_limit=30", ""),
        ("user=ana,bo", "user=ana&user=bo"),
        ("user=ana%2Cbo", "user=ana&user=bo"),
    ],
)
def test_filters_of_the_list_of_runs(query: str, expected: str | None) -> None:
    place = ours([], query)
    assert place is not None
    assert place.path == "/"
    if expected is not None:
        assert place.query == expected
    RunQuery.from_query(place.query)
    assert ours([], place.query) is None, "what has been rewritten is not rewritten again"


def test_the_time_range_survives() -> None:
    place = ours([], "timerange_start=1764081284000&timerange_end=1764081284123")
    assert place is not None
    span = RunQuery.from_query(place.query).filter.started
    assert span is not None
    assert span.bounds(0) == (1_764_081_284_000, 1_764_081_284_123)


def test_without_a_time_range_theirs_shows_all_times() -> None:
    found = [ours([], query, default_started=True) for query in ("flow_id=A", "flow_id=A&timerange_start=0")]
    assert [parse_qs(place.query)["started"] for place in found if place] == [["any"], ["1970-01-01T00:00:00Z.."]]


@pytest.mark.parametrize(
    "query", ["", "user=ana", "user=Doe%2C+Ana", "status=failed&flow=A", "flow=A%2CB", "q=x&sort=flow", "utm=1"]
)
def test_our_own_links_stay(query: str) -> None:
    assert ours([], query) is None


@pytest.mark.parametrize("text", ["yesterday", "-5", "99999999999999999", "1e9", "٣"])
def test_a_time_that_is_none_is_left_for_the_page_to_refuse(text: str) -> None:
    place = ours([], f"timerange_start={text}")
    assert place is not None
    assert text[:3] in parse_qs(place.query)["started"][0]


@pytest.mark.parametrize(
    ("parts", "query", "expected"),
    [
        ([*RUN, "view", "timeline"], "", "/HelloFlow/12"),
        ([*RUN, "view", "dag"], "", "/HelloFlow/12?tab=dag"),
        ([*RUN, "view", "task"], "", "/HelloFlow/12?tab=tasks"),
        ([*RUN, "view", "timeline"], "steps=start,end&group=true", "/HelloFlow/12?step=start&step=end"),
        (RUN, "group=false&order=duration&direction=desc", "/HelloFlow/12?group=none&sort=-duration"),
        (RUN, "order=startTime&direction=asc&status=failed", "/HelloFlow/12?status=failed&sort=started"),
        (RUN, "steps=start&q=alpha:5", "/HelloFlow/12?step=start&q=alpha%3D5"),
        (RUN, "steps=start&q=artifact:model", "/HelloFlow/12?step=start&q=artifact%3Amodel"),
        ([*RUN, "start"], "", "/HelloFlow/12?step=start&tab=tasks"),
        ([*RUN, "start"], "order=endTime&direction=desc", "/HelloFlow/12?step=start&sort=-finished&tab=tasks"),
        ([*RUN, "start", "7"], "attempt=1&section=stdout", "/HelloFlow/12/start/7?attempt=1&log=stdout#part-logs"),
        ([*RUN, "start", "7"], "section=artifacts", "/HelloFlow/12/start/7#part-artifacts"),
        ([*RUN, "start", "7"], f"section={'a1' * 20}", f"/HelloFlow/12/start/7?card={'a1' * 20}#part-cards"),
        ([*RUN, "start", "7"], "section=taskinfo&group=true&steps=a", "/HelloFlow/12/start/7"),
        (["notifications"], "", "/-/notifications"),
        (["argo x", "a/b", "s p"], "", "/argo%20x/a%2Fb?step=s+p&tab=tasks"),
    ],
)
def test_runs_steps_and_tasks(parts: list[str], query: str, expected: str) -> None:
    place = ours(parts, query)
    assert str(place) == expected
    assert place is not None
    reader = AttemptQuery if len(Pathspec.from_url(place.path).parts) == 4 else TaskQuery
    reader.from_query(place.query)
    assert ours(list(Pathspec.from_url(place.path).parts), place.query) is None


@pytest.mark.parametrize(
    ("parts", "query"),
    [
        (RUN, ""),
        (RUN, "tab=dag&step=start&group=none&q=a:b"),
        ([*RUN, "start", "7"], "attempt=1&log=stderr"),
        ([*RUN, "view", "cards"], ""),
        ([*RUN, "start", "7", "x"], "steps=a"),
        (["-", "api", "runs"], ""),
        (["A\x00", "1", "start"], ""),
        (["A", "", "start"], ""),
        (["A"], "flow_id=B"),
        (RUN, "&".join(["steps=a"] * 201)),
    ],
)
def test_what_is_ours_or_nobodys_stays(parts: list[str], query: str) -> None:
    assert ours(parts, query) is None


@given(parts=st.lists(st.text(max_size=6), max_size=6), query=st.text(max_size=60))
def test_nothing_makes_it_fail(parts: list[str], query: str) -> None:
    place = ours(parts, query)
    assert place is None or place.path.startswith("/")
