"""The command line as a user starts it, for as long as something is measured."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
Served = tuple[str, int, "subprocess.Popen[bytes]"]


@contextmanager
def served(url: str) -> Iterator[Served]:
    """Host, port and process of a dashboard on this database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py", url, "--port", str(port)], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/-/health", timeout=5)
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield "127.0.0.1", port, process
    finally:
        process.terminate()
        process.wait(30)
