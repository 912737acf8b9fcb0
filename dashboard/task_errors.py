"""Why attempts failed, in the words of their logs, as far as they can be read from here."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.data import locations
from dashboard.data.database import Database, Reader
from dashboard.datastore import last_error, open_store
from dashboard.models import Run, TaskRef

Attempts = Sequence[tuple[Run, TaskRef]]


def error_of(database: Database, run: Run, task: TaskRef) -> str | None:
    """The error of this attempt, e.g. `ValueError: Input X contains NaN`; None when nothing tells."""
    return errors_of(database, [(run, task)])[0]


def errors_of(database: Database, asked: Attempts) -> list[str | None]:
    """The errors of these attempts, one for each; the database is asked in one transaction."""
    found = database(_locations, asked) if asked else []
    errors: list[str | None] = []
    for (run, task), location in zip(asked, found, strict=True):
        store = open_store(location.ds_type, location.ds_root) if location else None
        errors.append(last_error(store, run.flow, run.id, task.step, task.task, task.attempt or 0))
    return errors


def _locations(reader: Reader, asked: Attempts) -> list[locations.Location | None]:
    return [locations.of_task(reader, run.key, task) for run, task in asked]
