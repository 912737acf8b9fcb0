"""Trees that the real `metaflow` wrote. Import `metaflow_folder` in a conftest to use it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

FLOWS = Path(__file__).parent.parent / "flows"
T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true value of `condition`; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)
    return value


def environment(root: Path) -> dict[str, str]:
    """Environment of a flow that writes to `<root>/.metaflow`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("METAFLOW_")}
    own = {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(root), "METAFLOW_USER": "tester", "METAFLOW_HOME": str(root)}
    return {**kept, **own, "METAFLOW_DEFAULT_METADATA": "local", "PYTHONDONTWRITEBYTECODE": "1"}


def start_flow(root: Path, flow: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts a flow of tests/flows in its own process group."""
    return subprocess.Popen(
        [sys.executable, str(FLOWS / f"{flow}.py"), "--no-pylint", *arguments],
        env=environment(root),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_flow(root: Path, flow: str, *arguments: str, fails: bool = False) -> None:
    """Runs a flow to its end, which must be as expected."""
    with start_flow(root, flow, *arguments) as process:
        output, _ = process.communicate(timeout=240)
    assert (process.returncode != 0) == fails, output


def _run_and_resume(root: Path) -> None:
    gate = root / "gate"
    run_flow(root, "resumed", "run", "--gate", str(gate), fails=True)
    gate.touch()
    run_flow(root, "resumed", "resume")


@pytest.fixture(scope="session")
def metaflow_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `.metaflow` folder with runs of the flows in tests/flows that end by themselves. Copy it before a change."""
    root = tmp_path_factory.mktemp("metaflow")
    (root / ".metaflow").mkdir()
    with ThreadPoolExecutor(4) as pool:
        futures = [
            pool.submit(_run_and_resume, root),
            pool.submit(run_flow, root, "nested", "run"),
            pool.submit(run_flow, root, "failing", "run"),
            pool.submit(run_flow, root, "failing", "run", "--hopeless", "True", fails=True),
            pool.submit(run_flow, root, "linear", "run", "--alpha", "0.25", "--tag", "team:blue", "--tag", "größe"),
            pool.submit(run_flow, root, "branch", "run"),
            pool.submit(run_flow, root, "switch", "run"),
            pool.submit(run_flow, root, "dying", "run", fails=True),
        ]
        for future in futures:
            future.result()
    folder = root / ".metaflow"
    # What was written just now is not settled for the index, and would be read twice.
    until(lambda: max(path.lstat().st_mtime for path in folder.rglob("*")) < time.time() - 2.5)
    return folder
