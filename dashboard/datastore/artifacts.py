"""The artifacts of a task's attempt by name, type and size, without their values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from dashboard.datastore.leaves import visible
from dashboard.datastore.objects.described import type_name
from dashboard.datastore.store import Datastore, Unreadable

DATA_LIMIT = 8 * 1024 * 1024  # bytes of `<attempt>.data.json`
MAX_ARTIFACTS = 10_000
TYPE_LIMIT = 200  # characters

_CLASS = re.compile(r"<\w{1,100} '(.{1,500})'>")  # `<class 'int'>`, `<enum 'Colour'>`
_INTERNAL = frozenset({"name", "script_name"})  # set by Metaflow although they have no underscore


class Kind(str, Enum):
    """What an artifact is, told by its type alone."""

    NONE = "none"
    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    BYTES = "bytes"
    LIST = "list"
    DICT = "dict"
    TIME = "time"
    ARRAY = "array"
    TABLE = "table"
    FILE = "file"
    ERROR = "error"
    OBJECT = "object"


class Change(str, Enum):
    """How an artifact differs from that of the same name elsewhere."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """One row of artifact_v3."""

    name: str
    sha: str
    ds_type: str
    location: str
    content_type: str  # the encoding
    attempt: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """An artifact without its value."""

    name: str
    type: str | None  # as users write it, e.g. `int`, `pandas.DataFrame`; None when it was not recorded
    size: int | None  # bytes of the serialized value, before compression
    sha: str
    encoding: str | None  # e.g. `pickle-v4`
    is_internal: bool  # of Metaflow itself
    kind: Kind


def artifacts(
    store: Datastore | None,
    flow: str,
    run_id: str,
    step: str,
    task_id: str,
    attempt: int,
    rows: Iterable[ArtifactRow] = (),
) -> list[Artifact]:
    """The artifacts of an attempt, the user's own first, each part by name; never raises for what is stored.

    The names come from the rows and from the attempt's `data.json`, which alone has types and sizes.
    """
    recorded = _recorded(store, flow, run_id, step, task_id, attempt)
    shas, info = _dict(recorded.get("objects")), _dict(recorded.get("info"))
    registered = {row.name: row for row in rows if row.attempt == attempt}
    names = islice(dict.fromkeys((*registered, *shas)), MAX_ARTIFACTS)
    found = [_artifact(name, registered.get(name), shas.get(name), _dict(info.get(name))) for name in names]
    return sorted((one for one in found if one), key=lambda one: (one.is_internal, one.name.casefold(), one.name))


def changes(previous: Iterable[Artifact], now: Iterable[Artifact]) -> dict[str, Change]:
    """What became of each artifact by name; the same hash is the same value, another one may be too (sets, floats)."""
    before, after = ({one.name: one.sha for one in several} for several in (previous, now))
    compared = {
        name: Change.NEW if name not in before else Change.SAME if before[name] == sha else Change.CHANGED
        for name, sha in after.items()
    }
    return compared | {name: Change.GONE for name in before if name not in after}


def is_internal(name: str) -> bool:
    """Whether Metaflow itself saves an artifact of this name."""
    return name.startswith("_") or name in _INTERNAL


def readable_type(recorded: object) -> str | None:
    """`int` for `<class 'int'>`, as `data.json` has it; a serializer of an extension may write any text."""
    if not isinstance(recorded, str) or not recorded:
        return None
    match = _CLASS.fullmatch(recorded)
    return visible(type_name(match[1]) if match else recorded)[:TYPE_LIMIT]


def _artifact(name: str, row: ArtifactRow | None, sha: object, info: Mapping[str, Any]) -> Artifact | None:
    key = row.sha if row else sha
    if not isinstance(key, str):
        return None
    size, encoding = info.get("size"), info.get("encoding")
    kind_of = readable_type(info.get("type"))
    return Artifact(
        name=name,
        type=kind_of,
        size=size if type(size) is int and size >= 0 else None,
        sha=key,
        encoding=encoding if isinstance(encoding, str) else row.content_type if row else None,
        is_internal=is_internal(name),
        kind=_kind(kind_of or ""),
    )


_KINDS = {
    **dict.fromkeys(("int", "float", "complex", "decimal.Decimal", "fractions.Fraction"), Kind.NUMBER),
    **dict.fromkeys(("bytes", "bytearray"), Kind.BYTES),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "range", "collections.deque"), Kind.LIST),
    **dict.fromkeys(("dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter"), Kind.DICT),
    **dict.fromkeys(("numpy.ndarray", "array.array", "torch.Tensor"), Kind.ARRAY),
    "NoneType": Kind.NONE,
    "bool": Kind.BOOLEAN,
    "numpy.bool": Kind.BOOLEAN,
    "numpy.bool_": Kind.BOOLEAN,
    "str": Kind.TEXT,
    "numpy.str_": Kind.TEXT,
    "numpy.bytes_": Kind.BYTES,
    "metaflow.IncludedFile": Kind.FILE,
    "metaflow.MetaflowExceptionWrapper": Kind.ERROR,
}
_FAMILIES = (
    (re.compile(r"numpy\.(?:u?int|float|complex|longdouble|longlong|ulonglong)\w*"), Kind.NUMBER),
    (re.compile(r"datetime\.\w+|numpy\.(?:datetime|timedelta)64|pandas\.(?:Timestamp|Timedelta|Period)"), Kind.TIME),
    (re.compile(r"(?:pandas|polars|pyarrow)\.(?:DataFrame|Series|Table|RecordBatch|LazyFrame|\w*Index)"), Kind.TABLE),
    (re.compile(r"[\w.]+(?:Error|Exception|Warning|Exit|Interrupt)"), Kind.ERROR),
)


def _kind(readable: str) -> Kind:
    known = _KINDS.get(readable)
    return known or next((kind for family, kind in _FAMILIES if family.fullmatch(readable)), Kind.OBJECT)


def _recorded(
    store: Datastore | None, flow: str, run_id: str, step: str, task_id: str, attempt: int
) -> Mapping[str, Any]:
    """The attempt's `data.json`; empty when there is none that can be read."""
    try:
        data = store.read(flow, run_id, step, task_id, attempt, "data.json", DATA_LIMIT) if store else None
        return _dict(json.loads(data)) if data else {}
    except (Unreadable, ValueError, RecursionError):
        return {}


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
