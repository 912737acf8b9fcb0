"""A task with attempts, logs, artifacts and cards beside a growing database. For the tests of the task's page."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.serving import Growing, now

LINES = 50_000
HASH = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Made:
    """The page of the task, and the folders that it reads."""

    url: str
    logs: Path
    cards: Path

    def card(self, html: str, name: str = "default") -> None:
        """A card of the task."""
        folder = self.cards / "cards"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}-{HASH}.html").write_text(html)

    def card_data(self, data: object, token: str) -> None:
        """What moves it."""
        folder = self.cards / "runtime"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"data": data, "reload_token": token, "created_on": 1.0})
        waiting = folder / "waiting"
        waiting.write_text(text)
        waiting.rename(folder / f"default-{HASH}.data.json")  # whole at once


def task(growing: Growing, live: bool = False) -> Made:
    """Attempt 0 raised; attempt 1 ended well, or still runs."""
    writer, began = growing.writer, now() - 600_000
    key = writer.run("HelloFlow", at=began, heartbeat=now())
    one = writer.task(key, "start", at=began, heartbeat=now())
    writer.attempt(key, "start", one, 0, began, False, began + 60_000)
    writer.attempt(key, "start", one, 1, began + 61_000, None if live else True, began + 120_000)
    root = growing.path.parent / "store"
    for number in (0, 1):
        for name, value in (("ds-type", "local"), ("ds-root", str(root))):
            writer.metadatum(key, "start", one, name, value, began, (f"attempt_id:{number}",))
    if not live:
        writer.ended(key, began + 130_000)
    writer.flush()
    logs = root / key[0] / str(key[1]) / "start" / str(one)
    logs.mkdir(parents=True)
    (logs / "0.task_stderr.log").write_text(
        'Traceback (most recent call last):\n  File "flow.py", line 3, in start\n    fail()\nValueError: Ünlucky ☃\n'
    )
    lines = [f"line {n} of the log" for n in range(1, LINES + 1)]
    for number in (10, 30_000, 49_990):
        lines[number - 1] = f"\x1b[32mneedle\x1b[0m <img src=x onerror=alert(1)> {number}"
    (logs / "1.task_stdout.log").write_text("\n".join(lines) + "\n")
    values = {"records": [{"name": "<b>x</b>", "n": n} for n in range(3)], "nested": {"inner": {"leaf": "found it"}}}
    objects, info = {}, {}
    for name, made in values.items():
        data = pickle.dumps(made, 4)
        objects[name] = _kept(root, key[0], data)
        info[name] = {"size": len(data), "type": f"<class '{type(made).__name__}'>", "encoding": "gzip+pickle-v4"}
    (logs / "1.data.json").write_text(json.dumps({"objects": objects, "info": info}))
    cards = root / "mf.cards" / key[0] / "runs" / str(key[1]) / "steps" / "start" / "tasks" / str(one)
    return Made(f"{growing.app.url}{key[0]}/{key[1]}/start/{one}", logs, cards)


def _kept(root: Path, flow: str, data: bytes) -> str:
    sha = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    path = root / flow / "data" / sha[:2] / sha
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data))
    return sha
