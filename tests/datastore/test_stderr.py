"""The last error of attempts that the real Metaflow wrote, and of logs that nobody would write by chance."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dashboard.datastore import LocalStore, last_error
from dashboard.datastore.failure import ORCHESTRATOR, SEGFAULT
from tests.datastore.conftest import FLOW, SOUND, WAYS, Tree

PREFIX = "[MFLOG|0|2026-11-23T12:07:15.026489Z|task|73d46660-b46c-4d50-8c57-7d0211a13933]"
ERRORS = {
    "raise": "ValueError: Input X contains NaN",
    "chain": "RuntimeError: what broke in the end",
    "metaflow": "Flow failed: in its own words",
    "timeout": "@timeout: Step start timed out after 0 hours, 0 minutes, 5 seconds",
    "kill": "Killed by signal 9 (SIGKILL)",
    "segfault": SEGFAULT,
    "save": 'Cannot pickle artifact: Cannot pickle dump artifact named "lock"',
    "noise": "LookupError: the one that counts",
    "group": "ExceptionGroup: many (2 sub-exceptions)",
}


@pytest.mark.parametrize("how", WAYS)
def test_a_real_failure_is_named(tree: Tree, how: str) -> None:
    task = tree.task_folder(how).name
    assert last_error(tree.store, FLOW, tree.runs[how], "start", task, 0) == ERRORS[how]


def test_there_is_no_error_where_nothing_was_written(tree: Tree) -> None:
    task = tree.task_folder(SOUND, "end").name
    assert last_error(tree.store, FLOW, tree.runs[SOUND], "end", task, 0) is None
    assert last_error(tree.store, FLOW, tree.runs[SOUND], "end", task, 1) is None
    assert last_error(None, FLOW, tree.runs[SOUND], "end", task, 0) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the task F/1/s/2."""
    path = tmp_path / ".metaflow" / "F" / "1" / "s" / "2"
    path.mkdir(parents=True)
    return path


