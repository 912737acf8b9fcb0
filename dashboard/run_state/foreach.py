"""The place of a task in its foreach, as Metaflow writes it into `foreach-stack` and `foreach-execution-path`.

The stack is a list of `variable=value`; the service's database holds it as a PostgreSQL array literal
(`{fruit=apple,size=2}`), a local one as JSON (`["fruit=apple", "size=2"]`). The path is `step:index,step:index`.
"""

from __future__ import annotations

import json
import re

from dashboard.data.metadata import clean

SEPARATOR = " · "  # between the values of nested foreaches
_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,]+)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_INDEX = re.compile(r":(\d{1,9})$")


def label(stack: str) -> tuple[tuple[str, ...], str]:
    """The variables of a stack, outermost first, and their values as one line; what cannot be read is all value."""
    elements = [clean(element) for element in _elements(stack)]
    pairs = [element.partition("=") for element in elements]
    if not elements or not all(equals for _, equals, _ in pairs):
        return (), _line(stack)
    return tuple([name for name, _, _ in pairs]), _line(SEPARATOR.join([value for _, _, value in pairs]))


def index(path: str) -> int | None:
    """The index in the innermost foreach."""
    found = _INDEX.search(path.strip('"'))
    return int(found[1]) if found else None


def _line(text: str) -> str:
    return text if text.isprintable() else " ".join(text.split())


def _elements(stack: str) -> list[str]:
    if stack.startswith("["):
        try:
            found = json.loads(stack)
        except (ValueError, RecursionError):
            return []
        return [str(one) for one in found] if isinstance(found, list) else []
    if not (stack.startswith("{") and stack.endswith("}")):
        return []
    inside = stack[1:-1]
    if '"' not in inside:
        return inside.split(",") if inside else []
    return [_ESCAPE.sub(r"\1", quoted) if quoted else plain for quoted, plain in _ELEMENT.findall(inside)]
