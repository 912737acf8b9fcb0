"""Why attempts failed, in the words of their logs, as far as they can be read from here."""

from __future__ import annotations

from dashboard.data import locations
from dashboard.data.database import Database
from dashboard.datastore import last_error
from dashboard.models import Run, TaskRef
from dashboard.stores import Stores


def error_of(database: Database, stores: Stores, run: Run, task: TaskRef) -> str | None:
    """The error of this attempt, e.g. `ValueError: Input X contains NaN`; None when nothing tells."""
    location = database(locations.of_task, run.key, task)
    return last_error(stores(location), run.flow, run.id, task.step, task.task, task.attempt or 0)
