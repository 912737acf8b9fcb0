"""Rows of the service's tables from a simulated run, in the forms and the order in which a real client writes them.

A row is a tuple in the order of `COLUMNS`; rows of metadata come without their id, which is given in order of time.
Instants are ms, heartbeats seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from dashboard.demo.content import artifacts
from dashboard.demo.simulate import Attempt, Outcome, Run, Task
from dashboard.demo.spec import Mode

Values = tuple[Any, ...]

COLUMNS = {
    "flows_v3": "flow_id user_name ts_epoch tags system_tags",
    "runs_v3": "flow_id run_number user_name ts_epoch tags system_tags run_id last_heartbeat_ts",
    "steps_v3": "flow_id run_number step_name user_name ts_epoch tags system_tags run_id",
    "tasks_v3": "flow_id run_number step_name task_id user_name ts_epoch tags system_tags run_id task_name "
    "last_heartbeat_ts",
    "metadata_v3": "flow_id run_number step_name task_id field_name value type user_name ts_epoch tags system_tags "
    "run_id task_name",
    "artifact_v3": "flow_id run_number step_name task_id name location ds_type sha type content_type user_name "
    "attempt_id ts_epoch tags system_tags run_id task_name",
}
METADATA_TS = COLUMNS["metadata_v3"].split().index("ts_epoch")
PARAMETERS = "_parameters"
_CARD: dict[str, object] = {
    "type": "default",
    "uuid": "",
    "card_id": None,
    "editable": True,
    "customize": False,
    "suppress_warnings": False,
    "runtime_card": False,
    "decorator_attributes": {"type": "default", "id": None, "options": {}, "timeout": 45},
    "card_options": {},
    "refresh_interval": 5,
}
GIT_SINCE = "2.16"  # version of the client that first writes git-info


def git_info(run: Run) -> dict[str, object]:
    """What the client says of the checkout: one commit a week on main, work in progress elsewhere."""
    own = run.variant.branch not in ("prod", "staging")
    week = f"{run.flow.project}/{run.variant.branch}/{run.created // (7 * 86_400_000)}"
    return {
        "repo_url": f"git@git.example.com:{run.flow.project}/flows.git",
        "branch_name": run.variant.branch.replace("user.", "wip/") if own else "main",
        "commit_sha": hashlib.sha1(week.encode(), usedforsecurity=False).hexdigest(),
        "has_uncommitted_changes": own,
    }


class Rows:
    """The rows of one run, with what all of them share."""

    def __init__(self, run: Run, root: str) -> None:
        self.run, self.root, self.user = run, root, run.variant.user
        self.tags, self.system_tags = json.dumps(run.tags), json.dumps(run.system_tags)
        self.encoding = "pickle-v4" if run.version >= "2.19.26" else "gzip+pickle-v4"
        self._system = self._system_metadata()
        self._attempt_tags = [json.dumps([f"attempt_id:{n}"]) for n in range(6)]

    def flow_row(self) -> Values:
        """The flow, a moment before its first run."""
        return (self.run.flow.name, None, self.run.created - 5, "null", "null")

    def run_row(self, now: int) -> Values:
        """The run as it stands at `now`."""
        run = self.run
        beat = min(run.ended, now) // 1000 if run.heartbeats else None
        if beat is not None and run.variant.argo:  # nobody beats for the run but its tasks
            beat = max((task.beat(now) for task in run.tasks if task.created <= now), default=run.created) // 1000
        head = (run.flow.name, run.number, self.user, run.created)
        return (*head, self.tags, self.system_tags, run.run_id, beat)

    def step_row(self, step: str, created: int) -> Values:
        """A step, made just before its first task."""
        run = self.run
        return (run.flow.name, run.number, step, self.user, created - 4, self.tags, self.system_tags, run.id)

    def task_row(self, task: Task, now: int) -> Values:
        """A task as it stands at `now`."""
        run = self.run
        beat = task.beat(now) // 1000 if run.heartbeats else None
        head = (run.flow.name, run.number, task.step.name, task.id, self.user, task.created)
        return (*head, self.tags, self.system_tags, run.run_id, task.name, beat)

    def metadata(self, task: Task) -> Iterator[Values]:
        """All metadata of a task, also what is still to come."""
        run = self.run
        flow, number, step, user = run.flow.name, run.number, task.step.name, self.user
        tail = ("null", run.run_id, task.name)
        for at, field, value, kind, attempt in self._fields(task):
            tags = "[]" if attempt is None else self._attempt_tags[attempt]
            yield (flow, number, step, task.id, field, value, kind, user, at, tags, *tail)

    def _fields(self, task: Task) -> Iterator[tuple[int, str, str, str, int | None]]:
        run, at = self.run, task.created
        if self._tells(task) and not (run.variant.argo and task.attempts):  # Argo's containers register once, at start
            for offset, (field, value) in enumerate(self._system, 4):
                yield at + offset, field, value, field, 0
        if task.step.name == PARAMETERS:
            done = task.last.ended
            yield done, "attempt-done", "0", "attempt-done", 0
            if not run.origin:
                yield done + 20, "start_step", run.flow.start, "graph_structure", None
                yield done + 20, "end_step", run.flow.end, "graph_structure", None
            return
        for attempt in task.attempts:
            yield from self._attempt(task, attempt)
        if task.step.name == run.flow.start and run.trigger and task.attempts:
            yield (
                task.attempts[0].started + 20,
                "execution-triggers",
                json.dumps([run.trigger]),
                "execution-triggers",
                0,
            )

    def _attempt(self, task: Task, attempt: Attempt) -> Iterator[tuple[int, str, str, str, int | None]]:
        run, n, at = self.run, attempt.number, attempt.started
        if self._tells(task):
            for back, (field, value) in enumerate(reversed(self._system), 1):
                yield at - back, field, value, field, n
        cloned = attempt.outcome is Outcome.CLONED
        origin = run.origin.id if run.origin else "None"
        if cloned and task.origin:
            name = task.origin.name or str(task.origin.id)
            yield at, "origin-task-id", name, "origin-task-id", n
            yield at + 2, "origin-run-id", origin, "origin-run-id", n
            yield at + 4, "attempt", str(n), "attempt", n
        else:
            yield at, "attempt", str(n), "attempt", n
            yield at + 1, "origin-run-id", origin, "origin-run-id", n
            yield at + 2, "ds-type", "local", "ds-type", n
            yield at + 3, "ds-root", self.root, "ds-root", n
            if task.path:
                yield at + 4, "foreach-stack", "{" + ",".join(task.values) + "}", "foreach-stack", n
                path = ",".join(f"{step}:{index}" for step, index in task.path)
                yield at + 5, "foreach-execution-path", path, "foreach-execution-path", n
            for offset, (field, value) in enumerate(self._decorators(task, attempt), 6):
                yield at + offset, field, value, field, n
        end = attempt.ended
        if attempt.outcome is Outcome.KILLED:
            if attempt.fault and attempt.fault.mode is Mode.SPOT:
                for field, ahead in (("spot-termination-received-at", 0), ("spot-termination-time", 120_000)):
                    yield end - 3_000, field, iso(end - 3_000 + ahead)[:19] + "Z", field, n
            return
        ok = str(attempt.outcome is not Outcome.FAILED)
        yield end, "attempt_ok", ok, "internal_attempt_status", n
        yield end + 7, "attempt-done", str(n), "attempt-done", n
        if "card" in task.step.decorators and ok == "True" and not cloned:
            uuid = card_uuid(run, task, n)
            card: dict[str, object] = {
                "type": "default",
                "uuid": uuid,
                "card_id": None,
                "editable": True,
                "customize": False,
            }
            card |= {"suppress_warnings": False, "runtime_card": False, "decorator_attributes": {"type": "default"}}
            yield end + 60, uuid, json.dumps(card | {"card_options": {}, "refresh_interval": 5}), "card-info", n

    def _system_metadata(self) -> list[tuple[str, str]]:
        run = self.run
        who = ("production", f"{run.flow.name.lower()}-0-kqzx") if run.variant.argo else ("user", self.user)
        runtime = "argo-workflows" if run.variant.argo else "dev"
        found = [("runtime", runtime), ("python_version", "3.11.7"), who, ("metaflow_version", run.version)]
        found.append(("script-name", run.flow.file))
        return found if run.version < GIT_SINCE else [*found, ("git-info", json.dumps(git_info(run)))]

    def _tells(self, task: Task) -> bool:
        """Whether a task says on which system it runs: all of a full run, else what speaks for a wide one."""
        return self.run.full or (self.run.wide and task.step.name in (PARAMETERS, self.run.flow.start))

    def _decorators(self, task: Task, attempt: Attempt) -> Iterator[tuple[str, str]]:
        run = self.run
        if not task.step.remote or not run.full:
            return
        pod = task.name or f"t-{task.salt:08x}"[:10]
        yield "kubernetes-pod-name", f"{pod}-{attempt.number}-{task.salt % 46656:05x}"
        yield "kubernetes-pod-namespace", "metaflow"
        yield "kubernetes-node-ip", f"10.4.{task.salt % 7}.{task.salt % 199 + 3}"
        if run.variant.argo:
            yield "argo-workflow-template", run.flow.name.lower()
            yield "argo-workflow-name", run.id
            yield "argo-workflow-namespace", "metaflow"

    def artifacts(self, task: Task) -> Iterator[tuple[int, Values]]:
        """All artifact rows of a task with their instants, also those still to come."""
        run = self.run
        flow, number, step, user, location = run.flow.name, run.number, task.step.name, self.user, f":root:{self.root}"
        for attempt in task.attempts:
            at = attempt.ended + 11
            for name, blob in artifacts(run, task, attempt):
                at += 1
                head = (flow, number, step, task.id, name, location, "local", blob.sha, "metaflow.artifact")
                tail = (self.tags, self.system_tags, run.run_id, task.name)
                yield at, (*head, self.encoding, user, attempt.number, at, *tail)


def card_uuid(run: Run, task: Task, attempt: int) -> str:
    """The 40 hexadecimal digits that name a card."""
    return f"{run.number:08x}{task.salt:016x}{attempt:016x}"


def iso(at: int) -> str:
    """UTC without a zone, to the microsecond: `2026-11-23T06:41:04.610000`."""
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
