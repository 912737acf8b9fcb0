"""A plugin that fails wherever it is asked."""

from __future__ import annotations

from dashboard.extension import Panel, Plugin


def boom(_context: object) -> object:
    """What a bug looks like."""
    raise KeyError("no such field")


PLUGIN = Plugin(name="broken", panels=[Panel("run-header", "", boom), Panel("runs-column", "Broken", boom)])
