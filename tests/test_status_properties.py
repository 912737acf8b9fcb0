"""What holds for the verdict on any evidence: durations, qualifiers, and that a final verdict stays."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

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
