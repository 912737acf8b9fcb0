"""The toolbar of the graph: direction, shade, find, export, legend, zoom. What the server draws is a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import menus
from components.attributes import aria, data
from components.icons import icon
from dashboard.task_query import TaskQuery

To = Callable[[TaskQuery], str]
LEGENDS: dict[str | None, tuple[tuple[str, str], ...]] = {
    None: (("box", "split or switch"), ("double", "foreach"), ("dashed", "not started, ~ typical time")),
    "duration": (("heat0", "< 5 % of the run"), ("heat1", "5 %"), ("heat2", "15 %"), ("heat3", "40 %")),
    "queue": (("heat0", "waits < 10 s"), ("heat1", "10 s"), ("heat2", "1 min"), ("heat3", "10 min")),
}


def dag_toolbar(query: TaskQuery, to: To, path: str, is_foldable: bool = False) -> list[Component]:
    """Controls for this query; `path` is the page's."""
    parts: list[Component] = [
        _choice("Direction", [("Top-down", "dir", None), ("Left-right", "dir", "right")], query, to),
        html.Span(className="vr p2"),
        html.Span("Shade by", className="small t3 p3", **aria(hidden="true")),
        _choice(
            "Shade by",
            [("Status", "shade", None), ("Duration", "shade", "duration"), ("Queue", "shade", "queue")],
            query,
            to,
        ),
        _find(query, path),
        _choice("Show as", [("Graph", "table", None), ("Table", "table", "1")], query, to),
    ]
    if is_foldable:
        parts.append(_folding(query, to))
    legend = [html.Span([html.I(className=f"dag-key {css}"), words]) for css, words in LEGENDS[query.shade]]
    parts += [
        html.Span(className="grow"),
        *([] if query.table else [html.Span(legend, className="dag-legend small t2 p4"), _export(), _zoom()]),
        _button("full", "Full screen", "Full screen", data(full=""), "mf-iconbtn sm p2"),
    ]
    return parts


def _choice(label: str, options: list[tuple[str, str, str | None]], query: TaskQuery, to: To) -> Component:
    made: list[Component] = []
    for words, name, value in options:
        on = getattr(query, name) == value
        link = to(query.show(**{name: value}))
        pressed = aria(pressed=str(on).lower())
        made.append(html.A(words, href=link, className="is-on" if on else "", role="button", **pressed))
    return html.Span(made, className="mf-seg sm", role="group", **aria(label=label))


def _folding(query: TaskQuery, to: To) -> Component:
    words, unfold = ("Fold chains", ()) if query.unfold else ("Unfold all", ("*",))
    return html.A(words, href=to(query.show(unfold=unfold)), className="mf-btn sm", role="button")


def _find(query: TaskQuery, path: str) -> Component:
    box = dbc.Input(
        type="search",
        name="find",
        placeholder="Find step…",
        value=query.find,
        key=query.find,
        class_name="mf-input small",
        autocomplete="off",
        maxlength=255,
    )
    pairs = parse_qsl(query.show(find="").to_query())
    hidden = [dbc.Input(type="hidden", name=name, value=value, key=f"{name}={value}") for name, value in pairs]
    words = html.Span("Find step", className="sr")
    label = html.Label([icon("search"), words, box], className="mf-field sm", **data(key="search"))
    return html.Form(
        [*hidden, label, html.Span(className="sr", role="status", **data(dag_found=""))],
        action=path,
        method="get",
        className="dag-find",
        role="search",
        disable_n_clicks=True,
        **data(dag_find=""),
    )


def _export() -> Component:
    items = [
        html.Button(words, type="button", disable_n_clicks=True, **data(dag_export=kind, close=""))
        for kind, words in (("png", "Picture (PNG)"), ("svg", "Drawing (SVG)"))
    ]
    return menus.menu([icon("download"), icon("down")], html.Div(items, className="mf-pop mf-items"), "Export graph",
                      "mf-btn sm", at_end=True)  # fmt: skip


def _zoom() -> Component:
    buttons = [
        _button("minus", "Zoom out", "Zoom out (−)", data(dag_zoom="out")),
        html.Button("Fit", type="button", disable_n_clicks=True, title="Fit (0)", **data(dag_zoom="fit")),
        _button("plus", "Zoom in", "Zoom in (+)", data(dag_zoom="in")),
    ]
    return html.Span(buttons, className="mf-seg sm", role="group", **aria(label="Zoom"))


def _button(name: str, label: str, title: str, acts: dict[str, Any], css: str = "") -> Component:
    return html.Button(
        icon(name), type="button", disable_n_clicks=True, className=css, title=title, **aria(label=label), **acts
    )
