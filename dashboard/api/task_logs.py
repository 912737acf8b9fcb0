"""The logs of a task's attempts as JSON: lines by number, searches, and whole as text. Nothing of them is markup.

A page of the dashboard asks with `quiet=1`: what goes wrong comes with status 200, as it is shown where the log would
be, and a browser's console complains of any other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

from cachetools import TTLCache, cached
from flask import Blueprint, Response, jsonify, stream_with_context

from dashboard.api import asked
from dashboard.attempt_query import STREAMS
from dashboard.data import task_facts
from dashboard.data.task_facts import Home, TaskFacts
from dashboard.datastore.logs import Line, Log, Stream, Style, segments
from dashboard.services import Services

MOST_LINES, USUAL_LINES = 5_000, 200
MOST_MATCHES = 20_000  # numbers of lines
GOOD_FOR = 3  # seconds that it stays known which attempt is the newest, and where its logs are
COUNTING = 0.25  # seconds that a first answer counts lines; a log of 300 MB
PATIENCE = 8.0  # … and one that asks for lines by number
SEARCHING = 5.0
PIECE = 256 * 1024  # bytes of a download that go out together
NOT_BEGUN: dict[str, Any] = {
    "streams": {name: {"bytes": 0, "lines": 0} for name in ("stdout", "stderr")},
    "origin": None,
    "begun": False,
    "lines": [],
    "total": 0,
    "bytes": 0,
    "complete": False,
}
MARKS = {"bold": "b", "dim": "d", "italic": "i", "underline": "u"}


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""
    base = "/api/<flow>/<run>/<step>/<task>/logs"

    @cached(TTLCache(1_000, GOOD_FOR), lock=threading.Lock())
    def found(flow: str, run: str, step: str, task: str, attempt: str | None) -> tuple[TaskFacts, Home]:
        judged, facts = asked.task(services, flow, run, step, task)
        number = asked.attempt({} if attempt is None else {"attempt": [attempt]}, facts)
        return facts, services.database(task_facts.home, judged.id, facts, number)

    def opened(flow: str, run: str, step: str, task: str, values: asked.Values) -> tuple[TaskFacts, Home]:
        """Scrolling asks for the same attempt many times a second."""
        return found(flow, run, step, task, values.pop("attempt", [None])[-1])

    @api.get(base)
    def logs(flow: str, run: str, step: str, task: str) -> Response:
        values = asked.values()
        wanted = values.pop("log", [""])[-1]
        facts, home = opened(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, log, quiet")
        if home.location is None and not facts.has_begun(home.attempt):
            return jsonify(NOT_BEGUN | {"attempt": home.attempt, "shown": wanted if wanted in STREAMS else "stdout"})
        both: dict[str, Log] = {"stdout": services.logs(home, "stdout"), "stderr": services.logs(home, "stderr")}
        shown = wanted if wanted in STREAMS else _telling(facts, home, both)
        log = services.logs(home, cast(Stream, shown))
        last = _last(log, USUAL_LINES)  # counts a while, so that the log itself is not counted once more below
        about = {
            name: {"bytes": one.size, "lines": one.total if one is log else _counted(one)} for name, one in both.items()
        }
        origin = f"{home.flow}/{home.run}/{home.step}/{home.task}" if home.is_origin else None
        told = {"attempt": home.attempt, "streams": about, "shown": shown, "origin": origin, "begun": True}
        return jsonify(told | last)

    @api.get(f"{base}/<stream>")
    def lines(flow: str, run: str, step: str, task: str, stream: str) -> Response:
        values = asked.values()
        first = asked.number(values, "from", 1, -MOST_LINES, 10**14) or 1
        count = asked.number(values, "lines", USUAL_LINES, 0, MOST_LINES)
        pattern = values.pop("search", [""])[-1]
        how = {"regex": asked.flag(values, "regex"), "case": asked.flag(values, "case")}
        _, home = opened(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, from, lines, search, regex, case, quiet")
        log = services.logs(home, _stream(stream))
        if pattern:
            return jsonify(_searched(log, pattern, first, count, **how))
        return jsonify(_last(log, -first) if first < 0 else _lines(log, first, count))

    @api.get(f"{base}/<stream>/error")
    def first_error(flow: str, run: str, step: str, task: str, stream: str) -> Response:
        values = asked.values()
        _, home = opened(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, quiet")
        return jsonify(line=services.logs(home, _stream(stream)).first_error(SEARCHING))

    @api.get(f"{base}/<stream>/raw")
    def raw(flow: str, run: str, step: str, task: str, stream: str) -> Response:
        values = asked.values()
        is_plain = asked.flag(values, "plain")
        _, home = opened(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, plain, quiet")
        log = services.logs(home, _stream(stream))
        name = f"{home.run}-{home.step}-{home.task}-{home.attempt}.{stream}.log"
        answer = Response(
            stream_with_context(_pieces(log.text() if is_plain else log.raw())), mimetype="text/plain; charset=utf-8"
        )
        answer.headers.set("Content-Disposition", "attachment", filename=asked.file_name(name))
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


def line_json(line: Line) -> dict[str, Any]:
    """One line: `text` is what can be seen; `parts` stands there only where some of it has a colour or weight."""
    parts = segments(line.text)
    made: dict[str, Any] = {
        "n": line.number,
        "time": line.time,
        "source": line.source,
        "text": "".join(text for _, text in parts),
        "kind": line.kind.value,
    }
    if any(style != Style() for style, _ in parts):
        made["parts"] = [[_classes(style), text] for style, text in parts]
    if line.is_cut:
        made["bytes"] = line.size
    return made


def _classes(style: Style) -> str:
    marks = [MARKS[mark] for mark in sorted(style.marks)]
    return " ".join(filter(None, (style.colour, *marks)))


def _stream(name: str) -> Stream:
    if name not in STREAMS:
        raise asked.Absent("A log is that of stdout, stderr or both.")
    return cast(Stream, name)


def _telling(facts: TaskFacts, home: Home, found: dict[str, Log]) -> str:
    """Of what failed stderr, of what ended well or still runs stdout; the other one when that is empty."""
    ok = facts.own("attempt_ok", home.attempt)
    is_bad = ok == "False" or (ok is None and found["stderr"].is_complete)
    first, second = ("stderr", "stdout") if is_bad else ("stdout", "stderr")
    return second if not found[first].size and found[second].size else first


def _counted(log: Log) -> int | None:
    log.count(COUNTING)
    return log.total


def _about(log: Log) -> dict[str, Any]:
    return {"total": log.total, "bytes": log.size, "complete": log.is_complete}


def _last(log: Log, count: int) -> dict[str, Any]:
    """The last lines; without numbers while there are too many to count at once."""
    log.count(COUNTING)
    return {"lines": [line_json(line) for line in log.tail(count)], **_about(log)}


def _lines(log: Log, first: int, count: int) -> dict[str, Any]:
    found = log.lines(first, count, PATIENCE) if count else []
    log.count(COUNTING)
    return {"lines": [line_json(line) for line in found], **_about(log)}


def _searched(log: Log, pattern: str, first: int, count: int, *, regex: bool, case: bool) -> dict[str, Any]:
    """Which lines match, and the first `count` of them."""
    found = log.search(pattern, regex=regex, case=case, first=max(1, first), limit=MOST_MATCHES, seconds=SEARCHING)
    lines = [line for number in found.numbers[:count] for line in log.lines(number, 1, PATIENCE)]
    matches = {
        "numbers": found.numbers,
        "count": found.count,
        "searched": found.searched,
        "complete": found.is_complete,
    }
    return {"lines": [line_json(line) for line in lines], "matches": matches, **_about(log)}


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Larger pieces: a log of short lines would go out line by line."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
