"""The value of one artifact, and how to load it elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboard.datastore.objects import value_of
from dashboard.datastore.plain import NotPlain
from dashboard.datastore.store import Datastore, TooLarge, Unreadable
from dashboard.datastore.values import compact

VALUE_LIMIT = 16 * 1024 * 1024  # bytes of a value that is looked at
VALUE_STEPS = 500_000  # its opcodes: 0.2 to 0.7 s, and at the very worst 1.5 s and 300 MB
PREVIEW_LIMIT = 64 * 1024
PREVIEW_STEPS = 20_000

NOT_DECODED = "not decoded"
NOT_READABLE = "not readable from here"
TOO_LARGE = "too large"

_PICKLES = re.compile(r"(?:gzip\+)?pickle-v\d{1,2}")  # gzip is the datastore's own affair


class UnknownEncoding(Unreadable):
    """An artifact that a serializer of an extension wrote."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A value in one line, or why there is none."""

    text: str | None
    note: str | None = None


def artifact_value(
    store: Datastore,
    flow: str,
    sha: str,
    encoding: str | None = None,
    limit: int = VALUE_LIMIT,
    steps: int = VALUE_STEPS,
) -> object:
    """The value, see `objects.value_of`.

    Every reason why there is none is an `Unreadable` with a sentence: `TooLarge`, `NotPlain`, `UnknownEncoding`.
    """
    if encoding and not _PICKLES.fullmatch(encoding):
        raise UnknownEncoding("The artifact was written by a serializer of an extension.")
    blob = store.blob(flow, sha, limit)
    if blob is None:
        raise Unreadable("The datastore does not hold this artifact.")
    return value_of(blob, limit, steps)


def artifact_preview(
    store: Datastore | None, flow: str, sha: str, encoding: str | None = None, size: int | None = None
) -> Preview:
    """The value in at most 200 characters, if it takes at most 64 KiB; never raises for what is stored."""
    if size is not None and size > PREVIEW_LIMIT:
        return Preview(None, TOO_LARGE)
    try:
        if store is None:
            return Preview(None, NOT_READABLE)
        return Preview(compact(artifact_value(store, flow, sha, encoding, PREVIEW_LIMIT, PREVIEW_STEPS)))
    except TooLarge:
        return Preview(None, TOO_LARGE)
    except NotPlain as problem:
        return Preview(None, TOO_LARGE if problem.too_large else NOT_DECODED)
    except UnknownEncoding:
        return Preview(None, NOT_DECODED)
    except Unreadable:
        return Preview(None, NOT_READABLE)


def client_code(task: str, attempt: int, name: str) -> str:
    """Python that loads the value in a notebook; `task` is the pathspec `flow/run/step/task`."""
    return (
        "from metaflow import Task, namespace\n\n"
        "namespace(None)  # whoever made the run\n"
        f"value = Task({task!r}, attempt={attempt:d})[{name!r}].data\n"
    )
