"""A datastore in a bucket or container, read through fsspec: S3, Azure Blob Storage, Google Cloud Storage."""

from __future__ import annotations

import errno
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from fsspec.asyn import AsyncFileSystem, sync
from fsspec.exceptions import FSTimeoutError

from dashboard.datastore.gate import Gate
from dashboard.datastore.names import check
from dashboard.datastore.store import Entry, Path, StoreRefused, StoreTimeout, StoreUnavailable, Unreadable
from dashboard.datastore.tree import Tree

ATTRIBUTES = "metaflow-user-attributes"  # Azure, whose keys are identifiers, has underscores

_MEANT_BY_CLIENTS = re.compile(r"[?*#%\[\]{}]")  # versions and patterns; Metaflow writes none of them
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")  # in the order of trust
_CODES = ("errno", "status_code", "code")  # where S3, Azure and Google say what went wrong
_LOGGER = logging.getLogger(__name__)

# The libraries of the clouds raise these under names of their own; they are optional, so they cannot be imported.
_NO_ENTRY = re.compile(r"Credential|ClientAuthentication|ProfileNotFound|SSO|Unauthorized|Forbidden|RefreshError")


class _NoSuchRange(StoreUnavailable):
    """A range that begins at the end of the object, or something else that was asked for wrongly."""


class RemoteStore(Tree):
    """A `Datastore` behind a network."""

    def __init__(self, connect: Callable[[], AsyncFileSystem], root: str, gate: Gate) -> None:
        """Take what gives the file system, asked at every read, and `<bucket>[/<prefix>]`."""
        self._connect = connect
        self._root = root.strip("/")
        self._gate = gate

    @property
    def is_near(self) -> bool:
        """Every read is a request."""
        return False

    def stat(self, path: Path) -> Entry | None:
        """Size and time of an object."""
        about = self._ask("_info", path)
        return _entry(about) if about and about.get("type") == "file" else None

    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        """Bytes of an object by one request."""
        if length <= 0:
            return b""
        try:
            data = self._ask("_cat_file", path, start=start, end=start + length)
        except _NoSuchRange:  # for some clouds also the first byte of an empty object
            entry = self.stat(path)
            if entry is None or start < entry.size:
                raise
            return b""
        return None if data is None else bytes(data[:length])

    def entries(self, path: Path, limit: int) -> list[Entry]:
        """Objects right below a prefix."""
        listed = self._ask("_ls", path, detail=True) or []
        found = [_entry(about) for about in listed if about.get("type") == "file"]
        return sorted((one for one in found if one.name), key=lambda entry: entry.name)[:limit]

    def attributes(self, path: Path) -> bytes | None:
        """The metadata of the object; the file system of S3 has a request of its own for it."""
        own = hasattr(self._file_system(), "_metadata")
        about: Mapping[str, Any] = self._ask("_metadata" if own else "_info", path) or {}
        described: Mapping[str, Any] = (about if own else about.get("metadata")) or {}
        value = {key.replace("_", "-").lower(): text for key, text in described.items()}.get(ATTRIBUTES)
        return value.encode() if isinstance(value, str) else json.dumps(value).encode() if value else None

    def _file_system(self) -> AsyncFileSystem:
        try:
            return self._connect()
        except Unreadable:
            raise
        except Exception as problem:
            raise _explained(problem) from None

    def _ask(self, method: str, path: Path, **arguments: object) -> Any:
        """Let the file system do one thing, within the time and the seats of the gate; None is 'not there'."""
        for name in path:
            check(name)
            if _MEANT_BY_CLIENTS.search(name):
                raise Unreadable("A name in the path holds a character that has a meaning in links to clouds.")
        place = "/".join((self._root, *path))
        with self._gate.seat() as seconds:
            system = self._file_system()
            ask: Callable[..., Awaitable[Any]] = getattr(system, method)
            try:
                return sync(system.loop, ask, place, timeout=seconds, **arguments)
            except FileNotFoundError:
                return None
            except (TimeoutError, FSTimeoutError):  # two classes until Python 3.11
                raise StoreTimeout(f"The datastore did not answer within {self._gate.timeout:g} s.") from None
            except Exception as problem:
                _LOGGER.debug("%s of the datastore failed", method, exc_info=problem)
                raise _explained(problem) from None


def _explained(problem: Exception) -> Unreadable:
    """What a library of a cloud raised, as a sentence without what it said: that may hold keys and addresses."""
    kind = type(problem).__name__
    if isinstance(problem, PermissionError) or _NO_ENTRY.search(kind):
        return StoreRefused(f"The datastore does not let the dashboard in ({kind}).")
    is_range = any(getattr(problem, name, None) in (errno.EINVAL, 416, "416") for name in _CODES)
    return (_NoSuchRange if is_range else StoreUnavailable)(f"The datastore cannot be read now ({kind}).")


def _entry(about: Mapping[str, Any]) -> Entry:
    """An object as fsspec describes it."""
    name = str(about["name"]).rstrip("/").rpartition("/")[2]
    when = next((about[key] for key in _TIMES if about.get(key)), None)
    return Entry(name, int(about.get("size") or 0), _milliseconds(when))


def _milliseconds(when: object) -> int | None:
    """Epoch ms of a time as the clouds write it: aware, ISO text, or seconds."""
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(when, datetime):
        aware = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
        return int(aware.timestamp() * 1000)
    return int(when * 1000) if isinstance(when, (int, float)) else None
