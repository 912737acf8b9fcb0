"""One simulated run: its tasks and attempts in time, from a flow, a seed and a fault. Pure; instants are ms."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field, replace
from enum import Enum

from dashboard.demo.spec import Fault, Flow, Mode, Plain, Step, Variant

MAX_ROUNDS = 5  # of a switch that recurses
BOOT = {False: (600, 1500), True: (7_000, 42_000)}  # ms between a task's row and its process: local, in a container
TRIES_AGAIN_AFTER = (1_500, 5_000)  # ms


class Outcome(str, Enum):
    """How an attempt ended."""

    OK = "ok"
    FAILED = "failed"  # attempt_ok False
    CAUGHT = "caught"  # attempt_ok True after @catch
    KILLED = "killed"  # no verdict
    CLONED = "cloned"


@dataclass(slots=True)
class Attempt:
    """One attempt. `ended` is when it wrote its verdict, or died."""

    number: int
    started: int
    ended: int
    outcome: Outcome
    fault: Fault | None = None


@dataclass(slots=True)
class Task:
    """One task; `id` is given when the row is written."""

    step: Step
    path: tuple[tuple[str, int], ...]  # (child step, index) of each foreach around it
    values: tuple[str, ...]  # "var=value" of the same
    created: int
    attempts: list[Attempt]
    salt: int  # makes its values and its log its own
    width: int = 0  # how many children a split has
    case: str = ""  # the value that a switch chose
    origin: Task | None = None
    id: int = 0
    name: str | None = None

    @property
    def last(self) -> Attempt:
        """The newest attempt; IndexError for a task that the run's end left waiting."""
        return self.attempts[-1]

    @property
    def ended(self) -> int:
        """When its last attempt ended, or when it was created if it never started."""
        return self.attempts[-1].ended if self.attempts else self.created

    def beat(self, now: int) -> int:
        """The last heartbeat (ms) at `now`: while an attempt runs it beats, while it waits it does not."""
        return max((min(a.ended, now) for a in self.attempts if a.started <= now), default=self.created)


@dataclass(slots=True)
class Run:
    """One run with all its tasks, ordered by creation; the first is that of `_parameters`."""

    flow: Flow
    number: int
    variant: Variant
    created: int
    ended: int
    parameters: dict[str, Plain]
    tags: list[str]
    version: str  # of the Metaflow client
    tasks: list[Task] = field(default_factory=list)
    run_id: str | None = None
    origin: Run | None = None
    heartbeats: bool = True
    full: bool = False  # every row that a real run writes, else those that matter
    files: bool = False  # logs and data in the datastore
    wide: bool = False  # too many tasks for all rows
    trigger: dict[str, object] | None = None  # the event that started it, as Argo passes it on
    fault: Fault | None = None
    failed: bool = False

    @property
    def id(self) -> str:
        """As in pathspecs."""
        return self.run_id or str(self.number)

    @property
    def system_tags(self) -> list[str]:
        """As the client sends them."""
        argo, user = self.variant.argo, self.variant.user
        tags = [f"metaflow_version:{self.version}", "python_version:3.11.7"]
        tags.append(f"runtime:{'argo-workflows' if argo else 'dev'}")
        tags.append(f"production:{self.flow.name.lower()}-0-kqzx" if argo else f"user:{user}")
        tags += [f"project:{self.flow.project}", f"project_branch:{self.variant.branch}"]
        return sorted(tags, key=lambda tag: tag[::-1])  # any order, the same for all


STRAGGLERS, STUMBLES = 0.006, 0.009  # shares of the tasks of a wide foreach that take very long, or fail once
PARAMETERS = Step("_parameters", "linear", ("start",))


