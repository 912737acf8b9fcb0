"""Values as Metaflow stores them: a pickle of protocol 4, its SHA-1, its type. Metaflow itself is not imported."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from dashboard.demo.spec import Plain


@dataclass(frozen=True, slots=True)
class Blob:
    """A serialized value; `sha` is its key in the datastore."""

    data: bytes
    sha: str
    type: str


@dataclass(frozen=True, slots=True)
class Frames:
    """`_foreach_stack`: one (step, variable, splits, index, value) for each foreach around the task."""

    frames: tuple[tuple[str, str, int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What `_exception` holds: a MetaflowExceptionWrapper."""

    type: str
    message: str
    stacktrace: str


def blob(value: object) -> Blob:
    """The serialized value: plain data, `Frames` or `Wrapped`."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return _plain(str(type(value)), value)
    if isinstance(value, Frames):
        return _made(_frames(value), "<class 'list'>")
    if isinstance(value, Wrapped):
        return _made(_wrapped(value), "<class 'metaflow.exception.MetaflowExceptionWrapper'>")
    return _made(pickle.dumps(value, 4), str(type(value)))


@lru_cache(maxsize=20_000)
def _plain(kind: str, value: Plain) -> Blob:  # True and 1 are equal, so the type is part of the key
    return _made(pickle.dumps(value, 4), kind)


def lazy(make: Callable[[str], object]) -> Callable[[str], Blob]:
    """A cached blob of `make(key)`, for values that many tasks share."""
    return lru_cache(maxsize=1024)(lambda key: blob(make(key)))


def _made(data: bytes, kind: str) -> Blob:
    return Blob(data, hashlib.sha1(data, usedforsecurity=False).hexdigest(), kind)


# The next two name classes that this program does not import, so the opcodes are written by hand: the arguments are
# pickled with protocol 2, which has no frames, and stand without header and STOP between GLOBAL and its call.
def _bare(value: object) -> bytes:
    return pickle.dumps(value, 2)[2:-1]


def _wrapped(value: Wrapped) -> bytes:
    state = {"exception": value.message, "type": value.type, "stacktrace": value.stacktrace}
    return b"\x80\x04cmetaflow.exception\nMetaflowExceptionWrapper\nN\x85R" + _bare(state) + b"b."


def _frames(value: Frames) -> bytes:
    if not value.frames:
        return pickle.dumps([], 4)
    made = b"".join(b"c__main__\nForeachFrame\n" + _bare(frame) + b"\x81" for frame in value.frames)
    return b"\x80\x04](" + made + b"e."
