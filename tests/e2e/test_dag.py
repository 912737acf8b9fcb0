"""The DAG tab in a real browser: drawn, chosen, found, live, folded, exported, by keyboard, and with hostile names."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from dashboard.data.runs import Key
from tests.dag.graphs import Steps
from tests.dag.stored import Stored
from tests.e2e.dag_looks import click, drawn, open_dag, picture, place, seen
from tests.e2e.serving import App, Growing, now
from tests.e2e.test_accessibility import violations

HOSTILE = '<img src=x onerror=alert(1)>"&\u202e'
FAN: Steps = {
    "start": {"type": "split-foreach", "foreach_artifact": "items", "next": ["work"], "doc": "Begins."},
    "work": {"next": ["join"], "doc": "Works hard.\nFor long."},
    "join": {"type": "join", "next": ["end"]},
    "end": {"type": "end", "next": []},
}
Make = Callable[..., Key]


@pytest.fixture
def make(growing_app: Growing, tmp_path: Path) -> Make:
    """A running run with this graph; its first step is done."""
    root = tmp_path / "data" / ".metaflow"
    root.mkdir(parents=True)

    def made(steps: Steps, doc: str = "", begun: bool = True) -> Key:
        at = now()
        stored = Stored(growing_app.writer, root)
        key = growing_app.writer.run(at=at - 60_000, heartbeat=at)
        first = next(iter(steps))
        stored.graph(key, {"steps": steps, "start_step": first, "doc": doc}, at - 60_000)
        if begun:
            task = growing_app.writer.task(key, first, at=at - 59_000, heartbeat=at)
            growing_app.writer.attempt(key, first, task, 0, at - 58_000, True, at - 50_000)
        growing_app.writer.flush()
        return key

    return made


def work(growing: Growing, key: Key, step: str = "work", ok: object = None) -> int:
    at = now()
    task = growing.writer.task(key, step, at=at - 20_000, heartbeat=at)
    growing.writer.attempt(key, step, task, 0, at - 19_000, ok, at)
    growing.writer.flush()
    return task


def a_run(app: App, flow: str) -> str:
    """The newest run of this flow in the demo."""
    with sqlite3.connect(app.database) as connection:
        row = connection.execute(
            "SELECT flow_id, coalesce(run_id, run_number) FROM runs_v3 WHERE flow_id = ? ORDER BY ts_epoch DESC",
            (flow,),
        ).fetchone()
    return f"{row[0]}/{row[1]}"


def test_the_graph_and_its_script_come_when_the_tab_is_opened(page: Page, demo_app: App) -> None:
    page.goto(f"{demo_app.url}{a_run(demo_app, 'RouteTickets')}")
    expect(page.locator("#run-timeline[data-drawn]")).to_be_attached()
    assert page.locator("script[src*='dash_cytoscape']").count() == 0
    page.locator("#run-tabs").get_by_text("DAG").click()
    drawn(page)
    assert page.locator("script[src*='dash_cytoscape']").count() == 1
    assert seen(page)["cards"] == ["start", "classify", "answer", "escalate", "clarify", "close", "end"]
    expect(page.locator(".dag-flow-doc")).to_contain_text("Routes a ticket")
    expect(page.locator("#run-timeline")).not_to_be_visible()


@pytest.mark.parametrize(
    "flow", ["TrainChurnModel", "RankerTraining", "BenchmarkGrid", "FeatureStoreDaily", "SyncLabels"]
)
def test_flows_of_every_shape(page: Page, demo_app: App, flow: str) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, flow))
    steps = page.locator(".dag-list tbody tr").count()
    assert len(seen(page)["cards"]) == steps > 2


def test_a_click_opens_the_panel_and_the_link_keeps_it(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    click(page, "train")
    panel = page.locator(".dag-panel")
    expect(panel.locator("h2")).to_have_text("train")
    expect(panel).to_contain_text("Fits gradient boosting for one segment.")
    expect(panel).to_contain_text("@retry(times=")
    panel.locator("summary").click()
    expect(panel.locator(".dag-source")).to_contain_text("code package")
    expect(page).to_have_url(re.compile("sel=train"))
    assert seen(page)["chosen"] == ["train"]
    page.reload()
    drawn(page)
    expect(panel.locator("h2")).to_have_text("train")
    assert seen(page)["chosen"] == ["train"]
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    page.go_back()
    expect(panel.locator("h2")).to_have_text("train")
    panel.get_by_role("link", name="Tasks table").click()
    expect(page).to_have_url(re.compile("tab=tasks"))
    expect(page.locator("#run-tasks[data-drawn]")).to_be_visible()


def test_a_double_click_opens_the_timeline_at_the_step(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    page.mouse.dblclick(*place(page, "train"))
    expect(page).to_have_url(re.compile(r"\?step=train$"))
    expect(page.locator("#run-timeline")).to_be_visible()
    assert "train" in page.locator(".tl-labels").inner_text()


def test_news_change_cards_and_nothing_moves(page: Page, growing_app: Growing, make: Make) -> None:
    key = make(FAN)
    open_dag(page, growing_app.app.url, f"{key[0]}/{key[1]}", "sel=work")
    before = seen(page)
    assert before["todo"] == ["start", "work", "join"]
    assert "waits for work" in picture(page, "join")
    page.get_by_role("button", name="Zoom in").click()
    page.mouse.move(300, 600)
    page.evaluate("window.mf.run.dag.cy().nodes().forEach((node) => node.scratch('_same', true))")
    page.evaluate("window.mf.run.dag.cy().panBy({ x: 31, y: 17 })")
    looked = seen(page)
    for ok in (True, True, False, None):
        work(growing_app, key, ok=ok)
    page.wait_for_function(
        "decodeURIComponent(window.mf.run.dag.cy().getElementById('card work').data('picture')).includes('2 / 4')"
    )
    after = seen(page)
    assert (after["zoom"], after["pan"], after["places"]) == (looked["zoom"], looked["pan"], before["places"])
    assert after["chosen"] == ["work"]
    assert after["todo"] == ["work", "join"]
    assert "1 ✕" in picture(page, "work")
    assert page.evaluate("window.mf.run.dag.cy().nodes().every((node) => node.scratch('_same'))")
    expect(page.locator(".dag-panel")).to_contain_text("Longest running")
    expect(page.locator(".dag-panel")).to_contain_text("of 4")
    expect(page.locator(".dag-list tr", has_text="Works hard.")).to_contain_text("2 of 4")


def test_a_graph_appears_when_the_run_begins(page: Page, growing_app: Growing, make: Make) -> None:
    key = growing_app.writer.run(at=now() - 5_000, heartbeat=now())
    growing_app.writer.flush()
    page.goto(f"{growing_app.app.url}{key[0]}/{key[1]}?tab=dag")
    expect(page.locator(".dag-absent")).to_contain_text("No step has been registered yet.")
    work(growing_app, key, "start")
    expect(page.locator(".dag-note")).to_contain_text("This graph is inferred from the order in which steps started.")
    drawn(page)
    assert seen(page)["cards"] == ["start"]


def test_direction_and_shade_are_in_the_link(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    down = {name: (x, y) for name, x, y in seen(page)["places"]}
    page.get_by_role("button", name="Left-right").click()
    expect(page).to_have_url(re.compile("dir=right"))
    page.wait_for_function("window.mf.run.dag.drawing().direction === 'right'")
    right = {name: (x, y) for name, x, y in seen(page)["places"]}
    assert down["card end"][1] > down["card start"][1]
    assert right["card end"][0] > right["card start"][0]
    assert right["card end"][1] == right["card start"][1]
    page.get_by_role("button", name="Queue").click()
    expect(page.locator(".dag-legend")).to_contain_text("10 min")
    page.wait_for_function(
        "decodeURIComponent(window.mf.run.dag.cy().getElementById('card train').data('picture')).includes('waits ')"
    )
    page.get_by_role("button", name="Duration").click()
    page.wait_for_function(
        "/%</.test(decodeURIComponent(window.mf.run.dag.cy().getElementById('card train').data('picture')))"
    )


def test_finding_a_step(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    page.keyboard.press("/")
    page.keyboard.type("features", delay=20)
    expect(page.locator("[data-dag-found]")).to_have_text("2 steps found")
    assert seen(page)["found"] == ["features", "join_features"]
    expect(page).to_have_url(re.compile("find=features"))
    expect(page.locator(".dag-list tbody tr:not([hidden])")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator(".dag-panel h2")).to_have_text("features")
    expect(page).to_have_url(re.compile("sel=features"))


def chained(number: int) -> Steps:
    names = ["start", *(f"step_{n:03}" for n in range(number)), "end"]
    return {name: {"next": names[n + 1 : n + 2], "doc": ""} for n, name in enumerate(names)}


def test_long_chains_fold_and_unfold(page: Page, growing_app: Growing, make: Make) -> None:
    key = make(chained(80))
    open_dag(page, growing_app.app.url, f"{key[0]}/{key[1]}")
    assert seen(page)["cards"] == ["start", "step_000", "end"]
    assert "step_000 … step_079" in picture(page, "step_000")
    click(page, "step_000")
    expect(page).to_have_url(re.compile("unfold=step_000"))
    page.wait_for_function("window.mf.run.dag.cy().nodes('.card').length === 82")
    page.get_by_role("button", name="Fold chains").click()
    page.wait_for_function("window.mf.run.dag.cy().nodes('.card').length === 3")
    page.locator("[data-dag-find] input[type=search]").fill("step_040")
    page.keyboard.press("Enter")
    page.wait_for_function("window.mf.run.dag.cy().nodes('.is-chosen').length === 1")
    assert "step_040" in seen(page)["cards"]
    expect(page.locator(".dag-panel h2")).to_have_text("step_040")


def test_the_table_by_keyboard(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "RouteTickets"))
    table = page.locator(".dag-table")
    assert table.bounding_box()["width"] <= 1  # type: ignore[index]
    page.locator(".dag-list a").first.focus()
    assert table.bounding_box()["width"] > 500  # type: ignore[index]
    page.keyboard.press("Enter")
    expect(page.locator(".dag-panel h2")).to_have_text("start")
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page).to_have_url(re.compile("table=1"))
    expect(page.locator(".dag-frame")).not_to_be_visible()
    expect(table.get_by_role("columnheader").first).to_be_visible()
    page.reload()
    expect(table.get_by_role("row", name="classify").first).to_be_visible()
    page.get_by_role("button", name="Graph", exact=True).click()
    drawn(page)


def test_zoom_wheel_and_keys(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    first = seen(page)["zoom"]
    page.keyboard.press("+")
    assert seen(page)["zoom"] > first
    x, y = place(page, "train")
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"window.mf.run.dag.cy().zoom() > {first * 1.3}")
    assert place(page, "train") == pytest.approx((x, y), abs=3)
    pan = seen(page)["pan"]
    page.mouse.wheel(0, -60)
    page.wait_for_function(f"window.mf.run.dag.cy().pan().y > {pan['y']}")
    page.keyboard.press("0")
    assert seen(page)["zoom"] <= 1
    page.keyboard.press("-")
    page.get_by_role("button", name="Fit").click()
    assert "zoom" not in page.url  # that is the timeline's


def test_full_screen(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    page.get_by_role("button", name="Full screen").click()
    expect(page).to_have_url(re.compile("full=1"))
    expect(page.locator("#run-header")).not_to_be_visible()
    page.wait_for_function("window.mf.run.dag.cy().height() > 700")
    page.keyboard.press("Escape")
    expect(page.locator("#run-header")).to_be_visible()


def test_nothing_is_drawn_while_the_tab_is_hidden(page: Page, growing_app: Growing, make: Make) -> None:
    key = make(FAN)
    open_dag(page, growing_app.app.url, f"{key[0]}/{key[1]}")
    before = seen(page)
    page.locator("#run-tabs").get_by_text("Timeline").click()
    expect(page.locator("#run-timeline[data-drawn]")).to_be_visible()
    count = page.locator(".dag-frame").get_attribute("data-drawn")
    page.keyboard.press("t")
    work(growing_app, key)
    expect(page.locator("#run-tabs a").nth(2)).to_contain_text("2")
    assert page.locator(".dag-frame").get_attribute("data-drawn") == count
    page.locator("#run-tabs").get_by_text("DAG").click()
    page.wait_for_function(
        "decodeURIComponent(window.mf.run.dag.cy().getElementById('card work').data('picture')).includes('1 task')"
    )
    after = seen(page)
    assert (after["places"], after["zoom"], after["pan"]) == (before["places"], before["zoom"], before["pan"])


def hostile_steps() -> Steps:
    return {
        "start": {
            "type": "split-switch",
            "condition": HOSTILE,
            "switch_cases": {HOSTILE: HOSTILE, "b": "end"},
            "next": [HOSTILE, "end"],
        },
        HOSTILE: {"next": ["end"], "doc": f"<script>alert(2)</script>{HOSTILE}"},
        "end": {"type": "end", "next": [], "decorators": [{"name": HOSTILE, "attributes": {HOSTILE: HOSTILE}}]},
    }


def test_hostile_names_are_text(page: Page, growing_app: Growing, make: Make, tmp_path: Path) -> None:
    key = make(hostile_steps(), doc=f"{HOSTILE}\n{HOSTILE}")
    work(growing_app, key, HOSTILE)
    open_dag(page, growing_app.app.url, f"{key[0]}/{key[1]}")
    click(page, HOSTILE)
    expect(page.locator(".dag-panel h2")).to_have_text(HOSTILE)
    expect(page.locator(".dag-panel")).to_contain_text("<script>alert(2)</script>")
    expect(page.locator(".dag-flow-doc summary")).to_have_text(HOSTILE)
    assert page.locator(".dag-list a").nth(1).inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    page.get_by_label("Export graph").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Drawing (SVG)").click()
    file = tmp_path / "graph.svg"
    download.value.save_as(file)
    root = ElementTree.parse(file).getroot()
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert HOSTILE in titles
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        *("svg", "title", "defs", "marker", "path", "rect", "g", "text", "tspan", "circle")
    }


def test_the_graph_as_files(page: Page, demo_app: App, tmp_path: Path) -> None:
    run = a_run(demo_app, "TrainChurnModel")
    open_dag(page, demo_app.url, run)
    page.get_by_label("Export graph").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert download.value.suggested_filename == f"{run.replace('/', '-')}-graph.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG\r\n")
    page.get_by_label("Export graph").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Drawing (SVG)").click()
    drawing = Path(download.value.path()).read_text("utf-8")
    shown: dict[str, Any] = page.evaluate("window.mf.run.dag.drawing()")
    assert drawing.count("marker-end") == len(shown["lines"])
    assert all(f"<title>{name}</title>" in drawing for name, *_ in shown["cards"])


def test_a_docstring_on_hover(page: Page, demo_app: App) -> None:
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"))
    page.mouse.move(*place(page, "train"))
    expect(page.locator(".dag-tip")).to_contain_text("Fits gradient boosting for one segment.")
    page.mouse.move(5, 5)
    expect(page.locator(".dag-tip")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, demo_app: App, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    open_dag(page, demo_app.url, a_run(demo_app, "TrainChurnModel"), "sel=train")
    expect(page.locator(".dag-panel h2")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.locator(".dag-table")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{demo_app.url}{a_run(demo_app, 'RouteTickets')}?tab=dag&shade=duration&sel=clarify")
    drawn(page)
    assert violations(page) == []
