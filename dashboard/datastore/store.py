"""The door to the bytes of a datastore, and what it raises.

Unreadable                  the bytes cannot be used: damaged, not allowed, or outside the store
└── TooLarge                there is more than the caller allows
"""

from __future__ import annotations

from typing import Protocol

from dashboard.errors import DashboardError

ARTIFACT_LIMIT = 256 * 1024  # bytes of one artifact, after decompression
TAIL_LIMIT = 64 * 1024  # bytes from the end of one log


class Unreadable(DashboardError):
    """Bytes of the datastore that cannot be used; `str()` is a sentence for users."""


class TooLarge(Unreadable):
    """More bytes than the caller allows."""


class Datastore(Protocol):
    """Bounded reads of a Metaflow datastore; None is 'not there', `Unreadable` is 'there, but of no use'."""

    def blob(self, flow: str, sha: str, limit: int = ARTIFACT_LIMIT) -> bytes | None:
        """The serialized value of an artifact, decompressed; `TooLarge` beyond `limit` bytes."""

    def read(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = ARTIFACT_LIMIT
    ) -> bytes | None:
        """The file `<attempt>.<name>` of a task, e.g. `data.json`; `TooLarge` beyond `limit` bytes."""

    def tail(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = TAIL_LIMIT
    ) -> bytes | None:
        """The last whole lines of the file `<attempt>.<name>` of a task, at most `limit` bytes."""
