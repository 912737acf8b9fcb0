"""Why attempts failed, in the words of their logs, as far as they can be read from here."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.data import locations
from dashboard.data.database import Database, Reader
from dashboard.datastore import last_error
from dashboard.models import Run, TaskRef
from dashboard.stores import Stores

Attempts = Sequence[tuple[Run, TaskRef]]


def error_of(database: Database, stores: Stores, run: Run, task: TaskRef) -> str | None:
    """The error of this attempt, e.g. `ValueError: Input X contains NaN`; None when nothing tells."""
    return errors_of(database, stores, [(run, task)], near=False)[0]


def errors_of(database: Database, stores: Stores, asked: Attempts, near: bool = True) -> list[str | None]:
    """The errors of these attempts, one for each; `near` reads no log that costs a journey. One transaction asks."""
    found = database(_locations, asked) if asked else []
    errors: list[str | None] = []
    for (run, task), location in zip(asked, found, strict=True):
        store = stores.near(location) if near else stores(location)
        errors.append(last_error(store, run.flow, run.id, task.step, task.task, task.attempt or 0))
    return errors


def _locations(reader: Reader, asked: Attempts) -> list[locations.Location | None]:
    return [locations.of_task(reader, run.key, task) for run, task in asked]
