"""The artifacts of an attempt as its datastore has them, and how they differ from those before."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.data import task_facts
from dashboard.data.task_facts import Home, Registered, TaskFacts
from dashboard.datastore import (
    Artifact,
    ArtifactRow,
    Change,
    Datastore,
    Preview,
    Withheld,
    artifact_preview,
    artifacts,
    changes,
)
from dashboard.privacy import Privacy
from dashboard.services import Services


@dataclass(frozen=True, slots=True)
class Made:
    """What an attempt made. `store` is None where it cannot be read; `against` says with what it is compared."""

    home: Home
    store: Datastore | None
    found: tuple[Artifact, ...]
    changed: dict[str, Change]
    against: str
    locations: dict[str, str]
    privacy: Privacy

    def preview(self, one: Artifact) -> Preview:
        """The value in one line, or why there is none."""
        if self.privacy.hides(one.name):
            return Preview(None, "hidden")
        seen = artifact_preview(self.store, self.home.flow, one.sha, one.encoding, one.size)
        return seen if seen.text is None else Preview(self.privacy.text(seen.text), seen.note)

    def get(self, name: str) -> Artifact | None:
        """The artifact of this name."""
        return next((one for one in self.found if one.name == name), None)


def made_by(services: Services, run: str, facts: TaskFacts, attempt: int) -> Made:
    """The artifacts of an attempt, compared with those of the attempt before it; reads the datastore."""
    if not services.stores.privacy.artifacts:
        raise Withheld("Artifacts are not shown on this dashboard.")
    home = services.database(task_facts.home, run, facts, attempt)
    store = services.stores(home.location)
    rows = services.database(task_facts.artifact_rows, facts, attempt)
    found = _listed(store, home, rows)
    before = [number for number in facts.attempts if number < attempt]
    changed: dict[str, Change] = {}
    if before:
        earlier = services.database(task_facts.home, run, facts, before[-1])
        previous = _listed(store, earlier, services.database(task_facts.artifact_rows, facts, before[-1]))
        if previous:
            changed = changes(previous, found)
    against = f"attempt {before[-1]}" if changed else ""
    return Made(
        home, store, tuple(found), changed, against, {row.name: row.location for row in rows}, services.stores.privacy
    )


def _listed(store: Datastore | None, home: Home, rows: list[Registered]) -> list[Artifact]:
    given = [ArtifactRow(row.name, row.sha, row.ds_type, row.location, row.content_type, home.attempt) for row in rows]
    return artifacts(store, home.flow, home.run, home.step, home.task, home.attempt, given)
