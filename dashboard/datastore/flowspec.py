"""The graph of a flow from its source, as `_graph_info` would hold it; the source is parsed, never imported or run.

It follows metaflow/graph.py: a step is a method with `@step`, and its last statement `self.next(…)` says what follows.
Steps and parameters that a base class brings are found too, where that class is in the same folder.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# 3.10 overflows the C stack on deep expressions; later ones raise RecursionError.
MOST_SOURCE = 512 * 1024 if sys.version_info >= (3, 11) else 64 * 1024  # characters
MOST_BASES = 20
PARAMETERS = ("Parameter", "IncludeFile", "Config", "JSONType")

Read = Callable[[str], "str | None"]
Info = dict[str, Any]


def flow_info(script: str, flow: str, read: Read) -> Info | None:
    """The graph of class `flow` in the file `script`, as `_graph_info` has it; None where there is no such class.

    `read` gives the text of a file by its path in the flow's folder.
    """
    classes = _classes(script, flow, read)
    if not classes:
        return None
    methods = {name: (path, method) for path, one in reversed(classes) for name, method in _steps(one).items()}
    steps = {name: _step(name, path, method) for name, (path, method) in sorted(methods.items())}
    start, end = _mark_ends(steps, {name: method for name, (_, method) in methods.items()})
    return {
        "file": script,
        "start_step": start,
        "end_step": end,
        "parameters": [found for _, one in reversed(classes) for found in _parameters(one)],
        "steps": steps,
        "doc": ast.get_docstring(classes[0][1]) or "",
        "decorators": [found for _, one in classes for found in map(_decorator, one.decorator_list) if found],
    }


def _classes(script: str, flow: str, read: Read) -> list[tuple[str, ast.ClassDef]]:
    """The class and its bases as far as their source is at hand, nearest first, each with its file."""
    found: list[tuple[str, ast.ClassDef]] = []
    trees: dict[str, ast.Module | None] = {}
    wanted = [(script, flow)]
    seen = set(wanted)
    while wanted and len(found) < MOST_BASES:
        path, name = wanted.pop(0)
        if path not in trees:
            trees[path] = _parsed(read(path))
        place = _find(trees[path], path, name)
        if isinstance(place, ast.ClassDef):
            found.append((path, place))
            bases = [(path, base.id) for base in place.bases if isinstance(base, ast.Name)]
        else:
            bases = place
        wanted += [base for base in bases if base not in seen]
        seen.update(bases)
    return found


def _parsed(text: str | None) -> ast.Module | None:
    if text is None or len(text) > MOST_SOURCE:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # all of them for source that is no Python
        return None


def _find(tree: ast.Module | None, path: str, name: str) -> ast.ClassDef | list[tuple[str, str]]:
    """The class of this name; or where it may be imported from, as (path, name)."""
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    folder = path.rpartition("/")[0] if node.level else ""
                    module = f"{folder}/{node.module}".lstrip("/").replace(".", "/")
                    return [(f"{module}.py", alias.name), (f"{module}/__init__.py", alias.name)]
    return []


def _steps(one: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {
        node.name: node
        for node in one.body
        if isinstance(node, ast.FunctionDef) and any(_name(mark) == "step" for mark in node.decorator_list)
    }


def _step(name: str, path: str, method: ast.FunctionDef) -> Info:
    made: Info = {
        "name": name,
        "source_file": path,
        "line": method.lineno,
        "doc": ast.get_docstring(method) or "",
        "decorators": [found for found in map(_decorator, method.decorator_list) if found and found["name"] != "step"],
    }
    return {**made, **_transition(method)}


def _transition(method: ast.FunctionDef) -> Info:
    """`type`, `next` and what goes with them, from `self.next(…)` in the last statement."""
    tail = method.body[-1]
    call = tail.value if isinstance(tail, ast.Expr) else None
    if not isinstance(call, ast.Call) or _own(call.func) != "next":
        return {"type": "linear", "next": []}
    given = {keyword.arg: _literal(keyword.value) for keyword in call.keywords}
    if len(call.args) == 1 and isinstance(call.args[0], ast.Dict):
        cases = dict(_cases(call.args[0]))
        return {
            "type": "split-switch",
            "next": list(dict.fromkeys(cases.values())),
            "condition": given.get("condition"),
            "switch_cases": cases,
        }
    following = [name for name in map(_own, call.args) if name]
    if "foreach" in given:
        return {"type": "split-foreach", "next": following, "foreach_artifact": given["foreach"]}
    if "num_parallel" in given:
        return {"type": "split-parallel", "next": following, "num_parallel": given["num_parallel"]}
    if len(following) > 1:
        return {"type": "split-static", "next": following}
    return {"type": "join" if len(method.args.args) > 1 else "linear", "next": following}


def _cases(switch: ast.Dict) -> Iterator[tuple[Any, str]]:
    """(value, step) of a switch; a value may be a literal or an entry of a config."""
    for key, value in zip(switch.keys, switch.values, strict=True):
        target = _own(value)
        if target and isinstance(key, ast.Constant):
            yield key.value, target
        elif target and isinstance(key, ast.Attribute) and (config := _own(key.value)):
            yield f"config:{config}.{key.attr}", target


def _mark_ends(steps: dict[str, Info], methods: Mapping[str, ast.FunctionDef]) -> tuple[str | None, str | None]:
    """The first and the last step: marked by `@step(start=True)`, else by name, else the only one."""
    start, end = (_end(name, methods) for name in ("start", "end"))
    if len(steps) == 1:
        start = end = next(iter(steps))
    if start and steps[start]["type"] == "linear":
        steps[start]["type"] = "start"
    if end:
        steps[end]["type"] = "end"
    return start, end


def _end(which: str, methods: Mapping[str, ast.FunctionDef]) -> str | None:
    marked = [
        name
        for name, method in methods.items()
        for mark in method.decorator_list
        if isinstance(mark, ast.Call) and _name(mark) == "step" and _attributes(mark).get(which) is True
    ]
    return marked[0] if len(marked) == 1 else which if not marked and which in methods else None


def _parameters(one: ast.ClassDef) -> Iterator[Info]:
    for node in one.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        if (kind := _name(node.value)) in PARAMETERS:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ({"name": target.id, "type": kind} for target in targets if isinstance(target, ast.Name))


def _decorator(mark: ast.expr) -> Info | None:
    """`@retry(times=2)` as {"name": "retry", "attributes": {"times": 2}}; only literals count as attributes."""
    name = _name(mark)
    return {"name": name, "attributes": _attributes(mark)} if name else None


def _attributes(mark: ast.expr) -> Info:
    if not isinstance(mark, ast.Call):
        return {}
    found = ((keyword.arg, keyword.value) for keyword in mark.keywords if keyword.arg)
    return {name: _literal(value) for name, value in found if _literal(value) is not None}


def _name(mark: ast.expr) -> str | None:
    """`step` of `@step`, `@step(…)` and `@metaflow.step`."""
    if isinstance(mark, ast.Call):
        mark = mark.func
    return mark.attr if isinstance(mark, ast.Attribute) else mark.id if isinstance(mark, ast.Name) else None


def _own(node: ast.expr) -> str | None:
    """`x` of `self.x`."""
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_own and isinstance(node, ast.Attribute) else None


def _literal(node: ast.expr) -> Any:
    """The value of a literal; None for all that would have to be run."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
