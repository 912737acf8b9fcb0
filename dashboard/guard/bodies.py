"""What is sent: only calls of callbacks that exist, small, and in the form in which Dash sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

MOST = 1_000_000  # bytes; the largest call of a page is some 120 KB


def is_call(request: Request, callbacks: Mapping[str, Any]) -> bool:
    """Whether the body is a call of one of these callbacks. Raises RequestEntityTooLarge."""
    if (request.content_length or 0) > MOST:
        raise RequestEntityTooLarge
    try:
        body = request.get_json()  # remembered: Dash reads it no second time
    except (BadRequest, RecursionError):
        return False
    if not isinstance(body, dict) or not isinstance(body.get("output"), str) or body["output"] not in callbacks:
        return False
    wanted = callbacks[body["output"]]
    changed = body.get("changedPropIds", [])
    return (
        _are_values(body.get("inputs", []), len(wanted["inputs"]))
        and _are_values(body.get("state", []), len(wanted["state"]))
        and _are_outputs(body.get("outputs"), body["output"])
        and isinstance(changed, list)
        and all(isinstance(one, str) for one in changed)
    )


def _are_values(given: Any, count: int | None = None) -> bool:
    """Values of so many properties, or lists of such for a pattern of ids."""
    return (
        isinstance(given, list)
        and count in (None, len(given))
        and all(_are_values(one) if isinstance(one, list) else _is_property(one) for one in given)
    )


def _are_outputs(given: Any, output: str) -> bool:
    """What `output`, the key of a callback, names: one property, several, or none."""
    if output.startswith(".."):
        return isinstance(given, list) and len(given) == output.count("...") + 1 and all(map(_is_property, given))
    return _is_property(given) if "." in output else not given


def _is_property(given: Any) -> bool:
    return (
        isinstance(given, dict) and isinstance(given.get("id"), str | dict) and isinstance(given.get("property"), str)
    )
