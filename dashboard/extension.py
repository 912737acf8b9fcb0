"""What a page is, for core pages and plugins alike: data that the factory wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash import Dash
from dash.development.base_component import Component

from dashboard.services import Services


@dataclass(frozen=True, slots=True)
class Early:
    """What a browser asks for with the page's first bytes instead of after all scripts."""

    kind: str  # script or fetch; kept until it is asked for
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A URL, its layout and its callbacks. `layout` is pure: Dash also calls it with no arguments to check ids."""

    name: str
    path: str
    title: str
    layout: Callable[..., Component]
    register: Callable[[Dash, Services], None]
    first_paint: Callable[[Services, str], Component | None] | None = None  # from the query text, while scripts load
    early: Callable[[Sequence[str], str], Sequence[Early]] | None = (
        None  # from the decoded parts of a path and the query text; nothing for others' paths
    )
