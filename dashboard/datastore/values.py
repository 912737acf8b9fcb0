"""Plain values as one short line of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

TEXT_LIMIT = 200  # characters
SORTED_ITEMS = 100  # larger sets stand in the order in which they come


def compact(value: object, limit: int = TEXT_LIMIT) -> str:
    """The value much as `repr` writes it, cut with `…` at `limit` characters; the time does not grow with the value."""
    text = ""
    for piece in _pieces(value, limit):
        text += piece
        if len(text) > limit:
            return text[: limit - 1] + "…"
    return text


def _pieces(value: object, limit: int) -> Iterator[str]:
    """The text of a value from left to right; the reader stops when it has enough."""
    if isinstance(value, (str, bytes)):
        yield repr(value[: limit + 1])  # repr also escapes what could not be shown: control characters, lone surrogates
    elif isinstance(value, dict):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield ", " if index else ""
            yield from _pieces(key, limit)
            yield ": "
            yield from _pieces(item, limit)
        yield "}"
    elif isinstance(value, list):
        yield from _items("[", value, "]", limit)
    elif isinstance(value, tuple):
        yield from _items("(", value, ",)" if len(value) == 1 else ")", limit)
    elif isinstance(value, set):
        yield from _items("{", _ordered(value, limit), "}", limit) if value else ("set()",)
    elif isinstance(value, frozenset):
        yield from _items("frozenset({", _ordered(value, limit), "})", limit) if value else ("frozenset()",)
    else:
        yield repr(value)


def _items(opening: str, values: Iterable[object], closing: str, limit: int) -> Iterator[str]:
    """Items between brackets."""
    yield opening
    for index, item in enumerate(values):
        yield ", " if index else ""
        yield from _pieces(item, limit)
    yield closing


def _ordered(values: set[object] | frozenset[object], limit: int) -> Iterable[object]:
    """A small set in one order, whatever the process: the order of a set of strings changes with each start."""
    if len(values) > SORTED_ITEMS:
        return values
    try:
        return sorted(values)  # type: ignore[type-var]
    except TypeError:
        return sorted(values, key=lambda item: compact(item, limit))
