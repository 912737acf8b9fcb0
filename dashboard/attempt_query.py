"""Which attempt the page of a task shows, and how, as a value: URL query ↔ `AttemptQuery`. The URL is the state.

attempt   its number; else the newest
log       stdout, stderr or both; else the more telling one
line      a line of the log by its number, or several: 1283-1304
search    what is looked for in the log; with regex=1 an RE2 pattern, with case=1 as it is written
wrap times fold    off: long lines are not broken, no times, nothing is folded
artifact  the artifact that is open
versus    parent: artifacts are compared with those of the parent task; else with the attempt before, where there is one
changed   off: artifacts stand by name, else what changed comes first
card      the card that is open, by its hash
status q sort      of the list of tasks beside, as on the page of the run
full      1: the log fills the window
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from dashboard import query_text
from dashboard.errors import BadQuery
from dashboard.task_query import SORTS, STATUSES

STREAMS = ("stdout", "stderr", "both")
MOST_ATTEMPT = 999
NAMES = (
    *("attempt", "log", "line", "search", "regex", "case", "wrap", "times", "fold", "artifact", "card"),
    *("versus", "changed", "status", "q", "sort", "full"),
)
SINGLE = tuple(name for name in NAMES if name != "status")  # parameters of which the last value counts
_LINES = re.compile(r"([1-9]\d{0,14})(?:-([1-9]\d{0,14}))?")


@dataclass(frozen=True, slots=True)
class AttemptQuery:
    """`None` is the default of each."""

    attempt: int | None = None
    log: str | None = None
    line: str | None = None
    search: str = ""
    regex: str | None = None
    case: str | None = None
    wrap: str | None = None
    times: str | None = None
    fold: str | None = None
    artifact: str | None = None
    card: str | None = None
    versus: str | None = None
    changed: str | None = None
    status: tuple[str, ...] = ()
    q: str = ""
    sort: str | None = None
    full: str | None = None

    @classmethod
    def from_query(cls, text: str) -> AttemptQuery:
        """From a URL's query text, with or without `?`; unknown names and bad values raise BadQuery."""
        return cls.from_values(query_text.parsed(text))

    @classmethod
    def from_values(cls, values: Mapping[str, Sequence[str]]) -> AttemptQuery:
        """From parsed parameters (name → values); empty values count as absent."""
        given = query_text.checked(values, NAMES)
        last = {name: found[-1] for name, found in given.items()}
        return cls(
            attempt=_attempt(last.get("attempt")),
            log=query_text.one("log", given, STREAMS),
            line=_lines(last.get("line")),
            search=last.get("search", ""),
            **{name: query_text.one(name, given, ("1",)) for name in ("regex", "case", "full")},
            **{name: query_text.one(name, given, ("off",)) for name in ("wrap", "times", "fold", "changed")},
            artifact=last.get("artifact"),
            card=last.get("card"),
            versus=query_text.one("versus", given, ("parent",)),
            status=query_text.each("status", tuple(dict.fromkeys(given.get("status", ()))), STATUSES),
            q=last.get("q", "").strip(),
            sort=query_text.one("sort", given, SORTS),
        )

    def to_query(self) -> str:
        """The query text without `?`; what is at its default is left out."""
        default, pairs = AttemptQuery(), []
        for name in NAMES:
            value = getattr(self, name)
            if value != getattr(default, name):
                pairs += [(name, one) for one in value] if isinstance(value, tuple) else [(name, value)]
        return urlencode(pairs)

    def show(self, **changes: object) -> AttemptQuery:
        """The same with some of it different."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def other_attempt(self, number: int) -> AttemptQuery:
        """The same of another attempt, in which lines have other numbers."""
        return self.show(attempt=number, line=None, artifact=None)


def _attempt(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_ATTEMPT):
        raise BadQuery(f"attempt={text[:80]}: a whole number from 0 to {MOST_ATTEMPT} is needed.")
    return int(text)


def _lines(text: str | None) -> str | None:
    if text is None:
        return None
    found = _LINES.fullmatch(text)
    if not found or (found[2] and int(found[2]) < int(found[1])):
        raise BadQuery(f"line={text[:80]}: a line number such as 1300, or two such as 1283-1304, is needed.")
    return text
