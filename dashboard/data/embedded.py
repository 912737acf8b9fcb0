"""An embedded SQLite database with the service's six tables, for a `.metaflow` folder or the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text

from dashboard.data.schema import tables

# The pages' questions: newest runs, newest runs of a flow, tasks of a run, metadata of a task's field. An index on
# metadata (flow_id, run_number, ts_epoch) is left out on purpose: SQLite then prefers it for per-task look-ups and
# reads the whole run.
INDICES = (
    "CREATE INDEX IF NOT EXISTS runs_ts ON runs_v3 (ts_epoch DESC, run_number DESC)",
    "CREATE INDEX IF NOT EXISTS runs_flow_ts ON runs_v3 (flow_id, ts_epoch DESC, run_number DESC)",
    "CREATE INDEX IF NOT EXISTS tasks_run ON tasks_v3 (flow_id, run_number, step_name, task_id)",
    "CREATE INDEX IF NOT EXISTS metadata_akey ON metadata_v3 (flow_id, run_number, step_name, task_id, field_name)",
)


def open_for_writing(path: Path) -> Engine:
    """The database at `path`, made with its tables and indices when missing. One process writes, many read (WAL)."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=5000")

    schema = tables()
    schema.runs.metadata.create_all(engine)
    with engine.begin() as connection:
        for statement in INDICES:
            connection.execute(text(statement))
    return engine
