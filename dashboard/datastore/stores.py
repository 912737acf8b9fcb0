"""The store that a task's metadata names by `ds-type` and `ds-root`, as far as the settings allow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path as Folder

from dashboard.datastore.address import SCHEMES, address, is_within, mapped
from dashboard.datastore.clouds import connect
from dashboard.datastore.gate import Gate
from dashboard.datastore.local import LocalStore
from dashboard.datastore.remote import RemoteStore
from dashboard.datastore.store import Datastore

LOCAL_NAMES = frozenset({".metaflow", ".metaflow_spin"})
MAX_ENTRIES = 200  # of a folder with another name, looked through for a flow
_SHARD = re.compile(r"[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """How datastores are read; addresses are written as in `address`."""

    moved: tuple[tuple[str, str], ...] = ()  # (where the metadata says it is, where it can be read from here)
    allowed: tuple[str, ...] = ()  # only what is within one of these, as the metadata says it; () allows all
    timeout: float = 10.0  # seconds of one read, with the wait for its turn
    reads: int = 4  # of one datastore at the same time
    s3_endpoint: str | None = None  # URL; else the one of Amazon, or of the AWS configuration
    azure_endpoint: str | None = None  # URL of the storage account; else the one of AZURE_STORAGE_ACCOUNT_NAME


def open_store(ds_type: str, ds_root: str, options: StoreOptions | None = None) -> Datastore | None:
    """The store, or None when it cannot be read from here. Without options only folders of this machine are."""
    given = options or StoreOptions()
    named = address(ds_type, ds_root)
    if named is None or (given.allowed and not any(is_within(named, root) for root in given.allowed)):
        return None
    place = mapped(named, given.moved)
    gate = _gate(place or named, given.reads, given.timeout)
    for scheme in SCHEMES.values():
        if (place or named).startswith(scheme):
            if options is None:
                return None
            return RemoteStore(
                partial(connect, scheme, given.timeout, given.s3_endpoint, given.azure_endpoint),
                (place or named)[len(scheme) :],
                gate,
            )
    return _local(place or named, gate, trusted=place is not None)


@lru_cache(maxsize=256)
def _gate(address: str, reads: int, timeout: float) -> Gate:
    """One gate for all who read the same datastore."""
    return Gate(address, reads, timeout)


def _local(folder: str, gate: Gate, trusted: bool) -> LocalStore | None:
    """A folder that is there, and that the settings name or that looks like a datastore."""
    try:
        root = Folder(folder).resolve(strict=True)
        return LocalStore(root, gate) if root.is_dir() and (trusted or _is_datastore(root)) else None
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links, before Python 3.13
        return None


def _is_datastore(root: Folder) -> bool:
    """Whether the folder has the name of a datastore, or holds `<flow>/data/<two hexadecimal digits>`."""
    if root.name in LOCAL_NAMES:
        return True
    flows = islice(root.iterdir(), MAX_ENTRIES)
    return any(_SHARD.fullmatch(name) for flow in flows for name in _names(flow / "data"))


def _names(folder: Folder) -> list[str]:
    """The first names in a folder; none when it is absent or closed to us."""
    try:
        return [entry.name for entry in islice(folder.iterdir(), MAX_ENTRIES)]
    except OSError:
        return []
