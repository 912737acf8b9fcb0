"""What a request asks for beside a query: format, limit, the run or task that it names, the attempt."""

from __future__ import annotations

import re

from flask import request

from dashboard import query_text
from dashboard.data import runs, task_facts
from dashboard.data.database import Reader
from dashboard.data.task_facts import TaskFacts
from dashboard.errors import BadQuery
from dashboard.models import JudgedRun, Run
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


def task(services: Services, flow: str, run_id: str, step: str, name: str) -> tuple[Run, TaskFacts]:
    """The run, and its task with this id or name. Raises Absent."""
    Pathspec(flow, run_id, step, name)

    def read(reader: Reader) -> tuple[Run, TaskFacts] | None:
        found = runs.get(reader, flow, run_id)
        facts = task_facts.find(reader, found.key, step, name) if found else None
        return (found, facts) if found and facts else None

    both = services.database(read)
    if both is None:
        raise Absent(f"There is no task {flow}/{run_id}/{step}/{name}.")
    return both


def attempt(values: Values, facts: TaskFacts) -> int:
    """The attempt that is asked for, else the newest, taken out of the values. Raises Absent."""
    newest = max(facts.attempts, default=0)
    text = values.pop("attempt", [str(newest)])[-1]
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BadQuery(f"attempt={text[:80]}: a whole number from 0 to 999 is needed.")
    if int(text) != newest and int(text) not in facts.attempts:
        raise Absent(f"Task {facts.task} has no attempt {int(text)}.")
    return int(text)


def number(values: Values, name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds, taken out of the values."""
    text = values.pop(name, [str(default)])[-1]
    if not re.fullmatch(r"-?\d{1,15}", text) or not least <= int(text) <= most:
        raise BadQuery(f"{name}={text[:80]}: a whole number from {least} to {most} is needed.")
    return int(text)


def flag(values: Values, name: str) -> bool:
    """Whether `name=1` is asked for, taken out of the values."""
    text = values.pop(name, ["0"])[-1]
    if text not in ("0", "1"):
        raise BadQuery(f"{name}={text[:80]}: 0 or 1 is needed.")
    return text == "1"


def values() -> Values:
    """What the request gives, without `quiet`."""
    found: Values = request.args.to_dict(flat=False)
    found.pop("quiet", None)
    return found


def file_name(text: str) -> str:
    """Text as a part of a name of a file: letters, digits, `-`, `.` and `_`."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in text)[:200]
