"""Rows of metadata_v3 as values."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metadatum:
    """One row: `at` is epoch milliseconds."""

    step: str
    name: str
    value: str
    kind: str
    at: int


def plain(value: str) -> str:
    """The text of a value: where the column is JSONB, it comes as a JSON string."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value))
        except (ValueError, RecursionError):
            return value
    return value