class Simulator:
    """Walks the graph of one flow; tasks take a free worker in the order in which they become ready."""

    def __init__(self, run: Run, rng: random.Random, fault: Fault | None, wide: int = 0, scale: float = 1.0) -> None:
        self.run, self.rng, self.fault, self.wide, self.scale = run, rng, fault, wide, scale
        self.steps = {step.name: step for step in run.flow.steps}
        self.slots = [run.created] * (max(run.flow.workers, wide // 10) if wide else run.flow.workers)
        self.seen: dict[str, int] = {}
        self.failed_at = 0
        self.pace = rng.lognormvariate(0, 0.12) * scale
        self.target = self._target() if fault else range(0)
        self.origins: dict[tuple[str, tuple[tuple[str, int], ...]], Task] = {}
        if run.origin:
            done = (Outcome.OK, Outcome.CAUGHT, Outcome.CLONED)
            self.origins = {(t.step.name, t.path): t for t in run.origin.tasks if t.attempts and t.last.outcome in done}

    def simulate(self) -> Run:
        """Fill the run's tasks and its end."""
        run = self.run
        first = run.created + 40
        attempt = Attempt(0, first + 30, first + 90, Outcome.OK)
        run.tasks.append(Task(PARAMETERS, (), (), first, [attempt], self.rng.getrandbits(32)))
        self._walk(run.flow.start, "", (), (), first + 200)
        if self.failed_at:
            self._cut()
        run.tasks.sort(key=lambda task: task.created)
        run.ended = max(task.ended for task in run.tasks) + 400
        if self.failed_at and self.fault and self.fault.mode is Mode.SCHEDULER:
            run.ended = self.failed_at
        run.failed = bool(self.failed_at)
        return run

    def _target(self) -> range:
        """Which tasks of the fault's step fail, by their order of creation."""
        fault = self.fault
        assert fault
        width = self._width_around(fault.step)
        count = min(fault.count, width)
        last = min(width - count, 8) if count > 4 and not self.wide else width - count
        early = int(last * 0.9) if self.wide else 0  # a wide run fails late: most of it is to be seen
        start = self.rng.randint(early, max(early, last))
        return range(start, start + count)

    def _width_around(self, name: str) -> int:
        splits = (s for s in self.steps.values() if s.splits and name in s.next)
        return next((len(self._fan(split)) for split in splits), 1)

    def _fan(self, step: Step) -> tuple[str, ...]:
        if self.wide and step.name == self.run.flow.wide:
            return step.numbered(self.wide)
        if len(step.fan) == 1 and step.fan[0].startswith("#"):
            return step.numbered(int(step.fan[0][1:]))
        return step.fan

    def _walk(
        self, name: str, stop: str, path: tuple[tuple[str, int], ...], values: tuple[str, ...], ready: int
    ) -> int:
        """Place the steps from `name` up to `stop`; gives when the last of them was done."""
        rounds = 0
        while name != stop:
            step = self.steps[name]
            task = self._place(step, path, values, ready)
            ready = task.last.ended + self.rng.randint(90, 350)
            if step.splits:
                fan = self._fan(step)
                task.width, child = len(fan), step.next[0]
                starts = ready
                for index, value in enumerate(fan):
                    done = self._walk(
                        child, step.join, (*path, (child, index)), (*values, f"{step.var}={value}"), starts
                    )
                    ready = max(ready, done)
                name = step.join
            elif step.cases:
                rounds += 1
                name = self._choose(step, task, rounds)
            elif len(step.next) > 1:
                ready = max([self._walk(child, step.join, path, values, ready) for child in step.next])
                name = step.join
            elif step.next:
                name = step.next[0]
            else:
                break
        return ready

    def _choose(self, step: Step, task: Task, rounds: int) -> str:
        weights = [0.0 if target == step.name and rounds > MAX_ROUNDS else w for _, target, w in step.cases]
        case = self.rng.choices(step.cases, weights)[0]
        if task.origin:
            case = next(c for c in step.cases if c[0] == task.origin.case)
        task.case = case[0]
        return case[1]

    def _place(self, step: Step, path: tuple[tuple[str, int], ...], values: tuple[str, ...], ready: int) -> Task:
        rng = self.rng
        origin = self.origins.get((step.name, path))
        if origin and not origin.step.cases:
            created = self.run.created + 240 + rng.randint(0, 60)
            attempts = [Attempt(0, created + 130, created + 150, Outcome.CLONED)]
            task = Task(step, path, values, created, attempts, origin.salt, origin.width, origin=origin)
            self.run.tasks.append(task)
            return task
        created = max(ready, heapq.heappop(self.slots))
        order = self.seen.get(step.name, 0)
        self.seen[step.name] = order + 1
        fault = self.fault if self.fault and step.name == self.fault.step and order in self.target else None
        low, high = BOOT[step.remote]
        boot = max(150, int(rng.randint(low, high) * min(1.0, self.scale)))
        duration = max(300, int(step.seconds * 1000 * self.pace * rng.lognormvariate(0, 0.22)))
        if self.wide and rng.random() < STRAGGLERS:
            duration = int(duration * rng.uniform(3, 4.8))
        attempts = self._attempts(step, created + boot, duration, fault)
        task = Task(step, path, values, created, attempts, rng.getrandbits(32))
        heapq.heappush(self.slots, attempts[-1].ended + rng.randint(20, 90))
        self.run.tasks.append(task)
        return task

    def _attempts(self, step: Step, started: int, duration: int, fault: Fault | None) -> list[Attempt]:
        if not fault and self.wide and "retry" in step.decorators and self.rng.random() < STUMBLES:
            fault = replace(self.run.flow.faults[0], mode=Mode.RETRY)
        if not fault:
            return [Attempt(0, started, started + duration, Outcome.OK)]
        mode = fault.mode
        short = max(200, int(step.seconds * 1000 * self.pace * fault.at))
        again = "retry" in step.decorators
        lonely_spot = mode is Mode.SPOT and fault.count == 1 and again
        first = Outcome.KILLED if mode in (Mode.KILL, Mode.SPOT, Mode.SCHEDULER) else Outcome.FAILED
        attempts = [Attempt(0, started, started + short, first, fault)]
        if again and (lonely_spot or mode not in (Mode.SPOT, Mode.SCHEDULER)):
            started += short + int(self.rng.randint(*TRIES_AGAIN_AFTER) * min(1.0, self.scale)) + 300
            if mode is Mode.RETRY or lonely_spot:
                attempts.append(Attempt(1, started, started + duration, Outcome.OK))
                return attempts
            attempts.append(Attempt(1, started, started + short, first, fault))
        last = attempts[-1]
        if mode is Mode.CATCH:
            last.outcome = Outcome.CAUGHT
        elif mode is Mode.RETRY:
            last.outcome, last.fault = Outcome.OK, None
        elif mode is Mode.SCHEDULER:
            self.failed_at = last.ended
        else:
            self.failed_at = max(self.failed_at, last.ended)
        return attempts

    def _cut(self) -> None:
        """The run ends with its failure: nothing new starts, and the scheduler kills what still runs."""
        at = self.failed_at
        end = at if self.fault and self.fault.mode is Mode.SCHEDULER else at + 900
        drains = self.run.variant.argo  # Argo lets what runs come to its end
        self.run.tasks = [task for task in self.run.tasks if task.created <= at]
        for task in self.run.tasks:
            task.attempts = [a for a in task.attempts if a.started <= at]
            if task.attempts and not drains and task.last.ended > at:
                task.last.ended, task.last.outcome, task.last.fault = end, Outcome.KILLED, None
