"""Metaflow's objects as frozen dataclasses; no I/O.

Every instant is an int of epoch milliseconds (UTC), every duration an int of milliseconds, as in the JSON
interface; `components.formats` turns them into words. `None` means not known, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(str, Enum):
    """The official words for the status of a run, step, task or attempt."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Qualifier(str, Enum):
    """What a status alone hides. `None` in its place means nothing to add."""

    KILLED = "killed"  # failed, ended by the scheduler or a cascade: no verdict was written
    NO_HEARTBEAT = "no heartbeat"  # running, but silent for longer than the heartbeat threshold
    CAUGHT = "caught"  # completed, but @catch swallowed an exception
    CLONED = "cloned"  # completed, taken over from the origin run by resume


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with its evidence, as judged by `dashboard.status`."""

    status: Status
    qualifier: Qualifier | None
    reason: str  # the evidence in words, plain text, e.g. "no heartbeat for 4 m 10 s"
    started_at: int | None
    finished_at: int | None
    duration: int | None  # never negative
    final: bool = False  # no evidence that is still to come can change it


@dataclass(frozen=True, slots=True)
class Run:
    """One row of runs_v3, without its status."""

    flow: str
    number: int
    run_id: str | None  # only for runs of orchestrators (argo-…, sfn-…)
    user: str | None  # verified by the system tag `user:<name>`
    owner: str | None  # user_name as the client sent it
    created_at: int
    heartbeat_at: int | None
    tags: tuple[str, ...]
    system_tags: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id in pathspecs: run_id where there is one, else run_number."""
        return self.run_id or str(self.number)

    @property
    def key(self) -> tuple[str, int]:
        """The primary key: (flow, run_number)."""
        return (self.flow, self.number)

    @property
    def pathspec(self) -> str:
        """`flow/run`, as the Metaflow client takes it."""
        return f"{self.flow}/{self.id}"

    @property
    def project(self) -> str | None:
        """The @project name."""
        return self.system_tag("project")

    @property
    def branch(self) -> str | None:
        """The @project branch, e.g. `prod` or `user.ana`."""
        return self.system_tag("project_branch")

    def system_tag(self, name: str) -> str | None:
        """The value of the first system tag `name:value`."""
        prefix = name + ":"
        return next((tag[len(prefix) :] for tag in self.system_tags if tag.startswith(prefix)), None)


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A task or attempt that a sentence points to."""

    step: str
    task: str  # task_name where there is one, else task_id
    attempt: int | None = None
    at: int | None = None  # when it happened
    error: str | None = None  # "ValueError: Input X contains NaN", when known


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run with its verdict."""

    run: Run
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """Tasks of a run in numbers, and the one to look at first."""

    tasks: int  # registered so far, without `_parameters`
    done: int | None = None  # ended well; only while the run is running
    failed: int = 0
    first_failure: TaskRef | None = None
    caught: int = 0  # ended well only because @catch swallowed their exception
    first_caught: TaskRef | None = None


@dataclass(frozen=True, slots=True)
class StepSpan:
    """One step of a run: its tasks and when they ran."""

    step: str
    tasks: int
    done: int
    failed: tuple[int, ...]  # when tasks failed for good
    started_at: int  # first attempt, or registration where none is known
    ended_at: int | None  # newest sign; None: nothing has happened yet
    heartbeat_at: int | None

    @property
    def is_open(self) -> bool:
        """Whether some task has neither ended well nor failed for good."""
        return self.done + len(self.failed) < self.tasks
