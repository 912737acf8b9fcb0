"""The files of a local datastore beside the demo's database, in Metaflow's own layout and formats."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from dashboard.demo.blobs import Blob
from dashboard.demo.cards import card_html, moving_data, moving_html
from dashboard.demo.content import artifacts
from dashboard.demo.logs import log_files
from dashboard.demo.rows import card_uuid
from dashboard.demo.simulate import Attempt, Outcome, Run, Task

_META = b'{"cas_raw": false, "cas_version": 1}'
_PYTHON = "3.11.7 (main, Dec  8 2023, 18:56:57) [GCC 12.2.0]"


class DatastoreWriter:
    """Writes below one root; a blob is written once."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._written: set[tuple[str, str]] = set()
        self._folders: set[str] = set()

    def save_parameters(self, run: Run) -> None:
        """The blobs that every run's page needs: parameters, constants and the graph."""
        task = run.tasks[0]
        for _, value in artifacts(run, task, task.attempts[0]):
            self._put(run.flow.name, value)

    def save(self, run: Run, task: Task, attempt: Attempt, long_log: bool = False) -> None:
        """All files of an attempt that is over: data, logs, the scheduler's note, cards."""
        folder = self._folder(run, task)
        if attempt.outcome is not Outcome.KILLED:
            self._save_data(run, task, attempt, folder)
        if attempt.outcome is Outcome.CLONED or task.step.name == "_parameters":
            return
        self.save_logs(run, task, attempt, long_log)
        if "card" in task.step.decorators and attempt.outcome is Outcome.OK:
            cards, moves = self._card(run, task, attempt)
            self._write(cards, card_html(run, task).encode())
            if Path(moves).exists():
                self._replace(moves, moving_data(task, attempt, attempt.ended, "final"))

    def save_logs(self, run: Run, task: Task, attempt: Attempt, long_log: bool = False) -> None:
        """The logs of an attempt, and what the scheduler noted about its process."""
        folder, n = self._folder(run, task), attempt.number
        for name, data in log_files(run, task, attempt, long_log):
            self._write(f"{folder}/{n}.{name}", data)
        if not run.variant.argo:
            killed = attempt.outcome is Outcome.KILLED
            fine = attempt.outcome in (Outcome.OK, Outcome.CAUGHT)
            note = {"return_code": 0 if fine else -9 if killed else 1, "killed": killed and not attempt.fault}
            self._write(f"{folder}/{n}.runtime", json.dumps(note | {"success": fine}).encode())

    def save_growing_logs(self, run: Run, task: Task, attempt: Attempt, now: int) -> None:
        """What a container has uploaded of its logs at `now`; local tasks write theirs when they end."""
        if task.step.remote:
            folder = self._folder(run, task)
            for name, data in log_files(run, task, attempt, until=now):
                if name.startswith("task_"):  # what the scheduler says comes at the end
                    self._write(f"{folder}/{attempt.number}.{name}", data)

    def save_moving_card(self, run: Run, task: Task, attempt: Attempt, now: int) -> None:
        """The card of an attempt that runs, and the data that moves it, as they are at `now`."""
        if "card" not in task.step.decorators or attempt.outcome is not Outcome.OK:
            return
        card, moves = self._card(run, task, attempt)
        if not Path(card).exists():
            self._write(card, moving_html(run, task).encode())
        self._replace(moves, moving_data(task, attempt, now, "live"))

    def save_exception(self, run: Run, task: Task, attempt: Attempt) -> None:
        """The blobs of a failed attempt of a run whose other blobs are not kept."""
        for name, value in artifacts(run, task, attempt):
            if name in ("_task_ok", "_exception", "_catch_exception", "_success"):
                self._put(run.flow.name, value)

    def _save_data(self, run: Run, task: Task, attempt: Attempt, folder: str) -> None:
        objects, info = {}, {}
        encoding = "pickle-v4" if run.version >= "2.19.26" else "gzip+pickle-v4"
        for name, value in artifacts(run, task, attempt):
            self._put(run.flow.name, value)
            objects[name] = value.sha
            info[name] = {"size": len(value.data), "type": value.type, "encoding": encoding}
        data = {"datastore": "local", "version": "1.0", "attempt": attempt.number, "python_version": _PYTHON}
        text = json.dumps(data | {"objects": objects, "info": info})
        self._write(f"{folder}/{attempt.number}.data.json", text.encode())
        self._write(f"{folder}/{attempt.number}.DONE.lock", b'""')

    def _put(self, flow: str, value: Blob) -> None:
        if (flow, value.sha) in self._written:
            return
        self._written.add((flow, value.sha))
        path = f"{self._made(f'{self.root}/{flow}/data/{value.sha[:2]}')}/{value.sha}"
        self._write(path, gzip.compress(value.data, 3, mtime=0))
        self._write(path + "_meta", _META)

    def _folder(self, run: Run, task: Task) -> str:
        return self._made(f"{self.root}/{run.flow.name}/{run.id}/{task.step.name}/{task.name or task.id}")

    def _card(self, run: Run, task: Task, attempt: Attempt) -> tuple[str, str]:
        """The files of a card and of its data."""
        task_name, uuid = task.name or str(task.id), card_uuid(run, task, attempt.number)
        of_task = f"{self.root}/mf.cards/{run.flow.name}/runs/{run.id}/steps/{task.step.name}/tasks/{task_name}"
        folders = self._made(f"{of_task}/cards"), f"{of_task}/runtime"
        return f"{folders[0]}/default-{uuid}.html", f"{folders[1]}/default-{uuid}.data.json"

    def _replace(self, path: str, text: str) -> None:
        """Whole at once, for somebody may read it now."""
        file = Path(path)
        self._made(str(file.parent))
        waiting = file.with_suffix(".waiting")
        waiting.write_text(text)
        waiting.replace(file)

    def _made(self, folder: str) -> str:
        if folder not in self._folders:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return folder

    @staticmethod
    def _write(path: str, data: bytes) -> None:
        with open(path, "wb") as file:  # noqa: PTH123 - ten thousand times; Path.open doubles its cost
            file.write(data)
