"""Runs for the benchmarks as lines of text: a few fixed shapes, filled in by `%` (some 10 µs for a whole run).

Lines are PostgreSQL's COPY text, columns as in `COLUMNS` (metadata with its id). Lean on purpose: `attempt` and
`attempt_ok` of each task, `end_step`, one parameter, and `_task_ok` of the last task.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.demo.rows import COLUMNS

NULL = "\\N"
TRUE_SHA, ALPHA_SHA = "868436778cb011a1c6230bc12534683ab0b7f1c3", "68cf2a0a9f73a5883fcbe867cb277a6ec8637603"


@dataclass(frozen=True, slots=True)
class Shape:
    """A run's tasks in order as (step, share of the duration at start, at end, values of attempt_ok)."""

    name: str
    weight: float
    tasks: tuple[tuple[str, float, float, tuple[str | None, ...]], ...]
    argo: bool = False
    end: str = "end"

    @property
    def steps(self) -> dict[str, float]:
        """Steps with the share of the duration at which each begins."""
        return {"_parameters": 0.0} | {step: start for step, start, _, _ in reversed(self.tasks)}

    @property
    def metadata_rows(self) -> int:
        """Rows of metadata of one run."""
        return 1 + sum(1 + (ok is not None) for *_, oks in self.tasks for ok in oks)


def _task(step: str, start: float, end: float, *oks: str | None) -> tuple[str, float, float, tuple[str | None, ...]]:
    return step, start, end, oks or ("True",)


def _fan(count: int) -> tuple[tuple[str, float, float, tuple[str | None, ...]], ...]:
    fan = [_task("fit", 0.1 + 0.02 * n / count, 0.6 + 0.3 * (n * 7 % count) / count) for n in range(count)]
    return (_task("start", 0, 0.1), *fan, _task("join", 0.92, 0.96), _task("end", 0.97, 1))


_SHORT = (_task("start", 0, 0.6), _task("end", 0.7, 1))
_TRAIN = (_task("start", 0, 0.1), _task("train", 0.12, 0.9), _task("end", 0.95, 1))

SHAPES = (
    Shape("short", 0.25, _SHORT),
    Shape("train", 0.25, _TRAIN),
    Shape("fan of 4", 0.25, _fan(4)),
    Shape("fan of 8", 0.10, _fan(8)),
    Shape("failed after a retry", 0.08, (_task("start", 0, 0.1), _task("train", 0.12, 1, "False", "False"))),
    Shape("killed", 0.04, (_task("start", 0, 0.1), _task("train", 0.12, 1, None))),
    Shape("renamed end", 0.01, (_task("start", 0, 0.5), _task("publish", 0.6, 1)), end="publish"),
    Shape("argo", 0.02, _TRAIN, argo=True),
)


def lines(
    shape: Shape,
    flow: str,
    number: int,
    user: str,
    tags: str,
    system_tags: str,
    at: int,
    took: int,
    task: int,
    row: int,
    quote: str = "",
) -> Iterator[tuple[str, str]]:
    """Table and lines of one run; `task` and `row` are its first task id and metadata id, `at` and `took` are ms.

    `quote` stands around values of metadata: '"' where that column is JSONB.
    """
    run_id = f"argo-{flow.lower()}-{number:x}" if shape.argo else NULL
    step_run_id = run_id if shape.argo else str(number)
    common = f"{user}\t%d\t{tags}\t{system_tags}\t{run_id}"
    run, end = f"{flow}\t{number}", at + took
    yield "runs_v3", f"{run}\t{user}\t{at}\t{tags}\t{system_tags}\t{run_id}\t{end // 1000}\n"
    yield (
        "steps_v3",
        "".join(
            f"{run}\t{step}\t{user}\t{at + int(took * share)}\t{tags}\t{system_tags}\t{step_run_id}\n"
            for step, share in shape.steps.items()
        ),
    )
    tail = f"\tnull\t{run_id}\t"
    made = [_task_line(run, "_parameters", task, common % at, shape.argo, at)]
    name = f"t-{task}" if shape.argo else NULL
    about = f"graph_structure\t{user}\t{at}\t[]{tail}{name}\n"
    facts = [f"{run}\t_parameters\t{task}\t{row}\tend_step\t{quote}{shape.end}{quote}\t{about}"]
    saved = [_artifact(run, "_parameters", task, "alpha", ALPHA_SHA, 0, at, user, tags, system_tags, run_id, name)]
    for step, start, stop, oks in shape.tasks:
        task += 1
        name = f"t-{task}" if shape.argo else NULL
        begun, each = at + int(took * start), int(took * (stop - start)) // len(oks)
        made.append(_task_line(run, step, task, common % begun, shape.argo, at + int(took * stop)))
        key = f"{run}\t{step}\t{task}"
        for attempt, ok in enumerate(oks):
            about = f'["attempt_id:{attempt}"]{tail}{name}\n'
            first, last = f"{user}\t{begun + attempt * each}", f"{user}\t{begun + (attempt + 1) * each}"
            row += 1
            facts.append(f"{key}\t{row}\tattempt\t{quote}{attempt}{quote}\tattempt\t{first}\t{about}")
            if ok:
                row += 1
                kind = "internal_attempt_status"
                facts.append(f"{key}\t{row}\tattempt_ok\t{quote}{ok}{quote}\t{kind}\t{last}\t{about}")
    if step == shape.end:
        saved.append(_artifact(run, step, task, "_task_ok", TRUE_SHA, 0, end, user, tags, system_tags, run_id, name))
    yield "tasks_v3", "".join(made)
    yield "metadata_v3", "".join(facts)
    yield "artifact_v3", "".join(saved)


def _task_line(run: str, step: str, task: int, common: str, argo: bool, beat: int) -> str:
    return f"{run}\t{step}\t{task}\t{common}\t{f't-{task}' if argo else NULL}\t{beat // 1000}\n"


def _artifact(
    run: str, step: str, task: int, name: str, sha: str, attempt: int, at: int, user: str, tags: str, system_tags: str,
    run_id: str, task_name: str,
) -> str:  # fmt: skip
    head = f"{run}\t{step}\t{task}\t{name}\t:root:s3://bucket/metaflow\ts3\t{sha}\tmetaflow.artifact\tpickle-v4"
    return f"{head}\t{user}\t{attempt}\t{at}\t{tags}\t{system_tags}\t{run_id}\t{task_name}\n"


def columns(table: str) -> list[str]:
    """Columns of the lines: as in `COLUMNS`, metadata with its id after the task's."""
    names = COLUMNS[table].split()
    if table == "metadata_v3":
        names.insert(names.index("task_id") + 1, "id")
    return names
