"""Pathspecs as people paste them and as URLs carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import BadQuery
from dashboard.pathspec import LEVELS, Pathspec

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
HOSTILE = ("a b", "50%", "a/b", "'quoted'", '"', "<script>", "ünï", "a?b#c", " x ", "%2F", ".", "..")


@given(parts=st.lists(NAMES | st.sampled_from(HOSTILE), min_size=1, max_size=4))
def test_any_names_survive_the_url(parts: list[str]) -> None:
    pathspec = Pathspec(*parts)
    assert Pathspec.from_url(pathspec.url) == pathspec
    assert pathspec.url.startswith("/")
    assert pathspec.url.count("/") == len(parts)
    assert pathspec.level == LEVELS[len(parts) - 1]
    assert pathspec.parts == tuple(parts)


@pytest.mark.parametrize(
    "text", ["HelloFlow/12", "/HelloFlow/12/", "'HelloFlow/12'", '"HelloFlow/12"', " HelloFlow/12\n", "HelloFlow / 12"]
)
def test_pasted_texts(text: str) -> None:
    assert Pathspec.parse(text) == Pathspec("HelloFlow", "12")


@given(parts=st.lists(st.from_regex(r"[A-Za-z0-9_.\-]+", fullmatch=True), min_size=1, max_size=4))
def test_what_is_printed_is_parsed(parts: list[str]) -> None:
    pathspec = Pathspec(*parts)
    assert Pathspec.parse(str(pathspec)) == pathspec


def test_the_clients_expression() -> None:
    assert Pathspec("HelloFlow", "12").client == "Run('HelloFlow/12')"
    assert Pathspec("A", "1", "start", "2").client == "Task('A/1/start/2')"
    assert Pathspec("it's").client == 'Flow("it\'s")'


@pytest.mark.parametrize("text", ["", "/", "A//B", "A/1/start/2/3", "A/\x00", "A/\ud800", "x" * 256, "A/ /1"])
def test_what_is_no_pathspec(text: str) -> None:
    with pytest.raises(BadQuery, match=r"\.$"):
        Pathspec.parse(text)


@pytest.mark.parametrize("path", ["", "/A//B", "/A/%00", "/A/" + "%41" * 256, "/A/1/s/2/x"])
def test_what_is_no_url_of_one(path: str) -> None:
    with pytest.raises(BadQuery):
        Pathspec.from_url(path)


def test_a_long_text_is_cut_in_the_sentence() -> None:
    with pytest.raises(BadQuery) as caught:
        Pathspec.parse("x/" * 5_000)
    assert len(str(caught.value)) < 400
