"""What the tests look for on the page of a run."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.e2e.serving import App

# The middle of an attempt's bar in the window; `task` counts from 0 in the order of the columns.
PLACE = """([step, id, attempt]) => {
  const { run } = window.mf;
  const c = run.timeline.columns();
  for (let t = 0; t < c.id.length; t++) {
    if (run.taskId(c, t) !== id || c.head.steps[c.step[t]] !== step) continue;
    let row = c.first[t];
    while (c.attempt[row] !== attempt) row++;
    const plot = document.querySelector('.tl-plot').getBoundingClientRect();
    const name = CSS.escape(`${step}/${id}`);
    const label = document.querySelector(`.tl-labels [data-row="${name}"]`).getBoundingClientRect();
    const [from, to] = run.timeline.range();
    const end = Number.isNaN(c.finished[row]) ? run.now(c) : c.finished[row];
    const at = ((c.started[row] + end) / 2 - from) / (to - from);
    return [plot.left + at * plot.width, label.top + label.height / 2];
  }
}"""


def open_run(page: Page, url: str, path: str, query: str = "") -> None:
    """Open the page of `flow/run` and wait until everything of it is drawn."""
    page.goto(f"{url}{'/'.join(quote(part, safe='') for part in path.split('/'))}{'?' + query if query else ''}")
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until the header is complete and the timeline, or what stands in its place, is drawn."""
    expect(page.locator(".page-run h1")).to_be_attached()
    expect(page.locator("#run-header .mf-skel")).to_have_count(0)
    expect(page.locator("#run-tabs a").first).to_be_attached()
    shown = page.locator("#run-timeline[data-drawn], #run-tasks[data-drawn], .run-about, .tl-empty:visible")
    expect(shown.first).to_be_attached()


def labels(page: Page) -> Locator:
    """The rows of tasks that are drawn."""
    return page.locator(".tl-labels .tl-task")


def label(page: Page, task: str) -> Locator:
    """The row of one task, `step/id`."""
    return page.locator(f'.tl-labels [data-row="{task}"]')


def view(page: Page) -> dict[str, Any]:
    """What a viewer sees of the timeline: rows, window, toolbar."""
    found: dict[str, Any] = page.evaluate(
        """() => ({
          range: window.mf.run.timeline.range().map(Math.round),
          rows: window.mf.run.timeline.rows().blocks.map((b) => [b.kind, b.lane?.step, b.tasks.length]),
          height: window.mf.run.timeline.rows().height,
          labels: [...document.querySelectorAll('.tl-labels [data-row]')].map((row) => row.dataset.row).sort(),
          pressed: [...document.querySelectorAll('#run-tools [aria-pressed=true]')].map((one) => one.textContent),
        })"""
    )
    return found


def hover(page: Page, task: str, attempt: int = 0) -> None:
    """Move the pointer onto the bar of an attempt of `step/id`."""
    label(page, task).scroll_into_view_if_needed()
    x, y = page.evaluate(PLACE, [*task.split("/"), attempt])
    page.mouse.move(x, y)


def wide_failure(app: App) -> tuple[str, list[str]]:
    """The demo's newest run of 2,000 tasks that failed, and its tasks whose attempts all said so (`step/id`)."""
    with sqlite3.connect(f"file:{app.database}?mode=ro", uri=True) as connection:
        runs = connection.execute(
            "SELECT run_number FROM tasks_v3 WHERE flow_id = 'TrainChurnModel' AND step_name = 'train'"
            " GROUP BY run_number HAVING count(*) >= 2000 ORDER BY run_number DESC"
        ).fetchall()
        for (run,) in runs:
            failed = connection.execute(
                "SELECT step_name, task_id FROM metadata_v3 WHERE flow_id = 'TrainChurnModel' AND run_number = ?"
                " AND field_name = 'attempt_ok' GROUP BY step_name, task_id"
                " HAVING sum(value = 'True') = 0 ORDER BY task_id",
                (run,),
            ).fetchall()
            if failed:
                return f"TrainChurnModel/{run}", [f"{step}/{task}" for step, task in failed]
    raise AssertionError("the demo has no wide run that failed")
