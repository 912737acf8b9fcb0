"""Rules that turn evidence rows into a status with its reason. Pure: no SQL, no clock.

Sources: the Metaflow service's own SQL (runs, attempts, steps) and the differences listed in docs/status.md.
All instants and durations are milliseconds. `now` is the database's clock.
"""

from dashboard.status.attempt import judge_attempt
from dashboard.status.attempts import AttemptColumns, VerdictColumns, judge_attempts
from dashboard.status.evidence import (
    AttemptEvidence,
    EndSign,
    Limits,
    RunEvidence,
    StepSigns,
    TaskSigns,
    parse_flag,
)
from dashboard.status.run import judge_run
from dashboard.status.step import judge_step, step_duration
from dashboard.status.words import words

__all__ = [
    "AttemptColumns",
    "AttemptEvidence",
    "EndSign",
    "Limits",
    "RunEvidence",
    "StepSigns",
    "TaskSigns",
    "VerdictColumns",
    "judge_attempt",
    "judge_attempts",
    "judge_run",
    "judge_step",
    "parse_flag",
    "step_duration",
    "words",
]
