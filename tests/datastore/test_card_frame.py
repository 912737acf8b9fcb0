"""Cards in a real browser: they draw, tell their height, take data, and cannot reach the page round them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Frame, Page, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response

from dashboard.datastore.card_frame import CONTENT_TYPE, POLICY, SANDBOX, framed
from dashboard.datastore.cards import card_html, cards
from tests.datastore.conftest import TALKING, Tree

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>page</title>
<p id="own">the page's own</p>
<iframe id="card" sandbox="SANDBOX" style="width: 600px; height: 150px; border: 0"></iframe>
<script>
  document.cookie = "session=secret";
  localStorage.secret = "secret";
  const frame = document.getElementById("card");
  window.messages = [];
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || !event.data?.metaflowCard) return;
    window.messages.push(event.data.metaflowCard);
    frame.style.height = Math.min(20000, event.data.metaflowCard.height) + "px";
  });
  window.open_card = (name) => { window.messages = []; frame.src = "/card/" + name; };
  window.send = (data) => frame.contentWindow.postMessage({ metaflowCardData: data }, "*");
</script>""".replace("SANDBOX", SANDBOX)


@dataclass
class Cards:
    """A server of a page and of cards."""

    url: str = ""
    html: dict[str, str | bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Response:
        self.asked.append(asked.path)
        if asked.path == "/":
            return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": "frame-src 'self'"})
        card = self.html.get(asked.path.removeprefix("/card/"))
        if card is None:
            return Response("not found", 404)
        body = framed(card.encode() if isinstance(card, str) else card)
        return Response(body, content_type=CONTENT_TYPE, headers={"Content-Security-Policy": POLICY})


@pytest.fixture(scope="module")
def _cards() -> Iterator[Cards]:
    found = Cards()
    server = make_server("127.0.0.1", 0, Asked.application(found.answer), threaded=True)
    found.url = f"http://127.0.0.1:{server.port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def server(_cards: Cards, page: Page, caplog: pytest.LogCaptureFixture) -> Cards:
    """The page, open in the browser."""
    caplog.set_level("WARNING", "werkzeug")
    _cards.html.clear()
    _cards.asked.clear()
    page.goto(_cards.url)
    return _cards


def shown(page: Page, server: Cards, html: str | bytes) -> Frame:
    """The frame with a card in it that has told its height."""
    server.html["it"] = html
    page.evaluate("open_card('it')")
    page.wait_for_function("messages.some((one) => one.height > 0)")
    frame = page.query_selector("#card")
    assert frame
    content = frame.content_frame()
    assert content
    return content


def told(page: Page) -> dict[str, object]:
    found: dict[str, object] = page.evaluate("messages[messages.length - 1]")
    return found


def test_real_cards_draw_at_their_height(page: Page, server: Cards, talking: Tree) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    for found in cards(talking.store, TALKING, talking.runs[""], "start", "1"):
        html = card_html(talking.store, found)
        assert html
        frame = shown(page, server, html)
        expect(frame.locator(".card_app main, .card_app section").first).to_be_visible()
        page.wait_for_function("messages[messages.length - 1].height > 150")
        page.wait_for_function("document.getElementById('card').offsetHeight === messages[messages.length - 1].height")
        assert frame.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), "nothing is cut off"
        # The card of an attempt that failed is left as it was while that ran; a final one says so once it is loaded.
        page.wait_for_function("messages.map((one) => (one.token === 'final') === !one.moves).pop()")
    assert problems == [], "the font that Metaflow's cards ask another host for is left out"


def test_height_follows_the_content(page: Page, server: Cards) -> None:
    frame = shown(page, server, "<!doctype html><body style='margin: 0'><div style='height: 321px'></div>")
    assert told(page) == {"height": 321, "token": None, "moves": False}
    frame.evaluate("document.querySelector('div').style.height = '1000px'")
    page.wait_for_function("messages[messages.length - 1].height === 1000")
    frame.evaluate("document.querySelector('div').style.height = '50px'")
    page.wait_for_function("messages[messages.length - 1].height === 50")
    assert frame.evaluate("document.compatMode") == "CSS1Compat"


def test_a_height_that_chases_the_window_stops(page: Page, server: Cards) -> None:
    frame = shown(
        page, server, "<!doctype html><body style='margin: 0'><div style='min-height: 100vh; padding: 10px'>x</div>"
    )
    frame.evaluate(
        "new Promise((done) => { let left = 30;"
        " const next = () => left-- ? requestAnimationFrame(next) : done(); next(); })"
    )
    heights = page.evaluate("messages.map((one) => one.height)")
    assert 2 <= len(heights) <= 4
    frame.evaluate("document.body.append(Object.assign(document.createElement('p'), {style: 'height: 700px'}))")
    page.wait_for_function(f"messages[messages.length - 1].height > {heights[-1] + 600}")


def test_data_reach_the_card(page: Page, server: Cards) -> None:
    frame = shown(
        page,
        server,
        """<!doctype html><p id="data"></p><script>var METAFLOW_RELOAD_TOKEN = "render-seq-3";
        window.metaflow_card_update = (data) => { document.getElementById("data").textContent = JSON.stringify(data); };
        </script>""",
    )
    assert (told(page)["token"], told(page)["moves"]) == ("render-seq-3", True)
    page.evaluate("send({progress: [1, 'zwei']})")
    expect(frame.locator("#data")).to_have_text('{"progress":[1,"zwei"]}')
    frame.evaluate("window.postMessage({metaflowCardData: 'from itself'}, '*')")
    page.evaluate("send('from the page')")
    expect(frame.locator("#data")).to_have_text('"from the page"')


