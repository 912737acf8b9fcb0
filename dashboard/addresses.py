"""What a URL names, before any of its page is drawn: its title, what a link preview may say, whether it is there.

A preview names flow, run, step and task, and nothing that is not in the URL itself: no status, user, tag or value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl

from dashboard import found
from dashboard.errors import BadQuery, DatabaseError
from dashboard.pathspec import Pathspec
from dashboard.services import Services

SITE = "Metaflow"
LONGEST = 300  # characters of a name in a title


@dataclass(frozen=True, slots=True)
class Address:
    """`title` names the object; `status` is that of HTTP."""

    title: str
    description: str
    status: int = 200

    @property
    def metas(self) -> str:
        """The tags in <head> that chats and search engines read; all of them escaped."""
        pairs = (
            ("name", "description", self.description),
            ("name", "robots", "noindex"),
            ("property", "og:site_name", SITE),
            ("property", "og:type", "website"),
            ("property", "og:title", self.title),
            ("property", "og:description", self.description),
        )
        return "".join(f'\n<meta {kind}="{name}" content="{escape(text)}">' for kind, name, text in pairs)


def resolve(services: Services, fixed: dict[str, str], parts: Sequence[str], query: str) -> Address:
    """The address of a path's decoded parts; `fixed` are titles of the pages without an object. Never raises."""
    path = "/" + "/".join(parts)
    if path in fixed:
        if path == "/":
            return Address(_runs(query), "Runs of Metaflow flows: what is running, what failed.")
        return Address(fixed[path], f"{fixed[path]}, Metaflow Dashboard.")
    try:
        pathspec = Pathspec(*parts) if len(parts) in (1, 2, 4) and all(parts) and parts[0][:1] not in "-_" else None
    except BadQuery:
        pathspec = None
    if pathspec is None:
        return Address("Not found", "There is no such page.", 404)
    what = f"Run {pathspec.run} of the flow {pathspec.flow}" if pathspec.run else f"The flow {pathspec.flow}"
    if pathspec.task:
        what = f"Task {pathspec.task} of the step {pathspec.step}, run {pathspec.run} of the flow {pathspec.flow}"
    try:
        is_there = services.database(found.exists, pathspec)
    except DatabaseError:
        is_there = True  # the page says that the database is silent
    return Address(str(pathspec)[:LONGEST], f"{what}."[: 2 * LONGEST], 200 if is_there else 404)


def _runs(query: str) -> str:
    try:
        flows = [value for name, value in parse_qsl(query, max_num_fields=200) if name == "flow"]
    except ValueError:
        flows = []
    return f"Runs of {flows[0][:LONGEST]}" if len(flows) == 1 else "Runs"
