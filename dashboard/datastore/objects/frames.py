"""Tables, series and indices of pandas 1.2 to 3, from the blocks that it pickles.

DataFrame     its `_mgr` is BlockManager((_unpickle_block(values, placement, 2), …), [columns, rows])
Series        its `_mgr` is a SingleBlockManager with both in its state, as data frames had before pandas 1.3
_new_Index    (class, {"data": …} | {"start": …, "stop": …, "step": …} | {"levels": …, "codes": …})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboard.datastore.objects.blocks import columns_of
from dashboard.datastore.objects.columns import ArrayCells, CodedCells, Column, Frame, IntervalCells, RangeCells
from dashboard.datastore.objects.described import Described, Reference, type_name
from dashboard.datastore.plain import Budget

_STATE = "0.14.1"  # the version of pandas that gave the state its form


def _data_frame(found: Described, budget: Budget) -> Frame:
    axes, blocks = _manager(found)
    labels, rows = (_index(axis) for axis in axes)
    budget.step(labels.rows * len(labels.columns))
    columns = [Column(name, "unknown", None) for name in _names(labels)]
    for values, placement in blocks:
        parts = columns_of(values, budget)
        places = _places(placement, len(columns), budget)
        for place, part in zip(places, parts, strict=True):
            columns[place] = Column(columns[place].name, part.dtype, part.cells)
    return _frame("pandas.DataFrame", columns, rows)


def _series(found: Described, budget: Budget) -> Frame:
    (axis,), ((values, _),) = _manager(found)
    (part,) = columns_of(values, budget)
    name = found.attributes.get("_name", found.attributes.get("name"))
    return _frame("pandas.Series", [Column(name, part.dtype, part.cells)], _index(axis))


def _new_index(found: Described, budget: Budget) -> Frame:
    kind, content = found.args
    if not isinstance(kind, Reference) or not isinstance(content, dict):
        raise TypeError
    columns = _levels(content) if "levels" in content else (_labels(content, budget),)
    return Frame(type_name(kind.name), columns, (), _length(columns))


def _labels(content: Mapping[str, Any], budget: Budget) -> Column:
    """The single column of an index."""
    name = content.get("name")
    if "start" in content:
        numbers = range(*(content[key] for key in ("start", "stop", "step")))
        return Column(name, "int64", RangeCells(numbers))
    if "left" in content:
        (left,), (right,) = _index(content["left"]).columns, _index(content["right"]).columns
        return Column(name, f"interval[{left.dtype}]", IntervalCells(left.known, right.known, content["closed"]))
    (part,) = columns_of(content["data"], budget)
    return Column(name, part.dtype, part.cells)


def _levels(content: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of a `MultiIndex`."""
    columns = []
    for level, codes, name in zip(content["levels"], content["codes"], content["names"], strict=True):
        (labels,) = _index(level).columns
        if not isinstance(codes, np.ndarray) or codes.dtype.kind != "i":
            raise TypeError
        columns.append(Column(name, labels.dtype, CodedCells(ArrayCells(codes), labels.known)))
    return tuple(columns)


def _manager(found: Described) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """The axes, and the blocks as values and the columns in which they stand."""
    manager = found.attributes["_mgr"] if "_mgr" in found.attributes else found.attributes["_data"]
    if not isinstance(manager, Described) or not manager.type.startswith("pandas.core.internals."):
        raise TypeError
    if manager.args:
        blocks, axes = manager.args
        return axes, [(block.args[0], block.args[1]) for block in blocks]
    state = manager.state[3][_STATE]
    return state["axes"], [(block["values"], block["mgr_locs"]) for block in state["blocks"]]


def _places(placement: Any, columns: int, budget: Budget) -> list[int]:
    """The columns in which the parts of a block stand."""
    if isinstance(placement, Described):  # a BlockPlacement
        (placement,) = placement.args
    if isinstance(placement, slice):
        placement = range(columns)[placement]
    elif not isinstance(placement, np.ndarray) or placement.dtype.kind != "i":
        raise TypeError
    budget.step(len(placement))
    return [int(place) for place in placement]


def _frame(kind: str, columns: list[Column], index: Frame) -> Frame:
    """The table, if its columns are as long as its index, which is left out when it only counts the rows."""
    if any(column.cells is not None and len(column.cells) != index.rows for column in columns):
        raise ValueError
    (first, *others) = index.columns
    counts = isinstance(first.cells, RangeCells) and first.cells.numbers == range(index.rows)
    hidden = counts and first.name is None and not others
    return Frame(kind, tuple(columns), () if hidden else index.columns, index.rows)


def _names(labels: Frame) -> list[Any]:
    """The names of the columns; tuples when they have several levels."""
    levels = [column.known.take(range(labels.rows)) for column in labels.columns]
    return levels[0] if len(levels) == 1 else list(zip(*levels, strict=True))


def _index(found: object) -> Frame:
    if not isinstance(found, Frame) or not found.columns:
        raise TypeError
    return found


def _length(columns: tuple[Column, ...]) -> int:
    (length,) = {len(column.known) for column in columns}
    return length


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "pandas.DataFrame": _data_frame,
    "pandas.core.frame.DataFrame": _data_frame,
    "pandas.Series": _series,
    "pandas.core.series.Series": _series,
    "pandas.core.indexes.base._new_Index": _new_index,
    "pandas.core.indexes.datetimes._new_DatetimeIndex": _new_index,
    "pandas.core.indexes.interval._new_IntervalIndex": _new_index,
    "pandas.core.indexes.period._new_PeriodIndex": _new_index,
}
