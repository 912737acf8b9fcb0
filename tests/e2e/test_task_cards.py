"""Cards in a browser: one that moves while its task runs, and one that would like to reach the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

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


def test_a_card_has_an_address_that_leads_to_it(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    made.card('<!doctype html><p>first</p><div style="height:1500px"></div>')
    other = made.cards / "cards" / "default-fedcba9876543210.html"
    other.write_text('<!doctype html><p>second</p><div style="height:1500px"></div>')
    page.goto(f"{made.url}?card=fedcba9876543210#part-cards")
    expect(page.frame_locator('[data-card="fedcba9876543210"] iframe').locator("p")).to_be_in_viewport()
    expect(page.locator("#task-tabs [aria-current]")).to_contain_text("Cards")
    page.goto(f"{made.url}#part-metadata")
    expect(page.locator('[data-card="fedcba9876543210"][data-heard]')).to_be_attached()
    expect(page.locator("#part-metadata h2")).to_be_in_viewport()
    expect(page.locator("#task-tabs [aria-current]")).to_contain_text("Metadata")
    link = page.locator('[data-card="fedcba9876543210"]').get_by_role("button", name="Copy link to this card")
    expect(link).to_have_attribute("data-copy", f"{made.url}?card=fedcba9876543210#part-cards")


def test_a_card_that_cannot_be_read_says_so_in_its_place(page: Page, growing: Growing, growing_app: Growing) -> None:
    made = task(growing)
    made.card("<!doctype html><p>made by a task</p>")
    (file,) = (made.cards / "cards").glob("*.html")

    def gone(route: Route) -> None:
        file.unlink(missing_ok=True)
        route.continue_()

    page.route("**/-/cards/**", gone)
    page.goto(made.url)
    expect(page.locator(".card-frame")).to_contain_text("The card cannot be read.")
    expect(page.locator(".card-frame")).to_contain_text("There is no such card.")
    page.unroute("**/-/cards/**")
    made.card("<!doctype html><p>made again</p>")
    page.locator(".card-frame").get_by_role("button", name="Try again").click()
    expect(page.frame_locator(".card-frame iframe").locator("p")).to_have_text("made again")


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
