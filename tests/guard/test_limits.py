"""How much one viewer may ask for, and in which form."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.guard import rates
from dashboard.guard.bodies import MOST
from dashboard.guard.rates import Rates, viewer_of
from tests.guard.calls import POLL, URL
from tests.guard.conftest import MakeClient


def test_a_bucket_runs_empty_and_fills_again() -> None:
    now = 0.0
    limited = Rates(2, 4, lambda: now)
    assert [limited.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    assert limited.take("b") == 0
    now = 0.5
    assert limited.take("a") == 0
    assert limited.take("a") > 0
    now = 1000.0
    assert [limited.take("a") for _ in range(5)][-1] > 0, "it holds no more than at once"


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from("ab")), max_size=200))
def test_nobody_gets_more_than_his_share(asked: list[tuple[float, str]]) -> None:
    now = 0.0
    limited = Rates(3, 10, lambda: now)
    passed = {"a": 0, "b": 0}
    for wait, who in asked:
        now += wait
        passed[who] += limited.take(who) == 0
    assert all(number <= 10 + 3 * now + 1e-6 for number in passed.values())


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST", 100)
    limited = Rates(1, 1)
    for number in range(1000):
        limited.take(str(number))
    assert limited.remembered == 100


def test_viewers_are_told_apart_by_name_else_by_address() -> None:
    assert viewer_of("ana", "10.0.0.1") == viewer_of("ana", "10.0.0.2") != viewer_of(None, "10.0.0.1")
    assert viewer_of(None, "2001:db8::1") == viewer_of(None, "2001:db8::ffff") != viewer_of(None, "2001:db8:1::1")
    assert viewer_of(None, None) == ""


def test_too_many_requests_are_told_when_to_come_back(client_of: MakeClient, stopped_clock: None) -> None:
    client = client_of(RATE_LIMIT="1")
    answers = [client.get("/-/go?to=x") for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [302] * 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert client.get("/assets/js/time.js").status_code == 200
    assert client.get("/-/health").status_code == 200
    other = {"REMOTE_ADDR": "10.9.9.9"}
    assert client.get("/-/go?to=x", environ_base=other).status_code == 302
    assert 'metaflow_dashboard_refused_total{reason="rate"}' in client.get("/-/metrics", environ_base=other).text


def test_no_limit(client_of: MakeClient) -> None:
    client = client_of(RATE_LIMIT="0")
    assert {client.get("/-/go?to=x").status_code for _ in range(50)} == {302}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no json", 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"output": 1}', 400),
        (b'{"output": "no.such"}', 400),
        (b"x" * (MOST + 1), 413),
    ],
)
def test_what_is_no_call_is_refused_without_a_fault(
    client_of: MakeClient, body: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client_of().post(URL, data=body, content_type="application/json")
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "property", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_no_body_makes_a_fault(client_of: MakeClient) -> None:
    client = client_of(RATE_LIMIT="0")

    @given(st.dictionaries(st.sampled_from([*POLL]), values, max_size=3))
    def tried(changes: dict[str, Any]) -> None:
        assert client.post(URL, json={**POLL, **changes}).status_code in (200, 204, 400)

    tried()
