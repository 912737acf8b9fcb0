"""The steps of one run as spans, grouped by the database: enough for a small timeline."""

from __future__ import annotations

from sqlalchemy import case, func, select

from dashboard.data.database import Reader
from dashboard.data.flags import is_true
from dashboard.data.runs import Key
from dashboard.data.task_counts import PARAMETERS
from dashboard.data.task_signs import failed_for_good
from dashboard.models import StepSpan


def step_spans(reader: Reader, key: Key) -> list[StepSpan]:
    """The run's steps in the order they began, without `_parameters`. Empty for an unknown run."""
    t, m = reader.tables.tasks.c, reader.tables.metadata.c
    tasks = reader.all(
        "tasks by step",
        select(t.step_name, func.count(), func.min(t.ts_epoch), func.max(t.last_heartbeat_ts))
        .where(t.flow_id == key[0], t.run_number == key[1], t.step_name != PARAMETERS)
        .group_by(t.step_name),
    )
    signs = reader.all(
        "signs by step",
        select(
            m.step_name,
            func.min(case((m.field_name == "attempt", m.ts_epoch))),
            func.max(m.ts_epoch),
            func.sum(case(((m.field_name == "attempt_ok") & is_true(m.value), 1), else_=0)),
        )
        .where(m.flow_id == key[0], m.run_number == key[1])
        .where(m.field_name.in_(("attempt", "attempt_ok", "attempt-done")))
        .group_by(m.step_name),
    )
    signs_of = {row[0]: row for row in signs}
    failed: dict[str, list[int]] = {}
    for ref in failed_for_good(reader, [key]).get(key, []):
        failed.setdefault(ref.step, []).append(ref.at or 0)
    spans = []
    for step, count, registered_at, beat in tasks:
        _, first, last, done = signs_of.get(step, (step, None, None, 0))
        spans.append(
            StepSpan(
                step=step,
                tasks=count,
                done=min(int(done), count),
                failed=tuple(failed.get(step, ())),
                started_at=first or registered_at,
                ended_at=last,
                heartbeat_at=None if beat is None else beat * 1000,
            )
        )
    return sorted(spans, key=lambda span: span.started_at)
