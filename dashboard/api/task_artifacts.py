"""The artifacts of a task's attempts as JSON: names, types and sizes; values a page at a time. Nothing is unpickled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, stream_with_context

from dashboard.api import asked, csv_text
from dashboard.datastore import Artifact, NotPlain, TooLarge, Unreadable, Withheld, artifact_value, client_code
from dashboard.datastore.views import branch, hex_page, media_type, table, text_page, to_json
from dashboard.errors import BadQuery
from dashboard.services import Services
from dashboard.task_artifacts import Made, made_by
from dashboard.task_logs import unreachable

ROWS, PARTS, CHARACTERS, BYTES = 100, 100, 16_000, 4_096  # of one page
PIECE = 1_000  # rows of a CSV that are made together
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
ENDS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/svg+xml": "svg"}


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""
    base = "/api/<flow>/<run>/<step>/<task>/artifacts"

    def made(flow: str, run: str, step: str, task: str, values: asked.Values) -> tuple[Made, int]:
        judged, facts = asked.task(services, flow, run, step, task)
        number = asked.attempt(values, facts)
        return made_by(services, judged.id, facts, number), number

    def one(found: Made, name: str) -> tuple[Artifact, object]:
        artifact = found.get(name)
        if artifact is None:
            raise asked.Absent(f"This attempt has no artifact “{name[:200]}”.")
        if found.privacy.hides(name):
            raise Withheld("The value of this artifact is not shown on this dashboard.")
        if found.store is None:
            raise Unreadable(unreachable(found.home))
        return artifact, artifact_value(found.store, found.home.flow, artifact.sha, artifact.encoding)

    @api.get(base)
    def artifacts(flow: str, run: str, step: str, task: str) -> Response:
        values = asked.values()
        found, number = made(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, quiet")
        rows = [_row(found, artifact) for artifact in found.found]
        return jsonify(attempt=number, artifacts=rows, readable=found.store is not None, problem=found.problem)

    @api.get(f"{base}/<name>")
    def one_artifact(flow: str, run: str, step: str, task: str, name: str) -> Response:
        values = asked.values()
        path, offset = values.pop("path", [""])[-1], asked.number(values, "offset", 0, 0, 10**12)
        found, number = made(flow, run, step, task, values)
        asked.nothing_else(values, "known are attempt, path, offset, quiet")
        pathspec = f"{flow}/{run}/{step}/{task}"
        try:
            artifact, whole = one(found, name)
        except (NotPlain, TooLarge) as problem:
            about = found.get(name)
            row = _row(found, about) if about else {}
            return jsonify(row | {"view": "code", "why": str(problem), "code": client_code(pathspec, number, name)})
        return jsonify(_row(found, artifact) | found.privacy.within(_view(whole, path, offset)))

    @api.get(f"{base}/<name>/raw")
    def raw_artifact(flow: str, run: str, step: str, task: str, name: str) -> Response:
        values = asked.values()
        found, _ = made(flow, run, step, task, values)
        is_shown, form = asked.flag(values, "show"), asked.form(values)
        asked.nothing_else(values, "known are attempt, format, show, quiet")
        _, whole = one(found, name)
        if form == "csv":
            return _csv(whole, name)
        media = media_type(whole)
        if media == "text/html" or (is_shown and media in ENDS):
            body, kind = whole, str(media)
        elif isinstance(whole, bytes | bytearray):
            body, kind = bytes(whole), "application/octet-stream"
        else:
            body, kind = to_json(whole), "application/json"
        answer = Response(found.privacy.masked(_bytes(body)), mimetype=kind)
        answer.headers["Content-Security-Policy"] = " ".join((SANDBOX, *services.settings.embed_in))
        if not is_shown:
            ending = (
                "json"
                if kind == "application/json"
                else "html"
                if kind == "text/html"
                else ENDS.get(media or "", "bin")
            )
            answer.headers.set("Content-Disposition", "attachment", filename=f"{asked.file_name(name)}.{ending}")
        return answer


def _csv(value: object, name: str) -> Response:
    """A table with all of its rows."""
    first = table(value, 0, PIECE)
    if first is None:
        raise BadQuery("format=csv: this value is no table.")

    def pieces() -> Iterator[tuple[tuple[Any, ...], ...]]:
        rows, offset = first.rows, 0
        while rows:
            yield rows
            offset += len(rows)
            found = table(value, offset, PIECE) if offset < first.total_rows else None
            rows = found.rows if found else ()

    text = csv_text.table([head.name for head in first.heads], pieces())
    answer = Response(stream_with_context(text), mimetype="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{asked.file_name(name)}.csv")
    return answer


def _row(found: Made, one: Artifact) -> dict[str, Any]:
    change = found.changed.get(one.name)
    return {
        "name": one.name,
        "type": one.type,
        "size": one.size,
        "sha": one.sha,
        "location": found.locations.get(one.name),
        "encoding": one.encoding,
        "kind": one.kind.value,
        "internal": one.is_internal,
        "change": change.value if change else None,
    }


def _view(value: object, path: str, offset: int) -> dict[str, Any]:
    """The value, or the part of it at a path, in the form in which it is read best."""
    if not path:
        media = media_type(value)
        if media in ENDS or media == "text/html":
            return {"view": "media", "media": media}
        rows = table(value, offset, ROWS)
        if rows is not None:
            return {"view": "table", **asdict(rows)}
    try:
        found = branch(value, path, offset, PARTS) if path else branch(value, offset=offset, limit=PARTS)
    except LookupError:
        raise BadQuery("path: it leads nowhere in this value.") from None
    if found.node.parts == 0 and not path:
        if isinstance(value, str):
            return {"view": "text", **asdict(text_page(value, offset, CHARACTERS))}
        if isinstance(value, bytes | bytearray):
            return {"view": "bytes", **asdict(hex_page(value, offset, BYTES))}
    return {"view": "tree", **asdict(found)}


def _bytes(body: object) -> bytes:
    return bytes(body) if isinstance(body, bytes | bytearray) else str(body).encode("utf-8", "replace")
