"""What runs, steps and attempts are judged by, and the constants of the rules. No SQL, no clock."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.models import TaskRef

TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
FALSE = frozenset({"false", "f", "no", "n", "off", "0"})


@dataclass(frozen=True, slots=True)
class Limits:
    """The constants of the rules, in milliseconds. Settings of the same names as the service's override them."""

    heartbeat: int = 60_000  # HEARTBEAT_THRESHOLD (s): a task is silent
    run_inactive: int = 360_000  # RUN_INACTIVE_CUTOFF_TIME (s): a run is given up
    old: int = 86_400_000  # OLD_RUN_FAILURE_CUTOFF_TIME (ms): nothing is waited for any longer
    stopped: int = 30_000  # three missed beats: with a task failed for good, the run is over
    registered: int = 2_000  # a heartbeat this close to the task's creation was set by its registration


@dataclass(frozen=True, slots=True)
class EndSign:
    """The newest `attempt_ok` of the run's end step."""

    at: int
    ok: bool | None  # None: the value is neither true nor false


@dataclass(frozen=True, slots=True)
class TaskSigns:
    """What the tasks of a run say, gathered only where the end step does not decide."""

    last_activity_at: int | None = None  # newest row of any task or its metadata
    failed: TaskRef | None = None  # first task whose last attempt wrote attempt_ok=False and has no later attempt
    failed_count: int = 0
    open_attempts: int = 0  # started, no closing evidence
    beating_at: int | None = None  # newest heartbeat of any task


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """All that a run is judged by."""

    created_at: int
    heartbeat_at: int | None = None
    end_ok: EndSign | None = None
    end_attempt_at: int | None = None  # newest `attempt` of the end step
    tasks: TaskSigns | None = None  # None: not looked at
    caught: bool = False  # some task's exception was swallowed by @catch
    scheduler_beats: bool = True  # False: an orchestrator's run, whose heartbeat is only that of its tasks


@dataclass(frozen=True, slots=True)
class AttemptEvidence:
    """All that one attempt of a task is judged by (one row per attempt; attempt None: no evidence at all)."""

    task_created_at: int
    task_heartbeat_at: int | None = None
    attempt: int | None = None
    started_at: int | None = None  # metadata `attempt`
    done_at: int | None = None  # newest of `attempt-done`, `attempt_ok`
    ok: bool | None = None  # `attempt_ok`
    task_ok_at: int | None = None  # artifact `_task_ok`
    task_ok: bool | None = None  # its value, where it could be read
    next_started_at: int | None = None  # start of attempt + 1
    cloned: bool = False  # metadata `origin-task-id`
    caught: bool = False
    run_over: bool = False  # the run has ended: what has not started will not


@dataclass(frozen=True, slots=True)
class StepSigns:
    """The newest signs of any task or attempt of a step."""

    task_ok_at: int | None = None  # artifact `_task_ok`
    done_at: int | None = None  # metadata `attempt-done` or `attempt_ok`
    heartbeat_at: int | None = None


def parse_flag(value: object) -> bool | None:
    """`attempt_ok` as written by any client, TEXT or JSONB: True, "True", "true", "t", "1", '"True"' …; else None."""
    if isinstance(value, (list, tuple)):  # the service reads the first element of a JSON array
        return parse_flag(value[0]) if value else None
    word = str(value).strip().strip('"').strip().lower()
    return True if word in TRUE else False if word in FALSE else None
