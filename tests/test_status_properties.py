"""What holds for the verdict on any evidence: durations, qualifiers, and that a final verdict stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dashboard.models import Qualifier, Status, TaskRef, Verdict
from dashboard.status import (
    AttemptEvidence,
    EndSign,
    RunEvidence,
    TaskSigns,
    judge_attempt,
    judge_run,
    judge_step,
)
from dashboard.status.attempts import ABSENT, NO_ATTEMPT, QUALIFIERS, STATUSES, AttemptColumns, judge_attempts
from tests.oracle import DAY

NOW = 1_790_000_000_000
MANY = settings(max_examples=500, deadline=None, database=None, derandomize=True)
INSTANTS = st.integers(min_value=-3 * DAY, max_value=DAY).map(lambda offset: NOW + offset)
MAYBE = st.none() | INSTANTS
FLAGS = st.sampled_from((None, True, False))
RUNS = st.builds(
    RunEvidence,
    created_at=INSTANTS,
    heartbeat_at=MAYBE,
    end_ok=st.none() | st.builds(EndSign, INSTANTS, FLAGS),
    end_attempt_at=MAYBE,
    tasks=st.none()
    | st.builds(
        TaskSigns,
        last_activity_at=MAYBE,
        failed=st.none() | st.builds(TaskRef, st.just("train"), st.just("7"), st.just(0), MAYBE),
        failed_count=st.integers(0, 3),
        open_attempts=st.integers(0, 2),
        beating_at=MAYBE,
    ),
    caught=st.booleans(),
    scheduler_beats=st.booleans(),
)
ATTEMPTS = st.builds(
    AttemptEvidence,
    task_created_at=INSTANTS,
    task_heartbeat_at=MAYBE,
    attempt=st.none() | st.integers(0, 5),
    started_at=MAYBE,
    done_at=MAYBE,
    ok=FLAGS,
    task_ok_at=MAYBE,
    task_ok=FLAGS,
    next_started_at=MAYBE,
    cloned=st.booleans(),
    caught=st.booleans(),
    run_over=st.booleans(),
)
LATER = st.integers(min_value=0, max_value=5 * DAY)
QUALIFIED = {
    Qualifier.KILLED: Status.FAILED,
    Qualifier.NO_HEARTBEAT: Status.RUNNING,
    Qualifier.CAUGHT: Status.COMPLETED,
    Qualifier.CLONED: Status.COMPLETED,
}


def check_sound(verdict: Verdict) -> None:
    assert verdict.status in set(Status)
    assert verdict.duration is None or verdict.duration >= 0
    assert verdict.reason
    assert verdict.qualifier is None or QUALIFIED[verdict.qualifier] is verdict.status
    if verdict.status in (Status.RUNNING, Status.PENDING):
        assert verdict.finished_at is None
        assert not verdict.final


@MANY
@given(evidence=RUNS, later=LATER)
def test_any_run_gets_a_sound_verdict_and_a_final_one_stays(evidence: RunEvidence, later: int) -> None:
    verdict = judge_run(evidence, NOW)
    check_sound(verdict)
    assert verdict.status in (Status.RUNNING, Status.COMPLETED, Status.FAILED)
    if verdict.final:
        assert judge_run(evidence, NOW + later) == verdict


@MANY
@given(evidence=ATTEMPTS, later=LATER)
def test_any_attempt_gets_a_sound_verdict_and_a_final_one_stays(evidence: AttemptEvidence, later: int) -> None:
    verdict = judge_attempt(evidence, NOW)
    check_sound(verdict)
    if verdict.final:
        assert judge_attempt(evidence, NOW + later) == verdict


@MANY
@given(created=INSTANTS, tasks=st.lists(ATTEMPTS, max_size=4), later=LATER)
def test_any_step_gets_a_sound_verdict_and_a_final_one_stays(
    created: int, tasks: list[AttemptEvidence], later: int
) -> None:
    def judged(now: int) -> Verdict:
        return judge_step(created, [judge_attempt(task, now) for task in tasks], now, run_over=True)

    verdict = judged(NOW)
    check_sound(verdict)
    if verdict.final:
        assert judged(NOW + later) == verdict


@MANY
@given(evidence=RUNS)
def test_after_the_longest_limit_nothing_runs(evidence: RunEvidence) -> None:
    verdict = judge_run(evidence, NOW + 5 * DAY)
    assert verdict.status in (Status.COMPLETED, Status.FAILED)
    assert verdict.final


def columns(evidence: list[AttemptEvidence]) -> AttemptColumns:
    """The same evidence as columns."""

    def instants(name: str) -> NDArray[np.int64]:
        found = (getattr(one, name) for one in evidence)
        return np.array([ABSENT if at is None else at for at in found], np.int64)

    def flags(name: str) -> NDArray[np.int8]:
        found = (getattr(one, name) for one in evidence)
        return np.array([-1 if flag is None else int(flag) for flag in found], np.int8)

    return AttemptColumns(
        instants("task_created_at"),
        instants("task_heartbeat_at"),
        np.array([NO_ATTEMPT if one.attempt is None else one.attempt for one in evidence], np.int16),
        instants("started_at"),
        instants("done_at"),
        flags("ok"),
        instants("task_ok_at"),
        flags("task_ok"),
        instants("next_started_at"),
        flags("cloned") == 1,
        flags("caught") == 1,
    )


@MANY
@given(evidence=st.lists(ATTEMPTS, max_size=8), run_over=st.booleans())
def test_all_attempts_at_once_get_the_verdicts_that_each_would_get(
    evidence: list[AttemptEvidence], run_over: bool
) -> None:
    evidence = [replace(one, run_over=run_over) for one in evidence]
    found = judge_attempts(columns(evidence), NOW, run_over=run_over)
    for row, one in enumerate(evidence):
        verdict = judge_attempt(one, NOW)
        expected = (verdict.status, verdict.qualifier, verdict.finished_at, verdict.duration, verdict.final)
        times = [None if at == ABSENT else int(at) for at in (found.finished[row], found.duration[row])]
        seen = (STATUSES[found.status[row]], QUALIFIERS[found.qualifier[row]], *times, bool(found.final[row]))
        assert seen == expected, one
