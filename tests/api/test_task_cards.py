"""Cards that a step asks for and a task has not left."""

from __future__ import annotations

from tests.task_page.conftest import TaskStage, staged
from tests.test_api import Api

__all__ = ["staged"]


def test_a_card_that_is_not_there_is_named(served: Api, staged: TaskStage) -> None:
    done, failed = staged.task("work", True), staged.task("work", False)
    staged.stage.commit()
    base = f"api/{staged.key[0]}/{staged.key[1]}/work"
    found = served.json(f"{base}/{done}/cards")
    assert found == {"cards": [], "missing": [{"type": "default", "id": "sales", "timeout": 45}]}
    assert served.json(f"{base}/{failed}/cards")["missing"] == []  # a task that fails makes none
    folder = staged.stage.root / "mf.cards" / staged.key[0] / "runs" / str(staged.key[1])
    cards = folder / "steps" / "work" / "tasks" / str(done) / "cards"
    cards.mkdir(parents=True)
    (cards / "default-sales-0123456789abcdef.html").write_text("<p>card</p>")
    assert served.json(f"{base}/{done}/cards")["missing"] == []
