"""The artifacts of an attempt as its datastore has them, and how they differ from those before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.data import task_facts
from dashboard.data.task_facts import Home, Registered, TaskFacts
from dashboard.datastore import Artifact, ArtifactRow, Change, Datastore, Unreadable, artifacts, changes
from dashboard.datastore.artifacts import DATA_LIMIT
from dashboard.services import Services


@dataclass(frozen=True, slots=True)
class Made:
    """What an attempt made. `store` is None where it may not be read, `problem` says why what it holds is not known;
    `against` says with what the artifacts are compared.
    """

    home: Home
    store: Datastore | None
    found: tuple[Artifact, ...]
    changed: dict[str, Change]
    against: str
    locations: dict[str, str]
    problem: str = ""

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
    home = services.database(task_facts.home, run, facts, attempt)
    store = services.stores(home.location)
    rows = services.database(task_facts.artifact_rows, facts, attempt)
    found = _listed(store, home, rows)
    changed: dict[str, Change] = {}
    against = ""
    for before, number, words in _before(services, facts, attempt, parent, to_parent):
        earlier = services.database(task_facts.home, run, before, number)
        where = services.stores(earlier.location)
        previous = _listed(where, earlier, services.database(task_facts.artifact_rows, before, number))
        if previous:
            changed, against = changes(previous, found), words
    locations = {row.name: row.location for row in rows}
    is_told = any(one.type for one in found)
    return Made(home, store, tuple(found), changed, against, locations, "" if is_told else _problem(store, home))


def _problem(store: Datastore | None, home: Home) -> str:
    """Why types and sizes cannot be read; empty where the attempt has written none."""
    try:
        if store:
            store.read(home.flow, home.run, home.step, home.task, home.attempt, "data.json", DATA_LIMIT)
    except Unreadable as problem:
        return str(problem)
    return ""


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
