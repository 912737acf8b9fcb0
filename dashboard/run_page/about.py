"""The Details tab: parameters, tags, triggers, code, versions, metadata of the run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import data
from components.icons import icon
from components.runs_table import instant
from dashboard.datastore import Parameter
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.run_details import RunDetails

LONG = 4_000  # characters of a value that are shown
Pairs = Iterable[tuple[Any, Any]]


def about(details: RunDetails) -> Component:
    """Sections with what is known; those without anything say so or are left out."""
    run = details.view.judged.run
    real = [one for one in details.parameters if one.kind == "parameter"]
    constants = [one for one in details.parameters if one.kind == "constant"]
    what = [
        _section("Parameters", _pairs(map(_parameter, real)) if real else _none("This run has no parameters.")),
        _section("Constants", _pairs(map(_parameter, constants))) if constants else None,
        *(
            _section(f"Triggered by {one.kind} {one.name}", _pairs(one.fields.items()))
            for one in details.facts.triggers
        ),
        _section("Flow", html.P(details.graph.doc, className="doc")) if details.graph and details.graph.doc else None,
    ]
    whence = [
        _section("Code", _pairs(_code(details))),
        _section("Tags", _tags(run.tags) if run.tags else _none("No tags.")),
        _section("System tags", _tags(run.system_tags)) if run.system_tags else None,
    ]
    metadata = _section("Metadata", _metadata(details), f"of the first tasks, {len(details.facts.metadata)} rows")
    return html.Div([html.Div(what), html.Div(whence), metadata], className="run-about")


def _section(title: str, body: Component, note: str = "") -> Component:
    head = html.H2([title, html.Span(note, className="t3 small note")] if note else title, className="mf-h2")
    return html.Section([head, body])


def _none(text: str) -> Component:
    return html.P(text, className="t3")


def _pairs(pairs: Pairs) -> Component:
    """Names and values; a value that is long is cut, and copied as a whole."""
    made: list[Any] = []
    for name, value in pairs:
        text = value if isinstance(value, str) else None
        copy = (
            [html.Button(icon("copy", "Copy"), className="mf-iconbtn sm", disable_n_clicks=True, **data(copy=text))]
            if text
            else []
        )
        shown = formats.end(text, LONG) if text is not None else value
        made += [html.Dt(name), html.Dd([html.Span(shown, className="mono value"), *copy])]
    return html.Dl(made, className="mf-dl about")


def _parameter(one: Parameter) -> tuple[str, Any]:
    return one.name, one.value if one.value is not None else html.Span(one.note, className="t3")


def _tags(tags: Iterable[str]) -> Component:
    links = [
        html.A(tag, href=href("/", RunQuery().where(tag=(tag,)).to_query()), className="mf-tag wide", title=tag)
        for tag in sorted(tags)
    ]
    return html.Div(links, className="tag-list")


def _code(details: RunDetails) -> Pairs:
    facts, run = details.facts, details.view.judged.run
    yield "Run", run.pathspec
    if run.run_id:
        yield "Run number", str(run.number)
    for name, field in (("Script", "script-name"), ("Runtime", "runtime"), ("User", "user")):
        if value := facts.value(field):
            yield name, value
    yield from _texts(facts.git)
    yield from (("package " + name, text) for name, text in _texts(facts.code))
    for name in ("metaflow_version", "python_version"):
        if value := run.system_tag(name) or facts.value(name):
            yield name.replace("_", " "), value
    if details.facts.origin:
        yield "Resumed from", f"{run.flow}/{facts.origin}"


def _texts(found: Mapping[str, Any]) -> Pairs:
    for name, value in found.items():
        yield name.replace("_", " "), value if isinstance(value, str) else json.dumps(value)


def _metadata(details: RunDetails) -> Component:
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in ("Step", "Field", "Value", "When")]))
    rows = [
        html.Tr(
            [
                html.Td(one.step, className="t2"),
                html.Td(one.name, className="mono"),
                html.Td(formats.end(one.value, LONG), className="mono wrapok"),
                html.Td(instant(one.at, details.view.now, "seconds"), className="t2"),
            ]
        )
        for one in details.facts.metadata
    ]
    return html.Table([head, html.Tbody(rows)], className="mf-tbl dense about-metadata")
