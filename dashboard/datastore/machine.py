"""A stack machine for the opcodes of a pickle: nothing is imported, called or built.

`pickletools.genops` cuts the bytes into opcodes, and the machine does those that make None, bool, int, float, str,
bytes, list, tuple, dict, set and frozenset. Protocols 0 to 3 write some of these as a call of a global; the names of
these four are recognised as text. Every other global and every other opcode ends in `NotPlain`.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from typing import Any

from dashboard.datastore.plain import MAX_INT_BITS, Budget, NotPlain, too_large

MAX_PROTOCOL = 5
MAX_NAME = 200  # characters of the dotted name of a global
DAMAGED = "the pickle is damaged"

PLAIN_CALLS = frozenset({"builtins.set", "builtins.frozenset", "builtins.bytes", "_codecs.encode"})
_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg", "exceptions": "builtins"}  # in protocols 0 to 2


class Global:
    """The dotted name of a global, which is never looked up."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _Source(io.BytesIO):
    """The bytes of the pickle, which refuse a decimal number too long to be read in linear time."""

    def readline(self, size: int | None = -1, /) -> bytes:
        opcode = self.tell() - 1
        line = super().readline(size)
        if len(line) > MAX_INT_BITS and self.getbuffer()[opcode] in b"ILpg":
            raise too_large("a very large int")
        return line


class Machine:
    """The stack, the marks and the memo of one pickle; it knows plain data only."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def run(self, blob: bytes) -> object:
        """Do all opcodes and return what STOP finds; `NotPlain` for whatever is not expected."""
        try:
            return self._run(blob)
        except (ValueError, TypeError, LookupError, ArithmeticError):  # from genops, or an empty stack
            raise NotPlain(DAMAGED) from None

    def _run(self, blob: bytes) -> object:
        arg: Any
        for count, (op, arg, _at) in enumerate(pickletools.genops(_Source(blob))):
            name = op.name
            if count > self.budget.steps:
                raise too_large(f"more than {self.budget.steps} opcodes")
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
                self.other(name, arg)
        return self.stack.pop()

    def other(self, opcode: str, _arg: object) -> None:
        """An opcode that plain data does not need."""
        raise NotPlain(f"opcode {opcode}")

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
        dotted = global_name(module, name)
        if dotted not in PLAIN_CALLS:
            raise NotPlain(dotted)
        self.push(Global(dotted))

    def reduce(self) -> None:
        """Do a call."""
        call, args = self.take(2)
        if type(call) is not Global or type(args) is not tuple or call.name not in PLAIN_CALLS:
            raise NotPlain("a call")
        self.push(self.plain_call(call.name, args))

    def plain_call(self, name: str, args: tuple[Any, ...]) -> object:
        """What one of the four calls that stand for plain data gives."""
        if name in ("builtins.set", "builtins.frozenset") and len(args) == 1 and type(args[0]) is list:
            self.budget.step(len(args[0]))  # the same list can be named again and again
            keys = self.budget.keys(args[0])
            return set(keys) if name == "builtins.set" else frozenset(keys)
        if name == "builtins.bytes" and not args:
            return b""
        if name == "_codecs.encode" and len(args) == 2 and type(args[0]) is str and args[1] == "latin1":
            self.budget.text(len(args[0]))
            return args[0].encode("latin-1")
        raise NotPlain("a call")


def global_name(module: object, name: object) -> str:
    """The dotted name under which Python 3 knows a global."""
    if type(module) is not str or type(name) is not str:
        raise NotPlain(DAMAGED)
    dotted = f"{_RENAMED.get(module, module)[:MAX_NAME]}.{name[:MAX_NAME]}"
    return "".join(c for c in dotted[:MAX_NAME] if c.isprintable())


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
_ACTIONS: dict[str, Callable[[Machine], None]] = {
    "MARK": Machine.mark,
    "POP": Machine.pop,
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
    "DICT": Machine.collect,
    "SETITEM": lambda m: m.fill(m.take(2)),
    "SETITEMS": lambda m: m.fill(m.group()),
    "STACK_GLOBAL": lambda m: m.find(*m.take(2)),
    "REDUCE": lambda m: m.reduce(),
}
