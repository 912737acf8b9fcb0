"""What the tests look for on the DAG tab of a run."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect

CARD = """name => {
  const { dag } = window.mf.run;
  const card = dag.cy().getElementById(`card ${name}`);
  const { left, top } = document.getElementById('run-dag-graph').getBoundingClientRect();
  const at = card.renderedPosition();
  return [left + at.x, top + at.y];
}"""
SEEN = """() => {
  const { dag } = window.mf.run;
  const cy = dag.cy();
  return {
    zoom: cy.zoom(), pan: cy.pan(), cards: cy.nodes('.card').map((card) => card.data('name')),
    places: cy.nodes().map((node) => [node.id(), node.position('x'), node.position('y')]),
    chosen: cy.nodes('.is-chosen').map((card) => card.data('name')),
    found: cy.nodes('.is-found').map((card) => card.data('name')),
    todo: cy.edges('.todo').map((edge) => edge.source().data('name')),
  };
}"""
PICTURE = "name => decodeURIComponent(window.mf.run.dag.cy().getElementById(`card ${name}`).data('picture'))"


def open_dag(page: Page, url: str, path: str, query: str = "") -> None:
    """Open the graph of `flow/run` and wait until it is drawn."""
    where = "/".join(quote(part, safe="") for part in path.split("/"))
    page.goto(f"{url}{where}?tab=dag{'&' + query if query else ''}")
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until the graph stands."""
    expect(page.locator(".dag-frame[data-drawn]")).to_be_visible()
    expect(page.locator(".dag-list")).to_be_attached()


def seen(page: Page) -> dict[str, Any]:
    """Zoom, pan, cards, and which of them are marked."""
    found: dict[str, Any] = page.evaluate(SEEN)
    return found


def place(page: Page, step: str) -> tuple[float, float]:
    """The middle of a card in the window."""
    x, y = page.evaluate(CARD, step)
    return x, y


def picture(page: Page, step: str) -> str:
    """The SVG of a card."""
    return str(page.evaluate(PICTURE, step))


def click(page: Page, step: str) -> None:
    """Click on a card."""
    page.mouse.click(*place(page, step))
