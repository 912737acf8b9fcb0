"""Values from a recorded tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dashboard.datastore.machine import DAMAGED, Global
from dashboard.datastore.objects import arrays, arrow, frames, own, stamps, standard, times
from dashboard.datastore.objects.described import Described, Reference
from dashboard.datastore.objects.exact import DECLINED
from dashboard.datastore.objects.recorded import Call
from dashboard.datastore.plain import MAX_DEPTH, Budget, NotPlain

UNNAMED = "call"  # of what a call gave
T = TypeVar("T")
# What is known by its dotted name → the value; an ordinary exception leaves the description standing.
Known = Callable[[Described, Budget], object]
KNOWN: Mapping[str, Known] = {
    **standard.KNOWN,
    **times.KNOWN,
    **arrays.KNOWN,
    **arrow.KNOWN,
    **stamps.KNOWN,
    **frames.KNOWN,
    **own.KNOWN,
}
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset, Call, Global})


class Builder:
    """Makes each part of one tree once; what the tree shares is shared in the value."""

    def __init__(self, text: int, steps: int) -> None:
        """Take the bytes that may be copied, and the opcodes that the pickle may have."""
        self._budget = Budget(text, steps, None)
        self._made: dict[int, tuple[object, object]] = {}  # id → the node, which so keeps its id, and its value

    def value(self, node: Any, depth: int = 0) -> Any:
        """The value of a node; lists and dicts are changed in place, so that they may hold themselves."""
        kind = type(node)
        if kind not in _CONTAINERS:
            return node
        if id(node) in self._made:
            return self._made[id(node)][1]
        if depth > MAX_DEPTH:
            raise NotPlain(f"more than {MAX_DEPTH} levels")
        return self._BUILDERS[kind](self, node, depth + 1)

    def _keep(self, node: object, value: T) -> T:
        self._made[id(node)] = node, value
        return value

    def _list(self, node: list[Any], depth: int) -> list[Any]:
        self._keep(node, node)
        for index, item in enumerate(node):
            node[index] = self.value(item, depth)
        return node

    def _dict(self, node: dict[Any, Any], depth: int) -> dict[Any, Any]:
        self._keep(node, node)
        pairs = [(self.value(key, depth), self.value(item, depth)) for key, item in node.items()]
        node.clear()
        node.update(self._hashed(dict, pairs))
        return node

    def _tuple(self, node: tuple[Any, ...], depth: int) -> tuple[Any, ...]:
        self._keep(node, Described("builtins.tuple"))  # seen only by what is in it
        return self._keep(node, tuple([self.value(item, depth) for item in node]))

    def _set(self, node: set[Any] | frozenset[Any], depth: int) -> object:
        items = [self.value(item, depth) for item in node]
        return self._keep(node, self._hashed(type(node), items))

    def _hashed(self, kind: type, items: list[Any]) -> Any:
        """A dict or set, if its keys are cheap to hash and can be."""
        self._budget.keys([key for key, _ in items] if kind is dict else items)
        try:
            return kind(items)
        except TypeError:
            raise NotPlain(DAMAGED) from None

    def _global(self, node: Global, _depth: int) -> Reference:
        return self._keep(node, Reference(node.name))

    def _call(self, node: Call, depth: int) -> Any:
        """What a call would make: first a description, which is what the node's own parts see of it."""
        called = self.value(node.called, depth)
        found = Described(called.name if isinstance(called, Reference) else UNNAMED)
        self._keep(node, found)
        args = self.value(node.args, depth)
        found.args = args if isinstance(called, Reference) else (called, *args)
        _set_state(found, self.value(node.kwargs, depth), self.value(node.state, depth))
        found.items = self._list(node.items, depth)
        found.entries = [(self.value(key, depth), self.value(item, depth)) for key, item in node.entries]
        known = KNOWN.get(found.type)
        if known is None:
            return found
        try:
            return self._keep(node, known(found, self._budget))
        except DECLINED:
            return found

    _BUILDERS: Mapping[type, Callable[[Builder, Any, int], Any]] = {
        list: _list,
        dict: _dict,
        tuple: _tuple,
        set: _set,
        frozenset: _set,
        Global: _global,
        Call: _call,
    }


def _set_state(found: Described, named: dict[Any, Any], state: Any) -> None:
    """Arguments by name, and the attributes as pickle's default stores them: a dict, or that and a dict of slots."""
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    dicts = [part for part in parts if part is not None]
    if all(type(part) is dict and all(type(key) is str for key in part) for part in dicts):
        found.attributes = {key: item for part in (named, *dicts) for key, item in part.items() if type(key) is str}
    else:
        found.attributes = {key: item for key, item in named.items() if type(key) is str}
        found.state = state
