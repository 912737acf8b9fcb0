"""Which attempts of a run are shown and how, as a value: URL query ↔ `TaskQuery`. The URL is the state.

Grammar (every parameter may be repeated where it says any; the JSON interface takes the first four):

    step      any of these steps
    status    any of: running pending failed completed unknown, or of their kinds killed caught cloned
    q         part of a task id or foreach value; variable=value; artifact:NAME; metadata FIELD=VALUE
    sort      failed started finished duration queue step task attempt status, with - before it: the other way round
    tab       timeline dag tasks cards details, or the name of a plugin that has a tab
    group     none: one list instead of one lane a step
    axis      clock instead of elapsed time
    zoom      FROM..TO, milliseconds since the start of the run
    open      steps whose tasks are listed, with how many: train, train:112; - for no step
    full      1: the timeline or the graph fills the window

Of the graph (tab dag):

    dir       right: drawn from left to right instead of top down
    shade     duration or queue instead of status
    find      part of the name of a step
    sel       the step that the panel tells of
    unfold    first steps of chains that are not folded; * for all
    table     1: the steps as a table instead of the graph
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from dashboard import query_text
from dashboard.errors import BadQuery

STATUSES = ("running", "pending", "failed", "killed", "caught", "cloned", "completed", "unknown")
KEYS = ("failed", "started", "finished", "duration", "queue", "step", "task", "attempt", "status")
SORTS = (*KEYS, *(f"-{key}" for key in KEYS))
TABS = ("timeline", "dag", "tasks", "cards", "details")
OF_GRAPH = ("dir", "shade", "find", "sel", "table")
SINGLE = ("q", "sort", "tab", "group", "axis", "zoom", "full", *OF_GRAPH)  # parameters of which the last value counts
_SHOWN = ("status", "step", "q", "sort", "tab", "group", "axis", "zoom", "open", "full", *OF_GRAPH, "unfold")
_ZOOM = re.compile(r"(-?\d{1,15})\.\.(-?\d{1,15})")


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Tuples are sets of alternatives; empty means no condition. `sort` None is "failed": the worst first."""

    status: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    q: str = ""
    sort: str | None = None
    tab: str = "timeline"
    group: str | None = None
    axis: str | None = None
    zoom: tuple[int, int] | None = None
    open: tuple[str, ...] = ()
    full: str | None = None
    dir: str | None = None
    shade: str | None = None
    find: str = ""
    sel: str = ""
    table: str | None = None
    unfold: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, text: str, more_tabs: Sequence[str] = ()) -> TaskQuery:
        """From a URL's query text, with or without `?`; unknown names and bad values raise BadQuery."""
        return cls.from_values(query_text.parsed(text), more_tabs)

    @classmethod
    def from_values(cls, values: Mapping[str, Sequence[str]], more_tabs: Sequence[str] = ()) -> TaskQuery:
        """From parsed parameters (name → values); empty values count as absent."""
        given = query_text.checked(values, _SHOWN)
        return cls(
            status=query_text.each("status", tuple(dict.fromkeys(given.get("status", ()))), STATUSES),
            step=tuple(dict.fromkeys(given.get("step", ()))),
            q=_last("q", given),
            sort=query_text.one("sort", given, SORTS),
            tab=query_text.one("tab", given, (*TABS, *more_tabs)) or "timeline",
            group=query_text.one("group", given, ("none",)),
            axis=query_text.one("axis", given, ("clock",)),
            zoom=_zoom(given["zoom"][-1]) if given.get("zoom") else None,
            open=tuple(dict.fromkeys(given.get("open", ()))),
            full=query_text.one("full", given, ("1",)),
            dir=query_text.one("dir", given, ("right",)),
            shade=query_text.one("shade", given, ("duration", "queue")),
            find=_last("find", given),
            sel=_last("sel", given),
            table=query_text.one("table", given, ("1",)),
            unfold=tuple(dict.fromkeys(given.get("unfold", ()))),
        )

    def to_query(self) -> str:
        """The query text without `?`; what is at its default is left out."""
        default, pairs = TaskQuery(), []
        for name in _SHOWN:
            value = getattr(self, name)
            if value == getattr(default, name):
                continue
            if name == "zoom":
                pairs.append((name, "{}..{}".format(*value)))
            else:
                pairs += [(name, one) for one in value] if isinstance(value, tuple) else [(name, value)]
        return urlencode(pairs)

    def show(self, **changes: object) -> TaskQuery:
        """The same with some of it different."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _last(name: str, given: Mapping[str, Sequence[str]]) -> str:
    return given[name][-1].strip() if given.get(name) else ""


def _zoom(text: str) -> tuple[int, int]:
    found = _ZOOM.fullmatch(text)
    if not found or int(found[1]) >= int(found[2]):
        raise BadQuery(f"zoom={text[:80]}: FROM..TO in milliseconds since the start of the run is needed.")
    return int(found[1]), int(found[2])
