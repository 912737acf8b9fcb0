"""The files of a task's log, and which of them make up a stream.

<attempt>.task_stdout.log       what the task printed, sent by its container from time to time, and at its end
<attempt>.runtime_stdout.log    what the scheduler saw, written when the attempt has ended; all of a local task
<attempt>.stdout.log            of Metaflow before 2.2.9, without prefixes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dashboard.datastore.names import task_file
from dashboard.datastore.store import Datastore, Entry, Path, Unreadable

Stream = Literal["stdout", "stderr", "both"]
FILES_LIMIT = 2000  # of one task, looked through for logs
SETTLED = 60_000  # ms after the end of a task in which its container may still send lines

_SINGLE: Mapping[str, tuple[str, ...]] = {"stdout": ("stdout",), "stderr": ("stderr",), "both": ("stdout", "stderr")}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a log, as large as it was when it was last looked at."""

    path: Path
    size: int  # bytes

    def read(self, store: Datastore, start: int, length: int) -> bytes:
        """Exactly these bytes, none beyond the known end; `Unreadable` when the file has become shorter."""
        wanted = max(0, min(length, self.size - start))
        data = store.read_range(self.path, start, wanted) if wanted else b""
        if data is None or len(data) < wanted:
            raise Unreadable("The log became shorter while it was read.")
        return data


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one stream of one attempt that hold anything."""

    found: tuple[Part, ...]
    is_complete: bool  # whether nothing more will come, as far as the datastore tells
    has_task_lines: bool

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(part.size for part in self.found)


def parts(store: Datastore, flow: str, run: str, step: str, task: str, attempt: int, stream: Stream, now: int) -> Parts:
    """Find the files by one listing of the task's folder; `now` is in epoch ms."""
    if stream not in get_args(Stream):
        raise Unreadable("A log is that of stdout, stderr or both.")
    folder = task_file(flow, run, step, task, attempt, "x")[:-1]
    files = {entry.name: entry for entry in store.entries(folder, FILES_LIMIT)}
    streams = _SINGLE[stream]
    names = [f"{attempt}.{kind}{one}.log" for one in streams for kind in ("runtime_", "task_", "")]
    found = tuple(Part((*folder, name), files[name].size) for name in names if name in files and files[name].size)
    is_complete = all(_is_complete(files, attempt, one, now) for one in streams)
    return Parts(found, is_complete, any("task_" in part.path[-1] for part in found))


def _is_complete(files: Mapping[str, Entry], attempt: int, stream: str, now: int) -> bool:
    """The scheduler's file is the last to come; where no scheduler watches, the task says when it is done."""
    if f"{attempt}.runtime_{stream}.log" in files or f"{attempt}.{stream}.log" in files:
        return True
    if any(name.startswith(f"{attempt + 1}.") for name in files):
        return True
    done = files.get(f"{attempt}.DONE.lock")
    return done is not None and done.modified_at is not None and now - done.modified_at > SETTLED
