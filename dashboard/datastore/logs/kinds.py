"""What a line of a log is, so that a viewer can fold what is not the user's and find the first error. Pure."""

from __future__ import annotations

import re
from enum import Enum


class Kind(str, Enum):
    """What a line is; the words are for CSS classes and JSON."""

    PLAIN = "plain"
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"  # also the head and the end of a traceback
    FRAME = "frame"  # of a traceback, in a file of the user
    LIBRARY = "library"  # of a traceback, in a file of Python, a package or Metaflow
    RUNTIME = "runtime"  # said by Metaflow, not by the user's code


# Of a line without prefix and control sequences; in the dialect that both `re` and RE2 read.
ERRORS = (
    r"^(?:.*Traceback \(most recent call last\):$"
    r"|(?:[A-Za-z_]\w*\.)*\w*(?:Error|Exception|Interrupt|Timeout|Failure)(?::.*)?$"
    r"|.{0,100}\b(?:ERROR|CRITICAL|FATAL)\b"
    r"|Killed$|\[KILLED BY ORCHESTRATOR\]|Task failed with a segmentation fault\.)"
)
_ERRORS = re.compile(ERRORS)
_LEVEL = re.compile(r".{0,100}?\b(?:(DEBUG|TRACE|INFO|NOTICE|WARN|WARNING)|level=(debug|info|warn|warning|error))\b")
_LEVELS = {"TRACE": "debug", "NOTICE": "info", "WARN": "warning", "warn": "warning"}
_HEADER = "Traceback (most recent call last):"
_FRAME = re.compile(r'(?P<indent>[ |+]*)File "(?P<file>[^"]*)", line \d+')
_LIBRARY = re.compile(
    r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib[/\\]python\d|[/\\]Lib[/\\]|[/\\]metaflow[/\\]metaflow[/\\]"
    r"|[/\\]\.mf_code[/\\]metaflow[/\\]|^<frozen "
)
_RUNTIME = re.compile(
    r"Task failed\.$|Setting up task environment\.$|Downloading code package\.\.\.$|Code package downloaded\.$"
    r"|Failed to download code package from |Task is starting\.$|\[save_logs\] upload_"
    r"|\[TRUNCATED - MAXIMUM LOG FILE SIZE REACHED\]|<flow .* step .*> failed:$| {4}Internal error$"
)


class Reader:
    """Tells the kinds of lines one after the other, since a line of a traceback is known by those above it."""

    def __init__(self, has_task_lines: bool) -> None:
        """Take whether the log has lines of source `task`: then those of source `runtime` are Metaflow's own."""
        self._has_task_lines = has_task_lines
        self._frame: Kind | None = None
        self._indent = 0
        self._in_traceback = False

    def kind(self, text: str, source: str | None) -> Kind:
        """The kind of the next line, given without control sequences."""
        if found := _FRAME.match(text):
            self._frame = Kind.LIBRARY if _LIBRARY.search(found["file"]) else Kind.FRAME
            self._indent = len(found["indent"])
            self._in_traceback = True
            return self._frame
        if self._frame and text[: self._indent + 2].strip(" |") == "" and text.strip():
            return self._frame  # the code of the frame, and what is marked in it
        self._frame = None
        if text.endswith(_HEADER):
            self._in_traceback = True
            return Kind.ERROR
        if self._in_traceback and text[:1].strip():
            self._in_traceback = False
            return Kind.ERROR
        return self._of_one_line(text, source)

    def _of_one_line(self, text: str, source: str | None) -> Kind:
        if _ERRORS.match(text):
            return Kind.ERROR
        if _RUNTIME.match(text) or (self._has_task_lines and source == "runtime"):
            return Kind.RUNTIME
        found = _LEVEL.match(text)
        if found is None:
            return Kind.PLAIN
        word = next(filter(None, found.groups()))
        return Kind(_LEVELS.get(word, word.lower()))
