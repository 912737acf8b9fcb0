"""What stopped a task that its own code did not: memory, time, a machine that was taken back, a signal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST = 20_000  # characters that are looked through


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in two or three words, and a sentence that says what it means or what helps."""

    title: str
    hint: str


SPOT = Cause("Machine taken back", "A spot instance was reclaimed; @retry starts the task again on another one.")
MEMORY = Cause("Out of memory", "The task needed more memory than it may use; @resources(memory=…) gives it more.")
TIMEOUT = Cause("Timeout", "The step ran longer than @timeout allows.")
CASCADE = Cause(
    "Killed with its run", "The scheduler ended it because another task had failed, or the run was stopped."
)
SEGFAULT = Cause(
    "Segmentation fault", "The process was ended by a fault in native code, mostly of an extension module."
)
IMAGE = Cause("Image not found", "The container's image could not be pulled.")
SIGNAL = Cause("Killed by a signal", "The process was ended from outside, without a word of its own.")

# The first that fits: what is more certain comes first.
_SIGNS: tuple[tuple[re.Pattern[str], Cause], ...] = (
    (re.compile(r"out of memory|OOMKilled|OutOfMemory|\bMemoryError\b|exit code 137|oom-kill", re.I), MEMORY),
    (
        re.compile(r"spot (?:instance )?(?:termination|interruption)|imminent node shutdown|preempted|Host EC2", re.I),
        SPOT,
    ),
    (re.compile(r"TimeoutException|timed out after|@timeout", re.I), TIMEOUT),
    (re.compile(r"ImagePullBackOff|ErrImagePull|CannotPullContainer", re.I), IMAGE),
    (re.compile(r"segmentation fault|SIGSEGV|exit code 139", re.I), SEGFAULT),
    (re.compile(r"KILLED BY ORCHESTRATOR", re.I), CASCADE),
    (re.compile(r"^Killed(?: by signal \d+.*)?$|exit code 143", re.I | re.M), SIGNAL),
)


def cause_of(text: str, fields: Iterable[str] = ()) -> Cause | None:
    """The cause that a text names, or the names of the task's metadata do; None when neither does."""
    if any(name.startswith("spot-termination") for name in fields):
        return SPOT
    return next((cause for sign, cause in _SIGNS if sign.search(text[:MOST])), None)
