"""The head of one run: pathspec, status, the sentence that says what happened, facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import badges, formats
from components.attributes import data
from components.icons import glyph, icon
from components.runs_table import instant
from dashboard.models import JudgedRun, Status


def run_header(
    judged: JudgedRun, now: int, flow_href: str, user_href: Callable[[str], str], tag_href: Callable[[str], str]
) -> Component:
    """The header; instants stay current in the browser."""
    run, verdict = judged.run, judged.verdict
    name, word = badges.look(verdict)
    crumbs = [html.A(run.flow, href=flow_href), html.Span("/", className="sep"), html.Span(run.id, className="cur")]
    copy = html.Button(
        icon("copy", "Copy pathspec"), className="mf-iconbtn sm", disable_n_clicks=True, **data(copy=run.pathspec)
    )
    live = verdict.status is Status.RUNNING
    length = max(0, now - run.created_at) if live else verdict.duration
    ticking: dict[str, Any] = {"data-since": str(run.created_at)} if live else {}
    facts: list[tuple[str, Any]] = [
        ("Started", instant(run.created_at, now, "datetime")),
        ("Finished", instant(verdict.finished_at, now, "datetime")),
        ("Duration", html.Span(formats.duration(length), **ticking)),
        ("User", html.A(run.user, href=user_href(run.user)) if run.user else run.owner or formats.NOTHING),
        ("Project", " / ".join(part for part in (run.project, run.branch) if part) or formats.NOTHING),
        ("Metaflow", run.system_tag("metaflow_version") or formats.NOTHING),
        ("Python", run.system_tag("python_version") or formats.NOTHING),
    ]
    tone = {"failed": "", "running": " running", "lost": " lost"}.get(name, " neutral")
    return html.Header(
        [
            html.Div(
                [
                    html.H1([*crumbs, copy], className="mf-crumbs"),
                    html.Span([glyph(name), word], className=f"mf-pill {name}"),
                    badges.tags(run.tags, [tag_href(tag) for tag in run.tags], room=90),
                ],
                className="mf-bar",
            ),
            html.Div(f"{formats.sentence(verdict.reason)}.", className=f"mf-reason{tone}", role="status"),
            html.Dl([html.Div([html.Dt(label), html.Dd(value)]) for label, value in facts], className="mf-facts"),
        ]
    )
