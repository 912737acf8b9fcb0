"""Decodes and looks at the pickles on its standard input while an audit hook watches; prints what happened as JSON.

Run as a process of its own: an audit hook cannot be taken off.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from typing import Any

from tests.datastore.looked_at import decoded

HARMLESS = {"builtins.id"}
SEEN: list[str] = []
WATCHING: list[bool] = []


def hook(event: str, args: tuple[Any, ...]) -> None:
    """Notes and forbids all that Python tells of: imports, files, processes, code, sockets, memory maps …"""
    if WATCHING and event not in HARMLESS:
        SEEN.append(f"{event} {str(args)[:100]}")
        raise PermissionError(event)


def main() -> None:
    given = json.load(sys.stdin)
    for blob in given["known"]:
        decoded(base64.b64decode(blob))  # Python and numpy import parts of themselves when they are first needed
    sys.addaudithook(hook)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    WATCHING.append(True)
    for blob in given["blobs"]:
        decoded(base64.b64decode(blob))
    WATCHING.clear()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    json.dump({"seen": SEEN, "decoded": len(given["blobs"]), "megabytes": grown}, sys.stdout)


if __name__ == "__main__":
    main()
