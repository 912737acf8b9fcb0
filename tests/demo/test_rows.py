from __future__ import annotations

import json
import sqlite3
from collections import defaultdict


def test_tags_have_the_forms_of_the_service(rows: sqlite3.Connection) -> None:
    assert set(rows.execute("SELECT tags, system_tags FROM flows_v3")) == {("null", "null")}
    assert {tags for (tags,) in rows.execute("SELECT DISTINCT system_tags FROM metadata_v3")} == {"null"}
    for (text,) in rows.execute("SELECT system_tags FROM runs_v3"):
        kinds = {tag.partition(":")[0] for tag in json.loads(text)}
        assert kinds >= {"runtime", "python_version", "metaflow_version", "project", "project_branch"}
        assert len(kinds & {"user", "production"}) == 1


def test_ids_of_runs_are_written_as_the_service_does(rows: sqlite3.Connection) -> None:
    assert rows.execute("SELECT count(*) FROM steps_v3 WHERE run_id IS NULL").fetchone() == (0,)
    query = "SELECT count(*) FROM tasks_v3 WHERE (run_id IS NULL) <> (task_name IS NULL)"
    assert rows.execute(query).fetchone() == (0,)


def test_metadata_ids_ascend_in_time_and_carry_the_attempt(rows: sqlite3.Connection) -> None:
    times = [at for (at,) in rows.execute("SELECT ts_epoch FROM metadata_v3 ORDER BY id")]
    assert times == sorted(times)
    query = "SELECT DISTINCT tags FROM metadata_v3 WHERE type <> 'graph_structure'"
    assert {tags for (tags,) in rows.execute(query)} == {'["attempt_id:0"]', '["attempt_id:1"]'}


def test_fresh_runs_have_the_word_none_for_their_origin(rows: sqlite3.Connection) -> None:
    query = "SELECT count(*) FROM metadata_v3 WHERE field_name = 'origin-run-id' AND value = 'None'"
    assert rows.execute(query).fetchone()[0] > 1000


def test_an_attempt_writes_in_the_order_of_a_real_client(rows: sqlite3.Connection) -> None:
    seen: defaultdict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    fields = ("attempt", "ds-root", "attempt_ok", "attempt-done")
    query = "SELECT task_id, tags, field_name, ts_epoch FROM metadata_v3 WHERE step_name <> '_parameters'"
    for task, tags, field, at in rows.execute(query):
        if field in fields:
            seen[(task, tags)][field] = at
    artifacts = "SELECT task_id, attempt_id, min(ts_epoch) FROM artifact_v3 WHERE name = '_task_ok' GROUP BY 1, 2"
    for task, attempt, at in rows.execute(artifacts):
        seen[(task, f'["attempt_id:{attempt}"]')]["_task_ok"] = at
    complete = [times for times in seen.values() if "attempt_ok" in times and "ds-root" in times]
    assert len(complete) > 1000
    order = ("attempt", "ds-root", "attempt_ok", "attempt-done", "_task_ok")
    for times in complete:
        instants = [times[field] for field in order if field in times]
        assert instants == sorted(instants)


def test_a_killed_attempt_has_no_verdict_and_no_artifacts(rows: sqlite3.Connection) -> None:
    query = """
        SELECT count(*) FROM metadata_v3 m WHERE field_name = 'spot-termination-time' AND EXISTS (
            SELECT 1 FROM metadata_v3 o WHERE o.task_id = m.task_id AND o.tags = m.tags AND o.field_name = 'attempt_ok')
    """
    assert rows.execute(query).fetchone() == (0,)


def test_every_run_names_its_first_and_last_step(rows: sqlite3.Connection) -> None:
    query = "SELECT flow_id, value, tags FROM metadata_v3 WHERE field_name = 'end_step' AND step_name = '_parameters'"
    found = set(rows.execute(query))
    assert ("SyncLabels", "publish", "[]") in found
    assert ("EvalPrompts", "end", "[]") in found


def test_failed_and_caught_tasks_hold_their_exception(rows: sqlite3.Connection) -> None:
    query = """
        SELECT count(*) FROM metadata_v3 m WHERE field_name = 'attempt_ok' AND value = 'False' AND NOT EXISTS (
            SELECT 1 FROM artifact_v3 a WHERE a.task_id = m.task_id AND a.name = '_exception')
    """
    assert rows.execute(query).fetchone() == (0,)
    assert rows.execute("SELECT count(*) FROM artifact_v3 WHERE name = '_catch_exception'").fetchone()[0] > 2
