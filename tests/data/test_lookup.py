"""What is asked for while somebody types ends at an index of the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, create_engine

from dashboard.data import lookup, runs
from dashboard.data.database import Database
from tests.data.test_run_search import recorded
from tests.data.writing import Writer

KEY = ("HelloFlow", 12)
ASKED: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "a task by its id alone": (lookup.task_of_id, ("345",)),
    "a run by its number alone": (runs.with_id, ("12",)),
    "a run by its name alone": (runs.with_id, ("argo-x7k2p",)),
    "runs around a number": (runs.around, ("12",)),
    "runs by the beginning of a number": (lookup.runs_like, ("HelloFlow", "12", 8)),
    "runs by the beginning of a name": (lookup.runs_like, ("HelloFlow", "argo", 8)),
    "the newest run of flows": (lookup.newest_of_each, (["HelloFlow", "OtherFlow"],)),
    "steps": (lookup.step_names, (KEY,)),
    "tasks of a step": (lookup.tasks_like, (KEY, "start", "34", 8)),
    "whether a run is wide": (lookup.has_few_tasks, (KEY, 1_000)),
}


def test_no_statement_reads_a_whole_table(postgres_database: URL) -> None:
    engine = create_engine(postgres_database)
    writer = Writer(engine)
    writer.task(writer.run(*KEY, at=1), at=1, task_id=345)
    writer.flush()
    engine.dispose()
    database = Database(postgres_database)
    for name, (look, given) in ASKED.items():
        with recorded(database) as seen:
            database(look, *given)
        with database._engine.connect() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are too small for an index
            for statement, parameters in [one for one in seen if "FROM flows_v3" not in one[0]]:
                plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
                assert "Seq Scan" not in plan, (name, plan)
                assert "Index Cond" in plan, (name, plan)
    database.close()
