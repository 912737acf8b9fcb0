"""Any value as one JSON-safe scalar."""

from __future__ import annotations

import math
from typing import Any

from dashboard.datastore.leaves import leaf, plain_scalar, visible
from dashboard.datastore.values import compact

CELL_LIMIT = 500  # characters
SAFE_INT = (1 << 53) - 1  # beyond it a browser rounds

Scalar = None | bool | int | float | str


def cell(value: Any, limit: int = CELL_LIMIT) -> Scalar:
    """The value for a cell of a table: text is cut at `limit` characters, what JSON cannot hold becomes text."""
    value = plain_scalar(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else number_name(value)
    if isinstance(value, str):
        return visible(value if len(value) <= limit else value[: limit - 1] + "…", keep="\n\t")
    return leaf(value) or compact(value, limit)


def number_name(value: float) -> str:
    """`NaN`, `Infinity` or `-Infinity`, as JavaScript calls them."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
