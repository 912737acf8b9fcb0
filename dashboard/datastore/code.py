"""The source of a flow, from the code package that Metaflow saved with a run: text to look at, never imported or run.

`code-package` in the metadata is `{"ds_type": …, "sha": …, "location": …, "metadata": …}`; the blob is a gzipped tar of
the flow's folder, of Metaflow itself (below `metaflow/`, from version 2.16 on below `.mf_code/`) and of an INFO file.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from cachetools import LRUCache, cached

from dashboard.datastore import tar
from dashboard.datastore.leaves import visible
from dashboard.datastore.store import Datastore, Unreadable

PACKAGE_LIMIT = 64 * 1024 * 1024  # bytes of a packed code package
KEPT = 64 * 1024 * 1024  # bytes of sources that are remembered
_INFO = ("INFO", ".mf_meta/INFO")
_SUFFIXES = (".py", ".R", ".r")
_NOT_THE_USERS = ("metaflow/", "metaflow_extensions/", ".mf_code/", ".mf_meta/")
_LIBRARIES = re.compile(r"/(site-packages|dist-packages|lib/python\d[^/]*|\.mf_code|metaflow)/")


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of a flow's folder by their path in it, and the name of the flow's script."""

    files: Mapping[str, bytes]
    main: str | None

    def script(self, name: str | None = None) -> str | None:
        """The text of a file by its path in the folder; of the flow's own script when none is named."""
        content = self.files.get(name or self.main or "")
        return None if content is None else content.decode("utf-8", "replace")

    def path(self, path: str) -> str | None:
        """Which file a traceback means by a path on the machine where it was run; None for files of libraries."""
        normal = path.replace("\\", "/")
        if _LIBRARIES.search(normal):
            return None
        parts = PurePosixPath(normal).parts
        tails = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((tail for tail in tails if tail in self.files), None)

    def lines(self, path: str, line: int, around: int = 3) -> list[tuple[int, str]]:
        """(number, text) of a line, counted from 1, and of those around it; nothing where there is no such line."""
        known = self.path(path)
        found = (self.script(known) or "").splitlines() if known else []
        if not 1 <= line <= len(found):
            return []
        first = max(1, line - around)
        return [(n, visible(text, keep="\t")) for n, text in enumerate(found[first - 1 : line + around], first)]

    def block(self, path: str, line: int, most: int = 200) -> list[tuple[int, str]]:
        """(number, text) of the function that begins in this line, at most so many lines of it."""
        found = self.lines(path, line, most)
        found = [one for one in found if one[0] >= line]
        if not found:
            return []
        depth = _depth(found[0][1])
        end = next((n for n, (_, text) in enumerate(found) if n and text.strip() and _depth(text) <= depth), len(found))
        while end > 1 and not found[end - 1][1].strip():
            end -= 1
        return found[: min(end, most)]

    @property
    def nbytes(self) -> int:
        """About the memory that this takes."""
        return sum(len(path) + len(content) for path, content in self.files.items()) + 200 * len(self.files)


def source(store: Datastore | None, flow: str, code_package: Mapping[str, Any]) -> SourceFiles | None:
    """The sources in a run's code package; None without one. What cannot be used is `Unreadable`, with the reason."""
    sha = code_package.get("sha")
    if store is None or not isinstance(sha, str):
        return None
    if _format(code_package.get("metadata")) != "tgz":
        raise Unreadable("The code package is in a format that this version does not know.")
    try:
        found = _read(store, flow, sha)
    except _Absent:
        return None
    if isinstance(found, Unreadable):
        raise found
    return found


class _Absent(Exception):
    """The package is not there, or not yet: not remembered."""


def _key(_store: Datastore, _flow: str, sha: str) -> str:
    return sha  # it is the hash of the content, which is checked


def _size(found: SourceFiles | Unreadable) -> int:
    return found.nbytes + 1 if isinstance(found, SourceFiles) else 1000


PACKAGES: LRUCache[str, SourceFiles | Unreadable] = LRUCache(KEPT, getsizeof=_size)  # by hash


# What is refused is remembered too, so that a hostile archive is looked at once.
@cached(PACKAGES, key=_key, condition=threading.Condition())
def _read(store: Datastore, flow: str, sha: str) -> SourceFiles | Unreadable:
    blob = store.blob(flow, sha, PACKAGE_LIMIT)
    if blob is None:
        raise _Absent
    try:
        if hashlib.sha1(blob, usedforsecurity=False).hexdigest() != sha:
            raise Unreadable("The code package is damaged: it is not what its hash says.")
        found = tar.files(blob, _wanted)
    except Unreadable as problem:
        return problem
    info = next((found.pop(name) for name in _INFO if name in found), b"")
    return SourceFiles(found, _script(info))


def _wanted(path: str) -> bool:
    return path in _INFO or (path.endswith(_SUFFIXES) and not path.startswith(_NOT_THE_USERS))


def _script(info: bytes) -> str | None:
    name = _object(info).get("script")
    return name if isinstance(name, str) else None


def _format(metadata: object) -> object:
    return _object(metadata).get("archive_format", "tgz") if isinstance(metadata, str) else "tgz"


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip())
