"""Reads an index as the tests need it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def rows(database: Path, sql: str, *values: object) -> list[dict[str, Any]]:
    """Rows as dictionaries, through a connection of its own, as a reader would."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values)]


def metadata(database: Path, flow: str, field: str) -> list[dict[str, Any]]:
    """Metadata of one field in all runs of a flow, in order of id."""
    sql = "SELECT * FROM metadata_v3 WHERE flow_id = ? AND field_name = ? ORDER BY id"
    return rows(database, sql, flow, field)


def everything(database: Path) -> dict[str, Any]:
    """The index in the form in which tests/local/client.py prints the client's view."""
    flows: dict[str, Any] = {row["flow_id"]: {} for row in rows(database, "SELECT flow_id FROM flows_v3")}
    runs: dict[tuple[str, int], Any] = {}
    for row in rows(database, "SELECT * FROM runs_v3"):
        run: dict[str, Any] = {"user": row["user_name"], "steps": {}}
        run |= {name: sorted(json.loads(row[name])) for name in ("tags", "system_tags")}
        runs[row["flow_id"], row["run_number"]] = run
        flows[row["flow_id"]][row["run_id"] or str(row["run_number"])] = run
    for row in rows(database, "SELECT * FROM steps_v3"):
        runs[row["flow_id"], row["run_number"]]["steps"][row["step_name"]] = {}
    tasks: dict[int, Any] = {}
    for row in rows(database, "SELECT * FROM tasks_v3"):
        tasks[row["task_id"]] = {"artifacts": set(), "metadata": []}
        runs[row["flow_id"], row["run_number"]]["steps"][row["step_name"]][row["task_name"]] = tasks[row["task_id"]]
    for row in rows(database, "SELECT * FROM metadata_v3"):
        tasks[row["task_id"]]["metadata"].append(row)
    for row in rows(database, "SELECT * FROM artifact_v3"):
        tasks[row["task_id"]]["artifacts"].add((row["attempt_id"], row["name"]))
    return flows
