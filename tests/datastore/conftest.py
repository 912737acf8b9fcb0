"""Datastores that the real Metaflow wrote: on disk by runs that fail in different ways, and in S3."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.datastore import LocalStore
from tests.datastore import s3

FLOW = "BrokenFlow"
WAYS = ["raise", "chain", "metaflow", "timeout", "kill", "segfault", "save", "noise"]
if sys.version_info >= (3, 11):
    WAYS.append("group")
SOUND = "not at all"


@dataclass(frozen=True, slots=True)
class Tree:
    """A `.metaflow` folder and its runs by the way in which they failed."""

    root: Path
    runs: dict[str, str]

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.root)

    def task_folder(self, how: str, step: str = "start") -> Path:
        """The folder of the only task of a step."""
        return next(path for path in (self.root / FLOW / self.runs[how] / step).iterdir() if path.name != "_meta")


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """All runs, made at the same time."""
    folder = tmp_path_factory.mktemp("datastore")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("METAFLOW")}
    environment = {
        **kept,
        "METAFLOW_USER": "tester",
        "METAFLOW_HOME": str(folder / "home"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "METAFLOW_DEFAULT_DATASTORE": "local",
        "METAFLOW_DEFAULT_METADATA": "local",
    }
    ways = [*WAYS, SOUND]
    flow = Path(__file__).with_name("broken_flow.py")
    started = {}
    for how in ways:
        command = [sys.executable, str(flow), "run", "--how", how, "--run-id-file", str(folder / f"{how}.id")]
        started[how] = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    for how, process in started.items():
        output, _ = process.communicate(timeout=120)
        assert (process.returncode == 0) == (how == SOUND), output
    return Tree(folder / ".metaflow", {how: (folder / f"{how}.id").read_text().strip() for how in ways})


TALKING = "TalkingFlow"


@pytest.fixture(scope="session")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A run that prints all that is hard to show, on disk; its key is the empty text."""
    folder = tmp_path_factory.mktemp("talking")
    run = _run("talking_flow.py", folder, METAFLOW_DEFAULT_DATASTORE="local")
    return Tree(folder / ".metaflow", {"": run})


def _run(flow: str, folder: Path, *options: str, **environment: str) -> str:
    """Run a flow of this folder with Metaflow; its id."""
    return _started(flow, folder, "run", *options, **environment)


def _resume(flow: str, folder: Path, run: str, **environment: str) -> str:
    """Run the last step again; the id of the new run."""
    return _started(flow, folder, "resume", "end", "--origin-run-id", run, **environment)


def _started(flow: str, folder: Path, *command: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("METAFLOW", "AWS"))}
    own = {
        "METAFLOW_USER": "tester",
        "METAFLOW_HOME": str(folder / "home"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "METAFLOW_DEFAULT_METADATA": "local",
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(flow)), *command, "--run-id-file", str(folder / "id")],
        env={**kept, **own, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return (folder / "id").read_text().strip()


@pytest.fixture(scope="session")
def _s3_server() -> Iterator[s3.Server]:
    with s3.serve() as server:
        yield server


@pytest.fixture
def s3_server(_s3_server: s3.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> s3.Server:
    """An S3 server without faults, and the environment of one who may read it."""
    caplog.set_level("ERROR", "werkzeug")
    _s3_server.heal()
    for name, value in s3.KEYS.items():
        monkeypatch.setenv(name, value)
    return _s3_server


@dataclass(frozen=True, slots=True)
class Written:
    """Runs whose metadata are in the folder `.metaflow` and whose data may be elsewhere: one, and its resumption."""

    metadata: Path
    flow: str
    run: str
    resumed: str


@pytest.fixture(scope="session")
def s3_written(_s3_server: s3.Server, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Runs that the real Metaflow wrote to the S3 server; the second has taken over all but the last step."""
    folder = tmp_path_factory.mktemp("s3")
    environment = {
        **s3.KEYS,
        "METAFLOW_DEFAULT_DATASTORE": "s3",
        "METAFLOW_DATASTORE_SYSROOT_S3": s3.ROOT,
        "METAFLOW_S3_ENDPOINT_URL": _s3_server.url,
    }
    run = _run("broken_flow.py", folder, "--with", "card", **environment)
    resumed = _resume("broken_flow.py", folder, run, **environment)
    return Written(folder / ".metaflow", FLOW, run, resumed)


@pytest.fixture(scope="session")
def s3_run(s3_written: Written) -> str:
    """The id of the first of them."""
    return s3_written.run


@pytest.fixture(scope="session")
def talking_twice(talking: Tree) -> Written:
    """The run that prints all that is hard to show, and one that has taken over all but its last step."""
    resumed = _resume("talking_flow.py", talking.root.parent, talking.runs[""], METAFLOW_DEFAULT_DATASTORE="local")
    return Written(talking.root, TALKING, talking.runs[""], resumed)