def error(folder: Path, log: str | bytes = b"", name: str = "task_stderr.log") -> str | None:
    """The error of attempt 0 with this log."""
    if log:
        (folder / f"0.{name}").write_bytes(log.encode() if isinstance(log, str) else log)
    return last_error(LocalStore(folder.parents[3]), "F", "1", "s", "2", 0)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("a.b.SomeError: message\nTask failed.", "a.b.SomeError: message"),
        ("start\nKilled\n", "Killed"),
        ("ValueError: x\n[KILLED BY ORCHESTRATOR]\nTask failed.", ORCHESTRATOR),
        (f"x\n{SEGFAULT}", SEGFAULT),
        ("Task failed.", None),
        ("    Internal error\nTask failed.", None),
        ("WARNING: nothing wrong\nloading: done\n12:00 Error rate 3", None),
        ("Error: No such option: --x", "Error: No such option: --x"),
        ("10%|#\r20%|##\rOSError: disk full\r\n", "OSError: disk full"),
        ("Traceback (most recent call last):\n  File x\nstrange.Thing: why\nbye: bye", "strange.Thing: why"),
        ("Traceback (most recent call last):\n  File x\nof a thread\nIOError: why\n", "IOError: why"),
        ("Traceback (most recent call last):\n  File x\n", None),
        ("Traceback (most recent call last):\n  x\nTraceback (most recent call last):\n  x\nAError: b", "AError: b"),
        ("KeyError: 1\nException ignored in: x\nTraceback (most recent call last):\n  x\nOSError: 2", "KeyError: 1"),
        ("\x1b[1;31mValueError\x1b[0m: \x1b]8;;http://x\x07red\x1b]8;;\x07", "ValueError: red"),
        ("ValueError: a\x00b\u202ec\u200bd\te", "ValueError: abcd e"),
        ("ValueError: <img src=x onerror=alert(1)>", "ValueError: <img src=x onerror=alert(1)>"),
        (b"ValueError: \xff\xfe", "ValueError: \ufffd\ufffd"),
        ("<flow F step s> failed:\n", None),
        ("<flow F step s> failed:\n    Internal error\nTraceback (most recent call last):\n  File x", None),
        ("<flow F step s> failed:\nnoise\n    Oh in file x on line 3:\n    two", "Oh in file x on line 3: two"),
        ("Traceback (most recent call last):\n  File x\nKeepsSilent\n", "KeepsSilent"),
        ("Traceback (most recent call last):\n  File x\nAError: \nthe message\n", "AError: the message"),
        ("Traceback (most recent call last):\n  File x\n__main__.f.<locals>.Mine: x\n", "__main__.f.<locals>.Mine: x"),
        ("    Oh:\n    two\n    lines\n\nTask failed.", "Oh: two"),
        ("    Oh:\n    two\nlast words", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_log_names_its_error(folder: Path, log: str | bytes, expected: str | None) -> None:
    assert error(folder, log) == expected
    prefixed = b"\n".join(
        PREFIX.encode() + line for line in (log if isinstance(log, bytes) else log.encode()).split(b"\n")
    )
    assert error(folder, prefixed) == expected


def test_chained_and_embedded_tracebacks(folder: Path) -> None:
    head = "Traceback (most recent call last):\n  File x\n"
    joint = "\n\nThe above exception was the direct cause of the following exception:\n\n"
    report = "<flow F step s> failed:\n    Internal error\n"
    assert error(folder, f"{report}{head}KeyError: 1{joint}{head}OSError: 2\n") == "OSError: 2"
    assert error(folder, f"{report}{head}OSError: child said\n{head}KeyError: 1\n") == "OSError: child said"
    ignored = f"\nException ignored in: <x>\n{head}A: 1{joint}{head}B: 2"
    assert error(folder, f"{report}{head}OSError: 2\n{ignored}") == "OSError: 2"


def test_prefixes_may_be_marked_and_doubled(folder: Path) -> None:
    assert error(folder, f"[!{PREFIX}{PREFIX}OSError: x\n") == "OSError: x"


def test_what_metaflow_reports_comes_before_what_only_looks_like_an_error(folder: Path) -> None:
    assert error(folder, "OSError: old", "stderr.log") == "OSError: old"
    assert error(folder, "OSError: scheduler", "runtime_stderr.log") == "OSError: scheduler"
    assert error(folder, "OSError: container", "task_stderr.log") == "OSError: container"
    assert (
        error(folder, "    Kubernetes error:\n    Out of memory\n", "runtime_stderr.log")
        == "Kubernetes error: Out of memory"
    )


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ('{"return_code": -9, "killed": false}', "Killed by signal 9 (SIGKILL)"),
        ('{"return_code": -9, "killed": true}', ORCHESTRATOR),
        ('{"return_code": -11}', SEGFAULT),
        ('{"return_code": -63}', "Killed by signal 63"),
        ('{"return_code": -99999}', None),
        ('{"return_code": 1}', None),
        ('{"return_code": true}', None),
        ("[]", None),
        ("{", None),
        ("[" * 4000, None),
        (" " * 5000, None),
    ],
)
def test_the_scheduler_notes_signals(folder: Path, runtime: str, expected: str | None) -> None:
    (folder / "0.runtime").write_text(runtime)
    assert error(folder) == expected


def test_a_line_is_cut(folder: Path) -> None:
    line = error(folder, "ValueError: " + "x" * 1000)
    assert line
    assert len(line) == 300
    assert line.endswith("x…")


def test_only_the_end_of_a_log_counts(folder: Path) -> None:
    assert error(folder, "OSError: long ago\n" + "fine\n" * 20_000) is None
    assert error(folder, "fine\n" * 20_000 + "OSError: now\n") == "OSError: now"


def test_a_log_that_is_no_file_is_no_error(folder: Path) -> None:
    (folder / "0.task_stderr.log").mkdir()
    assert error(folder, "OSError: x", "runtime_stderr.log") == "OSError: x"
    assert last_error(LocalStore(folder.parents[3]), "..", "1", "s", "2", -1) is None


@pytest.mark.parametrize(
    "piece",
    [
        "Error",
        "a.",
        "\x1b[",
        "[MFLOG|0|",
        "\n",
        " ",
        "\r",
        "Traceback (most recent call last):\n",
        "    a:\n",
        "<flow  failed:\n",
    ],
)
def test_hostile_logs_take_no_time(folder: Path, piece: str) -> None:
    line = piece * (65_000 // len(piece))
    started = time.process_time()
    error(folder, line)
    assert time.process_time() - started < 2
