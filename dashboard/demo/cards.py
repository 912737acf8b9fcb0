"""Cards: the small HTML page that @card leaves behind a task, and one that moves while its task runs."""

from __future__ import annotations

import json
from html import escape

from dashboard.demo.content import share, value_of
from dashboard.demo.simulate import Attempt, Run, Task

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


PACE, SHOWN = 2_000, 40  # ms of a round of training that a moving card counts, and rounds in its chart
_MOVING = """<script>
window.METAFLOW_RELOAD_TOKEN = "live";
window.metaflow_card_update = (data) => {
  Object.assign(document.getElementById("done"), { max: data.rounds, value: data.done });
  document.getElementById("words").textContent = `round ${data.done} of ${data.rounds}, loss ${data.losses.at(-1)}`;
  const points = data.losses.map((loss, n) => `${n * 7},${90 - 90 * loss}`);
  document.getElementById("line").setAttribute("points", points.join(" "));
};
</script>"""


def moving_html(run: Run, task: Task) -> str:
    """A card that shows what `moving_data` says; the page hands it on, as it does for a runtime card of Metaflow."""
    title = escape(f"{run.flow.name}/{run.id}/{task.step.name}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}progress{{width:288px}}polyline{{fill:none;stroke:#4a54c4;stroke-width:2}}</style>{_MOVING}</head>"
        f'<body><h1>{title}</h1><p><progress id="done" value="0"></progress></p>'
        '<p id="words">waiting for the first round</p>'
        '<svg width="288" height="90" role="img" aria-label="Loss"><polyline id="line"/></svg></body></html>\n'
    )


def moving_data(task: Task, attempt: Attempt, now: int, token: str) -> str:
    """The file that moves the card, at `now` (ms)."""
    rounds = max(1, (attempt.ended - attempt.started) // PACE)
    done = max(1, min(rounds, (now - attempt.started) // PACE))
    shown = range(max(0, done - SHOWN), done)
    losses = [round(0.9 / (1 + n / 6) + 0.06 * share(task, str(n)), 3) for n in shown]
    data = {"done": done, "rounds": rounds, "losses": losses}
    return json.dumps({"data": data, "reload_token": token, "created_on": now / 1000})
