"""Names in a path of the datastore: each is one name in one folder, whatever a database or a URL made of it."""

from __future__ import annotations

import re

from dashboard.datastore.store import Path, Unreadable

MAX_ATTEMPT = 999  # Metaflow itself stops at 5
MAX_NAME = 255  # bytes of a file name

_FORBIDDEN = re.compile(r"[/\\\x00-\x1f\x7f]")


def check(name: str) -> None:
    """Refuse a name that could mean more than one name in one folder."""
    if not name or name.startswith(".") or _FORBIDDEN.search(name):
        raise Unreadable("A name in the path is empty, starts with a dot or holds a forbidden character.")
    try:
        too_long = len(name.encode()) > MAX_NAME
    except UnicodeEncodeError:
        raise Unreadable("A name in the path is not valid Unicode.") from None
    if too_long:
        raise Unreadable(f"A name in the path is longer than {MAX_NAME} bytes.")


def task_file(flow: str, run: str, step: str, task: str, attempt: int, name: str) -> Path:
    """Where Metaflow keeps the file `<attempt>.<name>` of a task."""
    if not 0 <= attempt <= MAX_ATTEMPT:
        raise Unreadable(f"The attempt is not between 0 and {MAX_ATTEMPT}.")
    check(name)
    return flow, run, step, task, f"{attempt:d}.{name}"
