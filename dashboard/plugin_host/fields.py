"""What the fields of links and commands stand for: of a run alone, of a run with its metadata, of a task's attempt."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from dashboard.extension import RunContext, TaskContext
from dashboard.models import JudgedRun, Status
from dashboard.status.attempts import ABSENT

_REMOTES = (
    re.compile(r"(?:https?|ssh|git)://(?:[^@/\s]*@)?([A-Za-z0-9.-]+)(?::\d+)?/(.+)"),
    re.compile(r"(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!/)(.+)"),  # git@host:owner/name.git
)
_BUCKET = re.compile(r"\w+://([^/]+)/?(.*)")


def of_row(judged: JudgedRun) -> dict[str, str]:
    """What the run's own row tells."""
    run, verdict = judged.run, judged.verdict
    found: dict[str, Any] = {
        "flow": run.flow,
        "run": run.id,
        "run_number": run.number,
        "user": run.user,
        "project": run.project,
        "branch": run.branch,
        "status": verdict.status.value,
        "created_ms": run.created_at,
        "started_ms": verdict.started_at if verdict.started_at is not None else run.created_at,
        "finished_ms": None if verdict.status is Status.RUNNING else verdict.finished_at,
    }
    for tag in (*run.tags, *run.system_tags):
        name, colon, value = tag.partition(":")
        if colon and name:
            found.setdefault(f"tag.{name}", value)
    return _texts(found)


def of_run(context: RunContext) -> dict[str, str]:
    """The same with parameters, and the metadata of the run's first tasks."""
    parameters = {f"parameter.{one.name}": _unquoted(one.value) for one in context.details.parameters}
    return of_row(context.run) | _texts(parameters) | _of_metadata(context.metadata)


def of_task(context: TaskContext) -> dict[str, str]:
    """Of the attempt that is shown; its own instants."""
    details = context.details
    view, row, home = details.view, details.row, details.home
    found: dict[str, Any] = {
        "step": details.step,
        "task": view.task_id(details.place),
        "attempt": details.attempt,
        "status": details.status[0].value,
        "created_ms": int(view.created[details.place]),
        "started_ms": _known(view.started[row]),
        "finished_ms": _known(view.finished[row]),
    }
    row_of_run = of_row(context.run)
    for name in ("started_ms", "finished_ms"):
        row_of_run.pop(name, None)
    if home.location:
        found["datastore.type"] = home.location.ds_type
        if bucket := _BUCKET.fullmatch(home.location.ds_root):
            folder = (bucket[2].strip("/"), home.flow, home.run, home.step, home.task)
            found |= {"datastore.bucket": bucket[1], "datastore.prefix": "/".join(part for part in folder if part)}
    return row_of_run | _of_metadata(context.metadata) | _texts(found)


def _of_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, Any] = {f"metadata.{name}": value for name, value in metadata.items() if value != "None"}
    return _texts(found) | _texts(_git(metadata.get("git-info", "")))


def _git(text: str) -> dict[str, Any]:
    """Host and path of the remote, so that a link to a commit can be made of either spelling."""
    try:
        info = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(info, dict):
        return {}
    remote = str(info.get("repo_url") or "")
    match = next((found for one in _REMOTES if (found := one.fullmatch(remote))), None)
    return {
        "git.host": match[1] if match else None,
        "git.path": match[2].removesuffix("/").removesuffix(".git") if match else None,
        "git.commit": info.get("commit_sha"),
        "git.branch": info.get("branch_name"),
    }


def _unquoted(value: str | None) -> str | None:
    """Texts are shown in quotes."""
    if value is None or value[:1] not in ("'", '"'):
        return value
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return None  # cut short


def _known(value: Any) -> int | None:
    return None if value == ABSENT else int(value)


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in found.items() if value not in (None, "")}
