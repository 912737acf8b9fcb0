"""Announcements of whoever runs the dashboard: a bar below the top bar, and the list of all of them.

assets/js/announcements.js hides and shows both as time goes by and as the viewer closes them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import tzinfo
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import aria, data
from components.icons import glyph, icon
from components.markdown import link, markdown
from dashboard.notices import Announcement

MOST = 3  # in the bar at the same time
WORDS = {"info": "Information", "success": "Good news", "warning": "Warning", "danger": "Important", "default": "Note"}


def bar(found: Sequence[Announcement], seen: Collection[str], now: int) -> Component:
    """Those that have not ended; on show are the first three that have begun and that the viewer has not closed."""
    due = [one.key for one in found if one.has_begun(now) and not one.has_ended(now) and one.key not in seen]
    shown = set(due[:MOST])
    entries = [_entry(one, one.key not in shown) for one in found if not one.has_ended(now)]
    return html.Section(entries, className="mf-announcements", hidden=not shown, **aria(label="Announcements"))


def _entry(one: Announcement, hidden: bool) -> Component:
    close = html.Button(
        icon("x"),
        className="mf-iconbtn sm",
        type="button",
        title="Close for good",
        disable_n_clicks=True,
        **aria(label="Close this announcement for good"),
        **data(announcement_close=one.key),
    )
    return html.Div(
        [_sign(one), html.Div(_message(one), className="grow"), close],
        className=f"mf-announcement {one.type}",
        hidden=hidden,
        **data(announcement=one.key, begins=str(one.start or 0), ends=str(one.end or "")),
    )


def listing(found: Sequence[Announcement], seen: Collection[str], now: int, zone: tzinfo) -> Component:
    """All of them, newest first, with their times, and whether the viewer has closed them."""
    return html.Div([_article(one, one.key in seen, now, zone) for one in found], className="announcement-list")


def _article(one: Announcement, closed: bool, now: int, zone: tzinfo) -> Component:
    button = html.Button(
        "Show again" if closed else "Close for good",
        className="mf-btn sm quiet",
        type="button",
        disable_n_clicks=True,
        **data(announcement_toggle=one.key),
    )
    state: list[Any] = [html.B(WORDS[one.type]), " · ", _time(one.created, zone)]
    if one.has_ended(now):
        state += [" · ended ", _time(one.end or 0, zone)]
    elif not one.has_begun(now):
        state += [" · shown from ", _time(one.start or 0, zone)]
    elif one.end is not None:
        state += [" · shown until ", _time(one.end, zone)]
    actions = [] if one.has_ended(now) else [button]
    return html.Article(
        [_sign(one), html.Div([html.P(state, className="small t2"), *_message(one)], className="grow"), *actions],
        className=f"mf-announcement {one.type}",
    )


def _sign(one: Announcement) -> Component:
    drawn = {"success": icon("check"), "warning": glyph("lost"), "danger": glyph("failed")}.get(one.type, icon("info"))
    return html.Span([drawn, html.Span(f"{WORDS[one.type]}: ", className="sr")])


def _message(one: Announcement) -> list[Any]:
    more = link(one.url, one.url_text or one.url) if one.url else None
    if one.is_markdown:
        return [*markdown(one.message), *([html.P(more)] if more else [])]
    return [html.P([one.message, " ", more] if more else one.message)]


def _time(at: int, zone: tzinfo) -> Component:
    return html.Time(formats.short_moment(at, zone), dateTime=str(at), **data(ms=str(at), style="datetime"))
