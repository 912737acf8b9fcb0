"""One parser for pathspecs: URL ↔ pathspec ↔ Metaflow client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from dashboard.errors import BadQuery

LEVELS = ("flow", "run", "step", "task")


@dataclass(frozen=True, slots=True)
class Pathspec:
    """`flow[/run[/step[/task]]]`; parts as the client prints them."""

    flow: str
    run: str | None = None
    step: str | None = None
    task: str | None = None

    def __post_init__(self) -> None:
        if re.search("[\x00\ud800-\udfff]", str(self)):
            raise BadQuery("A pathspec holds no NUL characters and no halves of surrogate pairs.")

    @classmethod
    def parse(cls, text: str) -> Pathspec:
        """From text as a CLI or notebook prints it: `HelloFlow/12/start/345`, quotes and slashes around it allowed."""
        return cls._of([part.strip() for part in text.strip().strip("'\"").strip("/").split("/")], text)

    @classmethod
    def from_url(cls, path: str) -> Pathspec:
        """From a URL path, each part percent-encoded: any name comes back as it was."""
        return cls._of([unquote(part) for part in path.strip("/").split("/")], path)

    @classmethod
    def _of(cls, parts: list[str], text: str) -> Pathspec:
        if not all(parts) or len(parts) > len(LEVELS):
            raise BadQuery(f"“{text[:200]}” is not a pathspec: flow, flow/run, flow/run/step or flow/run/step/task.")
        if any(len(part) > 255 for part in parts):
            raise BadQuery("A part of the pathspec is longer than 255 characters.")
        return cls(*parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are present, outermost first."""
        return tuple(part for part in (self.flow, self.run, self.step, self.task) if part is not None)

    @property
    def level(self) -> str:
        """`flow`, `run`, `step` or `task`."""
        return LEVELS[len(self.parts) - 1]

    @property
    def url(self) -> str:
        """The URL path, without any prefix of the server."""
        return "/" + "/".join(quote(part, safe="") for part in self.parts)

    @property
    def client(self) -> str:
        """The Metaflow client's expression, e.g. `Run('HelloFlow/12')`."""
        return f"{self.level.capitalize()}({str(self)!r})"

    def __str__(self) -> str:
        return "/".join(self.parts)
