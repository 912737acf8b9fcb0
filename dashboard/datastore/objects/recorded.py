"""A pickle as a tree of plain data and of calls that are written down instead of done."""

from __future__ import annotations

from typing import Any

from dashboard.datastore.machine import DAMAGED, PLAIN_CALLS, Global, Machine, global_name
from dashboard.datastore.plain import Budget, NotPlain


class Call:
    """A call that pickle would make, and what it would do with the result."""

    __slots__ = ("args", "called", "entries", "items", "kwargs", "state")

    def __init__(self, called: object, args: tuple[Any, ...], kwargs: dict[Any, Any] | None = None) -> None:
        """Take the callable (a `Global`, or a `Call` that would give it) and its arguments."""
        self.called = called
        self.args = args
        self.kwargs = kwargs or {}
        self.state: Any = None
        self.items: list[Any] = []
        self.entries: list[tuple[Any, Any]] = []


LEAVES: frozenset[type] = frozenset({Call, Global, bytearray})


class Recorder(Machine):
    """The stack machine for all that pickle writes today, but for data that is stored elsewhere."""

    def __init__(self, text: int, steps: int) -> None:
        """Take the bytes that may be copied, and the opcodes that the pickle may have."""
        super().__init__(Budget(text, steps, LEAVES))

    def other(self, opcode: str, arg: object) -> None:
        """The opcodes that make and fill objects."""
        if opcode == "NEWOBJ":
            called, args = self.take(2)
            self.call(called, args)
        elif opcode == "NEWOBJ_EX":
            called, args, kwargs = self.take(3)
            self.call(called, args, kwargs)
        elif opcode == "BUILD":
            self.build()
        elif opcode == "BYTEARRAY8":
            self.push(arg)
        elif opcode == "OBJ":
            called, *args = self.group()
            self.call(called, tuple(args))
        elif opcode == "INST" and type(arg) is str:
            self.call(Global(global_name(*arg.split(" ", 1))), tuple(self.group()))
        else:  # persistent ids, the registry of extensions and out-of-band buffers refer to what is not in the pickle
            super().other(opcode, arg)

    def find(self, module: str, name: str) -> None:
        """Put the name of a global on the stack; nothing is looked up."""
        self.push(Global(global_name(module, name)))

    def reduce(self) -> None:
        """Write a call down, unless it stands for plain data."""
        called, args = self.take(2)
        if type(called) is Global and type(args) is tuple:
            if called.name in PLAIN_CALLS:
                self.push(self.plain_call(called.name, args))
                return
            if called.name == "copyreg._reconstructor" and len(args) == 3:  # protocols 0 and 1 for a plain object
                called, _, content = args
                args = () if content is None else (content if type(content) is tuple else (content,))
        self.call(called, args)

    def call(self, called: object, args: object, kwargs: object = None) -> None:
        """Put a written call on the stack."""
        if type(called) not in (Global, Call) or type(args) is not tuple or type(kwargs) not in (dict, type(None)):
            raise NotPlain(DAMAGED)
        self.push(Call(called, args, kwargs if isinstance(kwargs, dict) else None))

    def build(self) -> None:
        """Note the state that an object would get."""
        (state,) = self.take(1)
        if type(self.stack[-1]) is not Call:
            raise NotPlain(DAMAGED)
        self.stack[-1].state = state

    def extend(self, items: list[Any]) -> None:
        """Add items to the list, set or object on top."""
        if type(self.stack[-1]) is Call:
            self.stack[-1].items.extend(items)
        else:
            super().extend(items)

    def fill(self, items: list[Any]) -> None:
        """Add keys and values, in turns, to the dict or object on top."""
        if type(self.stack[-1]) is Call:
            self.stack[-1].entries.extend(zip(items[::2], items[1::2], strict=True))
        else:
            super().fill(items)
