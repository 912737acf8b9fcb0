"""The guard round plugins: what may be returned, and what viewers see of one that fails, hangs or returns too much."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import plotly.graph_objects as go
import pytest
from dash import dcc, html

from dashboard.plugin_host.rendering import Guard, Problem, Refused, checked, component_of
from tests.stage import lines_of

PATIENCE = 30.0  # seconds


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What a hanging plugin waits for."""
    event = threading.Event()
    yield event
    event.set()


def test_texts_figures_and_lists_become_components() -> None:
    assert component_of(None) is None
    assert component_of("") is None
    assert component_of([None, []]) is None
    text = component_of("<b>x</b>")
    assert isinstance(text, html.Span)
    assert text.children == "<b>x</b>"
    graph = component_of(go.Figure(layout={"height": 120}))
    assert isinstance(graph, dcc.Graph)
    assert graph.to_plotly_json()["props"]["style"] == {"height": "120px"}
    assert lines_of(component_of(["one", html.P("two"), 3])) == "one two 3"


def test_other_objects_are_refused_by_name() -> None:
    with pytest.raises(Refused, match="It returned set"):
        component_of({1})


def test_what_is_too_large_or_has_others_ids_is_refused() -> None:
    with pytest.raises(Refused, match=r"takes 1,0\d\d bytes; 500 are let through"):
        checked("age", html.P("x" * 1000), largest=500)
    for drawn in (html.P(id="run-header"), html.Div([html.P(html.B(id={"type": "runs-preview", "run": 1}))])):
        with pytest.raises(Refused, match="have to begin with “age-”"):
            checked("age", drawn)
    assert checked("age", html.Div(html.P(id={"type": "age-row", "n": 1}), id="age-box")) is not None


def boom() -> object:
    raise KeyError("no such field")


def leave() -> object:
    raise SystemExit(3)


@pytest.mark.parametrize(("render", "word"), [(boom, "KeyError"), (leave, "SystemExit")])
def test_a_failure_is_a_card_and_an_entry_in_the_log(
    render: Callable[[], object], word: str, caplog: pytest.LogCaptureFixture
) -> None:
    guard = Guard(PATIENCE)
    first, second = (guard.drawn("age", "run-header", render) for _ in range(2))
    assert lines_of(first).startswith("The plugin age could not draw this part. The log has the reason under number ")
    assert lines_of(first) == lines_of(second)
    (entry,) = [one for one in caplog.records if one.levelno == logging.ERROR]  # the second is not logged again
    assert "plugin age: run-header failed" in entry.getMessage()
    assert entry.exc_info is not None
    assert entry.exc_info[0] is not None
    assert entry.exc_info[0].__name__ == word
    assert list(guard.problems) == [("age", "run-header")]
    assert lines_of(guard.drawn("age", "run-header", lambda: "fine")) == "fine"
    assert guard.problems == {}


def test_who_hangs_is_left_in_peace_and_holds_up_nobody_else(
    release: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    guard = Guard(0.2)
    slow = guard.drawn("slow", "run-tab", release.wait)
    assert "It took longer than 0.2 s." in lines_of(slow)
    before = time.monotonic()
    again = guard.drawn("slow", "run-tab", boom)
    assert "It took too long a moment ago" in lines_of(again)
    assert time.monotonic() - before < PATIENCE
    assert lines_of(Guard(PATIENCE).drawn("quick", "run-tab", lambda: "here")) == "here"
    assert "plugin slow: run-tab took longer" in caplog.text


def test_a_plugin_that_hangs_keeps_two_threads_at_most(release: threading.Event) -> None:
    guard = Guard(0.1, rest=0)
    for _ in range(6):
        guard.drawn("stuck", "header", release.wait)
    held = [one for one in threading.enumerate() if one.name == "plugin stuck"]
    assert len(held) == 2
    assert all(one.daemon for one in held)
    found = guard.run("stuck", "header", lambda: 1)
    assert isinstance(found, Problem)
    assert "busy" in found.text
    release.set()
    for one in held:
        one.join(PATIENCE)
    assert Guard(PATIENCE).run("stuck", "header", lambda: 1) == 1


def test_a_timeout_of_the_plugin_itself_is_its_failure() -> None:
    def late() -> object:
        raise TimeoutError("the other server")

    guard = Guard(PATIENCE)
    assert "The log has the reason" in lines_of(guard.drawn("age", "run-header", late))
    assert guard.run("age", "run-header", lambda: 1) == 1  # not resting
