"""Browser tests of the real program: `page` notices everything that should not happen in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, Response, expect

from dashboard import demo
from tests.e2e.serving import App, Growing, now, serve

PATIENCE = 30_000  # ms: the machine may be busy
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The dashboard on a demo database that nobody writes to; an hour old, so that no run is open any more."""
    folder = tmp_path_factory.mktemp("demo")
    with serve(demo.build(folder, runs=400, now=now() - 3_600_000), folder, refresh=5) as app:
        yield app
        assert app.complaints() == []


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Growing]:
    """An empty database for a test to fill."""
    growing = Growing(tmp_path / "metaflow.db")
    yield growing
    growing.engine.dispose()


@pytest.fixture
def growing_app(growing: Growing, tmp_path: Path, context: BrowserContext) -> Iterator[Growing]:
    """The same with the dashboard that shows it; pages leave it before it ends."""
    with serve(growing.path, tmp_path) as app:
        growing.app = app
        yield growing
        for page in context.pages:
            page.goto("about:blank")
        assert app.complaints() == []


@dataclass
class Watch:
    """What a page says and asks for that it should not."""

    said: list[tuple[str, str]] = field(default_factory=list)  # what, and the URL that it is about
    absent: set[str] = field(default_factory=set)  # pages that are 404, of which browsers complain

    @property
    def faults(self) -> list[str]:
        """All of it, without the complaints about pages that are not there."""
        return [what for what, url in self.said if not (url in self.absent and "status of 404" in what)]

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append((f"console {message.type}: {message.text}", message.location["url"]))

    def _error(self, error: Error) -> None:
        self.said.append((f"error: {error.stack or error}", ""))

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.said.append((f"elsewhere: {request.url}", ""))

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.said.append((f"{response.status}: {response.url}", ""))
        if response.status == 404 and response.request.is_navigation_request():
            self.absent.add(response.url)


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose console stays empty, which asks no other host and gets no server error."""
    page.set_default_timeout(PATIENCE)
    watch = Watch()
    watch.follow(page)
    page.context.on("page", watch.follow)
    yield page
    assert watch.faults == []
