"""Shows how long ago a run started. Copy this file, without the underscore: its name is that of the plugin."""

from __future__ import annotations

from dash import html

from dashboard.extension import Panel, Plugin, RunContext


def age(context: RunContext) -> html.P | None:
    """What stands below the header of a run; None for nothing."""
    run, now = context.run.run, context.details.view.now
    minutes = (now - run.created_at) // 60_000
    return html.P(f"Started {minutes:,} minutes ago by {run.user or 'somebody'}") if minutes >= 0 else None


PLUGIN = Plugin(name="template", version="1", about="How old a run is.", panels=[Panel("run-header", "Age", age)])
