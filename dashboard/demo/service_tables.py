"""The tables of a real Metaflow service in PostgreSQL, as its migrations leave them: for benchmarks and tests.

Keys and indices come apart from the tables, so that they can be made after the rows. `level` is the newest migration
that counts: a deployment may stop before the indices of 2026.
"""

from __future__ import annotations

from sqlalchemy import Engine

LATEST = "latest"
BEFORE_2026 = "20230118020300"
LEVELS = (BEFORE_2026, "20260615000000", "20260706000000", LATEST)

_COMMON = "user_name varchar(255), ts_epoch bigint NOT NULL, tags jsonb, system_tags jsonb"
_RUN = "flow_id varchar(255) NOT NULL, run_number {number} NOT NULL"
_STEP = _RUN.format(number="bigint") + ", step_name varchar(255) NOT NULL"

KEYS = (
    "ALTER TABLE flows_v3 ADD PRIMARY KEY (flow_id)",
    "ALTER TABLE runs_v3 ADD PRIMARY KEY (flow_id, run_number)",
    "ALTER TABLE runs_v3 ADD CONSTRAINT runs_v3_flow_id_run_id_key UNIQUE (flow_id, run_id)",
    "ALTER TABLE steps_v3 ADD PRIMARY KEY (flow_id, run_number, step_name)",
    "ALTER TABLE steps_v3 ADD CONSTRAINT steps_v3_flow_id_run_id_step_name_key UNIQUE (flow_id, run_id, step_name)",
    "ALTER TABLE tasks_v3 ADD PRIMARY KEY (task_id)",
    (
        "ALTER TABLE tasks_v3 ADD CONSTRAINT tasks_v3_flow_id_run_number_step_name_task_name_key "
        "UNIQUE (flow_id, run_number, step_name, task_name)"
    ),
    "ALTER TABLE metadata_v3 ADD PRIMARY KEY (id, flow_id, run_number, step_name, task_id, field_name)",
    "ALTER TABLE artifact_v3 ADD PRIMARY KEY (flow_id, run_number, step_name, task_id, attempt_id, name)",
)
FOREIGN_KEYS = (
    "ALTER TABLE runs_v3 ADD FOREIGN KEY (flow_id) REFERENCES flows_v3 (flow_id)",
    "ALTER TABLE steps_v3 ADD FOREIGN KEY (flow_id, run_number) REFERENCES runs_v3 (flow_id, run_number)",
    (
        "ALTER TABLE tasks_v3 ADD FOREIGN KEY (flow_id, run_number, step_name) "
        "REFERENCES steps_v3 (flow_id, run_number, step_name)"
    ),
)
_INDICES = (
    # version, name, table, columns
    ("20201002000616", "metadata_v3_akey", "metadata_v3", "(flow_id, run_number, step_name, task_id, field_name)"),
    ("20210202145952", "runs_v3_idx_ts_epoch", "runs_v3", "(ts_epoch)"),
    ("20210202145952", "runs_v3_idx_gin_tags_combined", "runs_v3", "USING gin ((tags || system_tags))"),
    ("20210202145952", "runs_v3_idx_flow_id_asc_ts_epoch_desc", "runs_v3", "(flow_id ASC, ts_epoch DESC)"),
    ("20210202145952", "runs_v3_idx_user_asc_ts_epoch_desc", "runs_v3",
     "((CASE WHEN system_tags ? ('user:' || user_name) THEN user_name ELSE NULL END) ASC, ts_epoch DESC)"),
    ("20220503175500", "runs_v3_idx_epoch_ts_desc", "runs_v3", "(ts_epoch DESC)"),
    ("20230118020300", "runs_v3_idx_str_ids_primary_key_v2", "runs_v3", "(flow_id, run_id)"),
    ("20230118020300", "steps_v3_idx_str_ids_primary_key_v2", "steps_v3", "(flow_id, run_id, step_name)"),
    ("20230118020300", "tasks_v3_idx_flow_id_run_id_step_name_task_name_v2", "tasks_v3",
     "(flow_id, run_id, step_name, task_name)"),
    ("20230118020300", "metadata_v3_idx_str_ids_a_key", "metadata_v3",
     "(flow_id, run_id, step_name, task_name, field_name)"),
    ("20230118020300", "metadata_v3_idx_str_ids_a_key_with_task_id", "metadata_v3",
     "(flow_id, run_id, step_name, task_id, field_name)"),
    ("20230118020300", "artifact_v3_idx_str_ids_primary_key_v2", "artifact_v3",
     "(flow_id, run_id, step_name, task_name, attempt_id, name)"),
    ("20230118020300", "artifact_v3_idx_str_ids_primary_key_with_task_id", "artifact_v3",
     "(flow_id, run_id, step_name, task_id, attempt_id, name)"),
    ("20260615000000", "runs_v3_idx_flow_ts_runnum_desc", "runs_v3", "(flow_id, ts_epoch DESC, run_number DESC)"),
    ("20260706000000", "artifact_v3_idx_latest_attempt", "artifact_v3",
     "(flow_id, run_number, task_id, name, ts_epoch DESC)"),
    ("20260706000001", "flows_v3_idx_ts_flow_desc", "flows_v3", "(ts_epoch DESC, flow_id DESC)"),
    ("20260706000002", "tasks_v3_idx_flow_run_step_ts_task_desc", "tasks_v3",
     "(flow_id, run_number, step_name, ts_epoch DESC, task_id DESC)"),
    ("20260706000003", "metadata_v3_idx_flow_run_ts_id_desc", "metadata_v3",
     "(flow_id, run_number, ts_epoch DESC, id DESC)"),
)  # fmt: skip


