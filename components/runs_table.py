"""The runs table: one row per run, real links everywhere. Pure: a view in, components out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from components import badges, formats
from components import elements as html
from components.attributes import aria, data
from components.elements import Element
from dashboard.models import JudgedRun, Outcome, Qualifier, Run, Status, TaskRef

FULL_AT = 2.5  # times the typical duration fill the bar; the tick of the typical one stands at 40 %, in the css


@dataclass(frozen=True, slots=True)
class Row:
    """One run with what is known about it."""

    judged: JudgedRun
    result: Outcome | None  # None: not looked up yet
    typical: int | None  # ms
    selected: bool
    opened: bool


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of a table lead; every one is a URL."""

    run: Callable[[Run], str]
    task: Callable[[Run, TaskRef], str]
    flow: Callable[[str], str]
    user: Callable[[str], str]
    tag: Callable[[str], str]
    select: Callable[[Run], str]
    open: Callable[[Run], str]
    sort: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Look:
    """Which columns are hidden, how rows are sorted, what time it is at the database."""

    hidden: frozenset[str]
    sort: str
    now: int
    grouped_by: str | None = None
    more: tuple[tuple[str, str], ...] = ()  # columns that are filled in later, by name: name and heading


COLUMNS: tuple[tuple[str, str, str | None], ...] = (
    # css name, heading, sort word
    ("check", "", None),
    ("caret", "", None),
    ("status", "Status", None),
    ("flow", "Flow", "flow"),
    ("run", "Run", None),
    ("user", "User", "user"),
    ("started", "Started", "started"),
    ("duration", "Duration", "duration"),
    ("result", "Result", None),
    ("tags", "Tags", None),
)


def runs_table(body: Sequence[Element], links: Links, look: Look) -> Element:
    """The table with its head; `body` are rows and group rows."""
    shown = [column for column in COLUMNS if column[0] not in look.hidden]
    return html.Table(
        [
            html.Colgroup(
                [
                    *(html.Col(className=f"col-{name}") for name, _, _ in shown),
                    *(html.Col(className="col-more") for _ in look.more),
                    *(html.Col(className=f"col-rest {name}") for name in ("user", "tags") if name not in look.hidden),
                ]
            ),
            html.Thead(
                html.Tr(
                    [
                        *(_heading(name, words, sort, links, look) for name, words, sort in shown),
                        *(html.Th(words, scope="col", className="c-more") for _, words in look.more),
                    ]
                )
            ),
            html.Tbody(list(body)),
        ],
        className="mf-tbl sticky runs",
        **aria(label="Runs"),
    )


def section(words: str, note: str, look: Look, icon: str | None = None) -> Element:
    """A row that names the rows below it."""
    glyph: list[Any] = [html.I(className=f"ic ic-{icon}", **aria(hidden="true")), " "] if icon else []
    cell = html.Td([*glyph, html.Span(words, className="m"), " ", html.Span(note, className="t2")], colSpan=width(look))
    return html.Tr(cell, className="group", key=f"section-{words}")


def width(look: Look) -> int:
    """Number of columns on show."""
    return sum(1 for name, _, _ in COLUMNS if name not in look.hidden) + len(look.more)


def run_row(row: Row, links: Links, look: Look, preview: Element | None = None) -> list[Element]:
    """One run, and its preview below it when it is open."""
    run, verdict = row.judged.run, row.judged.verdict
    cells = {
        "check": _check(row, links),
        "caret": _caret(row, links),
        "status": badges.status_cell(verdict),
        "flow": _flow(run, links, look),
        "run": html.A(
            formats.short_id(run.id), href=links.run(run), className="mono", title=run.pathspec, **data(main="1")
        ),
        "user": _user(run, links),
        "started": instant(run.created_at, look.now),
        "duration": _duration(row, look),
        "result": _result(row, links, look),
        "tags": badges.tags(run.tags, [links.tag(tag) for tag in run.tags]),
    }
    name, _ = badges.look(verdict)
    line = html.Tr(
        [
            *(html.Td(cell, className=f"c-{column}") for column, cell in cells.items() if column not in look.hidden),
            *(html.Td(html.Span(**data(cell=column)), className="c-more") for column, _ in look.more),
        ],
        key=run.pathspec,
        className="is-selected" if row.selected or row.opened else "",
        **data(row=run.pathspec, status="failed" if verdict.status is Status.FAILED else name),
    )
    if preview is None:
        return [line]
    return [line, html.Tr(html.Td(preview, colSpan=width(look)), className="preview", key=f"{run.pathspec}/preview")]


def instant(at: int | None, now: int, style: str = "relative") -> Element | str:
    """A point in time; the browser keeps it current and shows it in the chosen time zone."""
    if at is None:
        return formats.NOTHING
    return html.Time(formats.ago(at, now), dateTime=str(at), **data(ms=str(at), style=style))


def _heading(name: str, words: str, sort: str | None, links: Links, look: Look) -> Element:
    children: list[Any] = [words]
    if name == "flow":
        children = (
            ["Project / branch"]
            if look.grouped_by == "flow"
            else [words, html.Span(" project / branch", className="t3")]
        )
    if name == "duration":
        children = [
            words,
            html.Span(className="typical-key", **aria(hidden="true")),
            html.Span("= typical", className="t3 p3"),
        ]
    current = look.sort.lstrip("-") == sort
    descending = look.sort.startswith("-")
    if sort:
        arrow = [html.I(className=f"ic ic-{'arrow-down' if descending else 'arrow-up'}", **aria(hidden="true"))]
        target = sort if (current and descending) or (not current and sort in ("flow", "user")) else f"-{sort}"
        children = [
            html.A([children[0], *(arrow if current else [])], href=links.sort(target), className="sort"),
            *children[1:],
        ]
    hidden = (
        [html.Span({"check": "Select", "caret": "Expand"}[name], className="sr")]
        if name in ("check", "caret")
        else children
    )
    more: dict[str, Any] = {"aria-sort": "descending" if descending else "ascending"} if current and sort else {}
    return html.Th(hidden, className=f"c-{name}{' sorted' if current and sort else ''}", scope="col", **more)