def test_a_real_card_moves(page: Page, server: Cards, talking: Tree) -> None:
    moving = next(one for one in cards(talking.store, TALKING, talking.runs[""], "start", "1") if one.id == "progress")
    html = card_html(talking.store, moving)
    assert html
    # Metaflow switches the function off in the final card; while the task runs it is there.
    frame = shown(page, server, html.replace(b"window.metaflow_card_update = undefined;", b""))
    page.wait_for_function("messages[messages.length - 1].moves")
    identity = frame.evaluate(
        "Object.values(JSON.parse(atob(Object.values(window.__MF_DATA__)[0])).components[0].contents[0].contents || [])"
        ".filter((one) => one.type === 'progressBar').map((one) => one.id)[0]"
    )
    page.evaluate("(data) => send(data)", {identity: {"type": "progressBar", "id": identity, "max": 9, "value": 7}})
    expect(frame.locator("body")).to_contain_text("7/9")


HOSTILE = """<!doctype html><p>hostile</p><script>
  const loaded = (made, start) => new Promise((done, failed) => {
    made.onload = made.onopen = done;
    made.onerror = () => failed(Error("refused"));
    if (start) start(made);
  });
  const refuse = (refused) => { if (refused) throw Error("refused"); };
  const attempts = {
    document: () => parent.document.title,
    name: () => parent.messages,
    location: () => { parent.location.href = "/stolen"; },
    top: () => { top.location = "/stolen"; },
    cookie: () => document.cookie,
    set_cookie: () => { document.cookie = "session=mine"; },
    storage: () => localStorage.secret,
    frame: () => { frameElement.removeAttribute("sandbox"); },
    window: () => refuse(window.open("/stolen") === null),
    worker: () => navigator.serviceWorker.register("/stolen.js"),
    fetch: () => fetch("/stolen?fetch"),
    request: () => loaded(new XMLHttpRequest(), (one) => { one.open("GET", "/stolen?xhr"); one.send(); }),
    image: () => loaded(new Image(), (one) => { one.src = "/stolen?image"; }),
    script: () => loaded(document.createElement("script"), (one) => {
      one.src = "/stolen?script";
      document.head.append(one);
    }),
    socket: () => loaded(new WebSocket(HERE.replace("http", "ws") + "stolen")),
    dialog: () => refuse(!confirm("stolen?")),
  };
  window.results = {};
  window.finished = (async () => {
    for (const [name, attempt] of Object.entries(attempts)) {
      window.results[name] = "worked";
      try { await attempt(); } catch (error) { window.results[name] = "refused"; }
    }
    navigator.sendBeacon("/stolen?beacon");
    const form = document.createElement("form");
    Object.assign(form, { action: "/stolen?form", method: "post" });
    document.body.append(form);
    form.submit();
    const lie = { metaflowCard: { height: 1e9, token: "x", moves: true } };
    for (const message of [null, 1, "text", { metaflowCard: null }, lie]) parent.postMessage(message, "*");
  })();
</script>"""


def test_a_hostile_card_reaches_nothing(page: Page, server: Cards) -> None:
    frame = shown(page, server, HOSTILE.replace("HERE", json.dumps(server.url)))
    frame.evaluate("window.finished")
    results: dict[str, str] = frame.evaluate("window.results")
    assert len(results) == 16
    # Navigations are not refused by an exception: nothing happens, as the lines below say.
    assert {name for name, outcome in results.items() if outcome == "worked"} <= {"location", "top"}
    page.wait_for_function("messages.some((one) => one.height === 1e9)")
    assert page.url == server.url
    assert page.title() == "page"
    assert page.locator("#own").text_content() == "the page's own"
    assert page.evaluate("[document.cookie, localStorage.secret]") == ["session=secret", "secret"]
    assert page.locator("#card").get_attribute("sandbox") == SANDBOX
    assert [path for path in server.asked if "stolen" in path] == []
    assert page.evaluate("document.getElementById('card').offsetHeight") == 20_000, "the page bounds the height"


def test_a_hostile_card_opened_alone_is_of_no_origin(page: Page, server: Cards) -> None:
    server.html["it"] = (
        "<!doctype html><script>try { window.got = document.cookie; } "
        "catch (error) { window.got = error.name; }</script>"
    )
    page.goto(f"{server.url}card/it")
    assert page.evaluate("window.got") == "SecurityError"
    assert page.evaluate("window.origin") == "null"


@pytest.mark.parametrize(
    ("html", "head"),
    [
        (b"<!DOCTYPE html><html><head>", b"<!DOCTYPE html><script>"),
        (b"\xef\xbb\xbf\n<!doctype html>\n<p>", b"\xef\xbb\xbf\n<!doctype html><script>"),
        (b"<!-- saved --><!doctype html>x", b"<!-- saved --><!doctype html><script>"),
        (b"<p>no doctype", b"<script>"),
        (b"", b"<script>"),
        (b"<!-- never closed", b"<script>"),
        (b"<!doctype " + b"x" * 10_000, b"<script>"),
    ],
)
def test_the_script_stands_before_all_others(html: bytes, head: bytes) -> None:
    made = framed(html)
    assert made.startswith(head)
    assert len(made) > len(html)
    start = made.index(b"<script>")
    end = made.index(b"</script>") + len(b"</script>")
    assert made[:start] + made[end:] == html


def test_a_style_goes_without_the_font_of_another_host_and_other_texts_stay() -> None:
    made = framed(
        b'<style>\n @import"https://fonts.example/css?a&b=c";p{color:red}</style><pre>@import"https://x";</pre>'
    )
    assert made.endswith(b'<style>\n p{color:red}</style><pre>@import"https://x";</pre>')


def test_the_policy_forbids_what_the_frame_must_not_do() -> None:
    assert POLICY.startswith("sandbox allow-scripts; default-src 'none'; ")
    assert "allow-same-origin" not in POLICY + SANDBOX
    assert "http" not in POLICY
