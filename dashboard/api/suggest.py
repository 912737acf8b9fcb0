"""Suggestions while a filter is typed."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from dashboard.data import flows
from dashboard.errors import BadQuery
from dashboard.filters import RunQuery
from dashboard.models import Run
from dashboard.services import Services


def register(api: Blueprint, services: Services) -> None:
    """Mount the route."""

    @api.get("/api/suggest")
    def suggest() -> Response:
        field, part = request.args.get("field", ""), request.args.get("q", "")[:255]
        return jsonify(values=_suggestions(services, field, part))


def _suggestions(services: Services, field: str, part: str) -> list[str]:
    if field == "flow":
        return services.database(flows.names, part)
    window = services.finder.window(replace(RunQuery().filter, started=services.default_started))
    known = flows.most_used(_values(one.run, field) for one in window.runs)
    return [value for value in known if part.lower() in value.lower()][:20]


def _values(run: Run, field: str) -> list[str]:
    if field == "tag":
        return [*run.tags, *run.system_tags]
    if field not in ("user", "project", "branch"):
        raise BadQuery(f"field={field[:80]}: one of flow, user, project, branch, tag is needed.")
    value = getattr(run, field)
    return [value] if value else []
