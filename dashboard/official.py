"""URLs of the official GUI as URLs of this dashboard: the same objects, the same filters. A pure function.

    /?flow_id= &user= &status= &_tags= &timerange_start= &timerange_end= &_group= &_order=
    /<flow>/<run>                    ?group= &order= &direction= &steps= &status= &q=
    /<flow>/<run>/view/<timeline, dag or task>
    /<flow>/<run>/<step>             the tasks of the step
    /<flow>/<run>/<step>/<task>      ?attempt= &section=
    /notifications

What has no meaning here (`_limit`, `_page`, `debug` …) is left out; what cannot be understood stays, so that the page
says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlencode

from dashboard.errors import BadQuery
from dashboard.pathspec import Pathspec
from dashboard.query_text import MAX_PARAMETERS

NOTIFICATIONS = "notifications"
VIEWS = {"timeline": "timeline", "dag": "dag", "task": "tasks"}
NAMELESS = ("debug", "_limit", "_group_limit", "_page")  # they have no meaning here
OF_RUNS = ("flow_id", "_tags", "timerange_start", "timerange_end", "_group", "_order", *NAMELESS)  # not ours
ALL_STATUSES = {"completed", "failed", "running"}
GROUPS = {"flow_id": "flow", "user": "user"}
ORDERS = {"ts_epoch": "started", "flow_id": "flow", "user": "user", "duration": "duration"}
TASK_ORDERS = {"startTime": "started", "endTime": "finished", "duration": "duration"}
HASH = re.compile(r"[0-9a-f]{16,64}")
LATEST = 253_402_300_799_999  # ms, the end of the year 9999
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A URL of this dashboard in parts: path without prefix, query without `?`, fragment without `#`."""

    path: str
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.path}{query}{f'#{self.fragment}' if self.fragment else ''}"


def ours(parts: Sequence[str], query: str, default_started: bool = False) -> Place | None:
    """Where a URL of the official GUI leads here; None where it is one of ours already.

    `parts` are those of the path, decoded; `default_started`: whether a URL without a time range has one here.
    """
    pairs = _pairs(query)
    if pairs is None or any("\x00" in part for part in parts):
        return None
    if not parts:
        return _runs(pairs, default_started)
    if list(parts) == [NOTIFICATIONS]:
        return Place("/-/notifications")
    if any(not part for part in parts) or parts[0].startswith(("-", "_")):
        return None
    try:
        if len(parts) == 4 and parts[2] == "view":
            tab = VIEWS.get(parts[3])
            return _run(Pathspec(parts[0], parts[1]), pairs, tab, moved=True) if tab else None
        if len(parts) == 3:
            steps = [("step", parts[2])] if parts[2] != "view" else []
            return _run(Pathspec(parts[0], parts[1]), [*steps, *pairs], "tasks" if steps else None, moved=True)
        if len(parts) == 2:
            return _run(Pathspec(parts[0], parts[1]), pairs, None, moved=False)
        if len(parts) == 4:
            return _task(Pathspec(*parts), pairs)
    except BadQuery:
        pass
    return None


def _pairs(query: str) -> Pairs | None:
    try:
        return parse_qsl(query, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return None


def _runs(pairs: Pairs, default_started: bool) -> Place | None:
    names = {name for name, _ in pairs}
    statuses = [value for name, value in pairs if name == "status" and "," in value]
    several = any(set(one.split(",")) <= ALL_STATUSES for one in statuses) or any(
        name == "user" and "," in value and ", " not in value
        for name, value in pairs  # ", " is within a name
    )
    if not names.intersection(OF_RUNS) and not several:
        return None
    made: Pairs = []
    for name, value in pairs:
        if name in ("flow_id", "_tags"):
            made += [("flow" if name == "flow_id" else "tag", one) for one in _list(value)]
        elif name == "user":
            made += [(name, one) for one in _list(value)]
        elif name == "status":
            made += [(name, one) for one in _list(value)] if set(_list(value)) != ALL_STATUSES else []
        elif name == "_group" and value in GROUPS:
            made.append(("group", GROUPS[value]))
        elif name == "_order" and value.lstrip("+- ") in ORDERS:  # a "+" in a URL is a blank
            order = ORDERS[value.lstrip("+- ")]
            made += [("sort", f"-{order}" if value.startswith("-") else order)] if value != "-ts_epoch" else []
        elif name not in OF_RUNS:
            made.append((name, value))
    found = dict(pairs)
    if "timerange_start" in found or "timerange_end" in found:
        since, until = (_instant(found.get(f"timerange_{end}", "")) for end in ("start", "end"))
        made += [("started", f"{since}..{until}")] if since or until else []
    elif default_started and "started" not in names:
        made.append(("started", "any"))
    return Place("/", urlencode(made))


def _run(run: Pathspec, pairs: Pairs, tab: str | None, *, moved: bool) -> Place | None:
    names = {name for name, _ in pairs}
    grouped = any(name == "group" and value in ("true", "false") for name, value in pairs)
    theirs = moved or grouped or bool(names & {"steps", "order", "direction", "section"})
    if not theirs:
        return None
    made: Pairs = []
    for name, value in pairs:
        if name == "steps":
            made += [("step", one) for one in _list(value)]
        elif name == "group":
            made += [("group", "none")] if value == "false" else [] if value == "true" else [(name, value)]
        elif name == "q":
            made.append((name, _search(value)))
        elif name not in ("order", "direction", "section", "attempt", "tab", *NAMELESS):
            made.append((name, value))
    made += _order(dict(pairs))
    own_tab = dict(pairs).get("tab") or tab
    made += [("tab", own_tab)] if own_tab and own_tab != "timeline" else []
    return Place(run.url, urlencode(made))


def _task(task: Pathspec, pairs: Pairs) -> Place | None:
    names = {name for name, _ in pairs}
    if not names & {"steps", "order", "direction", "section", "group"}:
        return None
    made: Pairs = []
    fragment = ""
    for name, value in pairs:
        if name == "section" and value in ("stdout", "stderr"):
            made.append(("log", value))
            fragment = "part-logs"
        elif name == "section" and value == "artifacts":
            fragment = "part-artifacts"
        elif name == "section" and HASH.fullmatch(value):
            made.append(("card", value))
            fragment = "part-cards"
        elif name not in ("steps", "order", "direction", "section", "group", *NAMELESS):
            made.append((name, value))
    return Place(task.url, urlencode([*made, *_order(dict(pairs))]), fragment)


def _order(found: dict[str, str]) -> Pairs:
    """`order` and `direction` as our `sort`; theirs is by start, which is the order of the timeline anyway."""
    order = TASK_ORDERS.get(found.get("order", "startTime"))
    if order is None or ("order" not in found and "direction" not in found):
        return []
    return [("sort", f"-{order}" if found.get("direction") == "desc" else order)]


def _search(value: str) -> str:
    """Their `key:value` is the value of a foreach variable or an artifact; ours is written with an equals sign."""
    key, colon, wanted = value.partition(":")
    if not colon or key == "artifact" or "=" in value or not key.isidentifier():
        return value
    return f"{key}={wanted}"


def _list(value: str) -> list[str]:
    return [one for one in value.split(",") if one]


def _instant(text: str) -> str:
    """Epoch milliseconds as an ISO time; what is no such number stays, for the page to say so."""
    if not (text.isascii() and text.isdigit() and int(text[:16]) <= LATEST and len(text) <= 15):
        return text
    moment = datetime.fromtimestamp(int(text) / 1000, timezone.utc)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").removesuffix(".000") + "Z"
