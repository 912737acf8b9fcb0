"""The live writer in a process of its own, which ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from dashboard.demo.writer import Writer

STEP = 1.0  # seconds between two ticks
CODE = Path(__file__).resolve().parents[2]


def start_writer(database: Path, seed: int = 7) -> subprocess.Popen[bytes]:
    """Start the writer for a demo database; it ends on SIGTERM, or when this process or its `stdin` goes away."""
    command = [sys.executable, "-m", "dashboard.demo", "--follow", str(database.absolute()), "--seed", str(seed)]
    return subprocess.Popen(
        [*command, "--attached"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=CODE,
        start_new_session=True,  # Ctrl-C is the parent's affair
    )


def follow(database: Path, seed: int, attached: bool) -> None:
    """Write until SIGTERM or SIGINT; when `attached`, also until the parent or its end of stdin is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if attached:
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    parent = os.getppid()
    writer = Writer(database, seed, _now())
    try:
        while not stop.is_set() and not writer.outdated and (not attached or os.getppid() == parent):
            writer.tick(_now())
            stop.wait(STEP)
    finally:
        writer.close()


def _wait_for_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def _now() -> int:
    return int(time.time() * 1000)
