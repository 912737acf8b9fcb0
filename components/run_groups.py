"""The Runs page grouped: a header per group with its last runs, success, typical time and last good run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from components import badges, formats
from components import elements as html
from components.attributes import aria
from components.elements import Element
from components.runs_table import Look, instant, width
from dashboard.models import JudgedRun, Run, Status

LAST, SHOWN = 14, 3  # runs in the bars, rows under a header


@dataclass(frozen=True, slots=True)
class Group:
    """Runs of one flow, user or project, newest first."""

    name: str
    runs: tuple[JudgedRun, ...]

    @property
    def ended(self) -> list[JudgedRun]:
        """Runs with an outcome."""
        return [one for one in self.runs if one.verdict.status in (Status.COMPLETED, Status.FAILED)]

    @property
    def success(self) -> float | None:
        """Share of completed among ended runs; None where none has ended."""
        ended = self.ended
        return sum(one.verdict.status is Status.COMPLETED for one in ended) / len(ended) if ended else None

    @property
    def typical(self) -> int | None:
        """Median duration (ms) of the completed runs."""
        known = [
            one.verdict.duration
            for one in self.runs
            if one.verdict.status is Status.COMPLETED and one.verdict.duration is not None
        ]
        return int(median(known)) if known else None

    @property
    def last_good(self) -> JudgedRun | None:
        """The newest completed run."""
        return next((one for one in self.runs if one.verdict.status is Status.COMPLETED), None)


def groups(runs: Sequence[JudgedRun], by: str) -> list[Group]:
    """Runs grouped by flow, user or project; groups with the newest run first, rows in the order given."""
    found: dict[str, list[JudgedRun]] = {}
    for one in runs:
        run = one.run
        name = run.flow if by == "flow" else (run.user or run.owner) if by == "user" else run.project
        found.setdefault(name or f"no {by}", []).append(one)
    return [Group(name, tuple(members)) for name, members in found.items()]


def group_header(group: Group, look: Look, all_of_it: str, run_href: Callable[[Run], str]) -> Element:
    """One header row."""
    newest = group.runs[0].run
    place = " / ".join(part for part in (newest.project, newest.branch) if part) if look.grouped_by == "flow" else ""
    success, good = group.success, group.last_good
    facts = [
        _fact("runs", f"{len(group.runs):,}"),
        _fact("success", f"{success:.0%}" if success is not None else formats.NOTHING),
        _fact("typical", formats.duration(group.typical)),
    ]
    last = (
        [
            "last good ",
            html.A(good.run.id, href=run_href(good.run), className="mono"),
            ", ",
            instant(good.run.created_at, look.now),
        ]
        if good
        else ["no good run in this range"]
    )
    cell = html.Div(
        [
            html.Span(group.name, className="gname"),
            html.Span(place, className="gplace t3 small"),
            _bars(group),
            html.Span(facts, className="gfacts"),
            html.Span(last, className="glast small t2 p3"),
            html.A("All its runs", href=all_of_it, className="gall small"),
        ],
        className="group-head",
    )
    return html.Tr(
        html.Th(cell, colSpan=width(look), scope="rowgroup"), className="grouphead", key=f"group-{group.name}"
    )


def show_all(group: Group, look: Look, all_of_it: str) -> list[Element]:
    """The row that leads to the rest of a group; none where all are shown."""
    if len(group.runs) <= SHOWN:
        return []
    link = html.A(f"Show all {len(group.runs):,} runs", href=all_of_it, className="small")
    return [html.Tr(html.Td(link, colSpan=width(look), className="show-all"), key=f"all-{group.name}")]


def _fact(name: str, value: str) -> Element:
    return html.Span([html.Span(name, className="t3"), " ", html.B(value)], className="small")


def _bars(group: Group) -> Element:
    """The last runs, oldest first: height is the duration, colour the status."""
    last = list(reversed(group.runs[:LAST]))
    longest = max((one.verdict.duration or 0 for one in last), default=0) or 1
    bars = []
    for one in last:
        name, word = badges.look(one.verdict)
        height = max(3, round(16 * (one.verdict.duration or 0) / longest))
        text = f"{one.run.id}: {word}, {formats.duration(one.verdict.duration)}"
        bars.append(html.I(className=f"s-{name}", style={"height": f"{height}px"}, title=text))
    words = f"Last {len(last)} runs: " + ", ".join(badges.look(one.verdict)[1].lower() for one in last)
    return html.Span(bars, className="gbars p2", role="img", **aria(label=words))
