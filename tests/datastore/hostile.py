# ruff: noqa: E501 — a row of the table is one attack
"""Pickles that nobody means well with."""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.datastore.opcodes import (
    again,
    array,
    arrow,
    arrow_table,
    block,
    buffer,
    call,
    dtype,
    frame,
    index,
    interval,
    laughs,
    list_of,
    name,
    number,
    raw,
    text,
    tuple_of,
    with_state,
)

LARGE_STRING = call("pyarrow.lib.type_for_alias", text("large_string"))
STRING_ENDS = struct.pack("<qq", 0, 1 << 62)


class Reduced:
    """Does what it is given when it is unpickled."""

    def __init__(self, *made: Any) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Any, ...]:
        return self.made


class Stateful:
    """Runs code when its state is set."""

    def __init__(self, state: object) -> None:
        self.state = state

    def __getstate__(self) -> object:
        return self.state

    def __setstate__(self, state: object) -> None:
        os.system("touch never")


RUNS: dict[str, Callable[[], Any]] = {
    "os.system": lambda: Reduced(os.system, ("touch never",)),
    "subprocess": lambda: Reduced(subprocess.Popen, (["touch", "never"],)),
    "eval": lambda: Reduced(eval, ("__import__('os').system('touch never')",)),
    "exec": lambda: Reduced(exec, ("open('never', 'w')",)),
    "getattr": lambda: Reduced(getattr, (Reduced(importlib.import_module, ("antigravity",)), "fly")),
    "import": lambda: Reduced(__import__, ("antigravity",)),
    "open": lambda: Reduced(open, ("never", "w")),
    "nested": lambda: {"a": [Reduced(Reduced, (Reduced(os.system, ("touch never",)),))]},
    "as a key": lambda: {Reduced(os.getpid, ()): 1},
    "in a set": lambda: {Reduced(os.getpid, ())},
    "state": lambda: Stateful({"a": Reduced(os.system, ("touch never",))}),
    "state of no dict": lambda: Stateful([1]),
    "list items": lambda: Reduced(list, (), None, iter([Reduced(os.system, ("touch never",))])),
    "dict items": lambda: Reduced(dict, (), None, None, iter([(1, Reduced(os.system, ("touch never",)))])),
    "as an argument": lambda: Reduced(np.dtype, (Reduced(os.system, ("touch never",)),)),
    "a function": lambda: os.system,
    "a lambda's code": lambda: Reduced(eval, (Reduced(compile, ("1", "x", "eval")),)),
}
RUNNING = {f"{key} {protocol}": pickle.dumps(make(), protocol) for key, make in RUNS.items() for protocol in range(6)}

ELSEWHERE = {
    "persistent id": b"Pname\n.",
    "binary persistent id": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "extension 1": b"\x80\x02\x82\x01.",
    "extension 2": b"\x80\x02\x83\x01\x00.",
    "extension 4": b"\x80\x02\x84\x01\x00\x00\x00.",
    "next buffer": b"\x80\x05\x97.",
    "read-only buffer": b"\x80\x05C\x01a\x98.",
}

