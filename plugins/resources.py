"""What a run reserved by step and what failed attempts of it cost; what an attempt asked for beside what its host has.

Metaflow records what was asked for (decorators) and how long it was held (attempts), not what was used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component
from plotly.subplots import make_subplots

from components.theme import palette
from dashboard.extension import Panel, Plugin, RunContext, TaskContext
from dashboard.run_details import RunDetails
from dashboard.run_state.view import FAILED, RUNNING
from dashboard.status.attempts import ABSENT

HOUR = 3_600_000
MOST_STEPS = 40
KINDS = {"cpu": "CPU hours", "memory": "GB hours of memory", "gpu": "GPU hours"}
PER_CPU = {"c": 2, "m": 4, "r": 8}  # GB, of EC2's compute, general and memory families from the fifth generation on
_TYPE = re.compile(r"([cmr])[5-9][a-z]*\.(?:(\d{0,2})xlarge|(large|medium))")


@dataclass(frozen=True, slots=True)
class Held:
    """What the attempts of a step held (hours × amount), by whether they ended well or goes on, or failed."""

    step: str
    well: Mapping[str, float]
    failed: Mapping[str, float]


def held(details: RunDetails) -> list[Held]:
    """By step, in the order of the graph; steps that ask for nothing are left out."""
    view = details.view
    running = (view.status == RUNNING) & (view.started != ABSENT)
    known = np.where(running, view.now - view.started, view.duration)
    hours = np.where((known == ABSENT) & ~running, 0, np.maximum(known, 0)) / HOUR
    step_of_row = view.step[view.task]
    found = []
    for name, node in details.graph.nodes.items() if details.graph else ():
        if not node.asked or name not in view.steps:
            continue
        mine = step_of_row == view.steps.index(name)
        lost = mine & (view.status == FAILED)
        asked = {key: amount / 1024 if key == "memory" else amount for key, amount in node.asked.items()}
        sums = float(hours[mine & ~lost].sum()), float(hours[lost].sum())
        well, failed = ({key: amount * total for key, amount in asked.items()} for total in sums)
        found.append(Held(name, well, failed))
    return found


def of_run(context: RunContext) -> Component | list[object] | None:
    """Sums, and one bar a step for each kind of resource."""
    steps = held(context.details)
    kinds = [kind for kind in KINDS if any(kind in one.well for one in steps)]
    if not kinds:
        return html.P("No step of this run asks for resources.", className="t3")
    facts = []
    for kind in kinds:
        failed = sum(one.failed.get(kind, 0) for one in steps)
        total = failed + sum(one.well.get(kind, 0) for one in steps)
        lost = html.Span(f" {failed / total:.0%} by attempts that failed" if failed else "", className="t3")
        facts.append(html.Div([html.Dt(KINDS[kind]), html.Dd([html.B(f"{total:,.1f}", className="m"), lost])]))
    note = "As the decorators of the steps ask for them, for as long as attempts ran; what was used is not recorded."
    shown = sorted(steps, key=lambda one: -sum(one.well.values()) - sum(one.failed.values()))[:MOST_STEPS]
    ordered = [one for one in steps if one in shown]
    return [
        html.Dl(facts, className="mf-facts"),
        bars(ordered, kinds, context.theme),
        html.P(note, className="t3 small"),
    ]


def bars(steps: list[Held], kinds: list[str], theme: str) -> go.Figure:
    """One bar a step and kind: what ended well, then what failed."""
    colours = palette(theme)
    figure = make_subplots(
        rows=1,
        cols=len(kinds),
        shared_yaxes=True,
        subplot_titles=[KINDS[one] for one in kinds],
        horizontal_spacing=0.04,
    )
    names = [escape(one.step if len(one.step) <= 24 else one.step[:23] + "…") for one in steps]
    for column, kind in enumerate(kinds, 1):
        for word, colour, part in (("ended well", "st-completed", "well"), ("failed", "st-failed", "failed")):
            values = [getattr(one, part).get(kind, 0) for one in steps]
            figure.add_bar(
                x=values,
                y=list(range(len(steps))),
                width=0.6,
                orientation="h",
                name=word,
                marker={"color": colours[colour], "line": {"width": 0}},
                hovertemplate="%{x:,.2f} " + word + "<extra></extra>",
                row=1,
                col=column,
            )
    figure.update_annotations(font={"size": 12, "color": colours["text-2"]}, xanchor="left")
    for number, note in enumerate(figure.layout.annotations):
        note.x = figure.layout[f"xaxis{number + 1 if number else ''}"].domain[0]
    figure.update_xaxes(
        gridcolor=colours["grid"], zeroline=False, tickfont={"color": colours["text-3"]}, fixedrange=True
    )
    figure.update_yaxes(showgrid=False, zeroline=False, fixedrange=True, range=[max(3, len(steps)) - 0.5, -0.5])
    figure.update_yaxes(tickvals=list(range(len(steps))), ticktext=names, tickfont={"color": colours["text-2"]}, col=1)
    figure.update_layout(
        barmode="stack",
        showlegend=False,
        height=60 + 24 * max(3, len(steps)),
        margin={"l": 170, "r": 16, "t": 28, "b": 24},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif", "size": 11},
    )
    return figure


def host_of(instance: str) -> dict[str, float] | None:
    """CPUs and memory (GB) of an EC2 instance type, as its name tells; None where the name does not."""
    found = _TYPE.fullmatch(instance)
    if not found:
        return None
    size = {"medium": 1, "large": 2}[found[3]] if found[3] else 4 * int(found[2] or 1)
    return {"cpu": size, "memory": size * PER_CPU[found[1]]}


def of_task(context: TaskContext) -> Component | None:
    """Asked for, of what the host has; only where both are known."""
    instance = context.metadata.get("ec2-instance-type", "")
    host, node = host_of(instance), context.details.node
    if host is None or node is None or not node.asked:
        return None
    rows = []
    for kind, word, unit in (("cpu", "CPU", ""), ("memory", "Memory", " GB")):
        asked = node.asked.get(kind, 0) / (1024 if kind == "memory" else 1)
        share = asked / host[kind]
        tone = "s-failed" if share > 1 else "s-completed"
        bar = html.Span(html.I(className=tone, style={"width": f"{min(1.0, share):.1%}"}), className="bar")
        text = f"{asked:g} of {host[kind]:g}{unit}"
        rows += [html.Dt(word), html.Dd(html.Span([bar, html.Span(text)], className="mf-prog"))]
    about = html.P(f"asked for, of what an instance {instance} has", className="t3 small")
    return html.Div([html.Dl(rows, className="mf-dl"), about])


PLUGIN = Plugin(
    name="resources",
    about="What was asked for and how long it was held: by step of a run, and for a task beside its host.",
    panels=[Panel("run-tab", "Resources", of_run), Panel("task-details", "Resources", of_task)],
)