def _check(row: Row, links: Links) -> Element:
    run = row.judged.run
    more: dict[str, Any] = {"aria-checked": str(row.selected).lower(), "aria-label": f"Select {run.pathspec}"}
    inner = html.Span(className=f"mf-check{' is-on' if row.selected else ''}")
    return html.A(inner, href=links.select(run), role="checkbox", className="hit", **more)


def _caret(row: Row, links: Links) -> Element:
    run = row.judged.run
    more: dict[str, Any] = {"aria-expanded": str(row.opened).lower(), "aria-label": f"Details of {run.pathspec}"}
    icon = html.I(className=f"ic ic-{'down' if row.opened else 'right'}", **aria(hidden="true"))
    return html.A(icon, href=links.open(run), role="button", className="hit", **more)


def _flow(run: Run, links: Links, look: Look) -> Element:
    place = " / ".join(part for part in (run.project, run.branch) if part)
    name = (
        []
        if look.grouped_by == "flow"
        else [html.A(run.flow, href=links.flow(run.flow), className="f", title=run.flow)]
    )
    small = [html.Span(place, className="p", title=place)] if place and "project" not in look.hidden else []
    return html.Span([*name, *small], className="cell-flow")


def _user(run: Run, links: Links) -> Element:
    if run.user:
        return html.A(run.user, href=links.user(run.user), className="plain ell")
    if run.owner:
        return html.Span(
            run.owner, className="t3 ell", title="Not verified: the run carries no system tag for this user."
        )
    return html.Span(formats.NOTHING, className="t3")


def _duration(row: Row, look: Look) -> Element:
    run, verdict = row.judged.run, row.judged.verdict
    live = verdict.status is Status.RUNNING
    length = max(0, look.now - run.created_at) if live else verdict.duration
    more: dict[str, Any] = {"data-since": str(run.created_at)} if live else {}
    text = html.Span(formats.duration(length), className="d", **more)
    if not row.typical or length is None:
        return html.Span([text], className="cell-dur")
    share = min(1.0, length / (row.typical * FULL_AT))
    name, _ = badges.look(verdict)
    tone = name if name in ("running", "failed", "lost", "killed") else "slow" if length > 1.5 * row.typical else ""
    bar = html.Span(
        [html.I(className=f"f {tone}", style={"width": f"{share:.1%}"}), html.I(className="tick")],
        className="mf-dur p2",
        title=f"Typical for {run.flow}: {formats.duration(row.typical)}",
    )
    return html.Span([text, bar], className="cell-dur")


def _result(row: Row, links: Links, look: Look) -> Element:
    run, verdict, result = row.judged.run, row.judged.verdict, row.result
    if result is None:
        return html.Span(className="mf-skel", style={"width": "72px"}, **aria(label="loading"))
    if verdict.status is Status.RUNNING and verdict.qualifier is not Qualifier.NO_HEARTBEAT:
        return _progress(row, result, look)
    if verdict.qualifier is Qualifier.NO_HEARTBEAT:
        return html.Span(formats.sentence(verdict.reason), className="fg-lost")
    if verdict.status is Status.FAILED and result.first_failure:
        return _task_link(run, result.first_failure, result.failed, "fg-failed", links, "failed")
    if verdict.status is Status.FAILED:
        return html.Span(formats.sentence(verdict.reason), className="t2", title=verdict.reason)
    if result.first_caught:
        return _task_link(run, result.first_caught, result.caught, "fg-caught", links, "caught")
    return html.Span(formats.count(result.tasks, "task"), className="t2")


def _task_link(run: Run, task: TaskRef, number: int, tone: str, links: Links, word: str) -> Element:
    error = task.error or word
    more = f" +{number - 1} more" if number > 1 else ""
    link = html.A(f"{task.step}/{task.task}", href=links.task(run, task), className="mono")
    return html.Span([link, " ", html.Span(error + more, className=tone, title=error)])


def _progress(row: Row, result: Outcome, look: Look) -> Element:
    done, known = result.done or 0, max(result.tasks, 1)
    running = max(0, result.tasks - done - result.failed)
    parts = [
        html.I(className="s-completed", style={"width": f"{done / known:.1%}"}),
        html.I(className="s-failed", style={"width": f"{result.failed / known:.1%}"}),
        html.I(className="s-running-soft", style={"width": f"{min(running / known, 0.12):.1%}"}),
    ]
    words: list[Element] = [html.Span(f"{done:,} / {result.tasks:,}", title="tasks done of those registered so far")]
    if result.failed:
        words.append(html.Span(f"{result.failed:,} failed", className="fg-failed"))
    spent = look.now - row.judged.run.created_at
    if row.typical and row.typical > spent:
        words.append(
            html.Span(
                f"{formats.roughly(row.typical - spent)} left",
                className="t3",
                title="by the typical duration of the flow",
            )
        )
    told = aria(label="Tasks done", valuenow=str(done), valuemax=str(result.tasks))
    bar = html.Span(parts, className="bar", role="progressbar", **told)
    return html.Span([bar, *words], className="mf-prog")
