"""The error in the last lines of a log: pure functions of lines without prefixes.

Metaflow reports an exception of a task in one of two ways, possibly between lines of threads and exit handlers:

    <flow HelloFlow step start> failed:         <flow HelloFlow step start> failed:
        Internal error                              @timeout:
    Traceback (most recent call last):              Step start timed out after …
      File "hello.py", line 9, in start
    ValueError: Input X contains NaN
"""

from __future__ import annotations

import re

ORCHESTRATOR = "[KILLED BY ORCHESTRATOR]"
SEGFAULT = "Task failed with a segmentation fault."

_ENDS = frozenset({"Killed", SEGFAULT, ORCHESTRATOR})
_OWN = frozenset({"Task failed.", "Internal error", ORCHESTRATOR, ""})
_HEADER = "Traceback (most recent call last):"
_JOINTS = frozenset(
    {
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    }
)
_IGNORED = "Exception ignored in"

_GROUP = re.compile(r" +[|+] ")  # the margin of an ExceptionGroup
_PART = r"[^\W\d]\w*"
_RAISED = re.compile(rf"{_PART}(?:\.(?:{_PART}|<locals>))*(?::(?: .*)?)?")
_FAMILIES = ("Error", "Exception", "Interrupt", "Timeout", "Failure")
_LOOKS_RAISED = re.compile(rf"(?:\w+\.)*\w*(?:{'|'.join(_FAMILIES)})(?:: .*)?")
_INDENTED = re.compile(r" {4}\S.*")


def reported(lines: list[str]) -> str | None:
    """The exception that Metaflow itself reports, without doubt the one that failed the attempt."""
    for start in range(len(lines) - 1, -1, -1):
        if lines[start].startswith("<flow ") and lines[start].endswith(" failed:"):
            break
    else:
        return _last_block(lines)
    for index in range(start + 1, len(lines)):
        if lines[index].endswith(_HEADER):
            return _raised(lines, _last_of_chain(lines, index))[0]
        if message := _headline(lines, index):
            return message
    return None


def apparent(lines: list[str]) -> str | None:
    """The last line that looks like an error, when nothing better is known."""
    found = None
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.endswith(_HEADER):
            error, end = _raised(lines, index)
            if error and not _before(lines, index).startswith(_IGNORED):
                found = error
            index = end
        elif line in _ENDS or (line.partition(":")[0].endswith(_FAMILIES) and _LOOKS_RAISED.fullmatch(line)):
            found = line
        index += 1
    return found


def _last_block(lines: list[str]) -> str | None:
    """The Metaflow exception at the end of a task that failed outside of its step, e.g. saving artifacts."""
    index = len(lines) - 1
    while index >= 0 and lines[index].strip() in _OWN:
        index -= 1
    end = index
    while index >= 0 and _INDENTED.fullmatch(lines[index]):
        index -= 1
    return _headline(lines, index + 1) if index < end else None


def _headline(lines: list[str], index: int) -> str | None:
    """`headline: message` of a Metaflow exception, whose lines are indented by four."""
    if index + 1 >= len(lines):
        return None
    head, message = lines[index], lines[index + 1]
    if not (head.endswith(":") and _INDENTED.fullmatch(head) and _INDENTED.fullmatch(message)):
        return None
    return f"{head.strip()} {message.strip()}"


def _last_of_chain(lines: list[str], header: int) -> int:
    """The traceback that was raised last of those that Python chains to this one."""
    last = header
    for index in range(header + 1, len(lines)):
        line = lines[index]
        if line.startswith(_IGNORED):
            break
        if line.endswith(_HEADER) and _before(lines, index) in _JOINTS:
            last = index
    return last


def _before(lines: list[str], index: int) -> str:
    """The nearest line above that is not blank, without the margin of a group."""
    for line in reversed(lines[max(0, index - 3) : index]):
        if text := line.strip(" |"):
            return text
    return ""


def _raised(lines: list[str], header: int) -> tuple[str | None, int]:
    """The line `class: message` below a traceback, and where it stands."""
    in_group = lines[header].startswith(" ")
    first = True
    for index in range(header + 1, len(lines)):
        line = _GROUP.sub("", lines[index], count=1) if in_group else lines[index]
        if line.startswith(" ") or line.strip() in _OWN:
            continue
        if line.endswith(_HEADER):
            return None, index - 1
        if (_RAISED if first else _LOOKS_RAISED).fullmatch(line):  # lines of threads may come in between
            return (line if not line.endswith((":", ": ")) else _with_next(lines, index, line)), index
        first = False
    return None, len(lines)


def _with_next(lines: list[str], index: int, line: str) -> str:
    """The error with the first line of its message, when the message begins with an empty one."""
    rest = (text for text in lines[index + 1 : index + 4] if text.strip() not in _OWN)
    return f"{line.strip()} {next(rest, '').strip()}"
