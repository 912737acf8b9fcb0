"""Status cases as data: rows, the result of the official rules, and ours where it differs on purpose.

The ids R*, T*, S*, ST* are cases of the Metaflow service's own tests; X* are added. Every instant is in milliseconds
relative to `now`, except an `Epoch`, which is absolute. Heartbeats are whole seconds, as the service stores them.
The same rows can be inserted into a database (`instant` resolves them) or folded into evidence for the pure rules.
"""

from tests.oracle.attempts import ATTEMPT_CASES
from tests.oracle.evidence import attempt_evidence, run_evidence, step_signs, task_signs
from tests.oracle.official import official_attempt, official_run
from tests.oracle.rows import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    ArtifactRow,
    AttemptCase,
    Epoch,
    Expected,
    MetaRow,
    Rows,
    RunCase,
    RunRow,
    Span,
    StepCase,
    TaskRow,
    duration,
    instant,
)
from tests.oracle.runs import RUN_CASES
from tests.oracle.steps import STEP_CASES

__all__ = [
    "ATTEMPT_CASES",
    "RUN_CASES",
    "STEP_CASES",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "ArtifactRow",
    "AttemptCase",
    "Epoch",
    "Expected",
    "MetaRow",
    "Rows",
    "RunCase",
    "RunRow",
    "Span",
    "StepCase",
    "TaskRow",
    "attempt_evidence",
    "duration",
    "instant",
    "official_attempt",
    "official_run",
    "run_evidence",
    "step_signs",
    "task_signs",
]
