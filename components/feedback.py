"""What stands where data would: empty, filtered to nothing, not found, failed, loading, unreachable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.attributes import aria, data
from components.icons import glyph, icon

Content = str | Component | Sequence[str | Component]


def state(title: str, *content: Content | None, actions: Sequence[Component] = ()) -> html.Section:
    """A panel in place of the data: what happened, what still holds, what to do next."""
    body = [html.P(part, className="t2") if isinstance(part, str) else part for part in content if part]
    row = [html.Div(list(actions), className="mf-row")] if actions else []
    parts: list[Any] = [html.H2(title, className="mf-h2"), *body, *row]
    return html.Section(parts, className="mf-state", role="status")


def empty(title: str, text: Content, commands: str | None = None, note: str | None = None) -> html.Section:
    """Nothing is there yet: the source, the commands that would fill it, and that it will appear by itself."""
    parts: list[Content | None] = [html.P(text, className="t2")]
    actions: list[Component] = []
    if commands:
        parts.append(html.Pre(commands, className="mf-code"))
        actions.append(copy_button(commands))
    panel = state(title, *parts, actions=actions)
    if note:
        panel.children.append(html.P(note, className="small t3", style={"marginTop": "8px"}))
    return panel


def filtered(
    title: str, text: str, hints: Sequence[tuple[Component, str, str]], clear: str, meant: Component | None = None
) -> html.Section:
    """Filters hide everything. `hints`: (the filter's chip, "38 runs without it", link); `clear`: link to no filter;
    `meant`: what may have been looked for.
    """
    rows = [
        html.Span([chip, html.A(words, href=link, className="small")], className="mf-row")
        for chip, words, link in hints
    ]
    return state(
        title,
        meant,
        text,
        html.Div(rows, className="mf-hints") if rows else None,
        actions=[html.A("Clear all filters", href=clear, className="mf-btn sm")],
    )


def not_found(
    title: str,
    text: Content,
    facts: Sequence[tuple[str, Content]] = (),
    actions: Sequence[tuple[str, str]] = (),
) -> html.Section:
    """No such object. `facts`: name and value, such as close ids; `actions`: words and link."""
    pairs = [part for name, value in facts for part in (html.Dt(name), html.Dd(value))]
    links = [
        html.A(words, href=link, className="mf-btn sm" if n == 0 else "mf-btn sm quiet")
        for n, (words, link) in enumerate(actions)
    ]
    panel = state(
        title, html.P(text, className="t2"), html.Dl(pairs, className="mf-dl small") if pairs else None, actions=links
    )
    heading = html.H1(title, className="mf-h2")  # it stands in place of the page
    return html.Section([heading, *panel.children[1:]], className="mf-state", role="status", **data(title=title))


def failed(title: str, text: str, actions: Sequence[Component]) -> html.Section:
    """In place of a whole page that could not be made."""
    panel = state(title, text, actions=actions)
    return html.Section([html.H1(title, className="mf-h2"), *panel.children[1:]], className="mf-state", role="alert")


def error(title: str, text: str, detail: str | None = None, actions: Sequence[Component] = ()) -> html.Div:
    """A failure inside the panel that it concerns; `detail` (an address, a statement) is shown as is."""
    return _note("bad", glyph("failed"), title, text, detail, actions, role="alert")


def limit(title: str, text: str, actions: Sequence[Component] = ()) -> html.Div:
    """An answer that is not complete: a budget was reached, something is not readable."""
    return _note("warn", glyph("lost"), title, text, None, actions, role="status")


def info(text: str, actions: Sequence[Component] = ()) -> html.Div:
    """Something is not there yet, and nothing is wrong."""
    return _note("", icon("info"), None, text, None, actions, role="status")


def _note(
    css: str,
    sign: Component,
    title: str | None,
    text: str,
    detail: str | None,
    actions: Sequence[Component],
    role: str,
) -> html.Div:
    words: list[Any] = [html.B(title), " "] if title else []
    words.append(html.Div(text, className="small t2") if css == "bad" else html.Span(text, className="small t2"))
    if detail:
        words.append(html.Div(detail, className="mono t2"))
    parts = [sign, html.Div(words, className="grow")]
    if actions:
        parts.append(html.Div(list(actions), className="act"))
    return html.Div(parts, className=f"mf-note {css}".strip(), role=role)


def copy_button(text: str, words: str = "Copy") -> html.Button:
    """A button that copies `text` and says so in a toast."""
    return html.Button(
        [icon("copy"), words], className="mf-btn sm", type="button", disable_n_clicks=True, **data(copy=text)
    )


def skeleton_table(rows: int = 12, widths: Sequence[int] = (14, 90, 150, 60, 70, 90, 120)) -> html.Div:
    """A table while it loads, with the row heights of the real one."""
    lines = [
        html.Div([_bone(width + (row * 17 + n * 29) % 24 if width > 20 else width) for n, width in enumerate(widths)])
        for row in range(rows)
    ]
    return html.Div([html.Div(), *lines], className="mf-skels", role="status", **aria(label="Loading"))


def skeleton_head() -> html.Div:
    """The head of a run or task while it loads, with the heights of the real one."""
    bars = [
        html.Div(_bone(260, 14), className="mf-bar"),
        html.Div(_bone(420), className="mf-reason neutral"),
        html.Div([_bone(width) for width in (110, 70, 60, 90)], className="mf-facts skel"),
    ]
    return html.Div(bars, role="status", **aria(label="Loading"))


def skeleton_lanes(rows: int = 8) -> html.Div:
    """A timeline while it loads, with the row heights of the real one."""
    lines = [
        html.Div(
            [
                html.Div([_bone(14, 14), _bone(60 + row * 37 % 50)], className="mf-row"),
                html.Div(_bone(60 + row * 61 % 160, left=f"{row * 100 // (rows + 2)}%")),
            ]
        )
        for row in range(rows)
    ]
    return html.Div(lines, className="mf-skels lanes", role="status", **aria(label="Loading"))


def _bone(width: int, height: int = 10, left: str | None = None) -> html.Span:
    style = {"width": f"{width}px", "height": f"{height}px"} | ({"marginLeft": left} if left else {})
    return html.Span(className="mf-skel", style=style)


def unreachable_banner(id: str) -> html.Div:  # noqa: A002 - Dash's own word
    """The banner under the top bar; assets/js/live.js fills and shows it while the database is silent."""
    details = html.Details(
        [
            html.Summary(["Details", icon("down")], className="mf-btn sm quiet"),
            html.Div(className="mf-pop mono", **data(live="detail")),
        ],
        className="mf-menu end",
        disable_n_clicks=True,
    )
    return html.Div(
        [
            glyph("failed"),
            html.Span(
                [
                    html.B([html.Span(**data(live="silence")), " ", html.Span(**data(live="silent_for"))]),
                    " ",
                    html.Span(**data(live="state")),
                ],
                className="grow",
            ),
            html.Span(className="small t3 nw", **data(live="countdown")),
            html.Button("Retry now", className="mf-btn sm", type="button", disable_n_clicks=True, **data(live="retry")),
            details,
        ],
        id=id,
        className="mf-banner down",
        hidden=True,
    )
