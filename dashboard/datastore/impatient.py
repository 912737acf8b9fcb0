"""A store that is asked no more once it was silent: for an answer that is made of several files and can do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dashboard.datastore.store import ARTIFACT_LIMIT, TAIL_LIMIT, Datastore, Entry, Path, StoreTimeout, Unreadable

T = TypeVar("T")


class Impatient:
    """A `Datastore` whose first `StoreTimeout` is the answer to all that follows; `problem` is what went wrong last."""

    def __init__(self, store: Datastore) -> None:
        self._store = store
        self.problem = ""
        self.is_silent = False

    @property
    def is_near(self) -> bool:
        """As the store itself."""
        return self._store.is_near

    def blob(self, flow: str, sha: str, limit: int = ARTIFACT_LIMIT) -> bytes | None:
        """The serialized value of an artifact."""
        return self._ask(lambda: self._store.blob(flow, sha, limit))

    def read(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = ARTIFACT_LIMIT
    ) -> bytes | None:
        """A file of a task."""
        return self._ask(lambda: self._store.read(flow, run, step, task, attempt, name, limit))

    def tail(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = TAIL_LIMIT
    ) -> bytes | None:
        """The end of a file of a task."""
        return self._ask(lambda: self._store.tail(flow, run, step, task, attempt, name, limit))

    def stat(self, path: Path) -> Entry | None:
        """Size and time of a file."""
        return self._ask(lambda: self._store.stat(path))

    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        """Bytes of a file."""
        return self._ask(lambda: self._store.read_range(path, start, length))

    def entries(self, path: Path, limit: int) -> list[Entry]:
        """Files in a folder."""
        return self._ask(lambda: self._store.entries(path, limit))

    def _ask(self, read: Callable[[], T]) -> T:
        if self.is_silent:
            raise StoreTimeout(self.problem)
        try:
            return read()
        except Unreadable as problem:
            self.problem, self.is_silent = str(problem), isinstance(problem, StoreTimeout)
            raise
