"""Flags as the database holds them: words of `attempt_ok`, in a TEXT or a JSONB column, and hashes of pickled flags."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func

from dashboard.status.evidence import FALSE, TRUE

# Artifacts are addressed by the SHA-1 of their pickle, so a flag is known by its hash; written here, never read.
FLAG_OF_HASH = {
    hashlib.sha1(pickle.dumps(flag, protocol), usedforsecurity=False).hexdigest(): flag
    for flag in (True, False)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
}
HASHES_OF_FALSE = [sha for sha, flag in FLAG_OF_HASH.items() if not flag]


def is_true(value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The value says true."""
    return _one_of(value, TRUE)


def is_false(value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The value says false."""
    return _one_of(value, FALSE)


def _one_of(value: ColumnElement[Any], words: frozenset[str]) -> ColumnElement[bool]:
    return func.lower(cast(value, Text)).in_(sorted({*words, *(f'"{word}"' for word in words)}))
