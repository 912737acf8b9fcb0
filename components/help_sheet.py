"""The help sheet: keys, what the glyphs mean, where the data comes from, links to documentation."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from components.attributes import aria, data
from components.icons import MEANINGS, glyph, icon

# What assets/js/keys.js listens to.
KEYS: Sequence[tuple[Sequence[str], str]] = (
    (("Ctrl K",), "go to a flow, run, step or task; do what is offered here"),
    (("/",), "search on this page"),
    (("G R", "G F"), "runs, flows"),
    (("J", "K"), "next, previous row"),
    (("Enter", "X"), "open, select row"),
    (("E", "Shift E"), "next, previous failure"),
    (("1", "…", "6"), "views of a run, parts of a task"),
    (("[", "]"), "attempt before, after"),
    (("+", "−", "0"), "timeline, graph: nearer, farther, all"),
    (("←", "→"), "timeline, graph: left, right"),
    (("N", "Shift N"), "log: next, previous match"),
    (("F", "W"), "log: follow its end, break long lines"),
    (("Y",), "copy link to this view"),
    (("P",), "pause live updates"),
    (("T",), "light or dark theme"),
    (("?",), "this list"),
    (("Esc",), "close, leave a field"),
)
DOCS = (
    ("Metaflow documentation", "https://docs.metaflow.org"),
    ("Metaflow's client", "https://docs.metaflow.org/metaflow/client"),
)


def help_sheet(
    id: str,  # noqa: A002 - Dash's own word
    source: str,
    version: str | None,
    pages: Sequence[tuple[str, str]] = (),
) -> html.Dialog:
    """The dialog that `?` opens; `pages`: words and links of pages that say more."""
    keys = [html.Div([html.Dt([html.Kbd(key) for key in names]), html.Dd(what)]) for names, what in KEYS]
    legend = [
        part for name, (word, meaning) in MEANINGS.items() for part in (html.Dt([glyph(name), word]), html.Dd(meaning))
    ]
    links = [
        part
        for words, url in DOCS
        for part in (html.A([words, " ", icon("ext")], href=url, target="_blank", rel="noopener noreferrer"), " ")
    ]
    own = [part for words, url in pages for part in (html.A(words, href=url), " ")]
    switch = html.Button(
        [html.I(), "Single keys act at once"],
        className="mf-switch",
        type="button",
        role="switch",
        disable_n_clicks=True,
        title="Off: only Ctrl K, Esc, Tab and Enter act",
        **aria(checked="true"),
        **data(help="single-keys"),
    )
    close = html.Button(
        icon("x"),
        className="mf-iconbtn",
        type="button",
        disable_n_clicks=True,
        **aria(label="Close"),
        **data(help="close"),
    )
    return html.Dialog(
        [
            html.Header([html.H2("Help", className="mf-h2 grow", id=f"{id}-title"), close]),
            html.Section([html.H3("Keyboard", className="mf-h3"), html.Dl(keys, className="mf-keys"), switch]),
            html.Section([html.H3("Statuses", className="mf-h3"), html.Dl(legend, className="mf-legend")]),
            html.Section(
                [
                    html.H3("About", className="mf-h3"),
                    html.P(["Showing ", html.Span(source, className="mono"), ". Nothing is ever written to it."]),
                    html.P(f"Metaflow Dashboard {version}" if version else "Metaflow Dashboard", className="t2"),
                    html.P([*own, *links], className="mf-row wrap"),
                ]
            ),
        ],
        id=id,
        className="mf-sheet",
        disable_n_clicks=True,
        **aria(labelledby=f"{id}-title"),
    )
