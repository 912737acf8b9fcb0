"""What browsers are told with every answer."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.guard.calls import POLL, URL
from tests.guard.conftest import MakeClient


def policy(text: str) -> dict[str, list[str]]:
    """Directive → sources."""
    return {words[0]: words[1:] for words in (part.split() for part in text.split(";"))}


@pytest.mark.parametrize("path", ["/", "/HelloFlow/12", "/-/nothing"])
def test_pages_run_no_script_but_their_own(client_of: MakeClient, path: str) -> None:
    answer = client_of().get(path)
    told = policy(answer.headers["Content-Security-Policy"])
    assert told["default-src"] == ["'none'"]
    assert told["frame-ancestors"] == told["base-uri"] == ["'none'"]
    assert told["connect-src"] == told["form-action"] == told["frame-src"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(told["script-src"])
    inline = [
        script
        for start, script in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
        if "src=" not in start and "json" not in start
    ]
    assert len(inline) >= 2
    for script in inline:
        hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{hashed}'" in told["script-src"]
    assert not re.search(r"<[^>]+ on[a-z]+=", answer.text)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_every_answer_is_told_what_it_is(client_of: MakeClient) -> None:
    client = client_of()
    answers = [
        client.get("/"),
        client.get("/-/api/runs"),
        client.get("/-/api/runs?format=csv&started=any"),
        client.get("/-/api/no/such/route"),
        client.get("/-/health"),
        client.get("/-/metrics"),
        client.get("/assets/js/time.js"),
        client.get("/HelloFlow"),
        client.post(URL, json=POLL),
        client.post(URL, data="no JSON"),
        client.delete("/-/api/runs"),
    ]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-ID"]
        assert "Server" not in answer.headers
    assert answers[-1].status_code == 405


def test_other_sites_may_read_nothing(client_of: MakeClient) -> None:
    client = client_of()
    foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (client.get("/-/api/runs", headers=foreign), client.options(URL, headers=foreign)):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_portal_may_show_the_dashboard_when_it_is_told_so(client_of: MakeClient) -> None:
    answer = client_of(EMBED_IN="https://portal.example.org, https://*.example.com").get("/")
    told = policy(answer.headers["Content-Security-Policy"])
    assert told["frame-ancestors"] == ["https://portal.example.org", "https://*.example.com"]
    assert "X-Frame-Options" not in answer.headers
