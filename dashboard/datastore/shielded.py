"""A datastore without what is not shown: logs with stars in them, or none at all."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from dashboard.datastore.store import ARTIFACT_LIMIT, TAIL_LIMIT, Datastore, Entry, Path, Unreadable
from dashboard.privacy import Privacy

AROUND = 4096  # bytes on either side of a range, so that no hidden text is read in halves
LOG = ".log"


class Withheld(Unreadable):
    """Data that this dashboard is told not to show; assets/js/task-attempt.js knows the end of its sentences."""


@dataclass(frozen=True, slots=True)
class ShieldedStore(Datastore):
    """`store`, as far as `privacy` lets it be read."""

    store: Datastore
    privacy: Privacy

    @property
    @override
    def is_near(self) -> bool:
        return self.store.is_near

    @override
    def blob(self, flow: str, sha: str, limit: int = ARTIFACT_LIMIT) -> bytes | None:
        return self.store.blob(flow, sha, limit)

    @override
    def read(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = ARTIFACT_LIMIT
    ) -> bytes | None:
        data = self.store.read(flow, run, step, task, attempt, name, limit)
        return self._log(name, data)

    @override
    def tail(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = TAIL_LIMIT
    ) -> bytes | None:
        return self._log(name, self.store.tail(flow, run, step, task, attempt, name, limit))

    @override
    def stat(self, path: Path) -> Entry | None:
        return self.store.stat(path)

    @override
    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        if not path[-1].endswith(LOG) or self.privacy.texts is None:
            return self._log(path[-1], self.store.read_range(path, start, length))
        before = min(start, AROUND)
        data = self._log(path[-1], self.store.read_range(path, start - before, before + length + AROUND))
        return data[before : before + length] if data is not None else None

    @override
    def entries(self, path: Path, limit: int) -> list[Entry]:
        return self.store.entries(path, limit)

    def _log(self, name: str, data: bytes | None) -> bytes | None:
        if data is None or not name.endswith(LOG):
            return data
        if not self.privacy.logs:
            raise Withheld("Logs are not shown on this dashboard.")
        return self.privacy.masked(data)
