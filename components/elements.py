"""html components as plain JSON, for lists of hundreds of rows.

A Dash component object costs some 25 µs to make and as much to write as JSON; a table of 50 rows has 1,500 of them.
These functions take the same arguments as those of `dash.html` and return what such a component becomes in the answer
anyway: a dict of type, namespace and props.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Element = Any  # a dict that stands wherever Dash takes a component


def _maker(name: str) -> Callable[..., Element]:
    def make(children: Any = None, /, **props: Any) -> Element:
        props["children"] = children
        return {"type": name, "namespace": "dash_html_components", "props": props}

    make.__doc__ = f"`html.{name}` as plain JSON."
    return make


A = _maker("A")
B = _maker("B")
Button = _maker("Button")
Col = _maker("Col")
Colgroup = _maker("Colgroup")
Div = _maker("Div")
I = _maker("I")  # noqa: E741 - the element's name
Span = _maker("Span")
Table = _maker("Table")
Tbody = _maker("Tbody")
Td = _maker("Td")
Th = _maker("Th")
Thead = _maker("Thead")
Time = _maker("Time")
Tr = _maker("Tr")
