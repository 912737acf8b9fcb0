"""Labels and indices from what Metaflow writes of a foreach."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_state.foreach import index, label


@pytest.mark.parametrize(
    ("stack", "variables", "text"),
    [
        ("{fruit=apple}", ("fruit",), "apple"),
        ("{outer=grp-3,inner=7}", ("outer", "inner"), "grp-3 · 7"),
        ('{"path=a, b","size=\\"2\\""}', ("path", "size"), 'a, b · "2"'),
        ('["fruit=apple", "size=2"]', ("fruit", "size"), "apple · 2"),
        ("{x=a=b}", ("x",), "a=b"),
        ('["multi=line\\nvalue"]', ("multi",), "line value"),
        ('["x\\u0000=\\ud800 ☃"]', ("x\ufffd",), "\ufffd ☃"),
        ("{no pairs}", (), "{no pairs}"),
        ("{}", (), "{}"),
        ("[broken", (), "[broken"),
        ("", (), ""),
    ],
)
def test_a_stack_becomes_variables_and_one_line(stack: str, variables: tuple[str, ...], text: str) -> None:
    assert label(stack) == (variables, text)


@pytest.mark.parametrize(
    ("path", "found"),
    [("mid:3", 3), ("mid:3,leaf:12", 12), ('"mid:3"', 3), ("mid", None), ("", None), ("mid:x", None)],
)
def test_the_index_is_that_of_the_innermost_foreach(path: str, found: int | None) -> None:
    assert index(path) == found


NAMES = st.text(st.characters(whitelist_categories=["L"]), min_size=1, max_size=8)
VALUES = st.text(max_size=12)


@given(pairs=st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=3))
def test_both_writings_mean_the_same(pairs: list[tuple[str, str]]) -> None:
    elements = [f"{name}={value}" for name, value in pairs]
    literal = ",".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in elements)
    assert label("{" + literal + "}") == label(json.dumps(elements))
    assert label(json.dumps(elements))[0] == tuple(name for name, _ in pairs)


@given(stack=st.text(max_size=60))
def test_any_text_is_a_label_of_one_line(stack: str) -> None:
    assert "\n" not in label(stack)[1]
    assert index(stack) is None or index(stack) >= 0  # type: ignore[operator]
