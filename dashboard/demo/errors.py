"""What a failing attempt says: the traceback in its log and in its `_exception`."""

from __future__ import annotations

from dashboard.demo.simulate import Attempt, Outcome, Run, Task
from dashboard.demo.spec import Fault, Mode

_LIBRARY = "/opt/venv/lib/python3.11/site-packages"


def error_of(fault: Fault) -> tuple[str, str]:
    """Class and message of an exception: "ValueError: x" -> ("ValueError", "x")."""
    kind, _, message = fault.error.partition(": ")
    return kind, message


def stacktrace(run: Run, task: Task, fault: Fault) -> list[str]:
    """The lines of the traceback; the last is the exception."""
    line = 34 + 14 * next((n for n, step in enumerate(run.flow.steps) if step.name == task.step.name), 0)
    lines = [
        "Traceback (most recent call last):",
        f'  File "{_LIBRARY}/metaflow/cli.py", line 644, in main',
        "    start(auto_envvar_prefix='METAFLOW', obj=state)",
        f'  File "{_LIBRARY}/metaflow/task.py", line 937, in run_step',
        "    self._exec_step_function(step_func, orig_step_func)",
        f'  File "/home/user/{run.flow.file}", line {line}, in {task.step.name}',
        f"    {fault.source}",
    ]
    package = fault.error.partition(":")[0].split(".")[0]
    if "." in fault.error.partition(":")[0]:
        lines += [f'  File "{_LIBRARY}/{package}/_base.py", line 211, in call', "    raise error from None"]
    return [*lines, fault.error]


def stderr_lines(run: Run, task: Task, attempt: Attempt) -> tuple[list[str], list[str]]:
    """What the task and then the scheduler write to stderr when an attempt does not end well."""
    fault = attempt.fault
    if attempt.outcome is Outcome.FAILED and fault:
        head = [f"<flow {run.flow.name} step {task.step.name}> failed:", "    Internal error"]
        return [*head, *stacktrace(run, task, fault), ""], ["Task failed."]
    if attempt.outcome is not Outcome.KILLED:
        return [], []
    if fault and fault.mode is Mode.KILL:
        return ["Killed"], [
            "    Kubernetes error:",
            "    Task ran out of memory. Increase the available memory with @resource(memory=...). (exit code 137)",
            "",
            "Task failed.",
        ]
    if fault and fault.mode is Mode.SPOT:
        return ["Spot termination notice received; the node goes away in 120 seconds."], [
            "    Kubernetes error:",
            "    Pod was terminated in response to imminent node shutdown. (exit code 143)",
            "",
            "Task failed.",
        ]
    return [], [] if fault and fault.mode is Mode.SCHEDULER else ["[KILLED BY ORCHESTRATOR]"]
