"""Announcements and quick links: what is taken, what is refused and how, and that nothing in them is HTML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import announcements as drawn
from components.markdown import markdown
from components.static import to_html
from dashboard.errors import BadSetting
from dashboard.notices import FIELDS, QUICK_LINKS, Announcement, QuickLink, announcements, is_link, quick_links
from dashboard.settings import Settings
from tests.stage import HOSTILE, hrefs, lines_of

T0 = 1_764_081_284_000


def one(**fields: Any) -> Announcement:
    (found,) = announcements(json.dumps([{"message": "Hi", "created": T0, **fields}]))
    return found


def test_an_entry_has_the_defaults_of_the_service() -> None:
    found = one()
    assert (found.message, found.created, found.type, found.is_markdown) == ("Hi", T0, "info", False)
    assert (found.url, found.start, found.end) == (None, None, None)
    assert one() == one()
    assert one(message="Ho").key != one().key, "a changed entry is shown again"
    assert one(id="a", message="Ho").key == one(id="a").key
    assert one(id=7).id == "7"


def test_the_newest_comes_first_and_start_stands_in_for_created() -> None:
    entries = [{"message": str(at), "start": T0 + at} for at in (1, 3, 2)]
    assert [found.message for found in announcements(json.dumps(entries))] == ["3", "2", "1"]


def test_both_ends_of_its_time_count() -> None:
    found = one(start=T0, end=T0 + 10)
    assert [found.has_begun(T0 + at) and not found.has_ended(T0 + at) for at in (-1, 0, 10, 11)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_file_will_do(tmp_path: Path) -> None:
    path = tmp_path / "config.notifications.json"
    path.write_text(json.dumps([{"message": "Hi", "created": T0}]))
    assert [found.message for found in Settings.from_env({"NOTIFICATIONS": str(path)}).notifications] == ["Hi"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"created": T0}, "entry 1 has no message"),
        ({"message": "Hi"}, "entry 1: created or start is needed, in epoch milliseconds"),
        ({"message": "Hi", "created": T0 // 1000}, "entry 1: created seems to be in seconds; milliseconds are needed"),
        ({"message": "Hi", "created": "now"}, "entry 1: created has to be a number of epoch milliseconds"),
        ({"message": "Hi", "created": True}, "entry 1: created has to be a number of epoch milliseconds"),
        ({"message": "Hi", "created": T0, "start": T0, "end": T0 - 1}, "entry 1 ends before it starts"),
        ({"message": 5, "created": T0}, "entry 1: message has to be a text"),
        (
            {"message": "Hi", "created": T0, "type": "loud"},
            "entry 1: type has to be one of info, success, warning, danger, default",
        ),
        (
            {"message": "Hi", "created": T0, "contentType": "html"},
            "entry 1: contentType has to be one of text, markdown",
        ),
        (
            {"message": "Hi", "created": T0, "url": "javascript:alert(1)"},
            "entry 1: url has to begin with http:// or https://, or to be relative",
        ),
        (
            {"mesage": "Hi", "created": T0},
            "entry 1 has an unknown field “mesage”; known are " + ", ".join(FIELDS),
        ),
    ],
)
def test_a_bad_entry_is_named(entry: dict[str, Any], sentence: str) -> None:
    text = json.dumps([entry])
    with pytest.raises(BadSetting) as raised:
        Settings.from_env({"NOTIFICATIONS": text})
    assert str(raised.value) == f"NOTIFICATIONS={text[:80].strip()}: {sentence}."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"message": "Hi"}', "a JSON list of objects is needed, or the path of a file with one"),
        ("[1]", "a JSON list of objects is needed, or the path of a file with one"),
        ("[{]", "this is not JSON ("),
        ("/no/such/file.json", "neither a JSON list nor a file that can be read (No such file or directory)"),
        (
            json.dumps([{"id": "a", "message": message, "created": T0} for message in "xy"]),
            "two entries have the same id",
        ),
    ],
)
def test_what_is_no_list_of_entries_is_refused_in_one_line(text: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.from_env({"NOTIFICATIONS": text.replace(" ", "\n")})
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_quick_links() -> None:
    text = '[{"href": "https://g.example/d?x=1", "label": "Grafana"}, {"href": "/argo", "label": "Argo"}]'
    expected = (QuickLink("https://g.example/d?x=1", "Grafana"), QuickLink("/argo", "Argo"))
    assert Settings.from_env({"CUSTOM_QUICKLINKS": text}).quick_links == expected
    assert Settings.from_env({"CUSTOM_QUICKLINKS": "[]"}).quick_links == QUICK_LINKS
    assert Settings.from_env({}).quick_links == QUICK_LINKS


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {"href": "javascript:x", "label": "x"},
            "entry 1: href has to begin with http:// or https://, or to be relative",
        ),
        ({"label": "x"}, "entry 1 has no href"),
        ({"href": "/x"}, "entry 1 has no label"),
        ({"href": "/x", "label": "x", "icon": "y"}, "entry 1 has an unknown field “icon”; known are href, label"),
    ],
)
def test_a_bad_quick_link_is_named(entry: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match="entry") as raised:
        quick_links(json.dumps([entry]))
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "url", ["https://a.b/c:d?e#f", "HTTP://a", "/x", "x/y?z=a:b", "?q=1", "#a", "//host/x", "../x"]
)
def test_links_that_are_offered(url: str) -> None:
    assert is_link(url)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVa\tScript:x", " javascript:x", "data:text/html,x", "\\\\host", "x:y", "a b", ""]
)
def test_links_that_are_not(url: str) -> None:
    assert not is_link(url)


def test_markdown_is_drawn_and_html_stays_text() -> None:
    text = (
        "# Head\n**b** *e* ~~s~~ `c` [docs](https://d.example/x) <https://auto.example>\n\n1. one\n2. two\n\n"
        "> quoted\n\n```\n<b>\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n[bad](javascript:alert(1)) [mail](mailto:a@b.c)"
        " <script>x</script> ![alt](https://i.example/p.png)"
    )
    made = markdown(text)
    html = to_html(made)
    for part in ("<p><strong>Head</strong></p>", "<strong>b</strong>", "<em>e</em>", "<s>s</s>", "<code>c</code>"):
        assert part in html
    for part in ("<ol><li>one</li>", "<blockquote><p>quoted", "<pre><code>&lt;b&gt;\n", "<th>a</th>", "<td>2</td>"):
        assert part in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<img" not in html
    assert hrefs(made) == ["https://d.example/x", "https://auto.example", "https://i.example/p.png"]
    assert 'rel="noopener noreferrer"' in html


@given(text=st.text(max_size=200))
def test_no_markdown_makes_it_fail_or_offers_another_kind_of_link(text: str) -> None:
    assert all(is_link(url) for url in hrefs(markdown(text)))


@pytest.mark.parametrize("kind", ["text", "markdown"])
@pytest.mark.parametrize("message", HOSTILE)
def test_a_hostile_message_is_text(message: str, kind: str) -> None:
    html = to_html(drawn.bar([one(message=message, contentType=kind)], (), T0))
    assert "<script" not in html
    assert "<img" not in html


def test_the_bar_shows_the_first_three_that_are_due() -> None:
    found = [one(id=str(number), message=f"note {number}") for number in range(5)]
    found += [one(id="over", end=T0 - 1, start=T0 - 2), one(id="later", start=T0 + 1, created=1 * T0)]
    bar: Any = drawn.bar(found, {found[1].key}, T0)
    shown = [entry for entry in bar.children if not entry.hidden]
    assert [lines_of(entry) for entry in shown] == [f"Information: note {number}" for number in (0, 2, 3)]
    assert len(bar.children) == 6, "what is over is left out, what comes stands ready"
    nothing: Any = drawn.bar([], (), T0)
    assert nothing.hidden
