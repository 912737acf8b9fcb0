"""The file of hashed passwords: `name:hash` a line, as `python -m dashboard.guard.passwords NAME` prints it."""

from __future__ import annotations

import getpass
import hashlib
import secrets
import sys
import threading
import time
from pathlib import Path

from cachetools import TTLCache
from werkzeug.security import check_password_hash, generate_password_hash

from dashboard.errors import BadSetting

GOOD_FOR = 300  # seconds that a password need not be hashed again, which takes 50 ms and 32 MB
LOOKED_AT = 1.0  # seconds between two looks whether the file has changed


class Users:
    """Who may come in. Raises BadSetting when the file cannot be read at first; later the last users stay."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()  # also: one hash at a time
        self._key = secrets.token_bytes(32)
        self._known: TTLCache[bytes, bool] = TTLCache(10_000, GOOD_FOR)
        # Who does not exist takes as long as who does.
        self._nobody = generate_password_hash(secrets.token_hex(16))
        self._stamp = self._changed()
        self._hashes = _read(path)
        self._looked_at = time.monotonic()

    def knows(self, name: str, password: str) -> bool:
        """Whether this is the name's password, without hashing it."""
        return self._mark(name, password) in self._known

    def check(self, name: str, password: str) -> bool:
        """Whether this is the name's password."""
        with self._lock:
            self._look()
            mark = self._mark(name, password)
            if mark in self._known:
                return True
            found = self._hashes.get(name)
            if check_password_hash(found or self._nobody, password) and found is not None:
                self._known[mark] = True
                return True
            return False

    def _mark(self, name: str, password: str) -> bytes:
        return hashlib.blake2b(f"{name}\0{password}".encode(), key=self._key).digest()

    def _look(self) -> None:
        if time.monotonic() - self._looked_at < LOOKED_AT:
            return
        self._looked_at = time.monotonic()
        stamp = self._changed()
        if stamp is None or stamp == self._stamp:
            return
        try:
            self._hashes = _read(self._path)
        except BadSetting:
            return  # it is being written
        self._stamp = stamp
        self._known.clear()

    def _changed(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"The file of users {path} cannot be read: {error}.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, hashed = line.strip().partition(":")
        if not name or hashed.count("$") != 2 or not hashed.startswith(("scrypt:", "pbkdf2:")):
            made = "python -m dashboard.guard.passwords NAME"
            raise BadSetting(f"Line {number} of {path} is no name with a hashed password; {made} makes one.")
        found[name] = hashed
    return found


def main(arguments: list[str]) -> int:
    """Ask for a password and print the line for the file of users."""
    if len(arguments) != 1 or ":" in arguments[0] or not arguments[0].isprintable():
        print("usage: python -m dashboard.guard.passwords NAME (without a colon)", file=sys.stderr)
        return 2
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < 8:
        print("At least 8 characters are needed.", file=sys.stderr)
        return 2
    print(f"{arguments[0]}:{generate_password_hash(password)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
