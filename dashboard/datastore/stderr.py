"""The line of an attempt's stderr that says why it failed."""

from __future__ import annotations

import json
import re
import signal

from dashboard.datastore import failure
from dashboard.datastore.store import Datastore, Unreadable

LOGS = ("task_stderr.log", "runtime_stderr.log", "stderr.log")  # of the container, of the scheduler, of old versions
LINE_LIMIT = 300  # characters
MAX_LINES = 4000  # from the end of one log
RUNTIME_LIMIT = 4096

_MFLOG = re.compile(r"(?:(?:\[!)?\[MFLOG\|0\|[^|\]]{1,40}\|[^|\]]{0,40}\|[^|\]]{0,64}\])+")
_BREAK = re.compile(r"\r\n|\r|\n")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
# Control characters and those that change the direction of text or cannot be seen.
_UNSEEN = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def last_error(store: Datastore | None, flow: str, run: str, step: str, task: str, attempt: int) -> str | None:
    """Why the attempt failed, e.g. `ValueError: Input X contains NaN`: plain text, one line, at most 300 characters.

    What Metaflow reports comes first, then a signal that ended the process, then whatever looks like an error. None
    when nothing does. Never raises for what is stored.
    """
    if store is None:
        return None
    logs = []
    for name in LOGS:
        try:
            tail = store.tail(flow, run, step, task, attempt, name)
        except Unreadable:
            continue
        if tail:
            logs.append(_lines(tail))
            if error := failure.reported(logs[-1]):
                return _shown(error)
    if error := _signal(store, flow, run, step, task, attempt):
        return error
    return next((_shown(error) for log in logs if (error := failure.apparent(log))), None)


def _lines(tail: bytes) -> list[str]:
    """The lines of a log without Metaflow's prefixes and without colours; progress bars are lines of their own."""
    text = tail.decode("utf-8", "replace")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    lines = (_BREAK.split(text) if "\r" in text else text.split("\n"))[-MAX_LINES:]
    return [line[found.end() :] if (found := _MFLOG.match(line)) else line for line in lines]


def _shown(error: str) -> str:
    """The error fit for one line of a page."""
    line = " ".join(_UNSEEN.sub("", error).split())
    return line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"


def _signal(store: Datastore, flow: str, run: str, step: str, task: str, attempt: int) -> str | None:
    """The signal that ended the process, as the scheduler noted it; such a process writes no last words."""
    try:
        runtime = store.read(flow, run, step, task, attempt, "runtime", RUNTIME_LIMIT)
        noted = json.loads(runtime) if runtime else None
    except (Unreadable, ValueError, RecursionError):
        return None
    if not isinstance(noted, dict):
        return None
    code = noted.get("return_code")
    if type(code) is not int or not -64 <= code < 0:
        return None
    if noted.get("killed") is True:
        return failure.ORCHESTRATOR
    if code == -signal.SIGSEGV:
        return failure.SEGFAULT
    try:
        return f"Killed by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"Killed by signal {-code}"
