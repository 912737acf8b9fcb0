"""The artifacts of an attempt as its datastore has them, and how they differ from those before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.data import task_facts
from dashboard.data.task_facts import Home, Registered, TaskFacts
from dashboard.datastore import (
    Artifact,
    ArtifactRow,
    Change,
    Datastore,
    Impatient,
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
    """What an attempt made. `store` is None where it may not be read, `problem` says why what it holds is not known;
    `against` says with what the artifacts are compared. `quick` is the same store, for what the list can do without.
    """

    home: Home
    store: Datastore | None
    quick: Impatient | None
    found: tuple[Artifact, ...]
    changed: dict[str, Change]
    against: str
    locations: dict[str, str]
    problem: str
    privacy: Privacy

    def preview(self, one: Artifact) -> Preview:
        """The value in one line, or why there is none."""
        if self.privacy.hides(one.name):
            return Preview(None, "hidden")
        seen = artifact_preview(self.quick, self.home.flow, one.sha, one.encoding, one.size)
        return seen if seen.text is None else Preview(self.privacy.text(seen.text), seen.note)

    def get(self, name: str) -> Artifact | None:
        """The artifact of this name."""
        return next((one for one in self.found if one.name == name), None)


def made_by(
    services: Services,
    run: str,
    facts: TaskFacts,
    attempt: int,
    parent: tuple[str, str] | None = None,
    to_parent: bool = False,
) -> Made:
    """The artifacts of an attempt, compared with those before it; reads the datastore.

    They are compared with the attempt before; without one, or as `to_parent` wants, with the task (step, id) that led
    to this one.
    """
    if not services.stores.privacy.artifacts:
        raise Withheld("Artifacts are not shown on this dashboard.")
    home = services.database(task_facts.home, run, facts, attempt)
    store, quick = services.stores(home.location), services.stores.brief(home.location)
    rows = services.database(task_facts.artifact_rows, facts, attempt)
    found = _listed(quick, home, rows)
    problem = quick.problem if quick else ""
    changed: dict[str, Change] = {}
    against = ""
    for before, number, words in _before(services, facts, attempt, parent, to_parent):
        earlier = services.database(task_facts.home, run, before, number)
        where = quick if earlier.location == home.location else services.stores.brief(earlier.location)
        previous = _listed(where, earlier, services.database(task_facts.artifact_rows, before, number))
        if previous:
            changed, against = changes(previous, found), words
    locations = {row.name: row.location for row in rows}
    return Made(home, store, quick, tuple(found), changed, against, locations, problem, services.stores.privacy)


def _before(
    services: Services, facts: TaskFacts, attempt: int, parent: tuple[str, str] | None, to_parent: bool
) -> Iterator[tuple[TaskFacts, int, str]]:
    """Task, attempt and name of what an attempt is compared with; nothing where nothing came before."""
    numbers = [number for number in facts.attempts if number < attempt]
    if numbers and not (parent and to_parent):
        yield facts, numbers[-1], f"attempt {numbers[-1]}"
    elif parent and (led := services.database(task_facts.find, facts.key, *parent)):
        yield led, max(led.attempts, default=0), f"{parent[0]}/{parent[1]}"


def _listed(store: Datastore | None, home: Home, rows: list[Registered]) -> list[Artifact]:
    given = [ArtifactRow(row.name, row.sha, row.ds_type, row.location, row.content_type, home.attempt) for row in rows]
    return artifacts(store, home.flow, home.run, home.step, home.task, home.attempt, given)
