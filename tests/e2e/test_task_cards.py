"""Cards in a browser: one that moves while its task runs, and one that would like to reach the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.attempts import task
from tests.e2e.serving import Growing

MOVING = """<!doctype html><title>card</title><p id="p">waiting</p><script>
window.METAFLOW_RELOAD_TOKEN = 'one';
window.metaflow_card_update = (data) => { document.getElementById('p').textContent = 'step ' + data.step; };
</script><div style="height:700px"></div>"""

HOSTILE = """<!doctype html><ul id="said"></ul><script>
const list = document.getElementById('said');
const say = (text) => { list.append(document.createElement('li')); list.lastChild.textContent = text; };
const attempt = (name, act) => { try { act(); say(name + ' worked'); } catch (error) { say(name + ' refused'); } };
attempt('page', () => { window.parent.document.title = 'taken over'; });
attempt('cookie', () => { document.cookie = 'a=b'; });
attempt('storage', () => localStorage.setItem('a', 'b'));
say('origin ' + window.origin);
const told = { height: 1e12, token: '<b>x</b>', moves: false };
for (let n = 0; n < 50; n++) window.parent.postMessage({ metaflowCard: told }, '*');
say('done');
</script>"""


def test_a_card_moves_while_its_task_runs_and_stops_when_it_is_final(
    page: Page, growing: Growing, growing_app: Growing
) -> None:
    made = task(growing, live=True)
    made.card(MOVING)
    made.card_data({"step": 1}, "one")
    page.goto(made.url)
    card = page.frame_locator(".card-frame iframe").locator("#p")
    expect(card).to_have_text("step 1")
    made.card_data({"step": 2}, "one")
    expect(card).to_have_text("step 2")
    tall = page.locator(".card-frame iframe").evaluate("one => one.clientHeight")
    assert 700 <= tall <= 900
    made.card(MOVING.replace("'one'", "'final'").replace("waiting", "the end"))
    made.card_data({"step": 3}, "final")
    expect(card).to_have_text("the end")


def test_a_hostile_card_cannot_reach_the_page(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    made.card(HOSTILE)
    page.goto(made.url)
    said = page.frame_locator(".card-frame iframe").locator("#said")
    expect(said).to_contain_text("done")
    assert said.locator("li").all_inner_texts() == [
        "page refused",
        "cookie refused",
        "storage refused",
        "origin null",
        "done",
    ]
    expect(page).to_have_title(re.compile("^HelloFlow/1/start/1 · "))  # the card has not named it
    frame = page.locator(".card-frame iframe")
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    assert frame.evaluate("one => one.clientHeight") <= 12_000


def test_the_tab_of_a_run_gathers_the_cards_of_its_tasks(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    made.card("<!doctype html><p>made by a task</p>")
    run, _, _ = made.url.rpartition("/start/")
    page.goto(run)
    page.locator(".mf-tabs a", has_text="Cards").click()
    frame = page.frame_locator("#run-cards .card-frame iframe")
    expect(frame.locator("p")).to_have_text("made by a task")
    expect(page.locator("#run-cards .card-head a.mono")).to_have_attribute(
        "href", made.url.removeprefix(growing.app.url[:-1])
    )