def create(engine: Engine, level: str = LATEST, jsonb_value: bool = False) -> None:
    """Create the six empty tables with keys, foreign keys and indices."""
    with engine.begin() as connection:
        for statement in (*tables(jsonb_value), *KEYS, *FOREIGN_KEYS, *indices(level)):
            connection.exec_driver_sql(statement)


def tables(jsonb_value: bool = False) -> list[str]:
    """CREATE TABLE for the six tables, without keys; `jsonb_value` as in deployments whose metadata holds JSON."""
    value = "jsonb" if jsonb_value else "text"
    names = "run_id varchar(255), task_name varchar(255)"
    task = f"{_STEP}, task_id bigint NOT NULL"
    field = f"id bigserial NOT NULL, field_name varchar(255) NOT NULL, value {value} NOT NULL"
    saved = "location varchar(255) NOT NULL, ds_type varchar(255) NOT NULL, sha varchar(255), type varchar(255)"
    columns = {
        "flows_v3": f"flow_id varchar(255) NOT NULL, {_COMMON}",
        "runs_v3": f"{_RUN.format(number='serial')}, {_COMMON}, run_id varchar(255), last_heartbeat_ts bigint",
        "steps_v3": f"{_STEP}, {_COMMON}, run_id varchar(255)",
        "tasks_v3": f"{_STEP}, task_id bigserial NOT NULL, {_COMMON}, {names}, last_heartbeat_ts bigint",
        "metadata_v3": f"{task}, {field}, type varchar(255) NOT NULL, {_COMMON}, {names}",
        "artifact_v3": f"{task}, name varchar(255) NOT NULL, {saved}, content_type varchar(255), "
        f"attempt_id smallint NOT NULL, {_COMMON}, {names}",
    }
    return [f"CREATE TABLE {table} ({definition})" for table, definition in columns.items()]


def indices(level: str = LATEST) -> list[str]:
    """CREATE INDEX for all migrations up to `level`."""
    return [
        f"CREATE INDEX {name} ON {table} {columns}"
        for version, name, table, columns in _INDICES
        if level == LATEST or version <= level
    ]
