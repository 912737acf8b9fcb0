"""Arrays and tables of Arrow, from the buffers that pyarrow pickles.

_restore_array((type, length, missing, offset, buffers, children, dictionary))
chunked_array([array, …], type)
_reconstruct_table([array, …], schema([field(name, type, …), …]))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboard.datastore.objects import exact
from dashboard.datastore.objects.columns import (
    ArrayCells,
    BitCells,
    Cells,
    CodedCells,
    Column,
    Frame,
    JoinedCells,
    MaskedCells,
    TextCells,
)
from dashboard.datastore.objects.described import Described
from dashboard.datastore.objects.exact import DECLINED, exactly, text
from dashboard.datastore.plain import Budget

MAX_BUFFERS = 3
_NUMBERS = {f"{kind}{bits}": f"<{kind[0]}{bits // 8}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {
    "halffloat": "<f2",
    "float": "<f4",
    "double": "<f8",
    "date32[day]": "<M8[D]",
    "date64[ms]": "<M8[ms]",
}
_TEXT_ENDS = {"string": "<i4", "utf8": "<i4", "large_string": "<i8", "large_utf8": "<i8"}
_UNITS = frozenset({"s", "ms", "us", "ns"})


def column(name: object, found: object, budget: Budget) -> Column:
    """The column of an array or of chunks of it; its type only, when the buffers are of a kind not known here."""
    try:
        return Column(name, *_read(found, budget))
    except DECLINED:
        return Column(name, _type_of(found), None)


def table(found: Described, budget: Budget) -> Frame:
    """A `pyarrow.Table`."""
    arrays, schema = found.args
    fields = exactly(list, _made(schema, "pyarrow.lib.schema").args[0])
    budget.step(len(exactly(list, arrays)))
    names = [_made(field, "pyarrow.lib.field").args[0] for field in fields]
    columns = tuple(column(name, array, budget) for name, array in zip(names, arrays, strict=True))
    known = [one.cells for one in columns if one.cells is not None]
    if not known or len({len(cells) for cells in known}) > 1:
        raise ValueError
    return Frame("pyarrow.Table", columns, (), len(known[0]))


def _read(found: object, budget: Budget) -> tuple[str, Cells]:
    """The type of an array, and its cells."""
    if isinstance(found, Described) and found.type == "pyarrow.lib.chunked_array":
        chunks, kind = found.args
        budget.step(len(exactly(list, chunks)))
        return _type_name(kind), JoinedCells([_array(*_parts(chunk))[1] for chunk in chunks])
    return _array(*_parts(found))


def _parts(found: object) -> tuple[Any, ...]:
    (parts,) = _made(found, "pyarrow.lib._restore_array").args
    return exactly(tuple, parts)


def _array(
    kind: object, length: Any, _missing: object, offset: Any, buffers: Any, _children: object, dictionary: Any
) -> tuple[str, Cells]:
    length, offset = exact.count(length), exact.count(offset)
    valid, *contents = [_content(buffer) for buffer in exactly(list, buffers)[:MAX_BUFFERS]]
    if isinstance(kind, Described) and kind.type == "pyarrow.lib.dictionary":
        name, codes = _array(kind.args[0], length, 0, offset, buffers, None, None)
        values, labels = _array(*dictionary)
        return f"dictionary<{values}, {name}>", CodedCells(codes, labels)
    name = _type_name(kind)
    cells = _cells(kind, name, length, offset, contents)
    if valid is not None:
        cells = MaskedCells(cells, BitCells(valid, length, offset), missing=False)
    return name, cells


def _cells(kind: object, name: str, length: int, offset: int, contents: list[bytes | bytearray | None]) -> Cells:
    first = contents[0] or b""
    if name in _TEXT_ENDS:
        ends = np.frombuffer(first, _TEXT_ENDS[name]) if first else np.zeros(1, np.int64)
        if len(ends) < offset + length + 1:
            raise ValueError
        return TextCells(contents[1] or b"", ends[offset : offset + length + 1])
    if name == "bool":
        return BitCells(first, length, offset)
    values = np.frombuffer(first, _dtype(kind, name))[offset : offset + length]
    if len(values) != length:
        raise ValueError
    return ArrayCells(values)


def _dtype(kind: object, name: str) -> str:
    if isinstance(kind, Described) and kind.type in ("pyarrow.lib.timestamp", "pyarrow.lib.duration"):
        if text(kind.args[0]) not in _UNITS:
            raise ValueError
        return f"<{'M' if kind.type.endswith('timestamp') else 'm'}8[{kind.args[0]}]"
    return _NUMBERS[name]


def _type_name(kind: object, depth: int = 2) -> str:
    """E.g. `int64`, `timestamp[us, UTC]`."""
    made = _made(kind)
    if made.type == "pyarrow.lib.type_for_alias":
        return text(made.args[0])[:100]
    inside = ", ".join(_argument(arg, depth) for arg in made.args[:4] if arg is not None)
    name = made.type.rpartition(".")[2]
    return f"{name}[{inside}]" if inside else name


def _argument(value: object, depth: int) -> str:
    if isinstance(value, Described) and depth:
        return _type_name(value, depth - 1)
    return str(value)[:40] if type(value) in (str, int, bool) else "…"


def _type_of(found: object) -> str:
    try:
        if isinstance(found, Described) and found.type == "pyarrow.lib.chunked_array":
            return _type_name(found.args[1])
        return _type_name(_parts(found)[0])
    except DECLINED:
        return "unknown"


def _content(buffer: object) -> bytes | bytearray | None:
    """The bytes of `py_buffer(…)`."""
    if buffer is None:
        return None
    (content,) = _made(buffer, "pyarrow.lib.py_buffer").args
    return exact.content(content)


def _made(found: object, *names: str) -> Described:
    if not isinstance(found, Described) or (names and found.type not in names):
        raise TypeError
    return found


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {"pyarrow.lib._reconstruct_table": table}
