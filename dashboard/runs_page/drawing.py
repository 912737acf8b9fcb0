"""The Runs page drawn: from a view to components and figures, with the page's links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from urllib.parse import quote_plus

from dash import html
from dash.development.base_component import Component

from components import feedback, filter_bar, formats
from components.attributes import data
from components.icons import icon
from components.run_groups import Group, group_header, show_all
from components.runs_table import Links, Look, Row, run_row, runs_table, section
from dashboard import query_text, viewer
from dashboard.data.runs import Key
from dashboard.filters import RunQuery, Span
from dashboard.links import href
from dashboard.models import Run
from dashboard.pathspec import Pathspec
from dashboard.plugin_host import slots
from dashboard.runs_page.meant import meant
from dashboard.runs_page.view import Asked, Held, RunsView, without_each
from dashboard.services import Services

STEP = 50  # rows that "Load more" adds
MOST = 300
COMMANDS = """# service
export METAFLOW_DEFAULT_METADATA=service
export METAFLOW_SERVICE_URL=https://…
python hello_flow.py run
# or read runs kept on this machine
python app.py .metaflow"""
To = Callable[[RunQuery], str]
_quoted = lru_cache(4_096)(quote_plus)  # the same flows, users and tags come again in every row


def table(services: Services, view: RunsView, to: To, previews: Mapping[str, Component] | None = None) -> Component:
    """The table, or what stands in its place when there is nothing to show. `previews`: those at hand, by pathspec."""
    previews = previews or {}
    if view.is_empty and view.searched_to is None:
        return _nothing(services, view, to)
    if view.is_empty:
        waiting = feedback.state("None found so far", "The search goes back run by run; see below how far it came.")
        return waiting if view.is_complete else feedback.skeleton_table()
    links = _links(view.query, to)
    look = Look(frozenset(view.query.hide), view.query.sort, view.now, view.query.group, slots.columns())
    body: list[Component] = []
    if view.pinned:
        body.append(section("Running now", _pinned_note(view.pinned), look, "pin"))
        body += _rows(view.pinned, links, look, previews)
        body.append(section("Finished", "newest first", look))
    body += _rows(view.rest, links, look, previews)
    for group, rows in view.groups:
        body += _group(group, rows, view.query, links, look, to, previews)
    found: Component = runs_table(body, links, look)
    return found


def misunderstood(asked: Asked, to: To) -> Component:
    """In place of the table: what in the link cannot be understood, and the way on."""
    kept = asked.query.filter != RunQuery().where(started=asked.query.filter.started).filter
    everything = to(RunQuery().where(started=asked.query.filter.started))
    actions = [html.A("Leave it out", href=to(asked.query), className="mf-btn sm")] if asked.bad and kept else []
    clear = html.A("Clear all filters", href=everything, className="mf-btn sm quiet" if actions else "mf-btn sm")
    panel = feedback.state("This link cannot be understood", asked.problem, actions=[*actions, clear])
    return html.Div(panel, **data(bad=" ".join(asked.bad)))


def tools(query: RunQuery, to: To) -> list[Component]:
    """Group, columns, CSV, copy link, compare."""
    csv = href("/-/download/runs.csv", query.to_query())
    number = len(query.select)
    return [
        html.Span("Group by", className="small t3 p3"),
        filter_bar.group_control(query, to),
        filter_bar.columns_menu(query, to),
        html.A(
            [icon("download"), "CSV"],
            href=csv,
            className="mf-btn",
            download="runs.csv",
            title="The filtered runs as CSV",
            **data(palette="Download these runs as CSV"),
        ),
        html.A(
            href=href("/-/api/runs", query.to_query()),
            target="_blank",
            rel="noopener",
            hidden=True,
            **data(palette="Show these runs as JSON", palette_only=""),
        ),
        html.Button(
            [icon("compare"), f"Compare ({number})" if number else "Compare"],
            className="mf-btn",
            disabled=True,
            title="Comparing runs is not built yet; the selection is kept in the link.",
            disable_n_clicks=True,
            **data(palette="Compare the ticked runs"),
        ),
        html.Button(
            [icon("link"), "Copy link"], className="mf-btn quiet p3", disable_n_clicks=True, **data(copy_link="1")
        ),
    ]


def more(view: RunsView, to: To) -> Component | None:
    """What follows the last row: load more, how far a search came, that this is all."""
    query = view.query
    if view.partial:
        return feedback.limit(
            "Not all runs.",
            f"Grouped and sorted within the newest {view.partial:,} runs of this filter; "
            "narrow the time range to see others.",
        )
    if view.searched_to is not None and not view.is_complete:
        return html.Div(
            html.Span(["Searching, now at ", _time(view.searched_to), " …"], className="t3"), className="more-row"
        )
    if view.searched_to is not None:
        go_on = to(query.show(after=view.next))
        found = len(view.rest) + len(view.pinned)
        text = f"{formats.count(found, 'run')} found so far; the search stopped at its time limit."
        when = html.Span(["Searched back to ", _time(view.searched_to), ". "])
        return feedback.limit(
            "", text, actions=[when, html.A("Search further back", href=go_on, className="mf-btn sm")]
        )
    if view.next is None or not view.rest:
        return None
    last = view.rest[-1].judged.run.created_at
    rows = query.rows + STEP
    target = query.show(rows=rows) if rows <= MOST else query.show(after=view.next, rows=STEP)
    label = f"Load {STEP} more" if rows <= MOST else "Older runs"
    note = html.Span([f"{len(view.rest) + len(view.pinned)} shown · next: before ", _time(last)], className="small t3")
    return html.Div([html.A(label, href=to(target), className="mf-btn"), note], className="more-row")


def new_runs(view: RunsView, kind: str) -> Component | None:
    """The button that lets waiting runs in."""
    if not view.new_runs:
        return None
    label = formats.count(view.new_runs, "new run", at_least=view.new_runs >= 100)
    return html.Button(
        [icon("arrow-up"), label], id={"type": kind}, className="mf-btn primary sm", **data(show_new="1")
    )


def shown(view: RunsView, place: str | None, digest: str) -> dict[str, object]:
    """What the browser remembers of this view: enough to hold it still, and to know when it has changed."""
    return {
        "place": place,
        "digest": digest,
        "more": not view.is_complete,
        "searching": view.searched_to is not None and not view.is_complete,
        "pinned": [list(row.judged.run.key) for row in view.pinned],
        "rest": [list(row.judged.run.key) for row in view.rest],
        "grouped": [list(row.judged.run.key) for _, rows in view.groups for row in rows],
    }


def held(remembered: Mapping[str, object] | None) -> Held | None:
    """The rows that must not move, from what the browser remembers; None when a search goes on, or for nonsense."""
    if remembered and remembered.get("searching"):
        return None
    try:
        both = [
            tuple((str(flow), int(number)) for flow, number in (remembered or {})[name][:350])  # type: ignore[index]
            for name in ("pinned", "rest")
        ]
    except (KeyError, TypeError, ValueError):
        return None
    return Held(both[0], both[1])


def on_show(remembered: object) -> list[Key]:
    """The runs of all rows, from what the browser remembers; none for nonsense."""
    try:
        found = remembered if isinstance(remembered, dict) else {}
        rows = [row for name in ("pinned", "rest", "grouped") for row in found.get(name, ())]
        return [(str(flow), int(number)) for flow, number in rows[: MOST + len(found.get("pinned", ()))]]
    except (TypeError, ValueError):
        return []


def counts(services: Services, query: RunQuery, to: To) -> tuple[list[Component], list[Component]]:
    """Status toggles with their counts, and the number of runs found."""
    tally = services.finder.tally(query.filter.of_any_status)
    shown = {
        word: (tally.count((word,)), tally.at_least or (word == "caught" and not tally.is_searched))
        for word in filter_bar.WORDS
    }
    toggles = filter_bar.status_toggles(query, shown, to)
    found = formats.count(tally.count(query.filter.status), "run", at_least=tally.at_least)
    text: list[Component] = [html.B(found, className="mf-h2")]
    if not query.filter.is_empty:
        everything = services.finder.tally(replace(RunQuery().filter, started=query.filter.started))
        total = formats.count(everything.count(), at_least=everything.at_least)
        text.append(html.Span(f" of {total} {_period(query.filter.started)}", className="t3 small"))
    return toggles, text


def _links(query: RunQuery, to: To) -> Links:
    here = to(query)

    def adding_to(start: str, name: str) -> Callable[[str], str]:
        """Links that add one value to a query; a repeated value counts once."""
        start += "&" if "?" in start else "?"
        return lambda value: f"{start}{name}={_quoted(value)}"

    def run(run: Run) -> str:
        return href(Pathspec(run.flow, run.id).url)

    def toggling(name: str, run: Run) -> str:
        """What is on is left out; what is off is put at the end, which needs no new query."""
        chosen: tuple[str, ...] = getattr(query, name)
        if run.pathspec in chosen:
            return to(query.show(**{name: query_text.toggled(chosen, run.pathspec)}))
        return adding_to(here, name)(run.pathspec)

    return Links(
        run=run,
        task=lambda one, task: href(Pathspec(one.flow, one.id, task.step, task.task).url),
        flow=adding_to(to(query.where(flow=())), "flow"),
        user=adding_to(to(query.where(user=())), "user"),
        tag=adding_to(to(query.where()), "tag"),
        select=partial(toggling, "select"),
        open=partial(toggling, "open"),
        sort=lambda sort: to(query.show(sort=sort, after=None, rows=50)),
    )


def _rows(rows: tuple[Row, ...], links: Links, look: Look, previews: Mapping[str, Component]) -> list[Component]:
    lines: list[Component] = []
    for row in rows:
        lines += run_row(row, links, look, _preview_place(row, previews) if row.opened else None)
    return lines


def _preview_place(row: Row, previews: Mapping[str, Component]) -> Component:
    run = row.judged.run.pathspec
    known = previews.get(run) or feedback.skeleton_lanes(4)
    return html.Div(known, id={"type": "runs-preview", "run": run}, className="run-preview", key=f"preview-{run}")


def _group(
    group: Group,
    rows: tuple[Row, ...],
    query: RunQuery,
    links: Links,
    look: Look,
    to: To,
    previews: Mapping[str, Component],
) -> list[Component]:
    by = query.group or "flow"
    rest = query.where(**{by: (group.name,)}).show(group=None)
    head = group_header(group, look, to(rest), links.run)
    return [head, *_rows(rows, links, look, previews), *show_all(group, look, to(rest))]


def _pinned_note(rows: tuple[Row, ...]) -> str:
    silent = sum(1 for row in rows if row.judged.verdict.qualifier)
    alive = len(rows) - silent
    if not alive:
        return f"{silent} without heartbeat"
    return f"{alive}, and {silent} without heartbeat" if silent else f"{alive}"


def _time(at: int) -> Component:
    return html.Time(formats.short_moment(at, viewer.zone()), dateTime=str(at), **data(ms=str(at), style="datetime"))


def _period(started: Span | None) -> str:
    if started is None:
        return "in all"
    return f"in the {filter_bar.PERIODS[started.preset].lower()}" if started.preset else "in this range"


def _nothing(services: Services, view: RunsView, to: To) -> Component:
    """An empty database, or filters that hide everything."""
    query = view.query
    any_run = services.finder.page(RunQuery().filter, 1, None)
    if not any_run.runs:
        return feedback.empty(
            "No runs yet",
            f"Connected to {services.source.label}; the tables are there and empty. "
            "Point a flow at the same place and run it:",
            COMMANDS,
            f"New runs appear here by themselves, looked for every {services.settings.refresh:g} s.",
        )
    hints = []
    for name, other, number, at_least in without_each(services, query) if view.is_complete else ():
        chip = html.Span(
            [html.Span(name.replace("_", " "), className="k"), html.Span(_value(query, name), className="v")],
            className="mf-chip pad",
        )
        hints.append((chip, f"{formats.count(number, 'run', at_least=at_least)} without it", to(other)))
    text = "The database has runs, but none that fits all of these."
    if hints:
        text += " Without one of them there would be:"
    may_be = meant(services, query.filter.q) if query.filter.q else None
    return feedback.filtered("No runs match these filters", text, hints, to(RunQuery().where(started=None)), may_be)


def _value(query: RunQuery, name: str) -> str:
    value = getattr(query.filter, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
