"""What the Runs page shows, as a value: URL query ↔ `RunQuery`. The URL is the state.

Grammar (every parameter may be repeated; the JSON interface takes the same words):

    flow user project branch   any of the values;   NAME.not=…  none of them
    tag                        all of the values;   tag.any  tag.not  tag.contains
    status                     any of: running completed failed killed no-heartbeat caught
    started                    1h 6h 24h 7d 30d 90d any, or FROM..TO with ISO times (either side may be empty)
    q                          free text: run id, flow, user or tag
    sort                       -started started -duration duration flow -flow user -user
    group rows after open select hide    how the page shows it

"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from dashboard import query_text
from dashboard.errors import BadQuery

STATUSES = ("running", "failed", "no-heartbeat", "killed", "caught", "completed")
PRESETS = {
    "1h": 3_600_000,
    "6h": 21_600_000,
    "24h": 86_400_000,
    "7d": 604_800_000,
    "30d": 2_592_000_000,
    "90d": 7_776_000_000,
}
SINGLE = ("started", "q", "sort", "group", "rows", "after")  # parameters of which the last value counts
SORTS = ("-started", "started", "-duration", "duration", "flow", "-flow", "user", "-user")
GROUPS = ("flow", "user", "project")
COLUMNS = ("project", "user", "started", "duration", "result", "tags")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEARS = (datetime.min.replace(tzinfo=timezone.utc) - _EPOCH, datetime.max.replace(tzinfo=timezone.utc) - _EPOCH)


@dataclass(frozen=True, slots=True)
class Span:
    """A time range: a preset's name, or bounds in epoch milliseconds (None: open)."""

    preset: str | None = None
    since: int | None = None
    until: int | None = None

    @classmethod
    def parse(cls, text: str) -> Span | None:
        """`7d`, `any` (None) or `2026-11-24T14:00Z..` ; times without a zone are UTC."""
        if text == "any":
            return None
        if text in PRESETS:
            return cls(preset=text)
        since, dots, until = text.partition("..")
        if not dots or not (since or until):
            raise BadQuery(
                f"started={text[:80]}: one of {', '.join(PRESETS)}, any, or FROM..TO with ISO times is needed."
            )
        span = cls(since=_instant(since), until=_instant(until))
        if span.since is not None and span.until is not None and span.since > span.until:
            raise BadQuery(f"started={text[:80]}: the range ends before it begins.")
        return span

    def bounds(self, now: int) -> tuple[int | None, int | None]:
        """(from, to) in epoch milliseconds; `from` inclusive, `to` exclusive."""
        return (now - PRESETS[self.preset], None) if self.preset else (self.since, self.until)

    def __str__(self) -> str:
        return self.preset or f"{_iso(self.since)}..{_iso(self.until)}"


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs. Tuples are sets of alternatives; empty means no condition."""

    flow: tuple[str, ...] = ()
    flow_not: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    user_not: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    project_not: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    branch_not: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()  # all of them
    tag_any: tuple[str, ...] = ()
    tag_not: tuple[str, ...] = ()
    tag_contains: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    q: str = ""
    started: Span | None = None

    @property
    def of_any_status(self) -> RunFilter:
        """The same without its status: one look-up then serves every status toggle."""
        return replace(self, status=())

    @property
    def is_empty(self) -> bool:
        """No condition at all but the time range."""
        return replace(self, started=None) == RunFilter()


@dataclass(frozen=True, slots=True)
class RunQuery:
    """A filter and how the page shows what it finds."""

    filter: RunFilter = field(default_factory=RunFilter)
    sort: str = "-started"
    group: str | None = None
    rows: int = 50
    after: str | None = None
    open: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, text: str, default_started: Span | None = None) -> RunQuery:
        """From a URL's query text, with or without `?`; unknown names and bad values raise BadQuery."""
        return cls.from_values(query_text.parsed(text), default_started)

    @classmethod
    def from_values(cls, values: Mapping[str, Sequence[str]], default_started: Span | None = None) -> RunQuery:
        """From parsed parameters (name → values); empty values count as absent."""
        values = query_text.checked(values, {*_FIELDS.values(), *_SHOWN})
        chosen = {attribute: tuple(dict.fromkeys(values.get(name, ()))) for attribute, name in _FIELDS.items()}
        q, started = chosen.pop("q"), chosen.pop("started")
        query_text.each("status", chosen["status"], STATUSES)
        group = query_text.one("group", values, (*GROUPS, "none"))
        return cls(
            filter=RunFilter(
                **chosen,
                q=q[-1].strip() if q else "",
                started=Span.parse(started[-1]) if started else default_started,
            ),
            sort=query_text.one("sort", values, SORTS) or "-started",
            group=None if group == "none" else group,
            rows=query_text.number("rows", values, 50, 300),
            after=values["after"][-1] if values.get("after") else None,
            open=tuple(values.get("open", ())),
            select=tuple(values.get("select", ())),
            hide=query_text.each("hide", tuple(values.get("hide", ())), COLUMNS),
        )

    def to_query(self, default_started: Span | None = None) -> str:
        """The query text without `?`; what is at its default is left out."""
        pairs: list[tuple[str, str]] = []
        for attribute, name in _FIELDS.items():
            value = getattr(self.filter, attribute)
            if attribute == "started":
                if value != default_started:
                    pairs.append((name, str(value) if value else "any"))
            elif value:
                pairs += [(name, value)] if isinstance(value, str) else [(name, one) for one in value]
        default = RunQuery()
        for name in _SHOWN:
            value = getattr(self, name)
            if value is not None and value != getattr(default, name):
                pairs += [(name, one) for one in value] if isinstance(value, tuple) else [(name, str(value))]
        return urlencode(pairs)

    def where(self, **changes: object) -> RunQuery:
        """The same view with other conditions; it starts again at the first rows."""
        return replace(self, filter=replace(self.filter, **changes), rows=50, after=None)  # type: ignore[arg-type]

    def show(self, **changes: object) -> RunQuery:
        """The same conditions, shown in another way."""
        return replace(self, **changes)  # type: ignore[arg-type]


_SHOWN = ("sort", "group", "rows", "after", "open", "select", "hide")
# attribute of RunFilter → name in the URL
_FIELDS = {f.name: f.name.replace("_", ".") for f in fields(RunFilter)}


def _instant(text: str) -> int | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise BadQuery(f"started: “{text[:80]}” is not an ISO time such as 2026-11-24T14:00Z.") from None
    instant = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)) - _EPOCH
    if not _YEARS[0] <= instant < _YEARS[1]:  # `_iso` has to say it in UTC
        raise BadQuery(f"started: “{text[:80]}” is before year 1 or after year 9999.")
    return instant // timedelta(milliseconds=1)


def _iso(instant: int | None) -> str:
    if instant is None:
        return ""
    moment = _EPOCH + timedelta(milliseconds=instant)
    digits = "minutes" if instant % 60_000 == 0 else "seconds" if instant % 1_000 == 0 else "milliseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=digits) + "Z"