BOMBS = {
    "DUP": b"(" + b"2" * 200_000 + b"l.",
    "lists of lists": laughs(60, b"(", b"l") + b".",
    "tuples of tuples": laughs(60, b"(", b"t") + b".",
    "hash of tuples": laughs(60, b"(", b"t") + b"q\x01}h\x01Ns.",
    "calls of calls": laughs(40, b"cbuiltins\nlist\n(", b"tR") + b".",
    "attributes of attributes": b"N" + b"q\x00" + (b"0cm\nc\n)\x81}X\x01\x00\x00\x00ah\x00sX\x01\x00\x00\x00bh\x00sbq\x00" * 40) + b".",
    "deques of deques": laughs(40, b"ccollections\ndeque\n)R(", b"e") + b".",
    "paths": call("pathlib.PosixPath", *(text("a" * 1000) for _ in range(1000))) + b".",
    "depth": b"(" * 90_000,
    "depth of tuples": b")" + b"\x85" * 90_000 + b".",
    "depth of calls": b"cm\nf\n" * 9000 + b")" + b"R\x85" * 8999 + b"R.",
    "a list in itself": b"]q\x00h\x00a.",
    "a dict in itself": b"}q\x00K\x01h\x00s.",
    "an object in itself": b"cm\nc\n)\x81q\x00}X\x01\x00\x00\x00ah\x00sb.",
    "an ordered dict in itself": b"ccollections\nOrderedDict\n)Rq\x00K\x01h\x00s.",
    "a tuple in itself": b"]q\x00(h\x00tq\x01h\x00h\x01a0.",
    "an array in itself": b"(" + array(dtype("O", "|"), b"]q\x00", 1) + b"q\x01h\x00h\x01a0l.",
    "many sets of one list": again(list_of(*(number(n) for n in range(20_000))), name("builtins.set") + b"h\x00\x85R", 9000) + b".",
    "many arrays of one list": again(b"(" + b"N" * 50_000 + b"l", array(dtype("O", "|"), b"h\x00", 50_000), 900) + b".",
    "many counters of one dict": again(b"(" + b"".join(number(n) + b"N" for n in range(9000)) + b"d", name("collections.Counter") + b"h\x00\x85R", 9000) + b".",
    "many byte arrays": again(raw(b"x" * 100_000), name("builtins.bytearray") + b"h\x00\x85R", 9000) + b".",
    "many encodings": again(text("x" * 100_000), b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R", 5000) + b".",
    "long global": again(text("x" * 100_000), b"h\x00h\x00\x93", 9000) + b".",
    "equal hashes": b"(" + b"".join(tuple_of(*([b"K\x01"] * 9), number(n)) + b"N" for n in range(5000)) + b"d.",
    "large ints with equal hashes": b"(" + b"".join(b"\x8a\x20" + struct.pack("<QQQQ", n, 0, 0, n) + b"N" for n in range(9000)) + b"d.",
    "equal hashes of fractions": b"(" + b"".join(call("fractions.Fraction", number(n), number(n + 1)) + b"N" for n in range(9000)) + b"d.",
    "LONG4": b"\x8b" + struct.pack("<i", 200_000) + b"\x7f" * 200_000 + b".",
    "LONG4 of a negative length": b"\x8b" + struct.pack("<i", -1) + b".",
    "LONG4 without content": b"\x8b" + struct.pack("<i", 2**31 - 1) + b".",
    "BINBYTES8 that lies": b"\x8e" + struct.pack("<Q", 2**40) + b"x.",
    "BYTEARRAY8 that lies": b"\x96" + struct.pack("<Q", 2**40) + b"x.",
    "BINUNICODE8 that lies": b"\x8d" + struct.pack("<Q", 2**63) + b"x.",
    "FRAME that lies": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N.",
    "digits of an int": b"I" + b"9" * 200_000 + b"\n.",
    "digits of a memo": b"Np" + b"9" * 200_000 + b"\n.",
    "digits of a fraction": call("fractions.Fraction", text("1e999999999")) + b".",
    "digits of a decimal": call("decimal.Decimal", text("1e999999999999999999")) + b".",
    "a decimal that signals": b"(" + call("decimal.Decimal", text("sNaN")) + b"Nd.",
    "a date that is none": call("datetime.datetime", raw(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")) + b".",
    "a huge range": call("builtins.range", number(-(10**300)), number(10**300)) + b".",
    "a huge deque": call("collections.deque", b")", number(10**300)) + b".",
    "shape": array(dtype("f8"), raw(b"x" * 8), 10**9, 10**9) + b".",
    "shape with nothing": array(dtype("f8"), raw(b""), 10**15, 0, 10**15) + b".",
    "shape of huge ints": array(dtype("f8"), raw(b""), 10**300, 0) + b".",
    "negative shape": array(dtype("f8"), raw(b"x" * 8), -1) + b".",
    "many dimensions": array(dtype("f8"), raw(b"x" * 8), *([1] * 100)) + b".",
    "elements without size": array(dtype("U0", size=0), raw(b""), 10**9, 10**9) + b".",
    "elements of huge size": array(dtype("S", "|", 2**31), raw(b"x"), 1) + b".",
    "characters that are none": array(dtype("U1", size=4), raw(b"\xff" * 4), 1) + b".",
    "objects as bytes": array(dtype("O", "|"), raw(b"\x41" * 8), 1) + b".",
    "an array of no array": array(b"N", raw(b"x" * 8), 1) + b".",
    "a type by text": call("numpy.dtype", text("os.system")) + b".",
    "hash of an order": with_state(call("numpy.dtype", text("f8")), b"(K\x03" + laughs(60, b"(", b"t") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t") + b".",
    "hash of a unit": call("pandas._libs.tslibs.timestamps._unpickle_timestamp", number(1), b"N", b"N", laughs(60, b"(", b"t")) + b".",
    "rows of a range": frame(index(1), index(10**15), block(array(dtype("f8"), raw(b"x" * 8), 1, 1), 0, 1, 1)) + b".",
    "rows without columns": frame(index(0), index(10**15)) + b".",
    "columns of a range": frame(index(10**15), index(0)) + b".",
    "columns of nothing": frame(index(10**6), index(0), block(array(dtype("f8"), raw(b""), 10**6, 0), 0, 10**6, 1)) + b".",
    "many placements": frame(index(90_000), index(0), *([block(array(dtype("f8"), raw(b""), 0, 0), 0, 90_000, 1)] * 900)) + b".",
    "text that is all of it": arrow_table(arrow(LARGE_STRING, 1, 0, b"N", buffer(STRING_ENDS), buffer(b"x" * 100_000))) + b".",
    "text of a huge length": arrow_table(arrow(LARGE_STRING, 10**18, 10**18, b"N", buffer(STRING_ENDS), buffer(b""))) + b".",
    "arrow lengths that differ": arrow_table(arrow(LARGE_STRING, 1, 0, b"N", buffer(STRING_ENDS), buffer(b"")), arrow(LARGE_STRING, 0, 0, b"N", buffer(b""), buffer(b""))) + b".",
    "types of types": arrow_table(arrow(laughs(40, b"cpyarrow.lib\ndictionary\n(", b"tR"), 1, 0, b"N")) + b".",
    "zones": call("datetime.datetime", raw(b"\x07\xe4\x01\x01\x00\x00\x00\x00\x00\x00"), laughs(40, b"cm\nz\n(", b"tR")) + b".",
    "a zone that is a list": call("datetime.datetime", raw(b"\x07\xe4\x01\x01\x00\x00\x00\x00\x00\x00"), b"]") + b".",
}  # fmt: skip


def nested_intervals() -> bytes:
    """Each bound is an index of intervals itself."""
    made = index(2) + b"q\x00"
    for _ in range(28):
        made += b"0" + interval(b"h\x00", b"h\x00") + b"q\x00"
    return made + b"."


def joined_chunks() -> bytes:
    """Chunks of chunks: rows without number."""
    kind = call("pyarrow.lib.type_for_alias", text("bool"))
    made = arrow(kind, 8, 0, b"N", buffer(b"\xff")) + b"q\x00"
    for _ in range(28):
        made += b"0" + call("pyarrow.lib.chunked_array", list_of(b"h\x00", b"h\x00"), kind) + b"q\x00"
    return b"]0" + made[:-2] + b"q\x000" + arrow_table(b"h\x00") + b"."


BOMBS["intervals of intervals"] = nested_intervals()
BOMBS["chunks of chunks"] = joined_chunks()
ALL = {**RUNNING, **ELSEWHERE, **BOMBS}
