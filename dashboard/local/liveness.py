"""Heartbeats on behalf of the processes that run tasks on this machine: the local provider sends none."""

from __future__ import annotations

import logging
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import psutil

from dashboard.local import ledger
from dashboard.local.layout import created_at
from dashboard.local.ledger import Key, RunMark
from dashboard.local.writer import Writer

log = logging.getLogger("metaflow_dashboard.local")

DAY_NS = 86_400_000_000_000
STARTED_WITHIN = 60.0  # seconds from a scheduler's start to its run's: imports, checks of the flow


@dataclass(frozen=True, slots=True)
class Seen:
    """A process of Metaflow: a worker has a run, a scheduler (`run`, `resume`) may have none in its arguments."""

    pid: int
    parent: int
    created: float  # epoch seconds
    scripts: frozenset[str]  # base names of the arguments that may be the flow's file
    schedules: bool
    run: str | None
    task: str | None


def look(root: Path) -> list[Seen]:
    """Processes of Metaflow on this machine that may belong to the tree at `root`, as far as the system shows them."""
    found = []
    for process in psutil.process_iter(["pid", "ppid", "create_time", "cmdline"]):
        info = process.info
        seen = _seen(info["pid"], info["ppid"] or 0, info["create_time"] or 0.0, info["cmdline"] or [], root)
        if seen is not None:
            found.append(seen)
    return found


def _seen(pid: int, parent: int, created: float, arguments: Sequence[str], root: Path) -> Seen | None:
    run, task = _option(arguments, "--run-id"), _option(arguments, "--task-id")
    schedules = any(argument in ("run", "resume") for argument in arguments[1:])
    if run is None and not schedules:
        return None
    store = _option(arguments, "--datastore-root")
    if store is not None and os.path.isabs(store) and os.path.realpath(store) != os.path.realpath(root):  # noqa: PTH117
        return None
    scripts = frozenset(os.path.basename(argument) for argument in arguments if argument.endswith(".py"))  # noqa: PTH119
    return Seen(pid, parent, created, scripts, schedules, run, task)


def _option(arguments: Sequence[str], name: str) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(f"{name}="):
            return argument[len(name) + 1 :]
    return None


class Pulse:
    """Knows from one look to the next which scheduler belongs to which run, so that it beats between two tasks too."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._schedulers: dict[tuple[int, float], Key] = {}  # (pid, created): a pid alone may be given out again
        self._looked = False

    def beat(self, writer: Writer, runs: Mapping[Key, RunMark]) -> None:
        """Writes heartbeats for those of these unfinished runs that are alive, and for their open tasks."""
        recent = time.time_ns() - DAY_NS
        if self._looked and not self._schedulers and not any(mark.newest_ns > recent for mark in runs.values()):
            return
        self._looked = True
        alive = self.alive(look(self._root), runs, writer)
        now = int(time.time())
        beating = [(flow, runs[flow, name].number) for flow, name in alive]
        tasks = [(flow, runs[flow, name].number, task) for (flow, name), named in alive.items() for task in named]
        writer.put_beats(now, beating, tasks)
        writer.commit()

    def alive(self, seen: Sequence[Seen], runs: Mapping[Key, RunMark], writer: Writer) -> dict[Key, set[str]]:
        """The runs that some of these processes work on, with the ids of the tasks that have a worker."""
        alive: defaultdict[Key, set[str]] = defaultdict(set)
        named: defaultdict[str, list[Key]] = defaultdict(list)
        for key in runs:
            named[key[1]].append(key)
        schedulers = {process.pid: process for process in seen if process.schedules}
        known = {(process.pid, process.created) for process in seen}
        self._schedulers = {who: key for who, key in self._schedulers.items() if who in known and key in runs}
        for process in seen:
            for key in named.get(process.run or "", ()):
                alive[key] |= {process.task} if process.task else set()
                parent = schedulers.get(process.parent)
                if parent is not None and parent.created <= process.created:
                    self._schedulers[parent.pid, parent.created] = key
        self._schedulers |= self._first_runs(schedulers.values(), runs, writer)
        for key in self._schedulers.values():
            alive[key] |= set()
        return alive

    def _first_runs(
        self, schedulers: Iterable[Seen], runs: Mapping[Key, RunMark], writer: Writer
    ) -> dict[tuple[int, float], Key]:
        """Schedulers without a worker so far, each with the first run of its script that came after its start."""
        idle = sorted(((process.created, process) for process in schedulers if process.run is None), key=itemgetter(0))
        idle = [(at, process) for at, process in idle if (process.pid, at) not in self._schedulers]
        taken = set(self._schedulers.values())
        created = ((created_at(key[1]), key) for key in runs if key not in taken)
        waiting = sorted((at / 1000, key) for at, key in created if at is not None)
        found: dict[tuple[int, float], Key] = {}
        for started, process in idle:
            for at, key in waiting:
                if not started <= at <= started + STARTED_WITHIN or key in found.values():
                    continue
                if ledger.script(writer.connection, key[0], runs[key].number) in process.scripts:
                    found[process.pid, started] = key
                    break
        return found
