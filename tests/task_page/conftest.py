"""One attempt of one task on a stage, with what it saved."""

from __future__ import annotations

import json
import pickle

import pytest

from dashboard.data.runs import Key
from dashboard.services import Services
from dashboard.task_details import TaskDetails, place_of, row_of_attempt
from tests.oracle import HOUR, MINUTE
from tests.stage import Stage, decorated, graph_of

GRAPH = graph_of("start>work work>end end:end", work=decorated("card", type="default", id="sales", timeout=45))


class TaskStage:
    """The run of a flow start → work → end."""

    def __init__(self, stage: Stage) -> None:
        self.stage, at = stage, stage.now - HOUR
        self.key: Key = stage.writer.run(at=at, heartbeat=stage.now - 50 * MINUTE)
        self.parameters = GRAPH | {"parameters": [{"name": "alpha", "type": "Parameter"}]}
        stage.parameters(self.key, at, _graph_info=self.parameters, alpha=0.5)

    def task(self, step: str, *oks: bool, after: int = 0) -> int:
        """A task whose attempts ended like that, in the folder of the stage."""
        at, writer = self.stage.now - HOUR + (1 + after) * MINUTE, self.stage.writer
        task = writer.task(self.key, step, at=at)
        for number, ok in enumerate(oks):
            writer.attempt(self.key, step, task, number, at + number * 1000, ok, at + number * 1000 + 900)
            for name, value in (("ds-type", "local"), ("ds-root", str(self.stage.root))):
                writer.metadatum(self.key, step, task, name, value, at, (f"attempt_id:{number}",))
        return task

    def saved(self, step: str, task: int, attempt: int, **values: object) -> None:
        """The artifacts of an attempt."""
        folder = self.stage.root / self.key[0] / str(self.key[1]) / step / str(task)
        folder.mkdir(parents=True, exist_ok=True)
        objects = {name: self.stage.keep_bytes(self.key[0], pickle.dumps(value, 4)) for name, value in values.items()}
        info = {name: {"size": 10, "type": "<class 'int'>", "encoding": "pickle-v4"} for name in values}
        (folder / f"{attempt}.data.json").write_text(json.dumps({"objects": objects, "info": info}))

    def details(self, step: str, task: int, attempt: int | None = None) -> tuple[Services, TaskDetails]:
        services = self.stage.services()
        view = services.run_states(self.key)
        assert view is not None
        place = place_of(view, step, str(task))
        assert place is not None
        row = row_of_attempt(view, place, attempt)
        assert row is not None
        details = services.tasks(view, place, row)
        assert details is not None
        return services, details


@pytest.fixture
def staged(stage: Stage) -> TaskStage:
    return TaskStage(stage)
