"""Templates of links and commands: what is filled in, what hides a link, what is refused at the start."""

from __future__ import annotations

import shlex
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.plugin_host.templates import command, command_template, leads_somewhere, link, url_template

VALUES = {
    "flow": "HelloFlow",
    "run": "argo-1",
    "started_ms": "1000000",
    "metadata.kubernetes-pod-name": "t-1 a/b",
    "metadata.aws-batch-awslogs-group": "/aws/batch/job",
    "git.host": "git.example.com",
    "git.path": "growth/flows",
    "git.commit": "f4c8eb3",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://e.org/{flow}/{run}", "https://e.org/HelloFlow/argo-1"),
        ("https://e.org/p?q={metadata.kubernetes-pod-name}", "https://e.org/p?q=t-1%20a%2Fb"),
        ("https://e.org/{git.path|path}", "https://e.org/growth/flows"),
        (
            "https://{git.host}/{git.path|path}/commit/{git.commit}",
            "https://git.example.com/growth/flows/commit/f4c8eb3",
        ),
        ("https://e.org/?from={started_ms|add=-60000}", "https://e.org/?from=940000"),
        ("https://e.org/?to={finished_ms|or=now}", "https://e.org/?to=now"),
        ("https://e.org/?to={finished_ms}", None),
        ("https://c.org/#g/{metadata.aws-batch-awslogs-group|console}", "https://c.org/#g/$252Faws$252Fbatch$252Fjob"),
        ("https://{metadata.nothing}/x", None),
        ("/-/flows?flow={flow}", "/-/flows?flow=HelloFlow"),
    ],
)
def test_a_link_is_filled_in_or_hidden(template: str, expected: str | None) -> None:
    assert link(url_template(template), VALUES) == expected


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("javascript:alert(1)", "is no link"),
        ("//elsewhere.org/{flow}", "is no link"),
        ("/\\elsewhere.org", "is no link"),
        ("{metadata.url}", "is no link"),
        ("https://", "is no link"),
        ("https://e.org/{flwo}", "“flwo” is no field; known are flow, run"),
        ("https://e.org/{flow", "a brace without its other"),
        ("https://e.org/{flow|upper}", "“upper” is none of path"),
        ("https://e.org/{flow|add=1}", "only whole numbers can be added, and only to fields that end in _ms"),
        ("https://e.org/{started_ms|add=x}", "only whole numbers"),
        ("https://e.org/{metadata.}", "is no field"),
    ],
)
def test_what_is_no_template_is_refused_with_a_reason(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")):
        url_template(template)


TRICKS = ["javascript:alert(1)", "../../x", "a\nb", "\u202etxt", "https://evil.org", "@evil.org", "evil.org#", "%2e%2e"]
HOSTILE = st.text() | st.sampled_from([*TRICKS, "-rf", "$(id)", "a' b"])


@given(HOSTILE)
def test_no_value_leaves_its_place_in_a_url(value: str) -> None:
    template = url_template("https://e.org/a/{metadata.x|path}/b?q={metadata.x}&r=1")
    found = link(template, {"metadata.x": value})
    if found is None:
        return
    parts = urlsplit(found)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "e.org", "")
    assert parts.path.startswith("/a/")
    assert parts.path.endswith("/b")
    assert ".." not in unquote(parts.path).split("/")
    assert parse_qs(parts.query, keep_blank_values=True) == {"q": [value], "r": ["1"]}


@given(HOSTILE)
def test_no_value_leaves_its_place_in_a_command(value: str) -> None:
    found = command(command_template("kubectl logs {metadata.x} --tail 5"), {"metadata.x": value})
    if found is not None:
        assert shlex.split(found) == ["kubectl", "logs", value, "--tail", "5"]
        assert not value.startswith("-")
        assert "\n" not in found


@given(HOSTILE)
def test_a_host_from_a_value_is_a_host_or_nothing(value: str) -> None:
    found = link(url_template("https://{git.host}/x"), {"git.host": value})
    assert found is None or (urlsplit(found).path == "/x" and not urlsplit(found).username)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//e.org", "/\\e.org", "https://", "", "x", "ftp://e.org"]
)
def test_urls_of_panels_lead_to_the_web_or_nowhere(url: str) -> None:
    assert not leads_somewhere(url)
