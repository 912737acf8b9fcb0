"""The filter bar of the Runs page: every control is a link or a GET form, made from the query it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qsl

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import formats, menus
from components.attributes import aria, data
from dashboard import query_text
from dashboard.filters import COLUMNS, GROUPS, STATUSES, RunQuery, Span

WORDS = {
    "running": ("running", "Running"),
    "failed": ("failed", "Failed"),
    "no-heartbeat": ("lost", "No heartbeat"),
    "killed": ("killed", "Killed"),
    "caught": ("caught", "Caught"),
    "completed": ("completed", "Completed"),
}
PERIODS = {
    "1h": "Last hour",
    "6h": "Last 6 hours",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
}
# filter fields: (attribute, its opposite, label, operator, opposite operator)
FIELDS = (
    ("flow", "flow_not", "flow", "is", "is not"),
    ("user", "user_not", "user", "is", "is not"),
    ("project", "project_not", "project", "is", "is not"),
    ("branch", "branch_not", "branch", "is", "is not"),
    ("tag", "tag_not", "tag", "is", "is not"),
    ("tag_any", "tag", "tag", "is any of", "is all of"),
    ("tag_contains", None, "tag", "contains", ""),
)
Href = Callable[[RunQuery], str]


def status_toggles(query: RunQuery, counts: Mapping[str, tuple[int, bool]] | None, href: Href) -> list[Component]:
    """One toggle per status with its count; counts None: not counted yet. (number, at least) per status."""
    chosen = query.filter.status
    toggles: list[Component] = []
    for word in STATUSES:
        glyph, label = WORDS[word]
        number, at_least = counts.get(word, (0, False)) if counts else (0, False)
        on = not chosen or word in chosen
        text = html.Span(formats.count(number, at_least=at_least) if counts else "…", className="n")
        toggles.append(
            html.A(
                [html.Span(className=f"st st-{glyph}", **aria(hidden="true")), html.Span(label, className="p3t"), text],
                href=href(query.where(status=query_text.toggled(chosen, word))),
                className=f"mf-toggle{'' if on else ' is-off'}",
                role="button",
                title=label,
                key=word,
                **aria(pressed=str(word in chosen).lower(), label=f"{label} {number if counts else ''}"),
            )
        )
    return toggles


def controls(query: RunQuery, href: Href, path: str, default: Span | None, now_text: str) -> list[Component]:
    """Time range, add-filter and search, beside the status toggles."""
    return [
        _time_menu(query, href, path, default, now_text),
        _filter_menu(query, path, default),
        _search(query, path, default),
    ]


def chips(query: RunQuery, href: Href, zone: tzinfo, default: Span | None) -> list[Component]:
    """The conditions as chips: field, operator (a click turns it round), values, remove."""
    made = []
    for attribute, opposite, label, operator, _ in FIELDS:
        values: tuple[str, ...] = getattr(query.filter, attribute)
        if values:
            made.append(_chip(label, operator, values, query, attribute, opposite, href, False))
        if opposite and opposite.endswith("_not"):
            excluded: tuple[str, ...] = getattr(query.filter, opposite)
            if excluded:
                made.append(_chip(label, "is not", excluded, query, opposite, attribute, href, True))
    started = query.filter.started
    if started and not started.preset:
        made.append(_plain_chip("started", "between", _range(started, zone), href(query.where(started=default))))
    if query.filter.q:
        made.append(_plain_chip("text", "has", query.filter.q, href(query.where(q=""))))
    if made:
        clear = replace(RunQuery(), sort=query.sort, group=query.group, hide=query.hide).where(
            started=started if started and started.preset else default
        )
        made.append(html.A("Clear all", href=href(clear), className="mf-btn quiet sm"))
    return made


def group_control(query: RunQuery, href: Href) -> Component:
    """Group by none, flow, user or project."""
    links = []
    for group, label in ((None, "None"), *((one, one.capitalize()) for one in GROUPS)):
        on = query.group == group
        more: dict[str, Any] = {"aria-current": "true"} if on else {}
        links.append(
            html.A(
                label, href=href(query.show(group=group, after=None, rows=50)), className="is-on" if on else "", **more
            )
        )
    return html.Span(links, className="mf-seg", role="group", **aria(label="Group by"))


def columns_menu(query: RunQuery, href: Href) -> Component:
    """Shows and hides columns."""
    items = []
    for column in COLUMNS:
        shown = column not in query.hide
        box = html.Span(className=f"mf-check{' is-on' if shown else ''}")
        items.append(
            html.A(
                [box, " ", "Project / branch" if column == "project" else column.capitalize()],
                href=href(query.show(hide=query_text.toggled(query.hide, column))),
                role="menuitemcheckbox",
                **aria(checked=str(shown).lower()),
            )
        )
    return menus.menu(
        [_icon("columns"), "Columns"], html.Div(items, role="menu", className="mf-pop mf-items"), "Columns"
    )


def _time_menu(query: RunQuery, href: Href, path: str, default: Span | None, now_text: str) -> Component:
    started = query.filter.started
    words = PERIODS[started.preset] if started and started.preset else "Custom range" if started else "Any time"
    choices = [(Span(preset=name), label) for name, label in PERIODS.items()]
    items = [
        html.A(
            label,
            href=href(query.where(started=span)),
            className="is-on" if started == span else "",
            **data(close=""),
        )
        for span, label in [*choices, (None, "Any time")]
    ]
    custom = html.Form(
        [
            *_hidden(query.where(started=default), default),
            html.Label(["From ", dbc.Input(type="datetime-local", name="from", size="sm", id="runs-from")]),
            html.Label(["To ", dbc.Input(type="datetime-local", name="to", size="sm", id="runs-to")]),
            html.Span(now_text, className="t3 micro"),
            html.Button("Apply", type="submit", className="mf-btn sm"),
        ],
        action=path,
        method="get",
        className="mf-form",
        **data(soft="1", range="started"),
    )
    body = html.Div([html.Div(items, className="mf-items"), custom], className="mf-pop")
    return menus.menu([_icon("calendar"), words, _icon("down")], body, "Time range")


def _filter_menu(query: RunQuery, path: str, default: Span | None) -> Component:
    forms = []
    for name, label, operators in (
        ("flow", "Flow", (("flow", "is"), ("flow.not", "is not"))),
        ("user", "User", (("user", "is"), ("user.not", "is not"))),
        ("project", "Project", (("project", "is"), ("project.not", "is not"))),
        ("branch", "Branch", (("branch", "is"), ("branch.not", "is not"))),
        ("tag", "Tag", (("tag", "is"), ("tag.any", "is any of"), ("tag.not", "is not"), ("tag.contains", "contains"))),
    ):
        options = [html.Option(words, value=value) for value, words in operators]
        forms.append(
            html.Form(
                [
                    *_hidden(query.where(), default),
                    html.Span(label, className="t2 lab"),
                    html.Select(options, className="form-select", **aria(label=f"{label} operator")),
                    dbc.Input(
                        type="text",
                        size="sm",
                        id=f"filter-{name}-value",
                        list=f"suggest-{name}",
                        placeholder=f"{label.lower()}…",
                        autocomplete="off",
                    ),
                    html.Datalist(id=f"suggest-{name}"),
                    html.Button("Add", type="submit", className="mf-btn sm"),
                ],
                action=path,
                method="get",
                className="mf-form line",
                **data(soft="1", filter=name, suggest=name),
            )
        )
    return menus.menu([_icon("plus"), "Filter", _icon("down")], html.Div(forms, className="mf-pop wide"), "Add filter")


def _search(query: RunQuery, path: str, default: Span | None) -> Component:
    box = dbc.Input(
        type="search",
        name="q",
        placeholder="Run id, flow, user, tag…",
        value=query.filter.q,
        key=query.filter.q,
        class_name="mf-input",
        autocomplete="off",
        maxlength=255,
    )
    label = html.Label(
        [
            html.I(className="ic ic-search", **aria(hidden="true")),
            html.Span("Search runs", className="sr"),
            box,
            html.Kbd("/", **aria(hidden="true")),
        ],
        className="mf-field grow search",
        **data(key="search"),
    )
    return html.Form(
        [*_hidden(query.where(q=""), default), label],
        action=path,
        method="get",
        className="grow",
        role="search",
        disable_n_clicks=True,
        **data(soft="1"),
    )


def _hidden(query: RunQuery, default: Span | None) -> list[Component]:
    """The rest of the query, carried along by a form."""
    pairs = parse_qsl(query.to_query(default))
    return [dbc.Input(type="hidden", name=name, value=value, key=f"{name}={value}") for name, value in pairs]


def _chip(
    label: str,
    operator: str,
    values: Sequence[str],
    query: RunQuery,
    attribute: str,
    opposite: str | None,
    href: Href,
    excluded: bool,
) -> Component:
    words = ", ".join(values)
    many = operator == "is" and len(values) > 1
    shown = "is all of" if many and attribute == "tag" else "is any of" if many else operator
    turned = (
        href(query.where(**{attribute: (), opposite: (*getattr(query.filter, opposite), *values)}))
        if opposite
        else None
    )
    operator_part = (
        html.A(shown, href=turned, className="op", title="Switch include / exclude")
        if turned
        else html.Span(shown, className="op fixed")
    )
    return html.Span(
        [
            html.Span(label, className="k"),
            operator_part,
            html.Span(words, className="v ell", title=words),
            _remove(label, href(query.where(**{attribute: ()}))),
        ],
        className=f"mf-chip{' not' if excluded else ''}",
        key=attribute,
    )


def _plain_chip(label: str, operator: str, words: str, remove: str) -> Component:
    parts = [
        html.Span(label, className="k"),
        html.Span(operator, className="op fixed"),
        html.Span(words, className="v ell"),
    ]
    return html.Span([*parts, _remove(label, remove)], className="mf-chip", key=label)


def _remove(label: str, href: str) -> Component:
    return html.A(_icon("x"), href=href, className="rm", role="button", **aria(label=f"Remove filter {label}"))


def _range(span: Span, zone: tzinfo) -> str:
    since = formats.short_moment(span.since, zone) if span.since is not None else "the beginning"
    return f"{since} – {formats.short_moment(span.until, zone) if span.until is not None else 'now'}"


def _icon(name: str) -> Component:
    return html.I(className=f"ic ic-{name}", **aria(hidden="true"))
