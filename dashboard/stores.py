"""Datastores as the settings allow them: the one place that makes `StoreOptions` of settings."""

from __future__ import annotations

from dataclasses import replace

from dashboard.data.locations import Location
from dashboard.datastore import Datastore, Impatient, StoreOptions, open_store
from dashboard.settings import Settings

BRIEF = 3.0  # seconds


class Stores:
    """Opens the datastore that metadata name; None where there is none, or it must not or cannot be read."""

    def __init__(self, settings: Settings) -> None:
        self._options = StoreOptions(
            moved=settings.datastore_map,
            allowed=settings.datastore_roots,
            timeout=settings.datastore_timeout,
            reads=settings.datastore_reads,
            s3_endpoint=settings.s3_endpoint,
            azure_endpoint=settings.azure_endpoint,
        )

    def __call__(self, location: Location | None) -> Datastore | None:
        """The store in this place, in a cloud or near."""
        return open_store(location.ds_type, location.ds_root, self._options) if location else None

    def brief(self, location: Location | None) -> Impatient | None:
        """The store for what a page would wait for: it is asked for small files, and no more once it was silent."""
        options = replace(self._options, timeout=min(BRIEF, self._options.timeout))
        store = open_store(location.ds_type, location.ds_root, options) if location else None
        return Impatient(store) if store else None

    def near(self, location: Location | None) -> Datastore | None:
        """The store if a read of it costs no journey, for pages that read many tasks one by one."""
        store = self(location)
        return store if store is not None and store.is_near else None
