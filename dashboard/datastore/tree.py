"""What all datastores have in common: the tree that Metaflow writes, whatever holds its bytes.

<root>/<flow>/data/<sha[:2]>/<sha>              an artifact
<root>/<flow>/<run>/<step>/<task>/<attempt>.<name>
<root>/mf.cards/…                               cards, see `cards`
"""

from __future__ import annotations

import json
import re
import zlib
from abc import ABC, abstractmethod

from dashboard.datastore.names import task_file
from dashboard.datastore.store import ARTIFACT_LIMIT, TAIL_LIMIT, Entry, Path, TooLarge, Unreadable

_SHA = re.compile(r"[0-9a-f]{40}")
_GZIP = 16 + zlib.MAX_WBITS


class Tree(ABC):
    """A `Datastore` but for the four reads that depend on what holds the bytes."""

    @property
    @abstractmethod
    def is_near(self) -> bool:
        """Whether a read costs no journey over a network."""

    @abstractmethod
    def stat(self, path: Path) -> Entry | None:
        """What is known of a file without reading it."""

    @abstractmethod
    def read_range(self, path: Path, start: int, length: int) -> bytes | None:
        """Bytes of a file from `start` on, fewer than `length` only where the file ends."""

    @abstractmethod
    def entries(self, path: Path, limit: int) -> list[Entry]:
        """Files in a folder by name, at most `limit` of them."""

    @abstractmethod
    def attributes(self, path: Path) -> bytes | None:
        """The JSON that Metaflow keeps beside a file, or with it."""

    def blob(self, flow: str, sha: str, limit: int = ARTIFACT_LIMIT) -> bytes | None:
        """The serialized value of an artifact, decompressed."""
        if not _SHA.fullmatch(sha):
            raise Unreadable("The datastore key of the artifact is not a SHA-1.")
        path = flow, "data", sha[:2], sha
        packed = self._whole(path, limit + limit // 1000 + 64)  # gzip adds a little
        if packed is None:
            return None
        if not _is_raw(self.attributes(path)):
            return _unpacked(packed, limit)
        if len(packed) > limit:
            raise TooLarge(f"The artifact is larger than {limit} bytes.")
        return packed

    def read(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = ARTIFACT_LIMIT
    ) -> bytes | None:
        """The file `<attempt>.<name>` of a task."""
        return self._whole(task_file(flow, run, step, task, attempt, name), limit)

    def tail(
        self, flow: str, run: str, step: str, task: str, attempt: int, name: str, limit: int = TAIL_LIMIT
    ) -> bytes | None:
        """The last whole lines of the file `<attempt>.<name>` of a task."""
        path = task_file(flow, run, step, task, attempt, name)
        entry = self.stat(path)
        if entry is None:
            return None
        start = max(0, entry.size - limit)
        data = self.read_range(path, start, limit)
        if data is None or not start:
            return data
        return data[data.find(b"\n") + 1 :]  # without a newline: the end of one long line

    def _whole(self, path: Path, limit: int) -> bytes | None:
        """The whole of a file, if it holds at most `limit` bytes."""
        data = self.read_range(path, 0, limit + 1)
        if data is not None and len(data) > limit:
            raise TooLarge(f"The file is larger than {limit} bytes.")
        return data


def _is_raw(attributes: bytes | None) -> bool:
    """Whether Metaflow says that the artifact is stored as it is; old datastores say nothing."""
    if attributes is None:
        return False
    try:
        described = json.loads(attributes)
    except (ValueError, RecursionError):
        described = None
    if not isinstance(described, dict):
        raise Unreadable("The description of the artifact is damaged.")
    if described.get("cas_raw") is True:
        return True
    if described.get("cas_version") != 1:
        raise Unreadable("The artifact is stored in a way that this version does not know.")
    return False


def _unpacked(packed: bytes, limit: int) -> bytes:
    """The content of a gzip file, never more than `limit` bytes in memory."""
    stream = zlib.decompressobj(_GZIP)
    try:
        data = stream.decompress(packed, limit + 1)
    except zlib.error:
        raise Unreadable("The artifact is damaged: it is not a complete gzip file.") from None
    if len(data) > limit:
        raise TooLarge(f"The artifact is larger than {limit} bytes.")
    if not stream.eof:
        raise Unreadable("The artifact is damaged: it is not a complete gzip file.")
    return data
