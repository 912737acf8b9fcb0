"""What the tasks of a demo run hold: artifacts with their values."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from dashboard.demo.blobs import Blob, Frames, Wrapped, blob, lazy
from dashboard.demo.errors import error_of, stacktrace
from dashboard.demo.flows import BY_NAME
from dashboard.demo.simulate import Attempt, Outcome, Run, Task
from dashboard.demo.spec import Flow, Step

_SHARES = {  # low and high of artifacts that are scores
    "auc": (0.78, 0.91), "best_auc": (0.84, 0.91), "ndcg": (0.31, 0.52), "recall": (0.88, 0.97), "grade": (0.4, 1.0),
    "mean_grade": (0.71, 0.93), "mean_score": (0.11, 0.19), "mape": (6.0, 17.0), "rmse": (21.0, 64.0),
}  # fmt: skip
_COUNTS = {"n_features": 240, "tokens": 1_800, "n_labels": 900, "click_days": 28, "cursor": 90_000, "version": 400}


def share(task: Task, name: str) -> float:
    """A number in [0, 1) that belongs to this task and name."""
    return ((task.salt ^ zlib.crc32(name.encode())) * 2_654_435_761 % 2**32) / 2**32


def value_of(task: Task, name: str) -> Any:
    """The value of a user artifact of this task."""
    r = share(task, name)
    if name in _SHARES:
        low, high = _SHARES[name]
        return round(low + (high - low) * r, 4)
    if name == task.step.var:
        fan = task.step.fan
        return list(range(task.width)) if fan[0].startswith("#") or len(fan) != task.width else list(fan)
    if task.case and name in (task.step.condition, "route", "state"):
        return task.case
    if name == "matrix_shape":
        return [int(80_000 + 90_000 * r), 212]
    if name in ("rows", "snapshot_rows", "n_pairs", "n_vectors"):
        return int(40_000 + 900_000 * r)
    if name in _COUNTS:
        return int(_COUNTS[name] * (0.5 + r))
    if name == "ticket":
        return {"id": int(90_000 * r), "subject": "Invoice shows the wrong address", "language": "en"}
    return f"{name}-{int(r * 16**8):08x}"


def declared(flow: Flow) -> list[str]:
    """The flow's parameters and constants."""
    return [p.name for p in flow.parameters] + [name for name, _ in flow.constants]


def artifacts(run: Run, task: Task, attempt: Attempt) -> Iterator[tuple[str, Blob]]:
    """Name and value of all that an attempt saved; nothing for one that was killed."""
    flow, step = run.flow, task.step
    if attempt.outcome is Outcome.KILLED:
        return
    fine = attempt.outcome is not Outcome.FAILED
    whole = run.full or step.name == "_parameters"
    yield "_task_ok", blob(fine)
    if whole:
        yield "name", blob(flow.name)
        yield "_graph_info", _graph_blob(flow.name)
        yield "_success", blob(fine and attempt.outcome is not Outcome.CAUGHT)
        yield "_transition", blob((list(step.next), None) if step.next and fine and run.full else None)
        yield "_foreach_stack", blob(_stack(run, task))
        for name, value in (*run.parameters.items(), *flow.constants):
            yield name, blob(value)
    if run.full and step.name != "_parameters":
        yield "_current_step", blob(step.name)
        yield "_foreach_var", blob(step.var or None)
        yield "_foreach_num_splits", blob(task.width or None)
    if attempt.outcome is Outcome.FAILED and attempt.fault:
        yield "_exception", blob(_wrapped(run, task, attempt))
    elif attempt.outcome is Outcome.CAUGHT:
        wrapped = blob(_wrapped(run, task, attempt))
        if not run.full:
            yield "_success", blob(False)
        yield "_catch_exception", wrapped
        yield "failure", wrapped
    else:
        if run.full:
            yield "_exception", blob(None)
        for name in step.artifacts if run.full or not task.path else ():
            yield name, blob(value_of(task, name))
        if "catch" in step.decorators:
            yield "failure", blob(None)


def _wrapped(run: Run, task: Task, attempt: Attempt) -> Wrapped:
    assert attempt.fault
    kind, message = error_of(attempt.fault)
    return Wrapped(
        kind if "." in kind else f"builtins.{kind}", message, "\n".join(stacktrace(run, task, attempt.fault))
    )


def _stack(run: Run, task: Task) -> Frames:
    frames = []
    for (step, index), value in zip(task.path, task.values, strict=True):
        var, _, text = value.partition("=")
        splits = next((s for s in run.flow.steps if s.var == var), None)
        frames.append((step, var, len(splits.fan) if splits else 0, index, text))
    return Frames(tuple(frames))


def graph_info(flow: Flow) -> dict[str, Any]:
    """`_graph_info`: the flow's steps as plain data."""
    kinds = {str: "Parameter", int: "Parameter", float: "Parameter", bool: "Parameter"}
    return {
        "file": flow.file,
        "start_step": flow.start,
        "end_step": flow.end,
        "parameters": [{"name": p.name, "type": kinds.get(type(p.values[0]), "Parameter")} for p in flow.parameters],
        "constants": [{"name": name, "type": type(value).__name__} for name, value in flow.constants],
        "steps": {step.name: _node(flow, step, line) for line, step in enumerate(flow.steps, 1)},
        "graph_structure": [*_structure(flow, flow.start, flow.end), flow.end],
        "doc": flow.doc,
        "decorators": [
            {"name": "project", "attributes": {"name": flow.project}, "statically_defined": True, "inserted_by": []}
        ],
        "extensions": {},
    }


_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "retry": {"times": 1, "minutes_between_retries": 0},
    "catch": {"var": "failure", "print_exception": True},
    "kubernetes": {"cpu": 4, "memory": 16384, "namespace": "metaflow"},
    "resources": {"cpu": 8, "gpu": 1, "memory": 32000},
    "card": {"type": "default", "id": None, "options": {}, "timeout": 45},
}


def _node(flow: Flow, step: Step, line: int) -> dict[str, Any]:
    info: dict[str, Any] = {
        "name": step.name,
        "type": step.graph_type,
        "line": 20 + 14 * line,
        "source_file": f"/home/user/{flow.file}",
        "doc": step.doc,
        "decorators": [
            {"name": name, "attributes": _ATTRIBUTES[name], "statically_defined": True, "inserted_by": []}
            for name in step.decorators
        ],
        "next": list(step.next),
        "node_info": {},
    }
    if step.var:
        info["foreach_artifact"] = step.var
    if step.cases:
        info |= {"condition": step.condition, "switch_cases": {value: target for value, target, _ in step.cases}}
    if step.join:
        info["matching_join"] = step.join
    return info


def _structure(flow: Flow, name: str, stop: str) -> list[Any]:
    found: list[Any] = []
    while name != stop:
        step = flow.step(name)
        found.append(name)
        if step.cases:
            found.append([_structure(flow, target, flow.end) for target in step.next if target != name])
            return found
        if step.join:
            found.append([_structure(flow, child, step.join) for child in step.next])
        name = step.join or step.next[0]
    return found


_graph_blob = lazy(lambda name: graph_info(BY_NAME[name]))
