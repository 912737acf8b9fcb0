"""Dash components as static HTML: what the browser shows while the app itself is still being loaded.

Only html components and text inputs are written; what needs the browser (stores, graphs) is left out. Ids are left
out, too: the live page that follows has them. Everything is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

CAPITAL = re.compile("[A-Z]")
VOID = frozenset(("br", "col", "hr", "img", "input"))
RENAMED = {
    "autoComplete": "autocomplete",
    "autocomplete": "autocomplete",
    "className": "class",
    "class_name": "class",
    "colSpan": "colspan",
    "dateTime": "datetime",
    "tabIndex": "tabindex",
}
KEPT = frozenset(
    (
        "href",
        "hidden",
        "title",
        "role",
        "scope",
        "type",
        "placeholder",
        "disabled",
        "download",
        "name",
        "action",
        "method",
        "target",
        "rel",
    )
)


def to_html(component: Any) -> str:
    """The HTML of a component, a text, a number, None or a list of these."""
    if component is None:
        return ""
    if isinstance(component, list | tuple):
        return "".join(to_html(child) for child in component)
    if not isinstance(component, dict) and not hasattr(component, "to_plotly_json"):
        return escape(str(component))
    plain = component if isinstance(component, dict) else component.to_plotly_json()
    props: Mapping[str, Any] = plain["props"]
    if plain["namespace"] == "dash_html_components":
        return _element(plain["type"].lower(), props)
    if plain["namespace"] == "dash_bootstrap_components" and plain["type"] == "Input" and props.get("type") != "hidden":
        return _element("input", {**props, "class_name": f"form-control {props.get('class_name', '')}"})
    return ""


def _element(tag: str, props: Mapping[str, Any]) -> str:
    attributes = "".join(_attribute(name, value) for name, value in props.items())
    if tag in VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{to_html(props.get('children'))}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    name = RENAMED.get(name, name)
    if name == "style":
        return f' style="{escape(_css(value))}"'
    if name not in KEPT and name not in RENAMED.values() and not name.startswith(("data-", "aria-")):
        return ""
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _css(style: Mapping[str, Any]) -> str:
    return ";".join(f"{CAPITAL.sub(_dashed, name)}:{value}" for name, value in style.items())


def _dashed(found: re.Match[str]) -> str:
    return "-" + found[0].lower()
