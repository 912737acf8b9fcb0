"""The rows and expected results that the cases are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dashboard.models import Qualifier, Status

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
COMPLETED, FAILED, RUNNING, PENDING, UNKNOWN = (
    Status.COMPLETED,
    Status.FAILED,
    Status.RUNNING,
    Status.PENDING,
    Status.UNKNOWN,
)


class Epoch(int):
    """An absolute instant; every other instant of this module is an offset to now."""


Span = tuple[int, int]  # start and end of a duration; an end of 0 is `now`, so a slow test only comes near it


@dataclass(frozen=True)
class RunRow:
    """A row of runs_v3."""

    created: int = -5 * SECOND
    heartbeat: int | None = None
    run_id: str | None = None
    user_name: str = "dipper"
    system_tags: tuple[str, ...] = ("run_system_tag",)


@dataclass(frozen=True)
class TaskRow:
    """A row of tasks_v3, and of steps_v3 when it is the first of its step."""

    step: str = "start"
    heartbeat: int | None = None
    created: int = -4900
    name: str | None = None


@dataclass(frozen=True)
class MetaRow:
    """A row of metadata_v3; `task` is an index into `Rows.tasks`, which also gives the step."""

    field: str
    value: str
    at: int
    tags: tuple[str, ...] = ()
    task: int = 0


@dataclass(frozen=True)
class ArtifactRow:
    """A row of artifact_v3; `value` is what lies in the datastore, None where it cannot be read."""

    attempt: int
    at: int
    name: str = "_task_ok"
    value: bool | None = None
    task: int = 0


@dataclass(frozen=True)
class Rows:
    """The rows of one run, in the order of insertion."""

    run: RunRow = field(default_factory=RunRow)
    tasks: tuple[TaskRow, ...] = ()
    metadata: tuple[MetaRow, ...] = ()
    artifacts: tuple[ArtifactRow, ...] = ()

    def plus(self, *rows: TaskRow | MetaRow | ArtifactRow) -> Rows:
        """These rows and more of them."""
        return replace(
            self,
            tasks=self.tasks + tuple(row for row in rows if isinstance(row, TaskRow)),
            metadata=self.metadata + tuple(row for row in rows if isinstance(row, MetaRow)),
            artifacts=self.artifacts + tuple(row for row in rows if isinstance(row, ArtifactRow)),
        )


@dataclass(frozen=True)
class Expected:
    """A result; `started` is of attempts only, `duration` is not looked at where the upstream test does not."""

    status: Status
    finished: int | None = None
    duration: Span | None = None
    started: int | None = None
    any_duration: bool = False


@dataclass(frozen=True)
class RunCase:
    """A run with its expected result. `official` None: the official query aborts."""

    id: str
    rows: Rows
    official: Expected | None
    ours: Expected | None = None
    why: str | None = None  # key in docs/status.md
    qualifier: Qualifier | None = None
    reason: str = ""  # part of our reason
    final: bool | None = None

    @property
    def expected(self) -> Expected:
        """What our rules say."""
        return _expected(self.ours, self.official)


@dataclass(frozen=True)
class AttemptCase:
    """The attempts of the first task of `rows`, by attempt (0 where there is no evidence of any)."""

    id: str
    rows: Rows
    official: Mapping[int, Expected | None]
    ours: Mapping[int, Expected] = field(default_factory=dict)
    why: str | None = None
    qualifiers: Mapping[int, Qualifier] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    run_over: bool = False

    def expected(self, attempt: int) -> Expected:
        """What our rules say about one attempt."""
        return _expected(self.ours.get(attempt), self.official[attempt])


@dataclass(frozen=True)
class StepCase:
    """A step (created with the run) with the duration that the official rules give; None: not given."""

    id: str
    rows: Rows
    step: str
    official: Span | None
    ours: Span | None = None
    why: str | None = None


def _expected(ours: Expected | None, official: Expected | None) -> Expected:
    found = ours or official
    assert found is not None, "a case without an official result needs one of ours"
    return found


def instant(value: int, now: int) -> int:
    """An instant of this module as epoch milliseconds."""
    return int(value) if isinstance(value, Epoch) else now + value


def duration(value: Span | None, now: int) -> int | None:
    """A duration of this module in milliseconds."""
    return None if value is None else instant(value[1], now) - instant(value[0], now)


def A(n: int, at: int, task: int = 0) -> MetaRow:  # noqa: N802 - the short names of the upstream cases
    """Metadata `attempt`: attempt n starts."""
    return MetaRow("attempt", str(n), at, (f"attempt_id:{n}",), task)


def D(n: int, at: int, task: int = 0) -> MetaRow:  # noqa: N802
    """Metadata `attempt-done`."""
    return MetaRow("attempt-done", str(n), at, (f"attempt_id:{n}",), task)


def OK(n: int, value: object, at: int, task: int = 0) -> MetaRow:  # noqa: N802
    """Metadata `attempt_ok`."""
    return MetaRow("attempt_ok", str(value), at, (f"attempt_id:{n}",), task)


ART: Callable[..., ArtifactRow] = ArtifactRow

RUN = -5 * SECOND  # when a run is created unless its row says otherwise
TASK = -4900
SOON = 5 * SECOND  # the fresh heartbeat of the upstream tests lies ahead of the clock
END = TaskRow("end")


def a_run(heartbeat: int | None = None, created: int = RUN, run_id: str | None = None) -> Rows:
    """The rows of a run without tasks."""
    return Rows(RunRow(created, heartbeat, run_id))
