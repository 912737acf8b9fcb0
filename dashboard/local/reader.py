"""The files of a `.metaflow` tree as rows of the service's tables. Nothing here writes; a bad file is skipped."""

from __future__ import annotations

import json
import logging
import os
import stat
from dataclasses import dataclass, field
from typing import Any

from dashboard.local import layout

log = logging.getLogger("metaflow_dashboard.local")

LARGEST = 10_000_000  # bytes; Metaflow's own metadata files have some hundred
SETTLE = 2.0  # seconds after which a file's better-informed sibling is no longer waited for
SYNTHESISED = ["synthesised:runtime-file"]
Row = dict[str, Any]
Document = dict[str, Any]


@dataclass(slots=True)
class Files:
    """What one pass read."""

    read: int = 0
    broken: int = 0  # half-written, corrupt, unreadable, too large: to be read again


@dataclass(slots=True)
class TaskRows:
    """All that a task's two folders say. Keys of flow, run, step and task are left to the writer."""

    task: Row
    metadata: list[Row] = field(default_factory=list)
    artifacts: list[Row] = field(default_factory=list)
    open: bool = False  # an attempt has begun and nothing says that it ended
    whole: bool = True  # False: something was unreadable or may still change without a trace in the folder's mtime


def read_json(path: str, files: Files) -> tuple[Document, float] | None:
    """The JSON object in a regular file with its mtime in epoch seconds, or None. Never follows a symbolic link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _broken(path, files, error)
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            log.debug("%r is left out: no regular file, or larger than %d bytes", path, LARGEST)
            return None
        files.read += 1
        document = json.loads(os.read(descriptor, found.st_size + 1).decode())
    except (OSError, ValueError, RecursionError) as error:
        _broken(path, files, error)
        return None
    finally:
        os.close(descriptor)
    if isinstance(document, dict):
        return document, found.st_mtime
    _broken(path, files, "no JSON object")
    return None


def _broken(path: str, files: Files, reason: object) -> None:
    files.broken += 1
    log.debug("%r is read again at the next pass: %s", path, reason)


def described(path: str, files: Files) -> Row | None:
    """The columns that flows, runs, steps and tasks share, from `<path>/_meta/_self.json`; None when there is none."""
    read = read_json(f"{path}/{layout.META}/{layout.SELF}", files)
    if read is None:
        return None
    document, mtime = read
    return {
        "user_name": _text(document.get("user_name")),
        "ts_epoch": _integer(document.get("ts_epoch"), int(mtime * 1000)),
        "tags": sorted(_tags(document.get("tags"))),  # Metaflow writes sets, in any order
        "system_tags": sorted(_tags(document.get("system_tags"))),
    }


def run_row(path: str, name: str, files: Files) -> Row | None:
    """A run's columns; created time and user are the first ones, as a tag mutation overwrites both in the file."""
    row = described(path, files)
    if row is None:
        return None
    created = layout.created_at(name)
    if created is None:  # the parameters are registered at once after the run, and never rewritten
        parameters = described(f"{path}/{layout.PARAMETERS}", files)
        created = min(row["ts_epoch"], parameters["ts_epoch"]) if parameters else row["ts_epoch"]
    users = (tag[len("user:") :] for tag in row["system_tags"] if tag.startswith("user:"))
    return {**row, "ts_epoch": created, "user_name": next(users, row["user_name"])}


def task_rows(path: str, step: str, now: float, files: Files) -> TaskRows | None:
    """The rows of the task in folder `path`, or None when it is no task (yet); `now` is epoch seconds."""
    row = described(path, files)
    if row is None:
        return None
    rows = TaskRows(row)
    broken = files.broken
    for name in _names(f"{path}/{layout.META}", files):
        if layout.METADATUM.fullmatch(name):
            read = read_json(f"{path}/{layout.META}/{name}", files)
            metadatum = _metadatum(read[0]) if read else None
            if metadatum:
                rows.metadata.append(metadatum)
        elif layout.ARTIFACT.fullmatch(name):
            read = read_json(f"{path}/{layout.META}/{name}", files)
            artifact = _artifact(read[0]) if read else None
            if artifact:
                rows.artifacts.append(artifact)
    _synthesise(path, step, now, rows, files)
    rows.metadata.sort(key=lambda row: int(row["ts_epoch"]))
    rows.whole = rows.whole and files.broken == broken
    return rows


