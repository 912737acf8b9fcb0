"""One run: its evidence loaded once with set-based queries, then kept up by what has come since."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from dashboard.data import run_evidence, runs
from dashboard.data.database import Database, Reader
from dashboard.data.flags import FLAG_OF_HASH, HASHES_OF_FALSE
from dashboard.data.judge import Judge
from dashboard.data.runs import Key
from dashboard.models import JudgedRun, Status
from dashboard.run_state.evidence import Evidence
from dashboard.run_state.view import PENDING, RUNNING, RunView, caught_tasks, view_of

OVERLAP = 1_000  # ids that are read again: they commit out of order
JUDGED_FOR = 5.0  # seconds that a verdict on silent tasks stays good while no row comes


class RunState:
    """The run with this key. Call `view`; ten callers at once cause one load. Errors are those of `Database`."""

    def __init__(self, database: Database, judge: Judge, key: Key) -> None:
        self.key = key
        self._database, self._judge = database, judge
        self._lock = threading.Lock()
        self._evidence = Evidence()
        self._registered: dict[str, int] = {}
        self._seen = run_evidence.Newest(0, 0)
        self._token: str | None = None
        self._judged_at = 0.0
        self._view: RunView | None = None
        self.nbytes = 0  # about the memory that this takes

    @property
    def known(self) -> RunView | None:
        """What was shown last, without asking the database."""
        return self._view

    def view(self) -> RunView | None:
        """The run as the database has it now; None when there is none. Without news nothing is asked."""
        token = self._database.health().token
        with self._lock:
            if self._view is None or token is None or token != self._token:
                self._view = self._database(self._read)
                self._token = token
                self.nbytes = self._evidence.nbytes + (self._view.nbytes if self._view else 0)
            return self._view

    def forget(self) -> None:
        """Look at the database at the next call, whatever its change token says."""
        with self._lock:
            self._token = None
            self._judged_at = 0.0

    def _read(self, reader: Reader) -> RunView | None:
        found = runs.by_keys(reader, [self.key])
        if not found:
            return None
        now = reader.now()
        judged = self._judge(reader, found, now)[0]
        newest = run_evidence.newest(reader)
        before = self._view
        if before is not None and self._is_other(judged, newest, before):
            before = None
        if before is None:
            self._load(reader)
        elif not self._update(reader, before) and self._is_still(judged, before):
            return before
        if self._evidence.is_partial:  # a row was missed, further back than the overlap
            before = None
            self._load(reader)
        self._seen = newest
        self._judged_at = time.monotonic()
        view = view_of(self._evidence, judged, self._registered, now, self._judge.limits, before)
        if judged.verdict.status is not Status.COMPLETED:
            return view
        self._judge.note_caught(self.key, caught_tasks(view))
        return replace(view, judged=self._judge.with_caught([judged])[0])

    def _is_other(self, judged: JudgedRun, newest: run_evidence.Newest, before: RunView) -> bool:
        """A namesake after a wipe, or a run that has just ended: read once more as a whole, and nothing is missed."""
        was = before.judged
        ended = was.verdict.status is Status.RUNNING and judged.verdict.status is not Status.RUNNING
        return was.run.created_at != judged.run.created_at or newest.task < self._seen.task or ended

    def _is_still(self, judged: JudgedRun, before: RunView) -> bool:
        """Whether nothing can look different: no verdict of the run, and no task that may fall silent."""
        is_open = bool(((before.status == RUNNING) | (before.status == PENDING)).any())
        same = judged.run == before.judged.run and judged.verdict.status is before.judged.verdict.status
        return same and (not is_open or time.monotonic() - self._judged_at < JUDGED_FOR)

    def _load(self, reader: Reader) -> None:
        evidence = Evidence()
        self._registered = run_evidence.steps(reader, self.key)
        evidence.add_tasks(run_evidence.tasks(reader, self.key))
        evidence.add_signs(run_evidence.signs(reader, self.key))
        evidence.is_partial = False
        self._evidence = evidence
        self._add_flags(reader)

    def _update(self, reader: Reader, before: RunView) -> bool:
        """Gather what has come since; gives whether there was any of it."""
        evidence, seen = self._evidence, self._seen
        known = evidence.fingerprint()
        self._registered = run_evidence.steps(reader, self.key)
        evidence.add_tasks(run_evidence.tasks(reader, self.key, seen.task - OVERLAP))
        evidence.add_signs(run_evidence.signs(reader, self.key, seen.metadatum - OVERLAP))
        open_ = before.task[before.is_last & ((before.status == RUNNING) | (before.status == PENDING))]
        evidence.set_beats(run_evidence.beats(reader, evidence.ids[open_].tolist()))
        return evidence.fingerprint() != known or self._registered.keys() != before.registered.keys()

    def _add_flags(self, reader: Reader) -> None:
        """What artifacts say: verdicts where there is no metadatum, and exceptions that were swallowed."""
        evidence = self._evidence
        places = evidence.without_verdict().tolist()
        tasks = [(evidence.steps[evidence.step[place]], int(evidence.ids[place])) for place in places]
        if tasks:
            rows = run_evidence.flags(reader, self.key, "_task_ok", (), tasks)
            evidence.add_task_oks((row[0], row[1], row[2], FLAG_OF_HASH.get(row[3])) for row in rows)
        all_tasks = [(evidence.steps[evidence.step[n]], int(task)) for n, task in enumerate(evidence.ids.tolist())]
        rows = run_evidence.flags(reader, self.key, "_success", HASHES_OF_FALSE, all_tasks)
        evidence.add_caught((row[0], row[1]) for row in rows)
