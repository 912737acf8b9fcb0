"""Rows of metadata_v3 as values."""

from __future__ import annotations

import json
import re
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
            return clean(str(json.loads(value)))
        except (ValueError, RecursionError):
            pass
    return clean(value)


def clean(text: str) -> str:
    """Without what no link and no answer can hold: NUL characters, halves of surrogate pairs; JSON can spell them."""
    return text if text.isprintable() else re.sub("[\x00\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
