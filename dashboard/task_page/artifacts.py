"""The list of an attempt's artifacts: name, type, size, preview; Metaflow's own ones are folded away."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import feedback, formats
from components.attributes import aria, data
from components.icons import icon
from dashboard.attempt_query import AttemptQuery
from dashboard.datastore import Artifact, Change, Preview, Withheld, client_code, is_internal
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.services import Services
from dashboard.task_artifacts import Made, made_by
from dashboard.task_details import TaskDetails
from dashboard.task_logs import unreachable

To = Callable[[AttemptQuery], str]
BUDGET = 0.2  # seconds that previews may take together
SHOWN = 400  # artifacts that are listed
FIRST = (Change.CHANGED, Change.NEW)
NAMED = 10  # artifacts that are gone
WORDS = {Change.NEW: "new", Change.CHANGED: "changed", Change.SAME: "same", Change.GONE: "gone"}


def size(number: int | None) -> str:
    """`412 B`, `8.6 MB`; a dash where it is not known."""
    if number is None:
        return "–"
    for unit, one in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if number >= one:
            return f"{number / one:.1f} {unit}"
    return f"{number} B"


def listing(services: Services, details: TaskDetails, query: AttemptQuery, to: To) -> list[Component]:
    """Head, rows, and a place for the value that is opened; where the datastore cannot be read, why."""
    run = details.view.judged.run
    parent = _parent(details)
    try:
        made = made_by(services, run.id, details.facts, details.attempt, parent, query.versus == "parent")
    except Withheld as error:
        return [_heading(), html.P(str(error), className="t3 pad")]
    has_begun = details.facts.has_begun(details.attempt)
    if (made.store is None or made.problem) and not made.found and has_begun:
        return _failed(made.problem or unreachable(made.home))
    own = [one for one in made.found if not one.is_internal]
    total = sum(one.size or 0 for one in own)
    parts: list[Component] = [
        html.Div(
            [
                html.H2("Artifacts", className="mf-h2"),
                html.Span(f"{len(own)}, {size(total)}" if total else str(len(own) or "none"), className="t3 small nw"),
                _search(),
                html.Span(className="grow"),
                *(_switches(details, made, parent, query, to) if own else []),
            ],
            className="mf-bar",
            **data(count=str(len(own))),
        )
    ]
    if not made.found:
        live = details.status[0] in (Status.RUNNING, Status.PENDING)
        not_begun = "This attempt has not started." if live else "This attempt never started."
        words = "This attempt has saved no artifacts." if has_begun else not_begun
        return [*parts, html.P([words, " It saves them when it ends." if live else ""], className="t3 pad")]
    pathspec = str(Pathspec(run.flow, run.id, details.step, details.facts.task))
    table = _Table(made, pathspec, details.attempt, time.monotonic() + BUDGET, _parameters(details))
    if made.store is None:
        parts.append(feedback.limit("Values cannot be read.", unreachable(made.home)))
    elif made.problem:
        parts.append(feedback.limit("Types and sizes cannot be read.", made.problem, actions=[_again()]))
    if own:
        if made.against and query.changed is None:
            own.sort(key=lambda one: made.changed.get(one.name) not in FIRST)
        parts.append(table.of(own[:SHOWN]))
    if len(own) > SHOWN:
        parts.append(html.P(f"The first {SHOWN} of {len(own):,} are listed.", className="t3 pad"))
    if gone := _gone(made):
        parts.append(
            html.P([f"In {made.against}, but not here: ", html.Span(gone, className="mono")], className="t3 pad")
        )
    if internal := [one for one in made.found if one.is_internal]:
        words = f"{formats.count(len(internal), 'artifact')} of Metaflow itself"
        parts.append(html.Details([html.Summary(words, className="small t3 pad"), table.of(internal[:SHOWN])]))
    note = "Values of plain types are decoded, previews up to 64 kB. Nothing is unpickled."
    return [*parts, html.P(note, className="t3 small pad")]


def _parent(details: TaskDetails) -> tuple[str, str] | None:
    """Step and id of the task that led to this one; None for the first task and for joins."""
    if details.parents.count != 1:
        return None
    view, place = details.view, details.parents.places[0]
    return view.steps[view.step[place]], view.task_id(place)


def _parameters(details: TaskDetails) -> frozenset[str]:
    return frozenset(details.graph.parameters if details.graph else ())


def _switches(
    details: TaskDetails, made: Made, parent: tuple[str, str] | None, query: AttemptQuery, to: To
) -> list[Component]:
    """With what the artifacts are compared, where there is a choice, and whether what changed comes first."""
    parts: list[Component] = []
    if parent and details.row != details.rows[0]:
        is_parent = query.versus == "parent"
        choices = [("The attempt before", None, not is_parent), ("Parent task", "parent", is_parent)]
        current: dict[bool, dict[str, Any]] = {True: {"aria-current": "true"}, False: {}}
        links = [
            html.A(words, href=to(query.show(versus=value)), className="is-on" if is_on else "", **current[is_on])
            for words, value, is_on in choices
        ]
        parts.append(html.Span(links, className="mf-seg sm", role="group", **aria(label="Compared with")))
    if made.against:
        is_on = query.changed is None
        parts.append(
            html.A(
                [html.I(), f"Changed since {made.against} first"],
                href=to(query.show(changed="off" if is_on else None)),
                className="mf-switch small",
                role="switch",
                **aria(checked=str(is_on).lower()),
            )
        )
    return parts


def _gone(made: Made) -> str:
    names = sorted(name for name, change in made.changed.items() if change is Change.GONE and not is_internal(name))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _failed(why: str) -> list[Component]:
    return [_heading(), feedback.error("Artifacts cannot be read.", why, actions=[_again()])]


def _again() -> Component:
    return html.Button(
        [icon("refresh"), "Try again"], className="mf-btn sm", disable_n_clicks=True, **data(retry="artifacts")
    )


def _heading() -> Component:
    return html.Div(html.H2("Artifacts", className="mf-h2"), className="mf-bar")


def _search() -> Component:
    box = dbc.Input(type="search", placeholder="Name or type…", class_name="mf-input small", autocomplete="off")
    return html.Label(
        [icon("search"), html.Span("Search artifacts", className="sr"), box],
        className="mf-field sm",
        **data(filter_rows="#part-artifacts tbody tr"),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Tables of the artifacts of one attempt; `until` is when previews have taken long enough."""

    made: Made
    pathspec: str
    attempt: int
    until: float
    parameters: frozenset[str]

    def of(self, rows: Sequence[Artifact]) -> Component:
        """A table of these; assets/js/task-artifacts.js draws its rows, which as components would be thousands."""
        against = self.made.against
        words = ["Name", "Type", "Size", "Preview", "Sha", *([f"Versus {against}"] if against else [])]
        cells = [html.Th(word, scope="col", className="r" if word == "Size" else "") for word in words]
        last = html.Th(html.Span("Actions", className="sr"), scope="col")
        body = html.Tbody(**data(rows=json.dumps([self._row(one) for one in rows])))
        return html.Table([html.Thead(html.Tr([*cells, last])), body], className="mf-tbl dense artifacts")

    def _row(self, one: Artifact) -> dict[str, object]:
        """What the script reads; `change` is there where there is something to compare with: word and title."""
        seen = Preview(None, "open to see")
        if time.monotonic() < self.until:
            seen = self.made.preview(one)
        row: dict[str, object] = {
            "name": one.name,
            "type": one.type or "–",
            "size": size(one.size),
            "text": seen.text,
            "note": seen.note,
            "sha": one.sha,
            "code": client_code(self.pathspec, self.attempt, one.name),
        }
        return row | {"change": self._change(one.name)} if self.made.against else row

    def _change(self, name: str) -> tuple[str, str]:
        change = self.made.changed.get(name)
        if change is Change.SAME and name in self.parameters:
            return "parameter", "the same in all tasks of the run"
        return WORDS[change] if change else "", ""
