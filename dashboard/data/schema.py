"""The Metaflow service's six tables, as its migrations leave them (1 … 20260706000003).

Names and schema can be overridden as in the service (DB_TABLE_NAME_*, DB_SCHEMA_NAME). On SQLite the same tables hold
a `.metaflow` folder or the demo. JSON columns are JSONB on PostgreSQL and TEXT holding JSON on SQLite.
`ts_epoch` is milliseconds, `last_heartbeat_ts` seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, SmallInteger, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

Tags = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Name = String(255)
# SQLite numbers rows by itself only in a column that is INTEGER PRIMARY KEY.
Serial = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True, slots=True)
class TableNames:
    """Names of the six tables; the defaults are the service's."""

    flows: str = "flows_v3"
    runs: str = "runs_v3"
    steps: str = "steps_v3"
    tasks: str = "tasks_v3"
    metadata: str = "metadata_v3"
    artifacts: str = "artifact_v3"

    def __iter__(self) -> Iterator[str]:
        return (getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Tables:
    """The six tables bound to their names."""

    flows: Table
    runs: Table
    steps: Table
    tasks: Table
    metadata: Table
    artifacts: Table

    def __iter__(self) -> Iterator[Table]:
        return (getattr(self, field.name) for field in fields(self))


def _common() -> tuple[Column[Any], ...]:
    """The columns that all six have; a column belongs to one table, so they are made anew."""
    return (
        Column("user_name", Name),
        Column("ts_epoch", BigInteger, nullable=False),
        Column("tags", Tags),
        Column("system_tags", Tags),
    )


def tables(names: TableNames = TableNames(), schema: str | None = None) -> Tables:
    """Table objects for these names; `schema` None means the dialect's default."""
    meta = MetaData(schema=schema)
    return Tables(
        flows=Table(names.flows, meta, Column("flow_id", Name, primary_key=True), *_common()),
        runs=Table(
            names.runs,
            meta,
            Column("flow_id", Name, primary_key=True),
            Column("run_number", BigInteger, primary_key=True, autoincrement=False),
            *_common(),
            Column("run_id", Name),
            Column("last_heartbeat_ts", BigInteger),
            UniqueConstraint("flow_id", "run_id"),
        ),
        steps=Table(
            names.steps,
            meta,
            Column("flow_id", Name, primary_key=True),
            Column("run_number", BigInteger, primary_key=True, autoincrement=False),
            Column("step_name", Name, primary_key=True),
            *_common(),
            Column("run_id", Name),
            UniqueConstraint("flow_id", "run_id", "step_name"),
        ),
        tasks=Table(
            names.tasks,
            meta,
            Column("flow_id", Name, nullable=False),
            Column("run_number", BigInteger, nullable=False),
            Column("step_name", Name, nullable=False),
            Column("task_id", Serial, primary_key=True),
            *_common(),
            Column("run_id", Name),
            Column("task_name", Name),
            Column("last_heartbeat_ts", BigInteger),
            UniqueConstraint("flow_id", "run_number", "step_name", "task_name"),
        ),
        metadata=Table(
            names.metadata,
            meta,
            Column("flow_id", Name, nullable=False),
            Column("run_number", BigInteger, nullable=False),
            Column("step_name", Name, nullable=False),
            Column("task_id", BigInteger, nullable=False),
            Column("id", Serial, primary_key=True),
            Column("field_name", Name, nullable=False),
            Column("value", Text, nullable=False),
            Column("type", Name, nullable=False),
            *_common(),
            Column("run_id", Name),
            Column("task_name", Name),
        ),
        artifacts=Table(
            names.artifacts,
            meta,
            Column("flow_id", Name, primary_key=True),
            Column("run_number", BigInteger, primary_key=True, autoincrement=False),
            Column("step_name", Name, primary_key=True),
            Column("task_id", BigInteger, primary_key=True, autoincrement=False),
            Column("name", Name, primary_key=True),
            Column("location", Name, nullable=False),
            Column("ds_type", Name, nullable=False),
            Column("sha", Name),
            Column("type", Name),
            Column("content_type", Name),
            Column("attempt_id", SmallInteger, primary_key=True, autoincrement=False),
            *_common(),
            Column("run_id", Name),
            Column("task_name", Name),
        ),
    )