def _synthesise(path: str, step: str, now: float, rows: TaskRows, files: Files) -> None:
    """Adds what the service would know and the tree says only by other files: starts, and deaths without a verdict."""
    started = {row["value"] for row in rows.metadata if row["field_name"] == "attempt"}
    judged = {tag for row in rows.metadata if row["field_name"] == "attempt_ok" for tag in row["tags"]}
    done = {row["value"] for row in rows.metadata if row["field_name"] == "attempt-done"}
    attempts: set[int] = {int(value) for value in started if value.isascii() and value.isdigit() and len(value) < 5}
    for name in sorted(_names(path, files)):
        match = layout.ATTEMPT.fullmatch(name)
        if match is None or step == layout.PARAMETERS:  # the parameters have no attempts in the service either
            continue
        attempt, kind = str(int(match[1])), match[2]
        attempts.add(int(attempt))
        wanted = attempt not in started if kind == "attempt.json" else f"attempt_id:{attempt}" not in judged
        read = read_json(f"{path}/{name}", files) if wanted else None
        if read is None:
            continue
        document, mtime = read
        if now - mtime < SETTLE:  # the metadatum itself follows within milliseconds
            rows.whole = False
        elif kind == "attempt.json":
            at = int(_seconds(document.get("time"), mtime) * 1000)
            rows.metadata.append(_synthetic("attempt", attempt, "attempt", attempt, at))
        elif isinstance(document.get("success"), bool):
            verdict = str(document["success"])
            at = int(mtime * 1000)
            rows.metadata.append(_synthetic("attempt_ok", verdict, "internal_attempt_status", attempt, at))
            judged.add(f"attempt_id:{attempt}")
    last = str(max(attempts)) if attempts else None
    rows.open = last is not None and last not in done and f"attempt_id:{last}" not in judged


def _synthetic(name: str, value: str, kind: str, attempt: str, at: int) -> Row:
    tags = [f"attempt_id:{attempt}"]
    row = {"field_name": name, "value": value, "type": kind, "user_name": None, "ts_epoch": at, "tags": tags}
    return {**row, "system_tags": SYNTHESISED}


def _names(path: str, files: Files) -> list[str]:
    try:
        return [name for name in os.listdir(path) if layout.is_name(name)]  # noqa: PTH208 - a Path per file is slow
    except FileNotFoundError:
        return []
    except OSError as error:
        _broken(path, files, error)
        return []


def _metadatum(document: Document) -> Row | None:
    name, value = _text(document.get("field_name")), _value(document.get("value"))
    if not name or value is None:  # the service refuses both
        return None
    return {
        "field_name": name,
        "value": value,
        "type": _text(document.get("type")) or name,
        "user_name": _text(document.get("user_name")),
        "ts_epoch": _integer(document.get("ts_epoch"), 0),
        "tags": _tags(document.get("tags")),
        "system_tags": None,
    }


def _artifact(document: Document) -> Row | None:
    name, attempt = _text(document.get("name")), _integer(document.get("attempt_id"), -1)
    if not name or not 0 <= attempt < 10_000:
        return None
    columns = ("sha", "type", "content_type", "user_name")
    return {
        "name": name,
        "attempt_id": attempt,
        "location": _text(document.get("location")) or "",
        "ds_type": _text(document.get("ds_type")) or "",
        **{column: _text(document.get(column)) for column in columns},
        "ts_epoch": _integer(document.get("ts_epoch"), 0),
    }


def _value(value: object) -> str | None:
    """A metadatum's value as the service's TEXT column holds it; foreach stacks and the like as JSON."""
    if value is None or isinstance(value, str):
        return _text(value)
    return str(value) if isinstance(value, bool) else _text(json.dumps(value, ensure_ascii=False))


def _text(value: object) -> str | None:
    """Text that a database takes: lone surrogates replaced; None for anything that is no text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _tags(value: object) -> list[str]:
    return [_text(tag) or "" for tag in value if isinstance(tag, str)] if isinstance(value, list) else []


def _integer(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else default


def _seconds(value: object, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 2**40 else default
