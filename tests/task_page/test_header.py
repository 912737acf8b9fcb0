"""The head of a task: what is said of an attempt, and how its failure is told."""

from __future__ import annotations

from dashboard.attempt_query import AttemptQuery
from dashboard.task_page.blame import elsewhere
from dashboard.task_page.header import header
from dashboard.task_page.snippets import snippets
from tests.stage import hrefs, lines_of
from tests.task_page.conftest import TaskStage


def drawn(staged: TaskStage, step: str, task: int, attempt: int | None = None) -> str:
    _, details = staged.details(step, task, attempt)
    made = header(details, AttemptQuery(attempt=attempt), lambda wanted: f"?{wanted.to_query()}", [])
    return lines_of(made)


def test_the_first_failure_and_the_one_after_it_say_so(staged: TaskStage) -> None:
    first, second = staged.task("work", False), staged.task("work", False, after=2)
    for task, error in ((first, "ValueError: 1 of 'a'"), (second, "ValueError: 2 of 'b'")):
        staged.stage.failure(staged.key, "work", task, error)
    text = drawn(staged, "work", first)
    assert "ValueError: 1 of 'a'" in text
    assert "First failure in this run." in text
    assert f"The first failure was work/{first}" in drawn(staged, "work", second)
    services, details = staged.details("work", first)
    rows, compared = services.tasks.alike(details)
    told = elsewhere(details, rows, compared, ())
    assert lines_of(told) == f"Same error in work/{second} ."
    assert hrefs(told) == [f"/{staged.key[0]}/{staged.key[1]}/work/{second}"]


def test_an_error_of_its_own_is_said_to_be_the_only_one(staged: TaskStage) -> None:
    first, second = staged.task("work", False), staged.task("work", False, after=2)
    staged.stage.failure(staged.key, "work", first, "ValueError: no")
    staged.stage.failure(staged.key, "work", second, "KeyError: 'x'")
    services, details = staged.details("work", first)
    told = elsewhere(details, *services.tasks.alike(details), ())
    assert lines_of(told) == "No other failed task of this run has the same error (1 compared) ."


def test_what_ended_well_needs_no_words(staged: TaskStage) -> None:
    task = staged.task("start", True)
    again = staged.task("work", False, True)
    assert "attempt_ok" not in drawn(staged, "start", task)
    assert "It ended well. 1 attempt before it failed." in drawn(staged, "work", again)


def test_words_of_the_orchestrator_are_explained(staged: TaskStage) -> None:
    for said, cause in (
        ("    Kubernetes error:\n    Task ran out of memory. (exit code 137)\n\nTask failed.", "Out of memory."),
        ("    Timeout:\n    Step work timed out after 5 seconds", "Timeout"),
        ("[KILLED BY ORCHESTRATOR]", "Killed with its run."),
    ):
        task = staged.task("work", False)
        staged.stage.failure(staged.key, "work", task, "")
        folder = staged.stage.root / staged.key[0] / str(staged.key[1]) / "work" / str(task)
        (folder / "0.task_stderr.log").unlink()
        (folder / "0.runtime_stderr.log").write_text(said + "\n")
        assert cause in drawn(staged, "work", task), said
    silent = staged.task("work", False)
    assert "It wrote attempt_ok False, no attempt after it" in drawn(staged, "work", silent)
    taken = staged.task("work", False)
    staged.stage.writer.metadatum(
        staged.key, "work", taken, "spot-termination-received-at", "2026-01-01", staged.stage.now, ("attempt_id:0",)
    )
    assert "Machine taken back" in drawn(staged, "work", taken)


def test_snippets_name_run_task_and_attempt(staged: TaskStage) -> None:
    task = staged.task("work", False, True)
    _, details = staged.details("work", task, 0)
    flow, run = staged.key
    found = {one.title: one.text for one in snippets(details, "http://here")}
    assert f"Task('{flow}/{run}/work/{task}', attempt=0)" in found["Client"]
    assert found["Run again from this step"] == f"python flow.py resume work --origin-run-id {run}"
    assert found["Its log"] == f"python flow.py logs show --attempt 0 {run}/work/{task}"
    assert found["Its card"] == f"python flow.py card view {run}/work/{task}"
    for title in ("Its last lines of stderr", "Its whole stdout", "Its artifacts", "Its metadata"):
        assert "curl" in found[title] or "dump" in found[title]
    curl = [one.text for one in snippets(details, "http://here") if one.kind == "curl"]
    assert all(f"http://here/-/api/{flow}/{run}/work/{task}/" in text and "attempt=0" in text for text in curl)
