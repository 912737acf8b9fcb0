"""What a request asks for beside a query: format, limit, the run that it names."""

from __future__ import annotations

from dashboard import query_text
from dashboard.errors import BadQuery
from dashboard.models import JudgedRun
from dashboard.pathspec import Pathspec
from dashboard.services import Services

MOST, USUAL = 1_000, 100  # objects in one answer
Values = dict[str, list[str]]


def form(values: Values) -> str:
    """`json` or `csv`, taken out of the values."""
    wanted = values.pop("format", ["json"])[-1]
    if wanted not in ("json", "csv"):
        raise BadQuery(f"format={wanted[:80]}: json or csv is needed.")
    return wanted


def limit(values: Values) -> int:
    """How many objects one answer may hold, taken out of the values."""
    found = query_text.number("limit", values, USUAL, MOST)
    values.pop("limit", None)
    return found


def nothing_else(values: Values, known: str) -> None:
    """Refuse what is left of the values; `known` says in words what there is."""
    if values:
        raise BadQuery(f"“{next(iter(values))[:80]}” is not a known parameter here; {known}.")


def run(services: Services, flow: str, name: str) -> JudgedRun:
    """The run with this run number or run id. Raises Absent."""
    Pathspec(flow, name)  # refuses what no database could be asked for
    found = services.database(services.judge.find, flow, name)
    if found is None:
        raise Absent(f"There is no run {flow}/{name}.")
    return found[1]


class Absent(BadQuery):
    """What is asked for is not there (404)."""
