"""The policy of pages in a real browser: what is injected does not run, and nobody else frames a page."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

from tests.e2e.serving import App

INJECTED = """() => new Promise((done) => {
  const broken = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    broken.push(event.effectiveDirective);
    if (broken.length === 4) done(broken.sort());
  });
  const script = document.createElement('script');
  script.textContent = 'window.hacked = 1';
  document.body.append(script);
  document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.hacked = 2">');
  document.body.insertAdjacentHTML('beforeend', '<img src="https://evil.example/x.png">');
  fetch('https://evil.example/').catch(() => {});
})"""


def opened(context: BrowserContext, url: str) -> Page:
    """A page that nobody watches: violations are what is wanted here."""
    page = context.new_page()
    page.goto(url)
    return page


def test_what_is_injected_neither_runs_nor_loads_nor_sends(context: BrowserContext, demo_app: App) -> None:
    page = opened(context, demo_app.url)
    broken = page.evaluate(INJECTED)
    assert broken == ["connect-src", "img-src", "script-src-attr", "script-src-elem"]
    assert page.evaluate("window.hacked") is None


def test_another_site_shows_no_page_in_a_frame(context: BrowserContext, demo_app: App) -> None:
    page = context.new_page()
    page.set_content(f'<iframe id="frame" src="{demo_app.url}"></iframe>')
    handle = page.wait_for_selector("#frame")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_load_state()
    assert frame.locator("#shell").count() == 0
