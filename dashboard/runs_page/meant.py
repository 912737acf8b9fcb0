"""Beside a search that found no run: the object that its text names, or what is near it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.finding.fitting import fitting
from dashboard.finding.near import near
from dashboard.links import href
from dashboard.services import Services

MOST = 5


def meant(services: Services, text: str) -> Component | None:
    """Links to objects that the text may mean; None where there are none."""
    found = fitting(services, text, MOST)
    sentence = "But these are registered:"
    if not found:
        missed = services.database(near, text)
        found, sentence = missed.found, f"{missed.sentence} Near it:"
    links: list[Any] = [
        html.A(str(one.pathspec), href=href(one.place.path, one.place.query), className="mono")
        for one in found
        if one.pathspec is not None
    ]
    if not links:
        return None
    return html.P([sentence, *(part for link in links for part in (" ", link))], className="t2")
