"""Sources are read out of code packages, whatever somebody put there."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from dashboard.datastore import LocalStore, source_lines
from dashboard.datastore import code_package as under_test

FLOW = "TrainFlow"


def stored(root: Path, package: bytes) -> tuple[LocalStore, str]:
    """The package as Metaflow stores one: raw, under its hash."""
    sha = hashlib.sha1(package).hexdigest()
    folder = root / ".metaflow" / FLOW / "data" / sha[:2]
    folder.mkdir(parents=True)
    (folder / sha).write_bytes(package)
    (folder / f"{sha}_meta").write_text('{"cas_raw": true, "cas_version": 1}')
    return LocalStore(root / ".metaflow"), sha


def packed(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return made.getvalue()


def test_a_file_is_found_by_the_end_of_its_path(tmp_path: Path) -> None:
    files = {
        ".mf_code/metaflow/train.py": b"wrong",
        "lib/train.py": b"also wrong",
        "train.py": b"one\ntwo\xe2\x80\xae\nthree\n",
        "later.py": b"x",
    }
    store, sha = stored(tmp_path, packed(files))
    assert source_lines(store, FLOW, sha, "/home/me/train.py") == ("one", "two\\u202e", "three", "")
    assert source_lines(store, FLOW, sha, "/metaflow/lib/train.py") == ("also wrong",)
    assert source_lines(store, FLOW, sha, "/home/me/other.py") == ()
    assert source_lines(None, FLOW, sha, "train.py") == ()


@pytest.mark.parametrize(
    "package",
    [
        b"",
        b"not gzip",
        gzip.compress(b"not tar" * 100),
        packed({"train.py": b"x" * 200})[:60],
        gzip.compress(b"\0" * 1_000_000),
        packed({"train.py": b"x" * (under_test.SOURCE_LIMIT + 1)}),
        packed({"../../train.py/": b""}),
    ],
)
def test_what_is_no_package_has_no_sources(tmp_path: Path, package: bytes) -> None:
    store, sha = stored(tmp_path, package)
    assert source_lines(store, FLOW, sha, "train.py") == ()


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "CONTENT_LIMIT", 2_000_000)
    store, sha = stored(tmp_path, packed({"zeros": b"\0" * 4_000_000, "train.py": b"x"}))
    assert source_lines(store, FLOW, sha, "train.py") == ()
