"""`data-*` and `aria-*` attributes of Dash components, typed as their generated classes want them."""

from __future__ import annotations

from typing import Any


def data(**values: str) -> dict[str, Any]:
    """`html.A(**data(copy_link=""))` → `data-copy-link=""`."""
    return {"data-" + name.replace("_", "-"): value for name, value in values.items()}


def aria(**values: str) -> dict[str, Any]:
    """`html.A(**aria(label="Close"))` → `aria-label="Close"`."""
    return {"aria-" + name.replace("_", "-"): value for name, value in values.items()}
