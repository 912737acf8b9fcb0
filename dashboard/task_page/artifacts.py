"""The list of an attempt's artifacts: name, type, size, preview; Metaflow's own ones are folded away."""

from __future__ import annotations

import time
from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import feedback, formats
from components.attributes import aria, data
from components.icons import icon
from dashboard.datastore import Artifact, Change, Preview, Withheld, client_code
from dashboard.pathspec import Pathspec
from dashboard.services import Services
from dashboard.task_artifacts import Made, made_by
from dashboard.task_details import TaskDetails
from dashboard.task_logs import unreachable

BUDGET = 0.2  # seconds that previews may take together
SHOWN = 400  # artifacts that are listed
WORDS = {Change.NEW: "new", Change.CHANGED: "changed", Change.SAME: "same", Change.GONE: "gone"}


def size(number: int | None) -> str:
    """`412 B`, `8.6 MB`; a dash where it is not known."""
    if number is None:
        return "–"
    for unit, one in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if number >= one:
            return f"{number / one:.1f} {unit}"
    return f"{number} B"


def listing(services: Services, details: TaskDetails) -> list[Component] | None:
    """Head, rows, and a place for the value that is opened; None where the datastore cannot be read."""
    run = details.view.judged.run
    try:
        made = made_by(services, run.id, details.facts, details.attempt)
    except Withheld as error:
        return [_heading(), html.P(str(error), className="t3 pad")]
    if made.store is None and not made.found:
        return None
    own = [one for one in made.found if not one.is_internal]
    total = sum(one.size or 0 for one in own)
    head = html.Div(
        [
            html.H2("Artifacts", className="mf-h2"),
            html.Span(f"{len(own)}, {size(total)}" if own else "none", className="t3 small nw"),
            _search(),
        ],
        className="mf-bar",
        **data(count=str(len(own))),
    )
    if not made.found:
        text = "It saves them when it ends." if details.home.attempt == details.attempt else ""
        return [head, html.P(["This attempt has saved no artifacts. ", text], className="t3 pad")]
    pathspec = str(Pathspec(run.flow, run.id, details.step, details.facts.task))
    internal = [one for one in made.found if one.is_internal]
    until = time.monotonic() + BUDGET
    parts: list[Component] = [head]
    if made.store is None:
        parts.append(feedback.limit("Values cannot be read.", unreachable(made.home)))
    if own:
        parts.append(_table(made, own[:SHOWN], pathspec, details.attempt, until))
    if len(own) > SHOWN:
        parts.append(html.P(f"The first {SHOWN} of {len(own):,} are listed.", className="t3 pad"))
    if internal:
        body = _table(made, internal[:SHOWN], pathspec, details.attempt, until)
        words = f"{formats.count(len(internal), 'artifact')} of Metaflow itself"
        parts.append(html.Details([html.Summary(words, className="small t3 pad"), body]))
    return parts


def failed(details: TaskDetails) -> list[Component]:
    """In place of the list: why there is none."""
    again = html.Button(
        [icon("refresh"), "Try again"], className="mf-btn sm", disable_n_clicks=True, **data(retry="artifacts")
    )
    return [_heading(), feedback.error("Artifacts cannot be read.", unreachable(details.home), actions=[again])]


def _heading() -> Component:
    return html.Div(html.H2("Artifacts", className="mf-h2"), className="mf-bar")


def _search() -> Component:
    box = dbc.Input(type="search", placeholder="Name or type…", class_name="mf-input small", autocomplete="off")
    return html.Label(
        [icon("search"), html.Span("Search artifacts", className="sr"), box],
        className="mf-field sm",
        **data(filter_rows="#part-artifacts tbody tr"),
    )


def _table(made: Made, rows: Sequence[Artifact], pathspec: str, attempt: int, until: float) -> Component:
    words = ["Name", "Type", "Size", "Preview", "Sha", *([f"Versus {made.against}"] if made.against else []), ""]
    head = html.Thead(html.Tr([html.Th(word, scope="col", className="r" if word == "Size" else "") for word in words]))
    body = [_row(made, one, pathspec, attempt, until) for one in rows]
    return html.Table([head, html.Tbody(body)], className="mf-tbl dense artifacts")


def _row(made: Made, one: Artifact, pathspec: str, attempt: int, until: float) -> Component:
    seen = Preview(None, "open to see")
    if time.monotonic() < until:
        seen = made.preview(one)
    preview = html.Span(seen.text, className="mono") if seen.text is not None else html.Span(seen.note, className="t3")
    change = made.changed.get(one.name)
    changed = html.Td(
        html.Span(WORDS[change] if change else "", className="t3" if change is Change.SAME else "m"),
        className="small",
    )
    open_ = html.Button(
        icon("eye"), className="mf-iconbtn sm", title="Open the value", disable_n_clicks=True,
        **aria(label=f"Open {one.name}"), **data(artifact=one.name),
    )  # fmt: skip
    copy = html.Button(
        icon("copy"), className="mf-iconbtn sm", title="Copy code that loads it", disable_n_clicks=True,
        **aria(label=f"Copy code that loads {one.name}"), **data(copy=client_code(pathspec, attempt, one.name)),
    )  # fmt: skip
    name = html.Button(
        one.name, className="linklike mono m", type="button", disable_n_clicks=True, **data(artifact=one.name)
    )
    return html.Tr(
        [
            html.Td(name),
            html.Td(one.type or "–", className="small"),
            html.Td(size(one.size), className="r small"),
            html.Td(preview, className="preview"),
            html.Td(one.sha[:8], className="mono t2", title=one.sha),
            *([changed] if made.against else []),
            html.Td([open_, copy], className="r nw"),
        ]
    )
