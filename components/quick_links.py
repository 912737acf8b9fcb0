"""The menu of links in the top bar."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from components.attributes import aria, data
from components.icons import icon
from dashboard.notices import QuickLink


def quick_links_menu(links: Sequence[QuickLink], pages: Sequence[tuple[str, str]]) -> html.Details:
    """The operator's quick links, in a new tab as in the official GUI, and the pages about the dashboard itself."""
    quick = [
        html.A(
            [html.Span(one.label, className="ell grow"), icon("ext")],
            href=one.href,
            target="_blank",
            rel="noopener noreferrer",
        )
        for one in links
    ]
    copy = html.Button(
        [html.Span("Copy link to this view", className="grow"), html.Kbd("Y")],
        type="button",
        disable_n_clicks=True,
        **data(copy_link="1", close=""),
    )
    own = [html.A(words, href=url) for words, url in pages]
    return html.Details(
        [
            html.Summary(icon("dots"), className="mf-iconbtn", title="Quick links", **aria(label="Quick links")),
            html.Div([*quick, html.Hr(), copy, *own], className="mf-pop mf-list mf-quick"),
        ],
        className="mf-menu end",
        disable_n_clicks=True,
    )
