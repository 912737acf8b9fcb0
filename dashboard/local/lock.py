"""One writer per index: a second dashboard on the same folder reads what the first one writes."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Lock:
    """A lock between processes, held as an exclusive transaction on a file of its own; a dead holder's is free."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Whether the lock is now ours; does not wait. Raises sqlite3.Error when the file cannot be made."""
        if self._connection is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if "locked" in str(error):
                return False
            raise
        self._connection = connection
        return True

    def release(self) -> None:
        """Gives the lock back; nothing happens when it is not held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
