"""Under which names the dashboard answers, and which pages may send to it."""

from __future__ import annotations

import pytest

from dashboard.guard.hosts import bound_to, is_allowed, is_loopback
from dashboard.settings import Settings
from tests.guard.calls import POLL, URL
from tests.guard.conftest import MakeClient


@pytest.mark.parametrize(
    ("host", "allowed", "answer"),
    [
        ("anything", (), True),
        ("localhost:8050", ("localhost",), True),
        ("LOCALHOST", ("localhost",), True),
        ("localhost.", ("localhost",), True),
        ("localhost.evil.example", ("localhost",), False),
        ("[::1]:8050", ("::1",), True),
        ("a.example.org:80", ("*.example.org",), True),
        ("example.org", ("*.example.org",), False),
        ("evilexample.org", ("*.example.org",), False),
        ("", ("localhost",), False),
    ],
)
def test_names_of_hosts(host: str, allowed: tuple[str, ...], answer: bool) -> None:
    assert is_allowed(host, allowed) is answer


def test_on_loopback_only_this_machines_names_are_taken() -> None:
    assert "localhost" in bound_to(Settings()).allowed_hosts
    assert bound_to(Settings(host="0.0.0.0")).allowed_hosts == ()
    assert bound_to(Settings(allowed_hosts=("dash.example",))).allowed_hosts == ("dash.example",)
    assert [is_loopback(host) for host in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "dash.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_foreign_name_is_refused_but_probes_come_by_any(client_of: MakeClient) -> None:
    client = client_of(ALLOWED_HOSTS="dash.example.org, localhost")
    assert client.get("/-/api/runs").status_code == 200
    assert client.get("/-/api/runs", headers={"Host": "dash.example.org:443"}).status_code == 200
    answer = client.get("/", headers={"Host": "rebound.example"})
    assert answer.status_code == 400
    assert "METAFLOW_DASHBOARD_ALLOWED_HOSTS" in answer.text
    assert "rebound" not in answer.text
    assert client.get("/-/health", headers={"Host": "10.0.0.7:8050"}).status_code == 200
    assert client.get("/-/ready", headers={"Host": "10.0.0.7:8050"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),  # a card in its sandbox
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_only_pages_of_ours_send(client_of: MakeClient, headers: dict[str, str], status: int) -> None:
    assert client_of().post(URL, json=POLL, headers=headers).status_code == status


def test_a_proxy_may_reach_us_under_another_name_than_the_viewer(client_of: MakeClient) -> None:
    client = client_of(ALLOWED_HOSTS="dash.example.org, backend")
    asked = {"Host": "backend", "Origin": "https://dash.example.org"}
    assert client.post(URL, json=POLL, headers=asked).status_code == 200
    assert client.post(URL, json=POLL, headers={**asked, "Origin": "https://evil.example"}).status_code == 403
