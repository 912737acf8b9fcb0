"""Plain data out of a pickle, by reading its opcodes: nothing is imported, called or built.

`pickletools.genops` cuts the bytes into opcodes, and a small stack machine here does those that make None, bool, int,
float, str, bytes, list, tuple, dict, set and frozenset. Protocols 0 to 3 write some of these as a call of a global; the
names of these four are recognised as text. Every other global and every other opcode ends in `NotPlain`.

What a hostile pickle could cost is bounded, see `plain`.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from typing import Any

from dashboard.datastore.plain import MAX_INT_BITS, MAX_STEPS, Budget, NotPlain, too_large

MAX_PROTOCOL = 5
MAX_TEXT = 16  # times the limit: characters and bytes of a value with all that it shares written out
DAMAGED = "the pickle is damaged"


class _Call(str):
    """The name of a global that older protocols call for plain data; a type of its own, so that it is no plain data."""


_CALLS = frozenset({"builtins.set", "builtins.frozenset", "builtins.bytes", "_codecs.encode"})


def decode(blob: bytes, limit: int) -> object:
    """The value in a pickle of at most `limit` bytes; `NotPlain` if it is anything but plain data."""
    if len(blob) > limit:
        raise too_large(f"more than {limit} bytes")
    machine = _Machine(Budget(MAX_TEXT * max(limit, 1024)))
    try:
        value = machine.run(blob)
    except (ValueError, TypeError, LookupError, ArithmeticError):  # from genops, or an empty stack
        raise NotPlain(DAMAGED) from None
    machine.budget.weigh(value)
    return value


class _Source(io.BytesIO):
    """The bytes of the pickle, which refuse a decimal number too long to be read in linear time."""

    def readline(self, size: int | None = -1, /) -> bytes:
        opcode = self.tell() - 1
        line = super().readline(size)
        if len(line) > MAX_INT_BITS and self.getbuffer()[opcode] in b"IL":
            raise too_large("a very large int")
        return line


class _Machine:
    """The stack, the marks and the memo of one pickle."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def run(self, blob: bytes) -> object:
        """Do all opcodes and return what STOP finds."""
        arg: Any
        for count, (op, arg, _at) in enumerate(pickletools.genops(_Source(blob))):
            name = op.name
            if count > MAX_STEPS:
                raise too_large(f"more than {MAX_STEPS} opcodes")
            if name in _PUSHES:
                if type(arg) is int and arg.bit_length() > MAX_INT_BITS:
                    raise too_large("a very large int")
                self.stack.append(arg)
            elif name == "MEMOIZE":
                self.memo[len(self.memo)] = self.stack[-1]
            elif name in _PUTS:
                self.memo[arg] = self.stack[-1]
            elif name in _GETS:
                self.stack.append(self.memo[arg])
            elif name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name]())
            elif name in _ACTIONS:
                _ACTIONS[name](self)
            elif name == "GLOBAL":
                self.find(*arg.split(" ", 1))
            elif name not in _IGNORED or (name == "PROTO" and arg > MAX_PROTOCOL):
                raise NotPlain(f"opcode {name}")
        return self.stack.pop()

    def mark(self) -> None:
        """Begin a group of items."""
        self.marks.append(self.stack)
        self.stack = []

    def group(self) -> list[Any]:
        """The items since the last mark, taken off with it."""
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def push(self, value: object) -> None:
        """Put a value on top."""
        self.stack.append(value)

    def pop(self) -> None:
        """Take off the item on top; a mark counts as one."""
        _ = self.stack.pop() if self.stack else self.group()

    def take(self, count: int) -> list[Any]:
        """Take off the last `count` items."""
        items = self.stack[-count:]
        if len(items) < count:
            raise NotPlain(DAMAGED)
        del self.stack[-count:]
        return items

    def extend(self, items: list[Any]) -> None:
        """Add items to the list or set on top."""
        target = self.stack[-1]
        if type(target) is list:
            target.extend(items)
        elif type(target) is set:
            target.update(self.budget.keys(items))
        else:
            raise NotPlain(DAMAGED)

    def fill(self, items: list[Any]) -> None:
        """Add keys and values, in turns, to the dict on top."""
        target = self.stack[-1]
        if type(target) is not dict:
            raise NotPlain(DAMAGED)
        target.update(zip(self.budget.keys(items[::2]), items[1::2], strict=True))

    def collect(self) -> None:
        """Make a dict of the items since the last mark."""
        items = self.group()
        self.push({})
        self.fill(items)

    def find(self, module: str, name: str) -> None:
        """Put the mark of a known global on the stack; nothing is looked up."""
        if type(module) is not str or type(name) is not str:
            raise NotPlain(DAMAGED)
        dotted = f"{module}.{name}".replace("__builtin__.", "builtins.", 1)
        if dotted not in _CALLS:
            raise NotPlain("".join(c for c in dotted[:100] if c.isascii() and c.isprintable()))
        self.stack.append(_Call(dotted))

    def reduce(self) -> None:
        """Do one of the four calls that stand for plain data."""
        call, args = self.take(2)
        known = call if type(call) is _Call and type(args) is tuple else None
        if known == "builtins.set" and len(args) == 1 and type(args[0]) is list:
            self.push(set(self.budget.keys(args[0])))
        elif known == "builtins.frozenset" and len(args) == 1 and type(args[0]) is list:
            self.push(frozenset(self.budget.keys(args[0])))
        elif known == "builtins.bytes" and not args:
            self.push(b"")
        elif known == "_codecs.encode" and len(args) == 2 and type(args[0]) is str and args[1] == "latin1":
            self.push(args[0].encode("latin-1"))
        else:
            raise NotPlain("a call")


_STRINGS = "STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8"
_OTHERS = "NONE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT BINBYTES SHORT_BINBYTES BINBYTES8"
_PUSHES = frozenset((_STRINGS + " " + _OTHERS).split())
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_IGNORED = frozenset({"PROTO", "FRAME", "STOP"})  # genops ends with STOP, or raises
_CONSTANTS: dict[str, Callable[[], object]] = {
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}
_ACTIONS: dict[str, Callable[[_Machine], None]] = {
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": lambda m: m.group().clear(),
    "DUP": lambda m: m.push(m.stack[-1]),
    "LIST": lambda m: m.push(m.group()),
    "APPEND": lambda m: m.extend(m.take(1)),
    "APPENDS": lambda m: m.extend(m.group()),
    "ADDITEMS": lambda m: m.extend(m.group()),
    "TUPLE": lambda m: m.push(tuple(m.group())),
    "TUPLE1": lambda m: m.push(tuple(m.take(1))),
    "TUPLE2": lambda m: m.push(tuple(m.take(2))),
    "TUPLE3": lambda m: m.push(tuple(m.take(3))),
    "FROZENSET": lambda m: m.push(frozenset(m.budget.keys(m.group()))),
    "DICT": _Machine.collect,
    "SETITEM": lambda m: m.fill(m.take(2)),
    "SETITEMS": lambda m: m.fill(m.group()),
    "STACK_GLOBAL": lambda m: m.find(*m.take(2)),
    "REDUCE": _Machine.reduce,
}
