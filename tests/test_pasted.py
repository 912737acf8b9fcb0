"""What people paste, in all its forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import BadQuery
from dashboard.pasted import Pasted, begun, read

FLOW = Pasted("HelloFlow")
RUN = Pasted("HelloFlow", "12")
STEP = Pasted("HelloFlow", "12", "start")
TASK = Pasted("HelloFlow", "12", "start", "345")
OF_STEP = Pasted("HelloFlow", "12", query="step=start&tab=tasks")

FORMS: dict[str, Pasted] = {
    "HelloFlow": FLOW,
    "HelloFlow/12": RUN,
    "HelloFlow/12/start": STEP,
    "HelloFlow/12/start/345": TASK,
    "/HelloFlow/12/start/345/": TASK,
    " HelloFlow / 12 \n": RUN,
    "'HelloFlow/12'": RUN,
    '"HelloFlow/12/start/345"': TASK,
    "“HelloFlow/12”": RUN,
    "`HelloFlow/12/start`": STEP,
    "HelloFlow/12/start/345/model": TASK,
    "pathspec: HelloFlow/12": RUN,
    "Flow('HelloFlow')": FLOW,
    "Run('HelloFlow/12')": RUN,
    'run = Run("HelloFlow/12", _namespace_check=False)': RUN,
    "Step('HelloFlow/12/start')": STEP,
    "Task('HelloFlow/12/start/345')": TASK,
    "Task('HelloFlow/12/start/345', attempt=1)": Pasted("HelloFlow", "12", "start", "345", query="attempt=1"),
    "DataArtifact('HelloFlow/12/start/345/model')": TASK,
    "Flow('HelloFlow')['12']['start']['345'].data.model": TASK,
    "Run('HelloFlow/12')['start'].task": STEP,
    "12": Pasted(id="12"),
    "run 12": Pasted(id="12"),
    "#12": Pasted(id="12"),
    "argo-hello-x7k2p": Pasted(id="argo-hello-x7k2p"),
    "12/start": Pasted(None, "12", "start"),
    "12/start/345": Pasted(None, "12", "start", "345"),
    "argo-hello-x7k2p/start/t-1f": Pasted(None, "argo-hello-x7k2p", "start", "t-1f"),
    "2026-11-24 14:09:12.123 [12/start/345 (pid 99)] Task is starting.": Pasted(None, "12", "start", "345"),
    "2026-11-24 14:09:12.123 Workflow starting (run-id 12):": Pasted(id="12"),
    "Metaflow 2.19.39 executing HelloFlow for user:ana": FLOW,
    "Metaflow 2.19.39 executing HelloFlow for user:ana (run-id 12)": RUN,
    "python hello.py logs 12/start/345": Pasted(None, "12", "start", "345"),
    "python hello.py logs show --attempt 1 12/start/345": Pasted(None, "12", "start", "345", query="attempt=1"),
    "python hello.py resume --origin-run-id 12": Pasted(id="12"),
    "http://dash.example/metaflow/HelloFlow/12": RUN,
    "https://dash.example/HelloFlow/12?tab=dag&sel=start": Pasted("HelloFlow", "12", query="tab=dag&sel=start"),
    "see http://dash.example/metaflow/HelloFlow/12/start/345?attempt=1#part-logs.": Pasted(
        "HelloFlow", "12", "start", "345", query="attempt=1", fragment="part-logs"
    ),
    "https://ui.example/HelloFlow/12/view/timeline": RUN,
    "https://ui.example/team/HelloFlow/12/view/dag": Pasted("HelloFlow", "12", query="tab=dag"),
    "https://ui.example/HelloFlow/12/start": OF_STEP,
    "https://ui.example/HelloFlow/12/start/345?attempt=0&section=stderr": Pasted(
        "HelloFlow", "12", "start", "345", query="attempt=0&log=stderr", fragment="part-logs"
    ),
    "https://ui.example/?flow_id=HelloFlow&status=completed,failed,running": Pasted(query="flow=HelloFlow"),
    "https://ui.example/HelloFlow": FLOW,
    "http://dash.example/-/api/HelloFlow/12/start/345/logs/stderr": TASK,
    "2026-11-24 14:09:12 See your run in the UI at https://ui.example/HelloFlow/12": RUN,
}


@pytest.mark.parametrize(("text", "expected"), FORMS.items())
def test_forms(text: str, expected: Pasted) -> None:
    assert read(text, "/metaflow/") == expected


def test_there_are_more_than_twenty() -> None:
    assert len(FORMS) > 20


def test_where_they_lead() -> None:
    assert [str(read(text, "/metaflow/").place) for text in ("HelloFlow/12", "HelloFlow/12/start", "12")] == [
        "/HelloFlow/12",
        "/HelloFlow/12?step=start&tab=tasks",
        "None",
    ]
    assert str(read("Task('HelloFlow/12/start/345', attempt=1)").place) == "/HelloFlow/12/start/345?attempt=1"


@pytest.mark.parametrize(
    "text", ["", " \n", "''", "a b c", "A/1/start/2/x/y", "A//1", "A/\x00", "x" * 256, "http://h/", "A/1/\ud800"]
)
def test_what_is_none_of_them_is_a_sentence(text: str) -> None:
    with pytest.raises(BadQuery, match=r"\.$") as caught:
        read(text)
    assert len(str(caught.value)) < 400


@given(text=st.text(max_size=80) | st.text("HelloFw12/'\"()[]#?=&:. \nhttps-run", max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    try:
        found = read(text)
    except BadQuery as error:
        assert str(error)
    else:
        assert found.place is None or str(found.place).startswith("/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hel", ("Hel",)),
        ("HelloFlow/", ("HelloFlow", "")),
        ("HelloFlow/1", ("HelloFlow", "1")),
        ("/HelloFlow/12/st", ("HelloFlow", "12", "st")),
        ("HelloFlow/12/start/3", ("HelloFlow", "12", "start", "3")),
        ("'HelloFlow/1", ("HelloFlow", "1")),
        ("Run('HelloFlow/1", ("HelloFlow", "1")),
        ('Task("HelloFlow/12/start/345")', ("HelloFlow", "12", "start", "345")),
        ("run 12", ("12",)),
        ("12/st", (None, "12", "st")),
        ("12/start/3", (None, "12", "start", "3")),
        ("argo-hello-x7k2p/st", (None, "argo-hello-x7k2p", "st")),
        ("", ()),
        ("two words", ()),
        ("HelloFlow//1", ()),
        ("HelloFlow/12/start/345/model", ()),
        ("https://ui.example/HelloFlow", ()),
        ("A/\x00", ()),
        ("x" * 256, ()),
    ],
)
def test_what_is_begun(text: str, expected: tuple[str | None, ...]) -> None:
    assert begun(text) == expected


@given(text=st.text(max_size=80) | st.text("HelloFw12/'\"()[]#?=&:. \nhttps-run", max_size=60))
def test_what_is_begun_has_four_parts_at_most(text: str) -> None:
    parts = begun(text)
    assert len(parts) <= 4
    assert all(parts[1:-1])
