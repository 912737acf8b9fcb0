"""The store that a task's metadata names by `ds-type` and `ds-root`."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from dashboard.datastore.local import LocalStore
from dashboard.datastore.store import Datastore

LOCAL_NAMES = frozenset({".metaflow", ".metaflow_spin"})
MAX_ENTRIES = 200  # of a folder with another name, looked through for a flow
_SHARD = re.compile(r"[0-9a-f]{2}")


def open_store(ds_type: str, ds_root: str) -> Datastore | None:
    """The store, or None when it cannot be read from here; only `local` can today."""
    if ds_type != "local" or "\0" in ds_root or not Path(ds_root).is_absolute():
        return None
    try:
        root = Path(ds_root).resolve(strict=True)
        return LocalStore(root) if root.is_dir() and _is_datastore(root) else None
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links, before Python 3.13
        return None


def _is_datastore(root: Path) -> bool:
    """Whether the folder has the name of a datastore, or holds `<flow>/data/<two hexadecimal digits>`."""
    if root.name in LOCAL_NAMES:
        return True
    flows = islice(root.iterdir(), MAX_ENTRIES)
    return any(_SHARD.fullmatch(name) for flow in flows for name in _names(flow / "data"))


def _names(folder: Path) -> list[str]:
    """The first names in a folder; none when it is absent or closed to us."""
    try:
        return [entry.name for entry in islice(folder.iterdir(), MAX_ENTRIES)]
    except OSError:
        return []
