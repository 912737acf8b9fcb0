"""Datastores as the settings allow them: the one place that makes `StoreOptions` of settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboard.data.locations import Location
from dashboard.datastore import Datastore, Impatient, Parameter, ShieldedStore, StoreOptions, open_store, parameters
from dashboard.models import Run
from dashboard.privacy import Privacy, patterns
from dashboard.settings import Settings

BRIEF = 3.0  # seconds


class Stores:
    """Opens the datastore that metadata name; None where there is none, or it must not or cannot be read."""

    def __init__(self, settings: Settings) -> None:
        self.privacy = privacy_of(settings)
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
        return self._open(location, self._options)

    def parameters(self, run: Run, location: Location | None, task: str, hashes: Mapping[str, str]) -> list[Parameter]:
        """The parameters and constants of a run, with the values that are shown."""
        found = parameters(self(location), run.flow, run.id, task, hashes)
        return found if self.privacy.is_open else [self._shown(one) for one in found]

    def _shown(self, one: Parameter) -> Parameter:
        if not self.privacy.artifacts or self.privacy.hides(one.name):
            return replace(one, value=None, note="hidden")
        return one if one.value is None else replace(one, value=self.privacy.text(one.value))

    def brief(self, location: Location | None) -> Impatient | None:
        """The store for what a page would wait for: it is asked for small files, and no more once it was silent."""
        store = self._open(location, replace(self._options, timeout=min(BRIEF, self._options.timeout)))
        return Impatient(store) if store else None

    def _open(self, location: Location | None, options: StoreOptions) -> Datastore | None:
        store = open_store(location.ds_type, location.ds_root, options) if location else None
        return store if store is None or self.privacy.is_open else ShieldedStore(store, self.privacy)

    def near(self, location: Location | None) -> Datastore | None:
        """The store if a read of it costs no journey, for pages that read many tasks one by one."""
        store = self(location)
        return store if store is not None and store.is_near else None


def privacy_of(settings: Settings) -> Privacy:
    """What the settings do not let be shown. Raises BadSetting."""
    return Privacy(
        names=settings.hide_names,
        texts=patterns(settings.hide_texts) if settings.hide_texts else None,
        logs=settings.show_logs,
        artifacts=settings.show_artifacts,
        cards=settings.show_cards,
    )
