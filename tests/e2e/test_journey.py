"""Whole ways through the dashboard: by keyboard alone, and back; every view is the same after a reload."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import dag_looks, run_looks
from tests.e2e.looks import open_runs, settled
from tests.e2e.serving import App

# The page's text without what goes on by the clock, once it stays the same and nothing is being loaded.
STEADY = """() => {
  const main = document.querySelector('#react-entry-point #shell-main');
  if (!main || document.getElementById('first-paint') || main.querySelector('.mf-skel')) return false;
  const copy = main.cloneNode(true);
  copy.querySelectorAll('time, [data-since], svg').forEach((one) => one.remove());
  const text = copy.textContent.replace(/\\s+/g, ' ');
  const same = text === window.textBefore;
  window.textBefore = text;
  return same && text;
}"""


def steady(page: Page) -> str:
    """What the page says, once it has said all."""
    page.wait_for_function(STEADY, polling=400)
    return str(page.evaluate("window.textBefore"))


def failed_run(app: App) -> tuple[str, str]:
    """A failed run of 20 tasks, and the pathspec of one task of its step `train`."""
    with sqlite3.connect(f"file:{app.database}?mode=ro", uri=True) as connection:
        run, task = connection.execute(
            "SELECT m.run_number, min(m.task_id) FROM metadata_v3 m WHERE m.flow_id = 'TrainChurnModel'"
            " AND m.step_name = 'train' AND m.field_name = 'attempt_ok' AND m.value = 'False'"
            " GROUP BY m.run_number ORDER BY m.run_number DESC"
        ).fetchone()
    return f"TrainChurnModel/{run}", f"TrainChurnModel/{run}/train/{task}"


def test_from_the_runs_to_a_task_and_back_by_keyboard_alone(page: Page, demo_app: App) -> None:
    run, _ = failed_run(demo_app)
    open_runs(page, demo_app.url)
    page.keyboard.press("/")
    page.keyboard.type(run.partition("/")[2])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    settled(page)
    page.keyboard.press("Escape")
    runs = steady(page)
    row = page.locator(f'#runs-table tr[data-row="{run}"]')
    for _ in range(20):
        page.keyboard.press("j")
        if row.evaluate("row => row === document.activeElement"):
            break
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    run_looks.drawn(page)
    page.keyboard.press("2")
    dag_looks.drawn(page)
    page.keyboard.press("/")
    page.keyboard.type("train")
    page.keyboard.press("Enter")
    expect(page.locator(".dag-panel h2")).to_have_text("train")
    dag = page.url
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.dag-task')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".page-task h1")).to_contain_text("train")
    expect(page.locator("#shell-main")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(dag)
    dag_looks.drawn(page)
    expect(page.locator(".dag-panel h2")).to_have_text("train")
    assert dag_looks.seen(page)["chosen"] == ["train"]
    while "q=" not in page.url:
        page.go_back()
    assert steady(page) == runs
    page.go_forward()
    expect(page.locator("#run-timeline[data-drawn]")).to_be_attached()


VIEWS = (
    "?status=failed&group=flow",
    "?flow=TrainChurnModel&sort=-duration&hide=tags&rows=100",
    "RUN?step=train&status=failed",
    "RUN?tab=tasks&step=train&sort=-duration",
    "RUN?tab=dag&sel=train&shade=duration",
    "RUN?tab=dag&table=1",
    "RUN?tab=details",
    "TASK?attempt=0&search=e",
    "-/notifications",
    "NoSuchFlow",
)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_the_same_after_a_reload(page: Page, demo_app: App, view: str) -> None:
    run, task = failed_run(demo_app)
    url = demo_app.url + view.replace("RUN", run).replace("TASK", task)
    page.goto(url)
    before, title = steady(page), page.title()
    page.reload()
    assert steady(page) == before
    assert page.title() == title
    expect(page).to_have_url(url)


def test_back_and_a_reload_come_to_the_same_place_of_the_list(page: Page, demo_app: App) -> None:
    open_runs(page, demo_app.url, "rows=100&status=completed")
    page.evaluate("window.scrollTo(0, 900)")
    page.wait_for_function("history.state?.y === 900")
    page.locator("#runs-table tr[data-row]").nth(20).evaluate("row => row.querySelector('a[data-main]').click()")
    expect(page.locator("#run-timeline[data-drawn]")).to_be_attached()
    page.go_back()
    settled(page)
    page.wait_for_function("window.scrollY === 900")
    page.reload()
    settled(page)
    page.wait_for_function("window.scrollY === 900")


def test_a_step_lists_its_tasks(page: Page, demo_app: App) -> None:
    run, _ = failed_run(demo_app)
    page.goto(f"{demo_app.url}{run}/train")
    expect(page).to_have_url(f"{demo_app.url}{run}?step=train&tab=tasks")
    expect(page.locator("#run-tasks[data-drawn]")).to_be_attached()
    steps = page.locator("#run-tasks [data-row]").evaluate_all("rows => rows.map(row => row.dataset.row.split('/')[0])")
    assert steps
    assert set(steps) == {"train"}
    chip = page.locator("#run-tools .mf-chip")
    expect(chip).to_contain_text("train")
    page.goto(f"{demo_app.url}{run}/nostep")
    expect(page.locator("#run-tasks")).to_contain_text("No step nostep is registered in this run.")
    chip.get_by_role("button", name="Remove filter step").click()
    expect(page).to_have_url(f"{demo_app.url}{run}?tab=tasks")
    expect(page.locator("#run-tasks [data-row]").first).to_be_attached()
