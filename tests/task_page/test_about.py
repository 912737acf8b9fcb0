"""The metadata of an attempt as they are shown."""

from __future__ import annotations

from dashboard.task_page import about
from tests.stage import lines_of
from tests.task_page.conftest import TaskStage


def test_fields_are_named_ordered_and_readable(staged: TaskStage) -> None:
    task, at = staged.task("work", False, True), staged.stage.now
    for name, value in (
        ("origin-run-id", "None"),
        ("git-info", '{"branch_name": "main", "dirty": false}'),
        ("kubernetes-pod-name", "pod-1"),
        ("execution-triggers", '[{"name": "new_data"}]'),
        ("broken", "{"),
    ):
        staged.stage.writer.metadatum(staged.key, "work", task, name, value, at, ("attempt_id:1",))
    _, details = staged.details("work", task)
    found = [one.name for one in about.of_attempt(details)]
    assert found[:2] == ["attempt_ok", "kubernetes-pod-name"]
    assert found[-1] == "origin-run-id"
    text = lines_of(about.section(details))
    assert "Pod kubernetes-pod-name pod-1" in text
    assert "Git git-info branch_name: main dirty: false" in text
    assert '"name": "new_data"' in text
    assert "broken {" in text
    first = [one for one in about.of_attempt(staged.details("work", task, 0)[1]) if one.name == "attempt_ok"]
    assert [one.value for one in first] == ["False"]
