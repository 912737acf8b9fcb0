"""Runs with what they leave in a local datastore: graphs, code packages, the lengths of foreaches."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.data.runs import Key
from tests.data.writing import Writer

META = '{"cas_raw": false, "cas_version": 1}'


@dataclass
class Stored:
    """A `.metaflow` folder, and the writer of the rows that name what is in it."""

    writer: Writer
    root: Path

    def save(self, flow: str, blob: bytes) -> str:
        """Store these bytes as an artifact; their key."""
        sha = hashlib.sha1(blob).hexdigest()
        folder = self.root / flow / "data" / sha[:2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / sha).write_bytes(gzip.compress(blob, 3))
        (folder / f"{sha}_meta").write_text(META)
        return sha

    def artifact(self, key: Key, step: str, task: int, name: str, value: object, at: int) -> None:
        """An artifact with its row."""
        sha = self.save(key[0], pickle.dumps(value, 4))
        self.writer.artifact(key, step, task, name, sha, at, location=f":root:{self.root}")

    def graph(self, key: Key, info: object, at: int) -> None:
        """The `_parameters` task of a run, with its graph."""
        task = self.writer.task(key, "_parameters", at=at)
        self.artifact(key, "_parameters", task, "_graph_info", info, at)

    def package(self, key: Key, step: str, task: int, archive: bytes, at: int, script: str = "flow.py") -> None:
        """A code package, as a task's metadata name it."""
        sha = self.save(key[0], archive)
        location = f"{self.root}/{key[0]}/data/{sha[:2]}/{sha}"
        about: dict[str, Any] = {"ds_type": "local", "sha": sha, "location": location}
        self.writer.metadatum(key, step, task, "code-package", json.dumps(about), at)
        self.writer.metadatum(key, step, task, "script-name", script, at)
