"""No request makes a fault, whatever is in its path and query."""

from __future__ import annotations

import logging
import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.guard.conftest import MakeClient

# Written as they stand in a URL.
PIECES = """
%00 %ED%A0%80 .. %2e%2e %2F ' " %3Cscript%3E -1 0 99999999999999999999999 1e400 %D9%A3 %0a %F0%9F%92%A9 * ( [ %25
null HelloFlow 12 start 345 x:y = + stdout 1 both json csv any failed 2026-01-01..2026-02-30 $.a
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
"""
WORDS = """
flow user tag tag.any tag.not tag.contains flow.not project branch field status started q sort limit after format quiet
attempt from lines search regex case path offset log token download show plain step known to
"""
piece = st.sampled_from(PIECES.split())
text = st.lists(piece, max_size=3).map("".join)


def test_every_route_answers_with_a_sentence(client_of: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    client: FlaskClient = client_of(RATE_LIMIT="0")
    every = client.application.url_map.iter_rules()
    rules = sorted(rule.rule for rule in every if "GET" in (rule.methods or ()))
    assert len(rules) > 25

    @examples(max_examples=200)
    @given(
        st.sampled_from(rules),
        st.lists(piece, min_size=6, max_size=6),
        st.lists(st.tuples(st.sampled_from(WORDS.split()), text), max_size=4),
    )
    def tried(rule: str, pieces: list[str], query: list[tuple[str, str]]) -> None:
        filled = iter(pieces)
        path = re.sub("<[^>]+>", lambda _: next(filled), rule)
        answer = client.get(f"{path}?{'&'.join(f'{word}={value}' for word, value in query)}")
        assert answer.status_code in (200, 204, 302, 308, 400, 404), path
        assert b"Traceback" not in answer.get_data()

    tried()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
