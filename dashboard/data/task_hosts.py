"""Where tasks ran, as far as their metadata say: pod, batch job, instance."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, cast, select

from dashboard.data.database import Reader
from dashboard.data.metadata import plain
from dashboard.data.runs import Key, chunks

# The first of these that a task has.
FIELDS = ("kubernetes-pod-name", "aws-batch-job-id", "ec2-instance-id", "kubernetes-node-ip", "airflow-job-id")


def hosts(reader: Reader, key: Key, tasks: Sequence[tuple[str, int]]) -> dict[int, str]:
    """By task id; tasks are (step, id)."""
    m = reader.tables.metadata.c
    found: dict[int, tuple[int, int, str]] = {}
    for piece in chunks(tasks):
        keys = [(*key, *task) for task in piece]
        statement = (
            select(m.task_id, m.field_name, cast(m.value, Text), m.ts_epoch)
            .where(reader.dialect.one_of((m.flow_id, m.run_number, m.step_name, m.task_id), keys))
            .where(m.field_name.in_(FIELDS))
        )
        for row in reader.all("hosts of tasks", statement):
            best = (-FIELDS.index(row[1]), row[3], plain(row[2]))
            found[row[0]] = max(found.get(row[0], best), best)
    return {task: value for task, (_, _, value) in found.items()}
