"""What the lines of logs are."""

from __future__ import annotations

import re
import time

import pytest
import re2

from dashboard.datastore.logs.kinds import ERRORS, Kind, Reader

TRACEBACK = """\
<flow BrokenFlow step start> failed:
    Internal error
Traceback (most recent call last):
  File "/opt/venv/lib/python3.11/site-packages/metaflow/cli.py", line 670, in main
    start(auto_envvar_prefix="METAFLOW", obj=state)
  File "/metaflow/metaflow/task.py", line 705, in run_step
    self._exec_step_function(step_func)
  File "/home/me/flow.py", line 12, in start
    fit(self.data)
    ^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<frozen importlib._bootstrap>", line 1178, in _find_and_load
strange.Thing: why
after
Task failed."""


def kinds(text: str, source: str | None = "runtime", has_task_lines: bool = False) -> list[str]:
    reader = Reader(has_task_lines)
    return [reader.kind(line, source).value for line in text.split("\n")]


def test_a_traceback_has_frames_of_the_user_and_of_libraries() -> None:
    found = kinds(TRACEBACK)
    shown = list(zip(found, TRACEBACK.split("\n"), strict=True))
    assert [one for one in shown if one[0] == "frame"] == [
        ("frame", '  File "/home/me/flow.py", line 12, in start'),
        ("frame", "    fit(self.data)"),
        ("frame", "    ^^^^^^^^^^^^^^"),
    ]
    assert [text for kind, text in shown if kind == "error"] == [
        "Traceback (most recent call last):",
        "The above exception was the direct cause of the following exception:",
        "Traceback (most recent call last):",
        "strange.Thing: why",
    ]
    assert [text for kind, text in shown if kind == "runtime"] == [
        "<flow BrokenFlow step start> failed:",
        "    Internal error",
        "Task failed.",
    ]
    assert sum(kind == "library" for kind in found) == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loading", "plain"),
        ("", "plain"),
        ("DEBUG:root:x", "debug"),
        ("2026-11-24 10:00:00,000 INFO  module: x", "info"),
        ("[WARN] x", "warning"),
        ("WARNING: x", "warning"),
        ("time=1 level=warn msg=x", "warning"),
        ("time=1 level=error msg=x", "error"),
        ("ERROR: x", "error"),
        ("2026 | CRITICAL | x", "error"),
        ("0 errors found", "plain"),
        ("INFORMATION", "plain"),
        ("ERROR_COUNT=0", "plain"),
        ("x" * 200 + " ERROR", "plain"),
        ("ValueError: x", "error"),
        ("a.b.SomeTimeout", "error"),
        ("a ValueError: x", "plain"),
        ("Killed", "error"),
        ("[KILLED BY ORCHESTRATOR]", "error"),
        ("Task failed with a segmentation fault.", "error"),
        ("Task failed.", "runtime"),
        ("Setting up task environment.", "runtime"),
        ("[save_logs] upload_start datastore=s3 files=[]", "runtime"),
        ("  + Exception Group Traceback (most recent call last):", "error"),
        ("Exception ignored in: <function Gone.__del__ at 0x1>", "plain"),
    ],
)
def test_a_line_alone(text: str, expected: str) -> None:
    assert kinds(text) == [expected]


def test_lines_of_the_scheduler_are_its_own_only_beside_those_of_the_task() -> None:
    assert kinds("pod is pending", "runtime", has_task_lines=True) == ["runtime"]
    assert kinds("printed by a local task", "runtime", has_task_lines=False) == ["plain"]
    assert kinds("printed in a container", "task", has_task_lines=True) == ["plain"]
    assert kinds("OSError: x", "runtime", has_task_lines=True) == ["error"]


def test_errors_read_the_same_in_both_engines() -> None:
    options = re2.Options()
    options.never_nl = True
    theirs, ours = re2.compile(ERRORS.encode(), options), re.compile(ERRORS)
    for text in [*TRACEBACK.split("\n"), "ERROR x", "x" * 99 + " ERROR", "x" * 101 + " ERROR", "a.bError", "Killed "]:
        assert bool(theirs.search(text.encode())) == bool(ours.match(text)), text


def test_kinds_are_words() -> None:
    assert all(re.fullmatch("[a-z]+", kind.value) for kind in Kind)


@pytest.mark.parametrize("piece", ["a.", "Error", " ", "ERROR", "\\", "|", 'File "', "Traceback "])
def test_hostile_lines_take_no_time(piece: str) -> None:
    started = time.process_time()
    for _ in range(100):
        kinds((piece * 4000)[:4000])
    assert time.process_time() - started < 2
