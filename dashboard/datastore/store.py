"""The door to the bytes of a datastore, and what it raises.

Unreadable                  the bytes cannot be used: damaged, not allowed, or outside the store
├── TooLarge                there is more than the caller allows
├── StoreRefused            the store does not let us in: no credentials, or no right to read
├── StoreTimeout            the store did not answer in time, or too many others wait for it
└── StoreUnavailable        the store cannot be reached, fails, or its package is not installed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dashboard.errors import DashboardError

ARTIFACT_LIMIT = 256 * 1024  # bytes of one artifact, after decompression
TAIL_LIMIT = 64 * 1024  # bytes from the end of one log

Path = tuple[str, ...]  # names from the root of the datastore down to a file or folder


class Unreadable(DashboardError):
    """Bytes of the datastore that cannot be used; `str()` is a sentence for users."""


class TooLarge(Unreadable):
    """More bytes than the caller allows."""


class StoreRefused(Unreadable):
    """The store does not let us in."""


class StoreTimeout(Unreadable):
    """No answer within the time that a read may take."""


class StoreUnavailable(Unreadable):
    """The store cannot be reached, or fails."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the store describes it: `size` in bytes, `modified_at` in epoch ms where the store tells."""

    name: str
    size: int
    modified_at: int | None = None


class Datastore(Protocol):
    """Bounded reads of a Metaflow datastore; None is 'not there', `Unreadable` is 'there, but of no use'."""

    @property
    def is_near(self) -> bool:
        """Whether a read costs no journey over a network."""

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

    def stat(self, path: Path) -> Entry | None:
        """What the store knows of a file without reading it."""

    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        """Bytes of a file from `start` on: `length` of them, fewer only where the file ends."""

    def entries(self, path: Path, limit: int) -> list[Entry]:
        """Files in a folder by name, at most `limit` of them; none when there is no such folder."""
