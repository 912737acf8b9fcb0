"""The values of a block of pandas as columns: arrays of numpy, and pandas' own arrays around them."""

from __future__ import annotations

import re
from datetime import timezone
from typing import Any

import numpy as np

from dashboard.datastore.objects import arrow
from dashboard.datastore.objects.columns import (
    ArrayCells,
    CodedCells,
    Column,
    Frame,
    IntervalCells,
    MaskedCells,
    dtype_name,
)
from dashboard.datastore.objects.described import Described, Reference, Zone
from dashboard.datastore.objects.exact import DECLINED, text
from dashboard.datastore.plain import Budget

_PERIOD = re.compile(r"period\[([A-Za-z]{1,3})(?:-[A-Z]{3})?]")
_PERIOD_UNITS = {"D": "D", "M": "M", "A": "Y", "Y": "Y", "H": "h", "h": "h", "T": "m", "min": "m", "S": "s", "s": "s"}
_OFFSETS = {"Day": "D", "MonthEnd": "M", "YearEnd": "Y", "Hour": "h", "Minute": "m", "Second": "s"}
_NULLABLE = {"i": "Int", "u": "UInt", "f": "Float"}
_BACKED = "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked"
_INTERVALS = "pandas._libs.interval.__pyx_unpickle_IntervalMixin"


def columns_of(values: object, budget: Budget) -> list[Column]:
    """The columns of a block, without names; one without cells when it is of a kind not known here."""
    if isinstance(values, Frame) and len(values.columns) == 1:
        return [values.columns[0]]
    if isinstance(values, np.ndarray):
        return _of_array(values, dtype_name(values.dtype), budget)
    if not isinstance(values, Described):
        raise TypeError
    name = values.type.rpartition(".")[2]
    try:
        if values.type == _BACKED:
            return _of_backed(values, budget)
        if values.type == _INTERVALS:
            return [_intervals(values, budget)]
        if name.startswith("Arrow"):
            return [_of_arrow(values, budget)]
        if "_mask" in values.attributes:
            return [_masked(values)]
    except DECLINED:
        pass
    return [Column(None, name, None)]


def _of_array(values: np.ndarray[Any, Any], dtype: str, budget: Budget) -> list[Column]:
    """One column of a line, one for each row of a table."""
    if values.ndim == 1:
        return [Column(None, dtype, ArrayCells(values))]
    if values.ndim != 2:
        raise ValueError
    budget.step(len(values))
    return [Column(None, dtype, ArrayCells(row)) for row in values]


def _of_backed(values: Described, budget: Budget) -> list[Column]:
    """(class, checksum, None) with (dtype, array, …) as its state."""
    kind = values.args[0]
    dtype, array, *_ = values.state
    if not isinstance(kind, Reference) or not isinstance(array, np.ndarray):
        raise TypeError
    name = kind.name.rpartition(".")[2]
    if name == "Categorical":
        return [_categories(dtype, array)]
    if name == "PeriodArray":
        unit = _period_unit(dtype)
        return _of_array(array.view(f"M8[{unit}]"), f"period[{unit}]", budget)
    if name in ("DatetimeArray", "TimedeltaArray") and array.dtype.kind in "Mm":
        return _of_array(array, _zoned(dtype, array.dtype), budget)
    textual = isinstance(dtype, Described) and dtype.type.endswith("StringDtype")
    return _of_array(array, "string" if textual else dtype_name(array.dtype), budget)


def _categories(dtype: Any, codes: np.ndarray[Any, Any]) -> Column:
    (labels,) = dtype.attributes["categories"].columns
    if codes.dtype.kind != "i" or codes.ndim > 2:
        raise TypeError
    return Column(None, "category", CodedCells(ArrayCells(codes.reshape(-1)), labels.known))


def _zoned(dtype: object, stored: np.dtype[Any]) -> str:
    """E.g. `datetime64[ns, Europe/Berlin]`; the instants are stored in UTC."""
    if not isinstance(dtype, Described) or not dtype.type.endswith("DatetimeTZDtype"):
        return dtype_name(stored)
    zone = dtype.attributes.get("tz")
    name = zone.key if isinstance(zone, Zone) else str(zone) if isinstance(zone, timezone) else "?"
    return f"{dtype_name(stored)[:-1]}, {name[:100]}]"


def _period_unit(dtype: Any) -> str:
    """The unit of numpy that counts as this kind of period does, from 1970 on."""
    (of,) = dtype.args
    if isinstance(of, Described):
        return _OFFSETS[of.type.rpartition(".")[2]]
    match = _PERIOD.fullmatch(text(of))
    return _PERIOD_UNITS[match[1] if match else ""]


def _masked(values: Described) -> Column:
    """`IntegerArray`, `FloatingArray`, `BooleanArray`: values, and where they are missing."""
    array: Any = values.attributes["_data"]
    mask: Any = values.attributes["_mask"]
    if not isinstance(array, np.ndarray) or not isinstance(mask, np.ndarray) or mask.dtype.kind != "b":
        raise TypeError
    kind = array.dtype.kind
    name = "boolean" if kind == "b" else f"{_NULLABLE[kind]}{8 * array.itemsize}"
    return Column(None, name, MaskedCells(ArrayCells(array.reshape(-1)), ArrayCells(mask.reshape(-1)), missing=True))


def _of_arrow(values: Described, budget: Budget) -> Column:
    """`ArrowStringArray`, `ArrowExtensionArray`."""
    found = arrow.column(None, values.attributes.get("_pa_array", values.attributes.get("_data")), budget)
    textual = values.type.rpartition(".")[2].startswith("ArrowString")
    return Column(None, "string" if textual else f"{found.dtype}[pyarrow]", found.cells)


def _intervals(values: Described, budget: Budget) -> Column:
    state: Any = values.attributes or values.state[0]
    dtype = state.get("_dtype")
    closed = dtype.attributes.get("closed") if isinstance(dtype, Described) else state.get("_closed")
    (left,), (right,) = columns_of(state["_left"], budget), columns_of(state["_right"], budget)
    return Column(None, f"interval[{left.dtype}]", IntervalCells(left.known, right.known, closed))
