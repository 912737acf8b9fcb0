"""Arrays and scalars of numpy: views of the pickle's own bytes, never copies of what it claims to hold."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboard.datastore.objects import exact
from dashboard.datastore.objects.described import Described
from dashboard.datastore.objects.exact import exactly
from dashboard.datastore.plain import Budget

MAX_DIMENSIONS = 32
MAX_FIELDS = 200
_ORDERS = frozenset("<>|=")
_CODE = re.compile(r"(?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|[SU]\d{1,9}|[Mm]8|O8?|V\d{1,9}|\?)")
_UNIT = re.compile(rb"generic|Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as")
_MACHINE_FORMATS = ("u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8")
_MACHINE_FLOATS = ("<f4", ">f4", "<f8", ">f8")


def _dtype(found: Described, budget: Budget) -> np.dtype[Any]:
    """`dtype(code, …)`, with (version, order, sub-array, names, fields, size, alignment, flags, …) as its state."""
    code = exactly(str, found.args[0])
    if not _CODE.fullmatch(code):
        raise ValueError
    if found.state is None:
        return np.dtype(code)
    _, order, sub, names, fields, size, *more = exactly(tuple, found.state)
    if exactly(str, order) not in _ORDERS or sub is not None:
        raise ValueError
    if names is not None:
        return _structure(exactly(tuple, names), fields, size, budget)
    if code[0] in "SU":
        return np.dtype(f"{order}{code[0]}{exact.count(size) // (4 if code[0] == 'U' else 1)}")
    if code[0] in "Mm":
        return np.dtype(f"{order}{code[0]}8[{_unit(more[2])}]")
    return np.dtype(code if order == "|" else order + code)


def _unit(metadata: object) -> str:
    """E.g. `25us` of (…, (b"us", 25, 1, 1))."""
    name, number, divisor, _ = exactly(tuple, exactly(tuple, metadata)[1])
    if not _UNIT.fullmatch(exactly(bytes, name)) or exact.count(divisor) != 1 or not 1 <= exact.count(number) <= 10**6:
        raise ValueError
    return f"{number}{name.decode()}" if number > 1 else name.decode()


def _structure(names: tuple[Any, ...], fields: object, size: object, budget: Budget) -> np.dtype[Any]:
    """A record of named fields."""
    if not 0 < len(names) <= MAX_FIELDS:
        raise ValueError
    budget.step(len(names))
    known = exactly(dict, fields)
    parts = [exactly(tuple, known[exactly(str, name)]) for name in names]
    formats = [part[0] for part in parts]
    if not all(isinstance(one, np.dtype) and not one.hasobject for one in formats):
        raise TypeError
    layout = {"formats": formats, "offsets": [exact.count(part[1]) for part in parts], "itemsize": exact.count(size)}
    return np.dtype({"names": list(names), **layout})  # type: ignore[call-overload, no-any-return]


def _array(found: Described, budget: Budget) -> np.ndarray[Any, Any]:
    """`_reconstruct(class, (0,), b"b")` with (version, shape, dtype, Fortran's order, content) as its state."""
    _, shape, dtype, fortran, content = exactly(tuple, found.state)
    return _shaped(content, dtype, shape, "F" if fortran is True else "C", budget)


def _from_buffer(found: Described, budget: Budget) -> np.ndarray[Any, Any]:
    """`_frombuffer(content, dtype, shape, order)`, of protocol 5."""
    content, dtype, shape, order = found.args
    if exactly(str, order) not in ("C", "F"):
        raise ValueError
    return _shaped(content, dtype, shape, order, budget)


def _scalar(found: Described, budget: Budget) -> Any:
    """`scalar(dtype, content)`."""
    dtype, content = found.args
    if isinstance(dtype, np.dtype) and not dtype.itemsize:
        return dtype.type()  # of an empty text
    return _shaped([content] if _holds_objects(dtype) else content, dtype, (1,), "C", budget)[0]


def _standard(found: Described, budget: Budget) -> np.ndarray[Any, Any]:
    """`array.array` as `_array_reconstructor(class, type code, machine format, content)`."""
    _, _, machine, content = found.args
    codes = (*_MACHINE_FORMATS, *_MACHINE_FLOATS)
    dtype = np.dtype(codes[exact.count(machine)])
    return _shaped(content, dtype, (len(exact.content(content)) // dtype.itemsize,), "C", budget)


def _shaped(content: Any, dtype: object, shape: object, order: Any, budget: Budget) -> np.ndarray[Any, Any]:
    """The content in its shape, if it has exactly as many elements as that."""
    sizes = exactly(tuple, shape)
    if not isinstance(dtype, np.dtype) or len(sizes) > MAX_DIMENSIONS:
        raise TypeError
    count = math.prod(exact.count(size) for size in sizes)
    if _holds_objects(dtype):
        flat = _objects(content, budget)
    elif count == 0:
        flat = np.empty(0, dtype)
    else:
        flat = np.frombuffer(exact.content(content), dtype)  # refuses elements of no size
    if flat.size != count:
        raise ValueError
    _check_text(flat, budget)
    array = flat.reshape(sizes, order=order)
    array.flags.writeable = False
    return array


def _check_text(flat: np.ndarray[Any, Any], budget: Budget) -> None:
    """ValueError for numbers that are no characters: numpy would raise it whenever one is looked at."""
    for name in flat.dtype.names or ():
        _check_text(flat[name], budget)
    if flat.dtype.kind == "U" and flat.dtype.itemsize and flat.size:
        budget.text(flat.nbytes)
        characters = np.ascontiguousarray(flat).view(np.dtype("u4").newbyteorder(flat.dtype.byteorder))
        if characters.max() > sys.maxunicode:
            raise ValueError


def _objects(content: object, budget: Budget) -> np.ndarray[Any, Any]:
    items = exactly(list, content)
    budget.step(len(items))
    flat = np.empty(len(items), object)
    for index, item in enumerate(items):  # numpy would look into lists of equal length
        flat[index] = item
    return flat


def _holds_objects(dtype: object) -> bool:
    return isinstance(dtype, np.dtype) and dtype.hasobject


_HOMES = ("numpy.core", "numpy._core")  # of numpy 1 and 2
KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "numpy.dtype": _dtype,
    "array._array_reconstructor": _standard,
    **{f"{home}.multiarray._reconstruct": _array for home in _HOMES},
    **{f"{home}.numeric._frombuffer": _from_buffer for home in _HOMES},
    **{f"{home}.multiarray.scalar": _scalar for home in _HOMES},
}
