"""The logs of an attempt, as lines that Metaflow marked (mflog)."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.demo.content import share, value_of
from dashboard.demo.errors import stderr_lines
from dashboard.demo.rows import iso
from dashboard.demo.simulate import Attempt, Outcome, Run, Task
from dashboard.demo.spec import Mode

LONG = 20_000  # lines of the one long log
_PACKAGES = ("pandas/core/frame.py:4102: FutureWarning: downcasting is deprecated", "urllib3: connection pool is full")


def log_files(
    run: Run, task: Task, attempt: Attempt, long_log: bool = False, until: int = 2**62
) -> Iterator[tuple[str, bytes]]:
    """Name (without the attempt) and content of each log of an attempt, up to the instant `until` (ms)."""
    task_out = list(_stdout(task, attempt, long_log))
    task_err, runtime_err = stderr_lines(run, task, attempt)
    if share(task, "warns") < 0.12:
        task_err.insert(0, f"{_PACKAGES[task.salt % 2]}")
    if attempt.outcome is Outcome.CAUGHT and attempt.fault:
        task_out += [f"@catch caught an exception from <flow {run.flow.name} step {task.step.name}>"]
        task_out += [">  " + line for line in ("Traceback (most recent call last):", attempt.fault.error)]
    if task.step.remote:
        pod = f"[pod {task.name or f't-{task.salt:08x}'[:10]}]"
        started = [f"{pod} Task is starting (Pod is pending, Container is waiting - ContainerCreating)...",
                   f"{pod} Setting up task environment."]  # fmt: skip
        yield from _nonempty("task_stdout.log", _marked(task, attempt, "task", task_out, until))
        yield from _nonempty("task_stderr.log", _marked(task, attempt, "task", task_err, until))
        if not run.variant.argo:
            yield from _nonempty("runtime_stdout.log", _marked(task, attempt, "runtime", started, until))
            yield from _nonempty("runtime_stderr.log", _marked(task, attempt, "runtime", runtime_err, until))
        return
    if attempt.fault and attempt.fault.mode is Mode.SCHEDULER:
        return  # the scheduler keeps the logs of local tasks in memory until they end
    killed = attempt.outcome is Outcome.KILLED and not attempt.fault
    yield from _nonempty(
        "runtime_stdout.log", _marked(task, attempt, "runtime", task_out + runtime_err * killed, until)
    )
    yield from _nonempty("runtime_stderr.log", _marked(task, attempt, "runtime", task_err + runtime_err, until))


def _stdout(task: Task, attempt: Attempt, long_log: bool) -> Iterator[str]:
    yield f"python 3.11.7, 4 CPUs, attempt {attempt.number}"
    if task.values:
        yield "working on " + ", ".join(task.values)
    if not task.step.log:
        return
    s = task.values[-1].partition("=")[2] if task.values else ""
    shown = task.step.artifacts[-1] if task.step.artifacts else ""
    for name in task.step.artifacts:
        if isinstance(value_of(task, name), (int, float)):
            shown = name
    final = value_of(task, shown) if shown else ""
    repeats = LONG if long_log else 2 + task.salt % 24 if "{i}" in task.step.log else 1
    if attempt.outcome not in (Outcome.OK, Outcome.CLONED):
        repeats = max(1, repeats // 2)
    for i in range(repeats):
        value = final
        if isinstance(final, float) and repeats > 1:
            value = round(final * (1 - 0.3 / (i + 1) ** 0.5), 4)
        yield task.step.log.format(i=i, v=value, s=s)


def _marked(task: Task, attempt: Attempt, source: str, lines: list[str], until: int) -> bytes:
    """Lines spread evenly over the attempt (errors at its end), each with time, source and an id."""
    if not lines:
        return b""
    first, last = attempt.started + 40, max(attempt.started + 60, attempt.ended - 15)
    if source == "runtime" and lines[0].startswith("[pod"):
        first, last = task.created, attempt.started
    elif source == "runtime" and lines[-1] == "Task failed.":
        first = last - len(lines)
    pace = (last - first) / len(lines)
    lines = lines[: max(0, int((until - first) / pace) + 1)]
    head = f"{task.salt:08x}-{attempt.number:04x}-4{task.id % 4096:03x}-a{len(source):03x}-"
    return "".join(
        f"[MFLOG|0|{iso(int(first + n * pace))}Z|{source}|{head}{n:012x}]{line}\n" for n, line in enumerate(lines)
    ).encode()


def _nonempty(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if data:
        yield name, data
