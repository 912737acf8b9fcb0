"""Gathers the evidence of many runs in few statements and judges them.

The shapes hold at a million runs: three statements with literal keys (end tasks, their metadata, and only where those
do not decide, the signs of the tasks). A LATERAL per row would lure the planner into the wrong index.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from dashboard.data.database import Reader
from dashboard.data.end_signs import end_signs
from dashboard.data.runs import Key, by_keys, chunks, get
from dashboard.data.task_counts import caught
from dashboard.data.task_signs import task_signs
from dashboard.models import JudgedRun, Qualifier, Run, Status, TaskRef, Verdict
from dashboard.status import EndSign, Limits, RunEvidence, TaskSigns, judge_run


class Judge:
    """Judges runs; remembers final verdicts (LRU of `size` runs) and, for a poll or two, what the tasks said."""

    def __init__(self, limits: Limits = Limits(), size: int = 50_000) -> None:
        self.limits = limits
        self._size = size
        self._final: OrderedDict[Key, tuple[int, Verdict]] = OrderedDict()
        self._signs: OrderedDict[Key, tuple[int, int | None, TaskSigns]] = OrderedDict()
        self._searched: OrderedDict[Key, None] = OrderedDict()
        self._caught: dict[Key, list[TaskRef]] = {}
        self._lock = threading.Lock()

    def __call__(self, reader: Reader, runs: Sequence[Run], now: int) -> list[JudgedRun]:
        """The runs with their verdicts, in the same order."""
        known = self._recall(runs)
        open_runs = [run for run in runs if run.key not in known]
        for piece in chunks(open_runs):
            known.update(self._judge(reader, piece, now))
        return self.with_caught([JudgedRun(run, known[run.key]) for run in runs])

    def find(self, reader: Reader, flow: str, run: str) -> tuple[int, JudgedRun] | None:
        """(the database's clock, the run with this number or id and its verdict), or None."""
        found = get(reader, flow, run)
        now = reader.now()
        return (now, self(reader, [found], now)[0]) if found else None

    def look_for_caught(self, reader: Reader, judged: Sequence[JudgedRun]) -> list[JudgedRun]:
        """The same runs, with `caught` where a completed one hides a swallowed exception. Remembered when final."""
        asked = [j.run.key for j in judged if j.verdict.status is Status.COMPLETED and j.run.key not in self._searched]
        found = caught(reader, asked) if asked else {}
        with self._lock:
            self._caught.update(found)
            self._searched.update(dict.fromkeys(key for key in asked if key in self._final))
            while len(self._searched) > self._size:
                self._caught.pop(self._searched.popitem(last=False)[0], None)
        return self.with_caught(judged)

    def with_caught(self, judged: Sequence[JudgedRun]) -> list[JudgedRun]:
        """The same runs, `caught` as far as it was looked for."""
        return [self._with_caught(one) for one in judged]

    def note_caught(self, key: Key, tasks: list[TaskRef]) -> None:
        """Tasks of this run whose exception was swallowed, found by somebody who has read all of it."""
        with self._lock:
            self._caught[key] = tasks
            if key in self._final:
                self._searched[key] = None

    def caught_tasks(self, key: Key) -> list[TaskRef]:
        """Tasks of this run whose exception was swallowed, as far as it was looked for."""
        return self._caught.get(key, [])

    def is_searched(self, key: Key) -> bool:
        """Whether this run has been looked through for swallowed exceptions."""
        return key in self._searched

    def _with_caught(self, judged: JudgedRun) -> JudgedRun:
        tasks = self._caught.get(judged.run.key)
        if not tasks or judged.verdict.status is not Status.COMPLETED:
            return judged
        plural = "s" if len(tasks) > 1 else ""
        first = f"{tasks[0].step}/{tasks[0].task}"
        reason = f"completed; @catch swallowed {len(tasks)} exception{plural}, first in {first}"
        return JudgedRun(judged.run, replace(judged.verdict, qualifier=Qualifier.CAUGHT, reason=reason))

    def _recall(self, runs: Sequence[Run]) -> dict[Key, Verdict]:
        found: dict[Key, Verdict] = {}
        with self._lock:
            for run in runs:
                entry = self._final.get(run.key)
                if entry is None:
                    continue
                if entry[0] == run.created_at:
                    found[run.key] = entry[1]
                    self._final.move_to_end(run.key)
                else:  # a namesake after a wipe
                    del self._final[run.key]
                    self._searched.pop(run.key, None)
                    self._caught.pop(run.key, None)
        return found

    def _judge(self, reader: Reader, runs: Sequence[Run], now: int) -> dict[Key, Verdict]:
        ends = end_signs(reader, [run.key for run in runs])
        unsure = [run for run in runs if self._needs_signs(run, ends.get(run.key), now)]
        signs = self._tasks_of(reader, unsure, now)
        verdicts = {}
        for run in runs:
            ok, attempt_at = ends.get(run.key, (None, None))
            evidence = RunEvidence(
                run.created_at,
                run.heartbeat_at,
                ok,
                attempt_at,
                signs.get(run.key),
                scheduler_beats=run.run_id is None,  # an orchestrator's run beats only while its tasks do
            )
            verdicts[run.key] = judge_run(evidence, now, self.limits)
        with self._lock:
            for run in runs:
                if verdicts[run.key].final:
                    self._final[run.key] = (run.created_at, verdicts[run.key])
            while len(self._final) > self._size:
                self._final.popitem(last=False)
        return verdicts

    def _needs_signs(self, run: Run, end: tuple[EndSign | None, int | None] | None, now: int) -> bool:
        if end and end[0] and end[0].ok is not None:
            return False
        return run.heartbeat_at is None or abs(now - run.heartbeat_at) > self.limits.stopped

    def _tasks_of(self, reader: Reader, runs: Sequence[Run], now: int) -> dict[Key, TaskSigns]:
        with self._lock:
            kept = {
                run.key: self._signs[run.key][2]
                for run in runs
                if run.key in self._signs
                and now - self._signs[run.key][0] < self.limits.stopped
                and self._signs[run.key][1] == run.heartbeat_at
            }
        missing = [run for run in runs if run.key not in kept]
        fresh = task_signs(reader, [run.key for run in missing]) if missing else {}
        with self._lock:
            for run in missing:
                self._signs[run.key] = (now, run.heartbeat_at, fresh[run.key])
            while len(self._signs) > 2_000:
                self._signs.popitem(last=False)
        return {**kept, **fresh}


def judged_by_key(reader: Reader, judge: Judge, keys: Sequence[Key]) -> tuple[int, list[JudgedRun]]:
    """The time at the database, and these runs as far as they are there."""
    now = reader.now()
    return now, judge(reader, by_keys(reader, keys), now)
