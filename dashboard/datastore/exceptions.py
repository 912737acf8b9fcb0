"""The exception that ended an attempt, as Metaflow saved it in the artifact `_exception`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboard.datastore.leaves import visible
from dashboard.datastore.objects import Described, type_name, value_of
from dashboard.datastore.objects.own import EXCEPTION
from dashboard.datastore.plain import MAX_STEPS
from dashboard.datastore.store import Datastore, Unreadable

EXCEPTION_LIMIT = 4 * 1024 * 1024  # bytes of the artifact
MESSAGE_LIMIT = 20_000  # characters
MAX_LINES = 2000  # of a traceback, from its end
LINE_LIMIT = 2000  # characters

_STYLE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_PLACE = re.compile(r'  File "(.{1,1000})", line (\d{1,9})(?:, in (.{1,200}))?')
_LIBRARIES = re.compile(r"[/\\](?:site-packages|dist-packages|lib[/\\]python3\.\d+)[/\\]|^<")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of source code."""

    file: str
    line: int  # from 1 on
    function: str


@dataclass(frozen=True, slots=True)
class TaskException:
    """An exception; all text is as the task left it, without colours, and with escapes for what cannot be seen."""

    type: str  # e.g. `ValueError`, `requests.exceptions.Timeout`
    message: str
    traceback: tuple[str, ...]  # lines; none when Metaflow saved none

    @property
    def place(self) -> Place | None:
        """Where it was raised: the deepest line of the last traceback that is not a library's."""
        places = [match for line in self.traceback if (match := _PLACE.match(line))]
        own = [match for match in places if not _LIBRARIES.search(match[1])] or places
        return Place(own[-1][1], int(own[-1][2]), own[-1][3] or "") if own else None


def exception_of(store: Datastore | None, flow: str, sha: str) -> TaskException | None:
    """The exception in an artifact, such as `_exception` or what `@catch` saves; never raises for what is stored.

    None when the artifact cannot be read or holds something else, e.g. None for a step that `@catch` did not need.
    """
    try:
        blob = store.blob(flow, sha, EXCEPTION_LIMIT) if store else None
        value = value_of(blob, EXCEPTION_LIMIT, MAX_STEPS) if blob else None
    except Unreadable:
        return None
    return _wrapped(value) if isinstance(value, Described) and value.type == EXCEPTION else None


def _wrapped(value: Described) -> TaskException | None:
    """What Metaflow's wrapper keeps: `type`, `exception` and `stacktrace` are text."""
    kind, message, trace = (value.attributes.get(name) for name in ("type", "exception", "stacktrace"))
    if not isinstance(kind, str):
        return None
    lines = trace.rstrip("\n").split("\n")[-MAX_LINES:] if isinstance(trace, str) else []
    shown = tuple(visible(_STYLE.sub("", line[:LINE_LIMIT]), keep="\t") for line in lines)
    return TaskException(_name(kind), _shown(message if isinstance(message, str) else ""), shown)


def _name(dotted: str) -> str:
    return visible(type_name(dotted[:500]))


def _shown(message: str) -> str:
    text = visible(_STYLE.sub("", message[: 10 * MESSAGE_LIMIT])[: MESSAGE_LIMIT + 1], keep="\n\t")
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"
