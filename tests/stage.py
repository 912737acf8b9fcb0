"""Runs for the tests of the run page: a database, a datastore of its own, and what the dashboard makes of both."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from dashboard.data.database import Database
from dashboard.data.runs import Key
from dashboard.demo.blobs import blob
from dashboard.run_details import RunDetails
from dashboard.run_state.view import RunView
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source
from tests.data.writing import Writer, hash_of
from tests.oracle import SECOND

# Names as users and programs write them.
HOSTILE = (
    "<script>alert(1)</script>",
    "say \"hi\" & 'bye'",
    "100%_\\ %41",
    "ünï☃ a;b,c",
    "=1+1",
    "a&b=c#d?e",
    "<img src=x onerror=alert(1)>",
)


def graph_of(steps: str, **about: Any) -> dict[str, Any]:
    """`_graph_info` of `start>work work:foreach>join join:join>end end:end`; `about` is said of the flow or its steps.

    A value of `about` under the name of a step is added to that step.
    """
    found: dict[str, Any] = {}
    for line in steps.split():
        head, _, following = line.partition(">")
        name, _, kind = head.partition(":")
        long = {"foreach": "split-foreach", "switch": "split-switch", "split": "split-static"}.get(kind, kind)
        found[name] = {
            "name": name,
            "type": long or ("start" if name == "start" else "linear"),
            "next": following.split(",") if following else [],
            "decorators": [],
            **about.pop(name, {}),
        }
    return {"start_step": "start", "end_step": "end", "steps": found, "parameters": [], **about}


def decorated(name: str, **attributes: Any) -> dict[str, Any]:
    """What a step with this decorator has in the graph."""
    return {"decorators": [{"name": name, "attributes": attributes}]}


def lines_of(drawn: Any) -> str:
    """All text of components in the order in which it is read."""
    return " ".join(" ".join(texts(drawn)).split())


def texts(drawn: Any) -> Iterator[str]:
    """The pieces of text of components."""
    for one in elements(drawn):
        if isinstance(one, str):
            yield one


def hrefs(drawn: Any) -> list[str]:
    """The links of components."""
    return [one["props"]["href"] for one in elements(drawn) if isinstance(one, dict) and "href" in one["props"]]


def elements(drawn: Any) -> Iterator[dict[str, Any] | str]:
    """Components as plain JSON, and texts, in the order in which they are read."""
    if drawn is None:
        return
    if isinstance(drawn, list | tuple):
        for one in drawn:
            yield from elements(one)
    elif isinstance(drawn, dict) or hasattr(drawn, "to_plotly_json"):
        plain: dict[str, Any] = drawn if isinstance(drawn, dict) else drawn.to_plotly_json()
        yield plain
        yield from elements(plain["props"].get("children"))
    else:
        yield str(drawn)


@dataclass
class Stage:
    """A writer, the dashboard's door to what it wrote, and a folder for artifacts. `now` is the database's clock."""

    writer: Writer
    database: Database
    root: Path
    now: int
    settings: Settings = field(default_factory=Settings)

    def services(self) -> Services:
        """New ones, so that nothing is remembered."""
        self.writer.flush()
        return make_services(self.database, Source("sqlite", "a test"), self.settings)

    def commit(self) -> None:
        """Write what was collected, for all services to see at once."""
        self.writer.flush()
        self.database.health(fresh_for=0)

    def view(self, key: Key) -> RunView:
        found = self.services().run_states(key)
        assert found is not None
        return found

    def details(self, key: Key) -> RunDetails:
        services = self.services()
        view = services.run_states(key)
        assert view is not None
        return services.details(view)

    def parameters(self, key: Key, at: int, **values: object) -> int:
        """The `_parameters` task with these artifacts, kept in the folder; its id."""
        task = self.writer.task(key, "_parameters", at=at)
        for name, value in values.items():
            self.writer.artifact(key, "_parameters", task, name, self.keep(key[0], value), at, location=self.place)
        return task

    @property
    def place(self) -> str:
        """How artifacts name the folder."""
        return f":root:{self.root}"

    def keep(self, flow: str, value: object) -> str:
        """Put a value into the folder; its hash."""
        return self.keep_bytes(flow, blob(value).data)

    def keep_bytes(self, flow: str, data: bytes) -> str:
        """Put an artifact into the folder as it is; its hash."""
        sha = hashlib.sha1(data).hexdigest()
        path = self.root / flow / "data" / sha[:2] / sha
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data))
        return sha

    def tasks(
        self, key: Key, step: str, oks: Sequence[object], at: int, lasted: int = SECOND, stacks: Mapping[int, str] = {}
    ) -> list[int]:
        """Tasks registered and started at `at`, one for each of `oks`: True, False, or None for one that goes on."""
        made = []
        for place, ok in enumerate(oks):
            task = self.writer.task(key, step, at=at, heartbeat=None if ok is not None else self.now)
            self.writer.attempt(key, step, task, 0, at, ok, at + lasted)
            if place in stacks:
                self.writer.metadatum(key, step, task, "foreach-stack", stacks[place], at, ("attempt_id:0",))
            made.append(task)
        return made

    def step(self, key: Key, step: str, at: int) -> None:
        """A step that was registered, and no task of it was."""
        self.writer.flush()
        steps = self.writer.tables.steps
        with self.writer.engine.begin() as connection:
            row = {"flow_id": key[0], "run_number": key[1], "run_id": str(key[1]), "step_name": step, "ts_epoch": at}
            connection.execute(insert(steps).values(row))

    def caught(self, key: Key, step: str, task: int, at: int) -> None:
        """What says that an exception of the task's first attempt was swallowed."""
        for name, value in (("_success", False), ("_task_ok", True)):
            self.writer.artifact(key, step, task, name, hash_of(value), at)

    def silence(self, task: int, since: int) -> None:
        """The heartbeat of a task stopped then."""
        self.writer.flush()
        tasks = self.writer.tables.tasks
        with self.writer.engine.begin() as connection:
            mine = update(tasks).where(tasks.c.task_id == task)
            connection.execute(mine.values(last_heartbeat_ts=since // SECOND))

    def failure(self, key: Key, step: str, task: int, error: str, attempt: int = 0) -> None:
        """What a failed attempt leaves: where its datastore is, and the log with the error."""
        at = self.now - SECOND
        for name, value in (("ds-type", "local"), ("ds-root", str(self.root))):
            self.writer.metadatum(key, step, task, name, value, at, (f"attempt_id:{attempt}",))
        folder = self.root / key[0] / str(key[1]) / step / str(task)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{attempt}.task_stderr.log").write_text(f"Traceback (most recent call last):\n{error}\n")
