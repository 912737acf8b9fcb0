"""URLs of this dashboard under the path prefix that a proxy may put before them."""

from __future__ import annotations

from flask import current_app, has_app_context


def prefix() -> str:
    """The path prefix, beginning and ending with a slash."""
    return str(current_app.config.get("PATH_PREFIX", "/")) if has_app_context() else "/"


def href(path: str, query: str = "") -> str:
    """The link to `path` (`/HelloFlow/12`), with `query` (no question mark) when there is one."""
    return prefix() + path.lstrip("/") + (f"?{query}" if query else "")


def split(url: str | None) -> tuple[str, str]:
    """What `shell-query` holds → (path without the prefix, query without the question mark)."""
    path, _, query = (url or "/").partition("?")
    base = prefix()
    if (path + "/").startswith(base):
        path = path[len(base) - 1 :]
    return path or "/", query
