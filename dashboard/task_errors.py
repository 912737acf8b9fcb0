"""Why attempts failed, in the words of their logs, as far as they can be read from here."""

from __future__ import annotations

from dashboard.data import locations
from dashboard.data.database import Database
from dashboard.datastore import last_error, open_store
from dashboard.models import Run, TaskRef


def error_of(database: Database, run: Run, task: TaskRef) -> str | None:
    """The error of this attempt, e.g. `ValueError: Input X contains NaN`; None when nothing tells."""
    location = database(locations.of_task, run.key, task)
    store = open_store(location.ds_type, location.ds_root) if location else None
    return last_error(store, run.flow, run.id, task.step, task.task, task.attempt or 0)
