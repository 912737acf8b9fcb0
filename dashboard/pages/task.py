"""One task: why it failed, what it printed, what it made. URL: /<flow>/<run>/<step>/<task>?…

The grammar of the query is in dashboard.attempt_query.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import request

from components import feedback
from components.attributes import aria, data
from dashboard import query_text, shell
from dashboard.attempt_query import SINGLE, AttemptQuery
from dashboard.digest import digest
from dashboard.errors import BadQuery
from dashboard.extension import Early, Page
from dashboard.links import href, split
from dashboard.models import Status
from dashboard.pathspec import Pathspec
from dashboard.plugin_host import panels, slots
from dashboard.run_page.absent import is_no_object, no_such_page
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.task_details import TaskDetails, place_of, row_of_attempt
from dashboard.task_page import about, snippets
from dashboard.task_page.absent import no_such_attempt, no_such_task
from dashboard.task_page.artifacts import listing
from dashboard.task_page.blame import elsewhere
from dashboard.task_page.header import brief, header

DRAWN_FOR = "data-for"  # the query that the links in a part of the page start from; assets/js/soft-nav.js reads it
FRESH: dict[str, object] = {}  # a Store without data would keep that of the task that was shown before
PARTS = (
    ("logs", "Logs"),
    ("artifacts", "Artifacts"),
    ("cards", "Cards"),
    ("metadata", "Metadata"),
    ("snippets", "Notebook and CLI"),
)
Found = tuple[RunView | None, TaskDetails | None, Component | None]


class ids:
    """Ids of this page."""

    PATHSPEC = "task-pathspec"
    RAIL = "task-rail"
    HEADER = "task-header"
    ALIKE = "task-alike"
    BODY = "task-body"
    TABS = "task-tabs"
    LOG = "task-log"
    ARTIFACTS = "task-artifacts"
    CARDS = "task-cards"
    METADATA = "task-metadata"
    SNIPPETS = "task-snippets"
    SHOWN = "task-shown"  # digest of the header, and whether more is to come
    FULLER = "task-fuller"  # counts up when the header is still to be filled in
    LISTED = "task-listed"  # digest of the artifacts
    TOLD = "task-told"  # digest of metadata and snippets


def layout(flow: str = "", run: str = "", step: str = "", rest: str = "", **_query: object) -> Component:
    """The empty frame; all parts of the path are percent-encoded."""
    if is_no_object(flow, run, step, rest):
        return no_such_page()
    columns = href(f"/-/columns/{flow}/{run}")
    path = f"{flow}/{run}/{step}/{rest}"
    of_plugins = slots.sections()
    named = [*PARTS, *((name, words) for name, words, _ in of_plugins)]
    tabs: list[Component] = [
        html.A(
            [words, html.Span(className="n")],
            href=f"#part-{name}",
            **data(palette=f"Go to {words}", palette_key=str(n)),
        )
        for n, (name, words) in enumerate(PARTS, 1)
    ]
    tabs += slots.section_tabs()
    # Whoever comes from another task of the run gets new parts, not those of the task before.
    parts = {
        **{name: html.Div(part, key=path) for name, _, part in of_plugins},
        "logs": html.Div(id=ids.LOG, key=path),
        "artifacts": html.Div(id=ids.ARTIFACTS),
        "cards": html.Div(id=ids.CARDS, key=path),
        "metadata": html.Div(id=ids.METADATA),
        "snippets": html.Div(id=ids.SNIPPETS),
    }
    sections = [html.Section(parts[name], id=f"part-{name}", **aria(label=words)) for name, words in named]
    return html.Div(
        [
            dcc.Store(id=ids.PATHSPEC, data=path),
            *(dcc.Store(id=name, data=FRESH) for name in (ids.SHOWN, ids.FULLER, ids.LISTED, ids.TOLD)),
            html.Aside(
                html.Div(id=ids.RAIL, **data(columns=columns, path=path)),
                className="task-rail",
                **aria(label="Tasks of this step"),
            ),
            html.Div(
                [
                    html.Div(feedback.skeleton_head(), id=ids.HEADER),
                    slots.slot("task-details", path),
                    html.Div(
                        [
                            html.P(id=ids.ALIKE, className="task-alike t2"),
                            html.Nav(
                                tabs,
                                id=ids.TABS,
                                className="mf-tabs anchors",
                                **aria(label="Parts of the task"),
                            ),
                            *sections,
                        ],
                        id=ids.BODY,
                        **data(api=href(f"/-/api/{path}"), cards=href(f"/-/cards/{path}")),
                    ),
                ],
                className="task-main",
            ),
        ],
        className="page-task",
        **data(single=" ".join(SINGLE)),
    )


def early(parts: Sequence[str], query: str) -> list[Early]:
    """The end of the log, as assets/js/task-log-lines.js takes it."""
    if len(parts) != 4 or not all(parts) or parts[0].startswith(("-", "_")):
        return []
    try:
        url = Pathspec(*parts).url
    except BadQuery:
        return []
    asked, _, _ = query_text.understood(query, AttemptQuery.from_query)
    wanted = {"attempt": asked.attempt, "log": asked.log, "quiet": 1}
    text = urlencode({name: value for name, value in wanted.items() if value is not None})
    return [Early("fetch", href(f"/-/api{url}/logs", text))]


def register(app: Dash, services: Services) -> None:
    """Callbacks of this page."""

    def found(path: str, query: AttemptQuery) -> Found:
        """The run, the attempt, or what stands in its place."""
        pathspec = Pathspec.from_url(path)
        run = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        view = services.run_states(run[1].run.key) if run else None
        if view is None:
            to = [("Its runs", href("/", f"flow={pathspec.flow}")), ("All runs", href("/"))]
            text = "If it was started just now, this page opens it as soon as it is registered."
            return None, None, feedback.not_found(f"No run {pathspec.run} of {pathspec.flow}", text, (), to)
        place = place_of(view, pathspec.step or "", pathspec.task or "")
        if place is None:
            return view, None, no_such_task(services, view, pathspec)
        row = row_of_attempt(view, place, query.attempt)
        if row is None:
            return view, None, no_such_attempt(view, place, pathspec, query.attempt or 0)
        return view, services.tasks(view, place, row), None

    def details_of(path: str, place: str | None) -> TaskDetails | None:
        query, _, _ = query_text.understood(split(place)[1], AttemptQuery.from_query)
        try:
            return found(path, query)[1]
        except BadQuery:
            return None

    @app.callback(
        Output(ids.HEADER, "children"),
        Output(ids.HEADER, DRAWN_FOR),
        Output(ids.BODY, "hidden"),
        Output(ids.BODY, "data-attempt"),
        Output(ids.SHOWN, "data"),
        Input(ids.PATHSPEC, "data"),
        Input(ids.FULLER, "data"),
        shell.QUERY,
        shell.REFRESH,
        shell.ZONE,
        State(ids.SHOWN, "data"),
    )
    def fill_header(
        path: str, _fuller: object, place: str | None, _token: object, _zone: object, shown: dict[str, object]
    ) -> tuple[object, ...]:
        here, text = split(place)
        try:
            pathspec = Pathspec.from_url(path)
            if not pathspec.task:
                raise BadQuery(f"“{pathspec}” is no task.")
        except BadQuery as problem:
            absent = feedback.not_found("There is no such page", str(problem), (), [("All runs", href("/"))])
            return absent, place, True, "", FRESH
        query, problem_, bad = query_text.understood(text, AttemptQuery.from_query)
        run = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        if run and ctx.triggered_id != ids.FULLER and services.run_states.peek(run[1].run.key) is None:
            return brief(pathspec), place, True, "", {"digest": "brief", "more": True}
        _, details, absent_ = found(path, query)
        if details is None:
            return absent_ or feedback.not_found(f"No task {pathspec}", ""), place, True, "", {"digest": "absent"}

        def to(wanted: AttemptQuery) -> str:
            return href(here, wanted.to_query())

        made: list[Component] = [header(details, query, to, snippets.snippets(details, _host()))]
        if problem_:
            leave = html.A("Leave it out", href=to(query), className="mf-btn sm")
            note = feedback.limit("This link cannot be understood.", problem_, actions=[leave])
            made.insert(0, html.Div(note, **data(bad=" ".join(bad))))
        ended = {} if details.status[0] in (Status.RUNNING, Status.PENDING) else data(ended="")
        drawn = digest(place, made, ended)
        if shown.get("digest") == drawn:
            return (no_update,) * 5
        return html.Div(made, **ended), place, False, str(details.attempt), {"digest": drawn, "live": not ended}

    @app.callback(
        Output(ids.METADATA, "children"),
        Output(ids.SNIPPETS, "children"),
        Output(ids.TOLD, "data"),
        Input(ids.SHOWN, "data"),
        State(ids.PATHSPEC, "data"),
        State(shell.ids.QUERY, "data"),
        State(ids.TOLD, "data"),
    )
    def fill_about(shown: dict[str, object], path: str, place: str | None, told: object) -> tuple[object, ...]:
        details = details_of(path, place) if "live" in shown else None
        if details is None:
            return (no_update,) * 3
        made = about.section(details), snippets.section(snippets.snippets(details, _host()))
        now_told = digest(made)
        return (no_update,) * 3 if now_told == told else (*made, now_told)

    @app.callback(
        Output(ids.ARTIFACTS, "children"),
        Output(ids.ARTIFACTS, DRAWN_FOR),
        Output(ids.LISTED, "data"),
        Input(ids.SHOWN, "data"),
        State(ids.PATHSPEC, "data"),
        State(shell.ids.QUERY, "data"),
        State(ids.LISTED, "data"),
    )
    def fill_artifacts(shown: dict[str, object], path: str, place: str | None, listed: object) -> tuple[object, ...]:
        details = details_of(path, place) if "live" in shown else None
        if details is None:
            return (no_update,) * 3
        here, text = split(place)
        query, _, _ = query_text.understood(text, AttemptQuery.from_query)
        made = listing(services, details, query, lambda wanted: href(here, wanted.to_query()))
        now_listed = digest(made)
        # Rows that moved would leave an opened value behind below another one: a list is drawn whole or not at all.
        drawn = html.Div(made, key=now_listed)
        return (no_update,) * 3 if now_listed == listed else (drawn, place, now_listed)

    @app.callback(
        Output(ids.ALIKE, "children"),
        Input(ids.SHOWN, "data"),
        State(ids.PATHSPEC, "data"),
        State(shell.ids.QUERY, "data"),
    )
    def find_alike(shown: dict[str, object], path: str, place: str | None) -> object:
        details = details_of(path, place) if "live" in shown else None
        if details is None or details.failure is None or details.failure.said_by == "scheduler":
            return []
        rows, compared = services.tasks.alike(details)
        return elsewhere(details, rows, compared, ())

    def for_plugins(path: str, place: str | None) -> TaskDetails | None:
        pathspec = Pathspec.from_url(path)
        run = services.database(services.judge.find, pathspec.flow, pathspec.run or "")
        is_read = run and services.run_states.peek(run[1].run.key) is not None
        return details_of(path, place) if is_read and pathspec.task else None

    panels.register_task(app, services, Input(ids.SHOWN, "data"), State(ids.PATHSPEC, "data"), for_plugins)

    app.clientside_callback(
        ClientsideFunction("task", "shown"), Input(ids.SHOWN, "data"), State(ids.BODY, "data-attempt")
    )
    here = Input(ids.SHOWN, "data", allow_optional=True)  # REFRESH is on every page, this is not
    app.clientside_callback(ClientsideFunction("task", "refresh"), shell.REFRESH, here)


def _host() -> str:
    return request.host_url.rstrip("/")


PAGE = Page(
    name="task", path="/<flow>/<run>/<step>/<rest>", title="Task", layout=layout, register=register, early=early
)
