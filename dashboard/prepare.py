"""Makes a source ready to be read: demo data is built, a folder is indexed and followed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from dashboard import demo, local
from dashboard.data.database import Database
from dashboard.errors import BadSource
from dashboard.settings import Settings
from dashboard.source import Source, table_names
from dashboard.stores import privacy_of


def prepare(source: Source, settings: Settings, at_exit: ExitStack) -> Source:
    """The source with a database URL; what has to end is put on `at_exit`. Raises BadSource."""
    if source.is_demo:
        return _demo(source, settings, at_exit)
    return _local(source, source.folder, settings, at_exit) if source.folder else source


def open_database(source: Source, settings: Settings) -> Database:
    """The database of a prepared source; connects to nothing yet."""
    assert source.url is not None, "prepare() comes first"
    return Database(
        source.url,
        table_names(source, settings),
        settings.db_schema if source.kind == "postgresql" else None,
        statement_timeout=settings.statement_timeout,
        lock_timeout=settings.lock_timeout,
        connect_timeout=settings.connect_timeout,
        pool_size=settings.pool_size,
        slow_query=settings.slow_query,
        privacy=privacy_of(settings),
    )


def _demo(source: Source, settings: Settings, at_exit: ExitStack) -> Source:
    folder = settings.demo_folder
    if folder is None:
        made = tempfile.TemporaryDirectory(prefix="metaflow-dashboard-", ignore_cleanup_errors=True)
        folder = Path(at_exit.enter_context(made))
    try:
        database = demo.build(folder, settings.demo_runs, progress=sys.stderr.isatty())
    except OSError as error:
        raise BadSource(f"Demo data cannot be written to {folder}: {error.strerror or error}.") from None
    at_exit.callback(_end, demo.start_writer(database))
    label = f"demo data ({settings.demo_runs:,} runs)"
    return replace(source, url=URL.create("sqlite", database=str(database)), label=label)


def _local(source: Source, folder: Path, settings: Settings, at_exit: ExitStack) -> Source:
    database = local.cache_path(folder, settings.cache_dir)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        index = local.LocalIndex(folder, database, settings.local_liveness)
        at_exit.callback(index.stop)
        index.scan(progress=sys.stderr.isatty())
        index.start()
    except (OSError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise BadSource(
            f"{folder} cannot be indexed in {database.parent} ({reason}): see METAFLOW_DASHBOARD_CACHE_DIR."
        ) from None
    return replace(source, url=URL.create("sqlite", database=str(database)))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=5)  # also closes its pipes
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
