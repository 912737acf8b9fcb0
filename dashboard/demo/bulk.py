"""Fills PostgreSQL or SQLite with very many runs for benchmarks, in minutes.

Runs come from a few fixed shapes (5.4 tasks and 9.9 rows of metadata each on average, see `templates`); finished runs
with a very wide foreach and three running runs (one wide) come from the simulator with all their rows.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, make_url
from tqdm import tqdm

from dashboard.data.embedded import open_for_writing
from dashboard.demo import service_tables
from dashboard.demo.build import INDICES
from dashboard.demo.flows import BY_NAME
from dashboard.demo.population import FLOW_NAMES, Population, population
from dashboard.demo.rows import COLUMNS, METADATA_TS, Rows, Values
from dashboard.demo.simulate import Run, Simulator
from dashboard.demo.templates import columns
from dashboard.errors import BadInput

CHUNK = 10_000  # runs
WORKERS = 2  # processes that make and copy rows; connections that make indices
ROOT = "/srv/metaflow/.metaflow"
WIDE_FLOW = "TrainChurnModel"
RUNNING = (
    (WIDE_FLOW, 0.6),
    ("EvalPrompts", 0.5),
    ("RankerTraining", 0.5),
)  # flow, share that is over; the first is wide


@dataclass(frozen=True, slots=True)
class Order:
    """What to fill in. `wide`: tasks of more, finished runs; `running`: the width of the running one.

    `level` and `jsonb_value` as in `service_tables`; `now` in ms.
    """

    url: str
    runs: int
    wide: tuple[int, ...] = ()
    running: int = 0
    days: int = 365
    seed: int = 7
    level: str = service_tables.LATEST
    jsonb_value: bool = False
    now: int = 0
    until: int = 0  # ms, when the last run of a fixed shape is over; before the simulated ones


def fill(order: Order, progress: bool = True) -> None:
    """Create the service's tables and fill them. Raises BadInput unless the tables are missing."""
    order = order if order.now else replace(order, now=int(time.time() * 1000))
    special = sorted(_special(order), key=lambda run: run.created)
    order = replace(order, until=special[0].created - 60_000)
    if make_url(order.url).get_backend_name() == "sqlite":
        _fill_sqlite(order, special, progress)
    else:
        _fill_postgresql(order, special, progress)


def _population(order: Order) -> Population:
    return population(order.runs, order.days, order.seed, order.until)


def _chunks(order: Order) -> list[tuple[int, int]]:
    return [(start, min(start + CHUNK, order.runs)) for start in range(0, order.runs, CHUNK)]


def _fill_postgresql(order: Order, special: list[Run], progress: bool) -> None:
    engine = create_engine(order.url)
    try:
        _fill_tables(engine, order, special, progress)
    finally:
        engine.dispose()


def _fill_tables(engine: Engine, order: Order, special: list[Run], progress: bool) -> None:
    if set(inspect(engine).get_table_names()) & set(COLUMNS):
        raise BadInput("The database already holds the service's tables; the generator only fills an empty one.")
    with engine.begin() as connection:
        for statement in service_tables.tables(order.jsonb_value):
            connection.exec_driver_sql(statement)
    _copy(engine, "flows_v3", _flow_lines(order.now, order.days))
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), initializer=_start_worker, initargs=(order,)) as workers:
        copied = [workers.submit(_copy_chunk, *chunk) for chunk in _chunks(order)]
        with tqdm(total=order.runs, desc="rows", unit="run", disable=not progress) as bar:
            for done in as_completed(copied):
                bar.update(done.result())
    for table, rows in _special_rows(order, special, _population(order)).items():
        if table == "metadata_v3" and order.jsonb_value:
            rows = [(*row[:6], json.dumps(row[6]), *row[7:]) for row in rows]
        _copy_rows(engine, table, rows)
    _finish(engine, order, progress)


_worker: dict[str, Any] = {}


def _start_worker(order: Order) -> None:
    engine = create_engine(order.url, connect_args={"options": "-c synchronous_commit=off"})
    _worker.update(order=order, engine=engine, population=_population(order))


def _copy_chunk(start: int, stop: int) -> int:
    """Copy the runs `start` … `stop - 1`; gives their number."""
    quote = '"' if _worker["order"].jsonb_value else ""
    for table, text in _collected(_worker["population"], start, stop, quote).items():
        _copy(_worker["engine"], table, text)
    return stop - start


def _collected(people: Population, start: int, stop: int, quote: str) -> dict[str, str]:
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for table, text in people.lines(start, stop, quote):
        parts[table].append(text)
    return {table: "".join(texts) for table, texts in parts.items()}


def _copy(engine: Engine, table: str, text: str) -> None:
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns(table))}) FROM STDIN") as copy:
            copy.write(text)
        driver.commit()


def _copy_rows(engine: Engine, table: str, rows: list[Values]) -> None:
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns(table))}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        driver.commit()


