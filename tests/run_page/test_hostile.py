"""Names and values that users and programs wrote, in every part of the page: text stays text, links lead home."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from plotly.utils import PlotlyJSONEncoder

from components.static import to_html
from dashboard.data.runs import Key
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails
from dashboard.run_page import about, absent, findings, header, lanes, snippets, toolbar
from dashboard.task_query import TaskQuery
from tests.oracle import HOUR, MINUTE
from tests.stage import HOSTILE, Stage, elements, graph_of, hrefs, lines_of

SAFE_LINK = re.compile(r"[/?][A-Za-z0-9\-._~/%?&=+:]*")
PLAIN_TYPES = {"dash_html_components", "dash_bootstrap_components"}
MARKUP = ("<script", "<img", "onerror=alert(1)>")
UNENCODABLE = "nul \0 half \ud800"


def hostile(stage: Stage, name: str) -> Key:
    """A run in which everything has this name."""
    at = stage.now - HOUR
    key = stage.writer.run(
        name,
        at=at,
        heartbeat=stage.now - 50 * MINUTE,
        user=name,
        tags=(name, f"env:{name}"),
        system_tags=[f"user:{name}", f"project:{name}", f"project_branch:{name}", f"python_version:{name}"],
        run_id=f"id {name}",
    )
    info = graph_of("start>end end", doc=name, parameters=[{"name": name}])
    info["steps"] = {name: {**info["steps"]["start"], "name": name}, "end": info["steps"]["end"]}
    info["start_step"] = name
    stage.parameters(key, at, _graph_info=info, **{name: name, "CONSTANT": name})
    stacks = {0: json.dumps([f"{name}={name}"])}
    (task, _) = stage.tasks(key, name, [False, True], at, stacks=stacks)
    triggers = [
        {"type": "run", "name": name, "id": f"{name.replace('/', '')}/7/end"},
        {"type": "event", "name": name, name: name},
    ]
    values = {
        "script-name": name,
        "execution-triggers": json.dumps(triggers),
        "git-info": json.dumps({"commit_sha": name, "branch_name": name, name: [name]}),
        "code-package": json.dumps({"sha": name}),
        "origin-run-id": f"origin {name}",
        "argo-workflow-name": name,
        name: name,
    }
    for field, value in values.items():
        stage.writer.metadatum(key, name, task, field, value, at)
    stage.writer.flush()
    return key


def parts(details: RunDetails) -> Iterator[tuple[str, Any]]:
    """All that is drawn of a run."""

    def to(query: TaskQuery) -> str:
        return f"/x?{query.to_query()}"

    yield "header", header.header(details)
    yield "about", about.about(details)
    yield "findings", findings.findings_strip(details)
    for tab in ("timeline", "tasks", "details"):
        query = TaskQuery(tab=tab, q=details.view.judged.run.flow, step=(details.view.judged.run.flow,))
        yield "tabs", toolbar.tabs(details, query, to)
        yield "toolbar", toolbar.toolbar(details, query, to, "/x")


def is_plain(drawn: Any) -> bool:
    """Only elements, with texts as children; nothing that the browser would read as markup."""
    for one in elements(drawn):
        if isinstance(one, dict):
            assert one["namespace"] in PLAIN_TYPES
            assert one["type"] not in {"Script", "Iframe", "ObjectEl", "Embed", "Style", "Base", "Link"}
            assert not {name for name in one["props"] if name.lower().startswith(("on", "dangerously", "srcdoc"))}
    written = to_html(drawn)
    return not any(markup in written for markup in MARKUP)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_and_its_link_leads_to_it(stage: Stage, name: str) -> None:
    key = hostile(stage, name)
    details = stage.details(key)
    wanted = {
        f"/{name}/id {name}",
        f"/{name.replace('/', '')}/7",
        f"/{name}/origin {name}",
        f"/{name}/id {name}/{name}/{details.view.task_id(0)}",
        f"/-/download/{name}/id {name}/tasks.csv",
    }
    values = set()
    for part, drawn in parts(details):
        assert is_plain(drawn), part
        json.dumps(drawn, cls=PlotlyJSONEncoder).encode()
        for link in hrefs(drawn):
            assert SAFE_LINK.fullmatch(link), (part, link)
            path, _, query = link.partition("?")
            asked = parse_qs(query, strict_parsing=True, errors="strict") if query else {}
            values |= {value for some in asked.values() for value in some}
            assert path in ("", "/", "/x") or unquote(path, errors="strict") in wanted, (part, link)
    assert {name, f"env:{name}"} <= values
    text = lines_of([drawn for _, drawn in parts(details)])
    for said in (f"{name}={name}", f"origin {name}", f"env:{name}", f"Python {name}"):
        assert " ".join(said.split()) in text, said


@pytest.mark.parametrize("name", HOSTILE)
def test_the_timeline_is_plain_data(stage: Stage, name: str) -> None:
    details = stage.details(hostile(stage, name))
    head = lanes.run_head(details.view)
    assert (head["flow"], head["id"]) == (name, f"id {name}")
    found = lanes.lanes(details.view, details.steps, details.story, details.graph)
    assert json.loads(json.dumps(found)) == found
    assert (found[0]["step"], found[0]["variables"]) == (name, [name.partition("=")[0]])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_copied_means_the_same_run(stage: Stage, name: str) -> None:
    key = hostile(stage, name)
    copied = dict(snippets.snippets(stage.details(key)))
    pathspec = f"{name}/id {name}"
    assert copied["Pathspec"] == pathspec
    called: list[object] = []
    code = copied["Client"].replace("from metaflow import Run, namespace\n", "")
    exec(code, {"namespace": called.append, "Run": called.append})
    assert called == [None, pathspec]
    words = shlex.split(copied["Resume from here"])
    assert words == ["python", name, "resume", "--origin-run-id", f"id {name}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_that_is_not_there(stage: Stage, name: str) -> None:
    key = hostile(stage, name)
    for pathspec in (Pathspec(name, "99"), Pathspec(f"{name}s", f"id {name}"), Pathspec("Other", str(key[1]))):
        drawn = absent.no_such_run(stage.services(), pathspec)
        assert is_plain(drawn)
        assert f"No run {pathspec.run} in {pathspec.flow}" in " ".join(str(one) for one in elements(drawn))
        for link in hrefs(drawn):
            assert SAFE_LINK.fullmatch(link), link
    assert f"/{name}/id {name}" in {
        unquote(link) for link in hrefs(absent.no_such_run(stage.services(), Pathspec(name, "99")))
    }


def test_what_no_url_and_no_answer_can_hold(stage: Stage) -> None:
    """JSON in the metadata can spell NUL characters and halves of surrogate pairs."""
    key = stage.writer.run(at=stage.now - HOUR)
    (task,) = stage.tasks(key, "start", [False], stage.now - HOUR, stacks={0: json.dumps([f"x={UNENCODABLE}"])})
    odd = {"type": "run", "name": UNENCODABLE, "id": f"{UNENCODABLE}/{UNENCODABLE}", UNENCODABLE: UNENCODABLE}
    values = {
        "script-name": json.dumps(UNENCODABLE),
        "origin-run-id": json.dumps(UNENCODABLE),
        "argo-workflow-name": json.dumps(UNENCODABLE),
        "execution-triggers": json.dumps([odd, odd]),
        "git-info": json.dumps({"commit_sha": UNENCODABLE, UNENCODABLE: [UNENCODABLE]}),
        "code-package": json.dumps({"sha": UNENCODABLE}),
    }
    for field, value in values.items():
        stage.writer.metadatum(key, "start", task, field, value, stage.now)
    stage.writer.flush()
    details = stage.details(key)
    for part, drawn in parts(details):
        assert is_plain(drawn), part
        assert all(SAFE_LINK.fullmatch(link) for link in hrefs(drawn)), part
        text = to_html(drawn)
        assert "\0" not in text, part
        text.encode()
    json.dumps(lanes.lanes(details.view, details.steps, details.story, details.graph))
    assert snippets.snippets(details)[2][1].encode()
