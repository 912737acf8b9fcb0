"""A card: the small HTML page that @card leaves behind a task."""

from __future__ import annotations

from html import escape

from dashboard.demo.content import share, value_of
from dashboard.demo.simulate import Run, Task

_STYLE = "body{font:14px system-ui;margin:24px;color:#1f2330}td,th{padding:4px 12px;text-align:left}rect{fill:#4a54c4}"


def card_html(run: Run, task: Task) -> str:
    """A whole page with the task's parameters, its artifacts and a bar chart; no scripts, nothing from elsewhere."""
    rows = [*run.parameters.items(), *((name, value_of(task, name)) for name in task.step.artifacts)]
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows)
    bars = "".join(
        f'<rect x="{12 * n}" y="{round(90 - 80 * share(task, str(n)))}" width="10" height="90"/>' for n in range(24)
    )
    title = escape(f"{run.flow.name}/{run.id}/{task.step.name}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{escape(run.flow.doc)}</p><table>{table}</table>"
        f'<svg width="288" height="90" role="img" aria-label="Distribution">{bars}</svg></body></html>\n'
    )
