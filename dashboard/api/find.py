"""Objects for a text that somebody types or pastes, as the command palette shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify

from dashboard.api import asked
from dashboard.errors import BadQuery
from dashboard.finding.described import Described, described
from dashboard.finding.fitting import Fitting, fitting, of
from dashboard.finding.near import near
from dashboard.links import href
from dashboard.pasted import LONGEST
from dashboard.pathspec import Pathspec
from dashboard.services import Services

USUAL, MOST = 8, 50  # objects in one answer


def register(api: Blueprint, services: Services) -> None:
    """Mount the route."""

    @api.get("/api/find")
    def find() -> Response:
        values = asked.values()
        text = values.pop("q", [""])[-1][:LONGEST]
        names = values.pop("of", [])[:MOST]
        limit, whole = asked.number(values, "limit", USUAL, 1, MOST), asked.flag(values, "whole")
        values.pop("limit", None)
        asked.nothing_else(values, "q, of, limit and whole are")
        if names:
            return _answer(services, _exact(names), whole)
        if not text.strip():
            return jsonify(objects=[], complete=True, message=None, near=[])
        found = fitting(services, text, limit, whole)
        return _answer(services, found, whole, None if found else text)


def _exact(names: Sequence[str]) -> list[Fitting]:
    """The objects of these pathspecs; what is no pathspec is left out."""
    found = []
    for name in names:
        try:
            found.append(of(Pathspec.from_url(quote(name))))
        except BadQuery:
            continue
    return found


def _answer(services: Services, found: list[Fitting], whole: bool, missing: str | None = None) -> Response:
    objects, is_complete = described(services, found, whole)
    missed = services.database(near, missing) if missing is not None else None
    close = described(services, missed.found)[0] if missed else []
    return jsonify(
        objects=[object_json(one) for one in objects],
        complete=is_complete,
        message=missed.sentence if missed else None,
        near=[object_json(one) for one in close],
    )


def object_json(one: Described) -> dict[str, Any]:
    """One object; its status in the official words."""
    pathspec, place = one.what.pathspec, one.what.place
    return {
        "kind": pathspec.level if pathspec else "runs",
        "pathspec": str(pathspec) if pathspec else None,
        "url": href(place.path, place.query) + (f"#{place.fragment}" if place.fragment else ""),
        "status": one.status.value if one.status else None,
        "qualifier": one.qualifier.value if one.qualifier else None,
        "at": one.at,
        "note": one.note,
    }
