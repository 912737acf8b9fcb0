"""The list of an attempt's artifacts: with what it is compared, and in which order it stands."""

from __future__ import annotations

import json
from typing import Any

from dashboard.attempt_query import AttemptQuery
from dashboard.task_page.artifacts import listing
from tests.stage import elements, hrefs, lines_of
from tests.task_page.conftest import TaskStage


def drawn(staged: TaskStage, step: str, task: int, query: AttemptQuery | None = None) -> Any:
    query = query or AttemptQuery()
    return listing(*staged.details(step, task, query.attempt), query, lambda wanted: f"?{wanted.to_query()}")


def rows(made: Any) -> list[dict[str, Any]]:
    """The rows of all tables in the order in which they stand."""
    bodies = [one for one in elements(made) if isinstance(one, dict) and one["type"] == "Tbody"]
    return [row for body in bodies for row in json.loads(body["props"]["data-rows"])]


def names(made: Any) -> list[str]:
    """Their names."""
    return [row["name"] for row in rows(made)]


def test_what_changed_since_the_attempt_before_comes_first(staged: TaskStage) -> None:
    task = staged.task("work", False, True)
    staged.saved("work", task, 0, alpha=0.5, model=1, same=7, lost=3, _own=1)
    staged.saved("work", task, 1, alpha=0.5, model=2, same=7, zebra=5)
    made = drawn(staged, "work", task)
    assert names(made) == ["model", "zebra", "alpha", "same"]
    text = lines_of(made)
    assert "Versus attempt 0" in text
    assert "In attempt 0, but not here: lost" in text
    assert "_own" not in text
    assert [row["change"][0] for row in rows(made)] == ["changed", "new", "parameter", "same"]
    (switch,) = [link for link in hrefs(made) if "changed=off" in link]
    assert switch == "?changed=off"
    assert names(drawn(staged, "work", task, AttemptQuery(changed="off"))) == ["alpha", "model", "same", "zebra"]


def test_a_first_attempt_is_compared_with_the_task_that_led_to_it(staged: TaskStage) -> None:
    start, work = staged.task("start", True), staged.task("work", True, after=1)
    staged.saved("start", start, 0, rate=1)
    staged.saved("work", work, 0, rate=2)
    made = drawn(staged, "work", work)
    assert f"Versus start/{start}" in lines_of(made)
    assert [row["change"][0] for row in rows(made)] == ["changed"]
    assert "Versus" not in lines_of(drawn(staged, "start", start))


def test_a_later_attempt_is_compared_with_either(staged: TaskStage) -> None:
    start, work = staged.task("start", True), staged.task("work", False, True, after=1)
    staged.saved("start", start, 0, rate=1)
    staged.saved("work", work, 0, rate=2)
    staged.saved("work", work, 1, rate=2)
    made = drawn(staged, "work", work)
    assert "Versus attempt 0" in lines_of(made)
    assert "?versus=parent" in hrefs(made)
    assert f"Versus start/{start}" in lines_of(drawn(staged, "work", work, AttemptQuery(versus="parent")))


def test_nothing_saved_is_said(staged: TaskStage) -> None:
    task = staged.task("start", True)
    assert "This attempt has saved no artifacts." in lines_of(drawn(staged, "start", task))


def test_an_attempt_that_never_started_says_so(staged: TaskStage) -> None:
    task = staged.stage.writer.task(staged.key, "start", at=staged.stage.now)
    assert "This attempt never started." in lines_of(drawn(staged, "start", task))


def test_a_store_that_cannot_be_read_says_so(staged: TaskStage) -> None:
    task = staged.task("start", True)
    staged.saved("start", task, 0, rate=1)
    folder = staged.stage.root / staged.key[0] / str(staged.key[1]) / "start" / str(task)
    folder.rename(folder.with_name("aside"))
    folder.symlink_to(folder)
    assert "Artifacts cannot be read." in lines_of(drawn(staged, "start", task))
