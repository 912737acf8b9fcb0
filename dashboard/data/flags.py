"""`attempt_ok` as SQL conditions: the words that `dashboard.status.parse_flag` takes, in a TEXT or a JSONB column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func

from dashboard.status.evidence import FALSE, TRUE


def is_true(value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The value says true."""
    return _one_of(value, TRUE)


def is_false(value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The value says false."""
    return _one_of(value, FALSE)


def _one_of(value: ColumnElement[Any], words: frozenset[str]) -> ColumnElement[bool]:
    return func.lower(cast(value, Text)).in_(sorted({*words, *(f'"{word}"' for word in words)}))
