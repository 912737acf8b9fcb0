"""Where a datastore is, as one text: `/folder`, `s3://bucket/prefix`, `gs://bucket/prefix`, `azure://container/prefix`.

Metaflow writes the first three so, and Azure's without a scheme; it never writes the address of a server.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable
from pathlib import Path as Folder

SCHEMES = {"s3": "s3://", "gs": "gs://", "azure": "azure://"}  # by `ds-type`
LOCAL_TYPES = frozenset({"local", "spin"})

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f?#*\[\]{}%]{1,255}")


def address(ds_type: str, ds_root: str) -> str | None:
    """The address in a task's `ds-type` and `ds-root`; None for what Metaflow would not write."""
    if ds_type in LOCAL_TYPES:
        return os.path.normpath(ds_root) if Folder(ds_root).is_absolute() and "\0" not in ds_root else None
    scheme = SCHEMES.get(ds_type)
    if scheme is None:
        return None
    if scheme != SCHEMES["azure"]:
        if not ds_root.startswith(scheme):
            return None
        ds_root = ds_root[len(scheme) :]
    bucket, *prefix = ds_root.rstrip("/").split("/")
    if not _BUCKET.fullmatch(bucket) or not all(_SEGMENT.fullmatch(name) for name in prefix):
        return None
    return scheme + "/".join((bucket, *prefix))


def is_within(address: str, root: str) -> bool:
    """Whether an address is `root` or below it."""
    return address == root or address.startswith(root.rstrip("/") + "/")


def mapped(address: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    """The address in its other place, by the pair with the longest first half; None when no pair fits."""
    for old, new in sorted(pairs, key=lambda pair: -len(pair[0])):
        if is_within(address, old):
            rest = address[len(old.rstrip("/")) :].strip("/")
            return f"{new.rstrip('/')}/{rest}" if rest else new
    return None
