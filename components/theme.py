"""The design's colours as hex values, for figures, which cannot read CSS variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


def palette(theme: str) -> Mapping[str, str]:
    """Token name (`st-failed`, `ink-1` …) → hex colour, for `light` or `dark`; anything else is light."""
    return _palettes()["dark" if theme == "dark" else "light"]


@cache
def _palettes() -> Mapping[str, Mapping[str, str]]:
    tokens = json.loads(Path(__file__).with_name("tokens.json").read_text("utf-8"))
    return MappingProxyType({name: MappingProxyType(colours) for name, colours in tokens.items()})
