"""Every view of a value, for tests of what hostile values cost."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from dashboard.datastore import NotPlain, TooLarge
from dashboard.datastore.objects import value_of
from dashboard.datastore.views import branch, cell, hex_page, media_type, preview, table, text_page, to_json

LIMIT = 4 * 1024 * 1024
JSON_LIMIT = 1_000_000


def strict(value: object) -> str:
    """JSON as strict parsers want it: UTF-8, no NaN."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8").decode()


def look(value: Any) -> None:
    """All views, of the value and of its first parts."""
    assert preview(value).isprintable()
    strict(cell(value))
    root = branch(value)
    strict(asdict(root))
    for node in root.nodes[:3]:
        strict(asdict(branch(value, node.path)))
    for offset in (0, 10**9):
        page = table(value, offset)
        strict(asdict(page) if page else None)
    media_type(value)
    if isinstance(value, str):
        strict(asdict(text_page(value)))
    if isinstance(value, (bytes, bytearray)):
        strict(asdict(hex_page(value)))
    try:
        json.loads(to_json(value, JSON_LIMIT), parse_constant=lambda name: [][0])
    except TooLarge:
        pass


def decoded(blob: bytes) -> str:
    """Decodes and looks; `plain`, or why not."""
    try:
        look(value_of(blob, LIMIT))
    except NotPlain as problem:
        assert str(problem).isprintable()
        assert len(str(problem)) < 300
        return problem.reason
    return ""
