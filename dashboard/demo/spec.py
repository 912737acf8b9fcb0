"""The shape of a demo flow: steps, parameters, who runs it, and how it fails. Durations are seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Plain = None | bool | int | float | str


class Mode(str, Enum):
    """How an attempt or a run goes wrong."""

    RAISE = "raise"  # attempt_ok False; the scheduler kills what still runs
    RETRY = "retry"  # attempt 0 raises, the next one succeeds
    CATCH = "catch"  # @catch swallows the exception
    KILL = "kill"  # the process dies (exit 137): no verdict
    SPOT = "spot"  # the machine is taken back: a termination notice, no verdict
    SCHEDULER = "scheduler"  # the scheduler dies: heartbeats stop, tasks stay open


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a flow fails: where, how and with which exception."""

    step: str
    mode: Mode
    error: str = ""  # "ValueError: Input X contains NaN"
    source: str = ""  # the line of code that raised
    count: int = 1  # tasks of the step that fail together
    weight: float = 1.0
    at: float = 0.6  # share of the task's duration after which it happens


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `var` and `fan` describe a foreach, `condition` and `cases` a switch."""

    name: str
    kind: str  # start linear join end split-switch; splits are seen from `var` and `next`, see `graph_type`
    next: tuple[str, ...] = ()
    seconds: float = 5.0  # median duration
    join: str = ""  # matching join of a split
    var: str = ""  # artifact that a foreach walks over
    fan: tuple[str, ...] = ()  # its values; "#<n>" alone stands for range(n)
    fan_names: tuple[str, ...] = ()  # what the numbers of "#<n>" are written after: us-west/046
    condition: str = ""
    cases: tuple[tuple[str, str, float], ...] = ()  # value, step, weight
    decorators: tuple[str, ...] = ()  # "retry" "catch" "kubernetes" "card" "resources"
    artifacts: tuple[str, ...] = ()  # user artifacts, see `content.value_of`
    doc: str = ""
    log: str = ""  # a line of stdout; {i} {v} {s} are filled in

    def numbered(self, width: int) -> tuple[str, ...]:
        """The values of a foreach over so many numbers."""
        names = self.fan_names
        return tuple(f"{names[n % len(names)]}/{n:03}" if names else str(n) for n in range(width))

    @property
    def splits(self) -> bool:
        """Whether the step starts one task per value of `var`."""
        return bool(self.var)

    @property
    def graph_type(self) -> str:
        """The type that Metaflow gives the node: a foreach outranks start and linear."""
        return "split-foreach" if self.var else "split-static" if len(self.next) > 1 and not self.cases else self.kind

    @property
    def remote(self) -> bool:
        """Whether the step runs in a container."""
        return "kubernetes" in self.decorators


@dataclass(frozen=True, slots=True)
class Parameter:
    """A flow parameter with the values that runs take; the first is the default and the commonest."""

    name: str
    values: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """Who runs a flow, on which branch, with which tags."""

    user: str
    branch: str
    weight: float = 1.0
    tags: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()  # one of these is added now and then
    hours: tuple[int, int] = (0, 24)  # UTC, when a machine starts it
    argo: bool = False  # deployed to Argo Workflows: string ids, production token, no verified user


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow of the demo."""

    name: str
    project: str
    doc: str
    steps: tuple[Step, ...]
    parameters: tuple[Parameter, ...]
    variants: tuple[Variant, ...]
    faults: tuple[Fault, ...] = ()
    weight: float = 1.0  # share of runs
    fault_rate: float = 0.08
    workers: int = 16  # tasks that run at the same time
    wide: str = ""  # the foreach that can be made wide
    constants: tuple[tuple[str, Plain], ...] = ()
    trigger: str = ""  # the event that starts it on Argo, or the flow whose completed runs do

    @property
    def file(self) -> str:
        """The script's name: TrainChurnModel -> train_churn_model.py."""
        words = "".join("_" + c.lower() if c.isupper() else c for c in self.name).lstrip("_")
        return words.replace("l_t_v", "ltv") + ".py"

    @property
    def start(self) -> str:
        """The first step."""
        return self.steps[0].name

    @property
    def end(self) -> str:
        """The last step, under its own name."""
        return self.steps[-1].name

    def step(self, name: str) -> Step:
        """The step of that name; KeyError when there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)
