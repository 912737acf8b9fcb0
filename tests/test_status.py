"""The status rules against the official cases, our differences, and properties that hold for any evidence."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from dashboard.models import Qualifier, Status, TaskRef, Verdict
from dashboard.status import (
    AttemptEvidence,
    EndSign,
    Limits,
    RunEvidence,
    StepSigns,
    TaskSigns,
    judge_attempt,
    judge_run,
    judge_step,
    parse_flag,
    step_duration,
    words,
)
from tests import oracle
from tests.oracle import ATTEMPT_CASES, DAY, HOUR, MINUTE, RUN_CASES, SECOND, STEP_CASES, AttemptCase, RunCase, StepCase

NOW = 1_790_000_000_000
DOCS = Path(__file__).parent.parent / "docs" / "status.md"


def case_ids(case: RunCase | AttemptCase | StepCase) -> str:
    return case.id


def resolved(expected: oracle.Expected) -> tuple[Status, int | None, int | None]:
    finished = None if expected.finished is None else oracle.instant(expected.finished, NOW)
    return expected.status, finished, oracle.duration(expected.duration, NOW)


def times(verdict: Verdict) -> tuple[Status, int | None, int | None]:
    return verdict.status, verdict.finished_at, verdict.duration


def done(status: Status = Status.COMPLETED, qualifier: Qualifier | None = None, finished: int = NOW) -> Verdict:
    return Verdict(status, qualifier, "", NOW - HOUR, finished, finished - NOW + HOUR, final=True)


# --- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", RUN_CASES, ids=case_ids)
def test_run(case: RunCase) -> None:
    verdict = judge_run(oracle.run_evidence(case.rows, NOW), NOW)
    found, wanted = times(verdict), resolved(case.expected)
    assert found[: 2 if case.expected.any_duration else 3] == wanted[: 2 if case.expected.any_duration else 3]
    assert verdict.started_at == oracle.instant(case.rows.run.created, NOW)
    assert verdict.qualifier is case.qualifier
    assert case.reason in verdict.reason
    assert verdict.reason
    if case.final is not None:
        assert verdict.final is case.final


@pytest.mark.parametrize("case", ATTEMPT_CASES, ids=case_ids)
def test_attempts(case: AttemptCase) -> None:
    evidence = oracle.attempt_evidence(case.rows, NOW, run_over=case.run_over)
    assert [e.attempt or 0 for e in evidence] == list(case.official)
    for row in evidence:
        attempt = row.attempt or 0
        verdict, expected = judge_attempt(row, NOW), case.expected(attempt)
        assert times(verdict) == resolved(expected)
        assert verdict.started_at == (None if expected.started is None else oracle.instant(expected.started, NOW))
        assert verdict.qualifier is case.qualifiers.get(attempt)
        assert case.reasons.get(attempt, "") in verdict.reason
        assert verdict.reason


@pytest.mark.parametrize("case", STEP_CASES, ids=case_ids)
def test_step_duration(case: StepCase) -> None:
    created = oracle.instant(case.rows.run.created, NOW)
    found = step_duration(created, oracle.step_signs(case.rows, case.step, NOW), NOW)
    assert found == oracle.duration(case.ours or case.official, NOW)


@pytest.mark.parametrize("case", RUN_CASES, ids=case_ids)
def test_official_column_of_runs(case: RunCase) -> None:
    official = case.official
    if official is None:
        return
    found = oracle.official_run(oracle.run_evidence(case.rows, NOW, renamed=False), NOW)
    length = 2 if official.any_duration else 3
    assert found[:length] == resolved(official)[:length]


@pytest.mark.parametrize("case", ATTEMPT_CASES, ids=case_ids)
def test_official_column_of_attempts(case: AttemptCase) -> None:
    for row in oracle.attempt_evidence(case.rows, NOW):
        official = case.official[row.attempt or 0]
        if official is not None:
            assert oracle.official_attempt(row, NOW) == resolved(official)


def test_every_difference_is_explained_and_every_explanation_has_a_case() -> None:
    cases: tuple[RunCase | AttemptCase | StepCase, ...] = (*RUN_CASES, *ATTEMPT_CASES, *STEP_CASES)
    assert all(bool(case.ours) == bool(case.why) for case in cases)
    assert len({case.id for case in cases}) == len(cases)
    differences = DOCS.read_text(encoding="utf-8").split("## Differences")[1]
    explained = set(re.findall(r"^### ([a-z-]+)$", differences, flags=re.MULTILINE))
    assert {case.why for case in cases if case.why} == explained


# --- edges ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("silence", "status", "qualifier"),
    [
        (60 * SECOND, Status.RUNNING, None),
        (61 * SECOND, Status.RUNNING, Qualifier.NO_HEARTBEAT),
        (360 * SECOND, Status.RUNNING, Qualifier.NO_HEARTBEAT),
        (361 * SECOND, Status.FAILED, Qualifier.KILLED),
        (-360 * SECOND, Status.RUNNING, Qualifier.NO_HEARTBEAT),
        (-361 * SECOND, Status.FAILED, Qualifier.KILLED),
    ],
)
def test_limits_of_a_runs_heartbeat(silence: int, status: Status, qualifier: Qualifier | None) -> None:
    verdict = judge_run(RunEvidence(NOW - HOUR, NOW - silence), NOW)
    assert (verdict.status, verdict.qualifier) == (status, qualifier)


@pytest.mark.parametrize(("silence", "status"), [(30, Status.RUNNING), (31, Status.FAILED)])
def test_a_failed_task_ends_a_run_after_three_missed_beats(silence: int, status: Status) -> None:
    beat = NOW - silence * SECOND
    tasks = TaskSigns(failed=TaskRef("train", "7", 0, beat - SECOND), failed_count=1, beating_at=beat - SECOND)
    assert judge_run(RunEvidence(NOW - HOUR, beat, tasks=tasks), NOW).status is status


def test_open_attempts_without_heartbeats_keep_a_run_waiting() -> None:
    tasks = TaskSigns(failed=TaskRef("train", "7", 0, NOW - 90 * SECOND), failed_count=1, open_attempts=1)
    verdict = judge_run(RunEvidence(NOW - HOUR, NOW - 80 * SECOND, tasks=tasks), NOW)
    assert (verdict.status, verdict.qualifier) == (Status.RUNNING, Qualifier.NO_HEARTBEAT)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, " (and 1 more task)"), (3, " (and 2 more tasks)")])
def test_a_failure_names_the_task_its_error_and_how_many_more(count: int, more: str) -> None:
    failed = TaskRef("train", "7", 0, NOW - MINUTE, "ValueError: NaN")
    verdict = judge_run(RunEvidence(NOW - HOUR, tasks=TaskSigns(failed=failed, failed_count=count)), NOW)
    assert verdict.reason == f"train/7 failed for good (ValueError: NaN), no attempt after it{more}"


@pytest.mark.parametrize("at", [None, NOW - HOUR])
def test_a_failure_without_its_time_ends_with_the_heartbeat(at: int | None) -> None:
    tasks = TaskSigns(failed=TaskRef("train", "7", at=at), failed_count=1)
    assert judge_run(RunEvidence(NOW - DAY, NOW - 10 * MINUTE, tasks=tasks), NOW).finished_at == NOW - 10 * MINUTE


@pytest.mark.parametrize(
    ("heartbeat", "scheduler_beats", "ended", "final"),
    [
        (NOW - SECOND, True, NOW - 10 * MINUTE, False),
        (NOW - 7 * MINUTE, True, NOW - 10 * MINUTE, True),
        (NOW - 7 * MINUTE, False, NOW - 10 * MINUTE, False),
        (NOW - 2 * DAY, False, NOW - 2 * DAY, True),
        (None, True, NOW - 10 * MINUTE, False),
        (None, True, NOW - 2 * DAY, True),
    ],
)
def test_a_failed_end_step_is_final_once_nobody_can_retry(
    heartbeat: int | None, scheduler_beats: bool, ended: int, final: bool
) -> None:
    evidence = RunEvidence(NOW - 3 * DAY, heartbeat, EndSign(ended, False), scheduler_beats=scheduler_beats)
    verdict = judge_run(evidence, NOW)
    assert (verdict.status, verdict.qualifier, verdict.final) == (Status.FAILED, None, final)


def test_a_silent_retry_of_the_end_step_says_so() -> None:
    evidence = RunEvidence(NOW - HOUR, NOW - 250 * SECOND, EndSign(NOW - 300 * SECOND, False), NOW - 260 * SECOND)
    verdict = judge_run(evidence, NOW)
    assert (verdict.status, verdict.qualifier) == (Status.RUNNING, Qualifier.NO_HEARTBEAT)
    assert verdict.reason.endswith("attempt started 4 m 20 s ago; no heartbeat for 4 m 10 s")


def test_an_unreadable_verdict_of_a_client_without_heartbeats() -> None:
    young = judge_run(RunEvidence(NOW - 3 * DAY, end_ok=EndSign(NOW - HOUR, None)), NOW)
    old = judge_run(RunEvidence(NOW - 3 * DAY, end_ok=EndSign(NOW - 2 * DAY, None)), NOW)
    assert young.status is Status.RUNNING
    assert "neither true nor false" in young.reason
    assert (old.status, old.finished_at) == (Status.FAILED, NOW - 2 * DAY)
    assert "neither true nor false" in old.reason


@pytest.mark.parametrize(
    ("beat_after", "status"),
    [(None, Status.PENDING), (-2000, Status.PENDING), (2000, Status.PENDING), (2001, Status.RUNNING)],
)
def test_only_a_heartbeat_after_the_registration_means_that_a_task_runs(beat_after: int | None, status: Status) -> None:
    created = NOW - 10 * SECOND
    beat = None if beat_after is None else created + beat_after
    assert judge_attempt(AttemptEvidence(created, beat), NOW).status is status


@pytest.mark.parametrize(("silence", "status"), [(60, Status.RUNNING), (61, Status.FAILED), (-61, Status.FAILED)])
def test_limits_of_a_tasks_heartbeat(silence: int, status: Status) -> None:
    evidence = AttemptEvidence(NOW - HOUR, NOW - silence * SECOND, 0, NOW - HOUR)
    assert judge_attempt(evidence, NOW).status is status


def test_the_task_ok_artifact_refines_an_unknown_attempt() -> None:
    evidence = AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, task_ok_at=NOW - MINUTE, task_ok=True)
    verdict = judge_attempt(evidence, NOW)
    assert (verdict.status, verdict.reason) == (Status.COMPLETED, "_task_ok True")


@pytest.mark.parametrize(
    ("evidence", "final"),
    [
        (AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, NOW - SECOND, ok=True), False),
        (AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, NOW - 2 * MINUTE, ok=True), True),
        (AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, NOW - 2 * MINUTE, ok=False), False),
        (AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, NOW - 2 * MINUTE, ok=False, run_over=True), True),
        (AttemptEvidence(NOW - HOUR, None, 0, NOW - HOUR, NOW - 2 * MINUTE, False, next_started_at=NOW), True),
        (AttemptEvidence(NOW - 3 * DAY, None, 0, None, NOW - 2 * DAY, ok=False), True),
        (AttemptEvidence(NOW - 3 * DAY, None, 0, None, NOW - 2 * DAY), False),
    ],
)
def test_an_attempt_is_final_once_its_last_row_is_there(evidence: AttemptEvidence, final: bool) -> None:
    assert judge_attempt(evidence, NOW).final is final


@pytest.mark.parametrize(("age", "over"), [(DAY, False), (DAY + 1, True)])
def test_nothing_is_waited_for_longer_than_a_day(age: int, over: bool) -> None:
    at, started = NOW - age, NOW - 3 * DAY
    failed = TaskSigns(failed=TaskRef("train", "7", 0, at), failed_count=1, last_activity_at=at)
    runs = [
        RunEvidence(at),
        RunEvidence(started, at),
        RunEvidence(started, at, tasks=replace(failed, last_activity_at=None)),
        RunEvidence(started, tasks=failed),
        RunEvidence(started, None, EndSign(at, False)),
        RunEvidence(started, None, EndSign(started, False), at),
    ]
    attempts = [
        AttemptEvidence(at),
        AttemptEvidence(started, None, 0, at),
        AttemptEvidence(started, at, 0, started),
        AttemptEvidence(started, None, 0, started, next_started_at=at),
        AttemptEvidence(started, None, 0, started, at, ok=False),
    ]
    assert [judge_run(evidence, NOW).final for evidence in runs] == [over] * len(runs)
    assert [judge_attempt(evidence, NOW).final for evidence in attempts] == [over] * len(attempts)
    assert judge_step(at, [], NOW).final is over
    assert step_duration(at, StepSigns(), NOW) == (None if over else age)


def test_limits_can_be_set() -> None:
    limits = Limits(heartbeat=10 * SECOND, run_inactive=20 * SECOND, old=HOUR)
    assert judge_run(RunEvidence(NOW - HOUR, NOW - 15 * SECOND), NOW, limits).qualifier is Qualifier.NO_HEARTBEAT
    assert judge_run(RunEvidence(NOW - HOUR, NOW - 25 * SECOND), NOW, limits).status is Status.FAILED
    assert judge_run(RunEvidence(NOW - 2 * HOUR), NOW, limits).reason.endswith("for more than 1 h")


# --- steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "status", "reason"),
    [
        ("completed", "completed", "1 task: 1 completed"),
        ("completed completed failed", "failed", "3 tasks: 1 failed, 2 completed"),
        ("completed running failed", "running", "3 tasks: 1 running, 1 failed, 1 completed"),
        ("completed pending", "running", "2 tasks: 1 pending, 1 completed"),
        ("pending pending", "pending", "2 tasks: 2 pending"),
        ("completed unknown", "unknown", "2 tasks: 1 unknown, 1 completed"),
        ("failed unknown", "failed", "2 tasks: 1 failed, 1 unknown"),
    ],
)
def test_a_step_has_the_status_of_its_tasks(statuses: str, status: str, reason: str) -> None:
    verdict = judge_step(NOW - HOUR, [done(Status(word)) for word in statuses.split()], NOW)
    assert (verdict.status.value, verdict.reason) == (status, reason)
    assert (verdict.finished_at is None) == (status in ("running", "pending"))


@pytest.mark.parametrize(
    ("attempts", "qualifier"),
    [
        ([done(Status.FAILED, Qualifier.KILLED), done()], Qualifier.KILLED),
        ([done(Status.FAILED, Qualifier.KILLED), done(Status.FAILED)], None),
        ([done(qualifier=Qualifier.CLONED), done(qualifier=Qualifier.CLONED)], Qualifier.CLONED),
        ([done(qualifier=Qualifier.CLONED), done()], None),
        ([done(qualifier=Qualifier.CAUGHT), done()], Qualifier.CAUGHT),
        ([done(Status.RUNNING)], None),
    ],
)
def test_the_qualifier_of_a_step(attempts: list[Verdict], qualifier: Qualifier | None) -> None:
    assert judge_step(NOW - HOUR, attempts, NOW).qualifier is qualifier


def test_a_step_without_tasks() -> None:
    waiting = judge_step(NOW - MINUTE, [], NOW)
    assert (waiting.status, waiting.duration) == (Status.PENDING, MINUTE)
    over = judge_step(NOW - MINUTE, [], NOW, run_over=True)
    assert (over.status, over.reason) == (Status.FAILED, "no task was registered before the run ended")
    old = judge_step(NOW - 2 * DAY, [], NOW)
    assert (old.status, old.qualifier, old.final) == (Status.FAILED, Qualifier.KILLED, True)


def test_a_steps_times_come_from_its_tasks_unless_signs_are_given() -> None:
    running = Verdict(Status.RUNNING, None, "", NOW - MINUTE, None, 50 * SECOND)
    assert judge_step(NOW - HOUR, [done(finished=NOW - MINUTE), running], NOW).duration == HOUR - 10 * SECOND
    assert judge_step(NOW - HOUR, [running], NOW, signs=StepSigns(done_at=NOW)).duration == HOUR
    both = judge_step(NOW - HOUR, [done(finished=NOW - MINUTE), done(finished=NOW - SECOND)], NOW)
    assert (both.finished_at, both.duration) == (NOW - SECOND, HOUR - SECOND)
    late = replace(running, duration=55 * SECOND)
    assert judge_step(NOW - HOUR, [running, late], NOW).duration == HOUR - 5 * SECOND


def test_a_step_is_final_only_in_a_run_that_is_over() -> None:
    assert not judge_step(NOW - HOUR, [done()], NOW).final
    assert judge_step(NOW - HOUR, [done()], NOW, run_over=True).final
    assert not judge_step(NOW - HOUR, [replace(done(), final=False)], NOW, run_over=True).final


# --- values and words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [True, "True", "true", " TRUE ", "t", "yes", "y", "on", "1", 1, '"True"', ["True"]])
def test_true_in_every_writing(value: object) -> None:
    assert parse_flag(value) is True


@pytest.mark.parametrize("value", [False, "False", "false", "f", "F", "no", "off", "0", 0, '"False"', [False]])
def test_false_in_every_writing(value: object) -> None:
    assert parse_flag(value) is False


@pytest.mark.parametrize("value", [None, "", "None", "maybe", "null", 2, [], {}, "[true]"])
def test_neither_true_nor_false(value: object) -> None:
    assert parse_flag(value) is None


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (-5, "0 s"),
        (999, "0 s"),
        (8 * SECOND, "8 s"),
        (MINUTE, "1 m"),
        (250 * SECOND, "4 m 10 s"),
        (2 * HOUR + 8 * MINUTE + 9 * SECOND, "2 h 8 m"),
        (HOUR + 5 * SECOND, "1 h"),
        (3 * DAY + 4 * HOUR, "3 d 4 h"),
        (121 * DAY, "121 d"),
    ],
)
def test_words(ms: int, text: str) -> None:
    assert words(ms) == text


def test_the_limits_are_the_services_defaults() -> None:
    values = {field.name: getattr(Limits(), field.name) for field in fields(Limits)}
    assert (values["heartbeat"], values["run_inactive"], values["old"]) == (60_000, 360_000, 86_400_000)
