from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.local import LocalIndex
from tests.local.fixtures import metaflow_folder

__all__ = ["metaflow_folder"]


@pytest.fixture
def folder(metaflow_folder: Path, tmp_path: Path) -> Path:
    """A copy to be changed, its times kept."""
    copy = tmp_path / ".metaflow"
    shutil.copytree(metaflow_folder, copy)
    return copy


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Callable[..., LocalIndex]]:
    """Makes indices in one SQLite file and stops them after the test."""
    made: list[LocalIndex] = []

    def make(folder: Path, liveness: bool = True) -> LocalIndex:
        made.append(LocalIndex(folder, tmp_path / "cache" / "index.sqlite", liveness, beat_every=0.3))
        return made[-1]

    yield make
    for each in made:
        each.stop()
