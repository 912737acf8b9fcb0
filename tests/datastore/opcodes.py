"""Puts pickles together opcode by opcode."""

from __future__ import annotations

import struct


def number(value: int) -> bytes:
    return b"I%d\n" % value


def text(value: str) -> bytes:
    content = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(content)) + content


def raw(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


def name(dotted: str) -> bytes:
    module, _, last = dotted.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def tuple_of(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def list_of(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"l"


def call(dotted: str, *args: bytes) -> bytes:
    return name(dotted) + tuple_of(*args) + b"R"


def with_state(made: bytes, state: bytes) -> bytes:
    return made + state + b"b"


def dict_of(**entries: bytes) -> bytes:
    return b"(" + b"".join(text(key) + value for key, value in entries.items()) + b"d"


def dtype(code: str, order: str = "<", size: int = -1, rest: bytes = b"") -> bytes:
    fields = (number(3), text(order), b"NNN", number(size), number(size), number(0), rest)
    return with_state(call("numpy.dtype", text(code), b"I00\n", b"I01\n"), tuple_of(*fields))


def array(kind: bytes, content: bytes, *shape: int) -> bytes:
    sizes = tuple_of(*(number(size) for size in shape))
    made = call("numpy.core.multiarray._reconstruct", name("numpy.ndarray"), tuple_of(number(0)), raw(b"b"))
    return with_state(made, tuple_of(number(1), sizes, kind, b"I00\n", content))


def laughs(levels: int, new: bytes, end: bytes, first: bytes = b")", width: int = 2) -> bytes:
    """A value that holds the value of the level below several times."""
    return first + b"q\x00" + b"".join(b"0" + new + b"h\x00" * width + end + b"q\x00" for _ in range(levels))


def again(part: bytes, use: bytes, times: int) -> bytes:
    """A list of many uses of one part; `h\\x00` in `use` is the part."""
    return b"(" + part + b"q\x00" + use * times + b"l"


def index(numbers: int) -> bytes:
    """A RangeIndex, which claims as many rows as it likes."""
    entries = dict_of(name=b"N", start=number(0), stop=number(numbers), step=number(1))
    return call("pandas.core.indexes.base._new_Index", name("pandas.RangeIndex"), entries)


def frame(columns: bytes, rows: bytes, *blocks: bytes) -> bytes:
    manager = call("pandas.core.internals.managers.BlockManager", tuple_of(*blocks), list_of(columns, rows))
    return with_state(name("pandas.DataFrame") + b")\x81", dict_of(_mgr=manager))


def block(values: bytes, *bounds: int) -> bytes:
    placement = call("builtins.slice", *(number(bound) for bound in bounds))
    return call("pandas._libs.internals._unpickle_block", values, placement, number(2))


def interval(left: bytes, right: bytes) -> bytes:
    entries = dict_of(left=left, right=right, closed=text("right"), name=b"N")
    return call("pandas.core.indexes.interval._new_IntervalIndex", name("pandas.IntervalIndex"), entries)


def arrow(kind: bytes, length: int, offset: int, *buffers: bytes, dictionary: bytes = b"N") -> bytes:
    parts = tuple_of(kind, number(length), number(0), number(offset), list_of(*buffers), b"]", dictionary)
    return call("pyarrow.lib._restore_array", parts)


def buffer(content: bytes) -> bytes:
    return call("pyarrow.lib.py_buffer", raw(content))


def arrow_table(*arrays: bytes) -> bytes:
    fields = [call("pyarrow.lib.field", text("a"), b"N") for _ in arrays]
    return call("pyarrow.lib._reconstruct_table", list_of(*arrays), call("pyarrow.lib.schema", list_of(*fields), b"N"))