def _finish(engine: Engine, order: Order, progress: bool) -> None:
    """Keys and indices (metadata beside all others), foreign keys, sequences, statistics."""
    statements = [*service_tables.KEYS, *service_tables.indices(order.level)]
    groups = ([s for s in statements if " metadata_v3 " in s], [s for s in statements if " metadata_v3 " not in s])
    last = (
        *service_tables.FOREIGN_KEYS,
        "SELECT setval('runs_v3_run_number_seq', (SELECT max(run_number) FROM runs_v3))",
        "SELECT setval('tasks_v3_task_id_seq', (SELECT max(task_id) FROM tasks_v3))",
        "SELECT setval('metadata_v3_id_seq', (SELECT max(id) FROM metadata_v3))",
        "ANALYZE",
    )
    with tqdm(total=len(statements) + len(last), desc="indices", disable=not progress) as bar:

        def run(group: list[str] | tuple[str, ...]) -> None:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
                for statement in group:
                    connection.exec_driver_sql(statement)
                    bar.update()

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(run, groups))
        run(last)


def _flow_lines(now: int, days: int) -> str:
    first = now - days * 86_400_000 - 2_000_000
    names = dict.fromkeys((*FLOW_NAMES, *(name for name, _ in RUNNING)))
    return "".join(f"{name}\t\\N\t{first + n}\tnull\tnull\n" for n, name in enumerate(names))


def _special(order: Order) -> Iterator[Run]:
    """The wide finished runs and the running ones."""
    for index, wide in enumerate(order.wide):
        yield _simulated(f"wide {index}", WIDE_FLOW, order.now, wide, 1.0, order.seed)
    for index, (name, done) in enumerate(RUNNING):
        yield _simulated(f"running {index}", name, order.now, 0 if index else order.running, done, order.seed)


def _simulated(key: str, name: str, now: int, wide: int, done: float, seed: int) -> Run:
    flow = BY_NAME[name]
    run = Run(flow, 0, flow.variants[0], now, now, {p.name: p.values[0] for p in flow.parameters}, ["bulk"], "2.19.39")
    Simulator(run, random.Random(f"{key}/{seed}"), None, wide).simulate()
    took = run.ended - now
    run.created, run.tasks = now - int(took * done) - (600_000 if done == 1.0 else 0), []
    return Simulator(run, random.Random(f"{key}/{seed}"), None, wide).simulate()


def _special_rows(order: Order, special: list[Run], people: Population) -> dict[str, list[Values]]:
    """All rows of the special runs, with ids after those of the others; what is still to come is left out."""
    found: defaultdict[str, list[Values]] = defaultdict(list)
    metadata: list[Values] = []
    task_id = people.last_task
    for number, run in enumerate(special, order.runs + 1):
        run.number = number
        made = Rows(run, ROOT)
        found["runs_v3"].append(made.run_row(order.now))
        steps: set[str] = set()
        for task in run.tasks:
            if task.created > order.now:
                break
            task_id += 1
            task.id = task_id
            if task.step.name not in steps:
                steps.add(task.step.name)
                found["steps_v3"].append(made.step_row(task.step.name, task.created))
            found["tasks_v3"].append(made.task_row(task, order.now))
            metadata += [row for row in made.metadata(task) if row[METADATA_TS] <= order.now]
            found["artifact_v3"] += [row for at, row in made.artifacts(task) if at <= order.now]
    metadata.sort(key=lambda row: row[METADATA_TS])
    found["metadata_v3"] = [(*row[:4], people.last_row + n, *row[4:]) for n, row in enumerate(metadata, 1)]
    return found


def _fill_sqlite(order: Order, special: list[Run], progress: bool) -> None:
    path = Path(make_url(order.url).database or "")
    if path.exists() and path.stat().st_size:
        raise BadInput(f"{path} already exists; the generator only fills a new file.")
    engine = open_for_writing(path)
    people = _population(order)
    with engine.begin() as connection:
        for index in INDICES:
            connection.exec_driver_sql(f"DROP INDEX {index}")
        cursor: Any = connection.connection.cursor()

        def insert(table: str, rows: Iterator[Values]) -> None:
            names = columns(table)
            marks = ", ".join("?" * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608

        insert("flows_v3", _parsed(_flow_lines(order.now, order.days)))
        for start, stop in tqdm(_chunks(order), "rows", unit="chunk", disable=not progress):
            for table, text in _collected(people, start, stop, "").items():
                insert(table, _parsed(text))
        for table, rows in _special_rows(order, special, people).items():
            insert(table, iter(rows))
    engine.dispose()
    engine = open_for_writing(path)  # makes the indices again
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _parsed(text: str) -> Iterator[Values]:
    """Lines of COPY as tuples; SQLite's columns make numbers of them."""
    for line in text.splitlines():
        yield tuple(None if value == "\\N" else value for value in line.split("\t"))
