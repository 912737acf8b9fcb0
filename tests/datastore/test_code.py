"""The source in code packages: as the real Metaflow packs it, and of packages that are old, damaged or hostile."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping

import pytest

from dashboard.datastore import Datastore, SourceFiles, Unreadable, source
from tests.datastore.test_parameters import Memory
from tests.datastore.test_tar import packed, special
from tests.local.fixtures import FLOWS, environment

SCRIPT = "flow.py"
TEXT = b"""import os


def load():
    return 1


class F:
    def start(self):
        a = 1

        return a

    x = 1
"""


def stored(archive: bytes) -> tuple[Datastore, Mapping[str, object]]:
    """A store with this package, and the metadata that names it."""
    sha = hashlib.sha1(archive).hexdigest()
    return Memory(**{sha: archive}), {"sha": sha, "ds_type": "local", "location": f":root:/{sha}"}


def old(**files: bytes) -> bytes:
    """A package of a Metaflow before 2.16, with the library beside the user's files."""
    return packed({"metaflow/flowspec.py": b"x", "INFO": json.dumps({"script": SCRIPT}).encode(), **files})


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `python flow.py package save` writes."""
    root = tmp_path_factory.mktemp("package")
    (root / SCRIPT).write_text((FLOWS / "linear.py").read_text())
    (root / "lib").mkdir()
    (root / "lib" / "model.py").write_bytes(TEXT)
    command = [sys.executable, SCRIPT, "--no-pylint", "package", "save", "code.tgz"]
    subprocess.run(command, env=environment(root), cwd=root, check=True, capture_output=True)
    return (root / "code.tgz").read_bytes()


def test_a_real_package(saved: bytes) -> None:
    store, told = stored(saved)
    found = source(store, "LinearFlow", told)
    assert found is not None
    assert found.main == SCRIPT
    assert found.script() == (FLOWS / "linear.py").read_text()
    assert set(found.files) == {SCRIPT, "lib/model.py"}


def test_an_old_package() -> None:
    store, told = stored(old(**{SCRIPT: TEXT, "notes.txt": b"not code"}))
    found = source(store, "F", told)
    assert found is not None
    assert found.files == {SCRIPT: TEXT}
    assert found.script("absent.py") is None


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/home/ana/project/flow.py", "flow.py"),
        ("flow.py", "flow.py"),
        ("C:\\work\\lib\\model.py", "lib/model.py"),
        ("/metaflow/lib/model.py", None),
        ("/usr/lib/python3.11/lib/model.py", None),
        ("/venv/site-packages/lib/model.py", None),
        ("/home/ana/other.py", None),
        ("<string>", None),
        ("", None),
    ],
)
def test_which_file_a_traceback_means(path: str, known: str | None) -> None:
    assert SourceFiles({"flow.py": TEXT, "lib/model.py": TEXT}, "flow.py").path(path) == known


def test_lines_around_one() -> None:
    found = SourceFiles({SCRIPT: TEXT}, SCRIPT)
    assert found.lines("/x/flow.py", 5, around=1) == [(4, "def load():"), (5, "    return 1"), (6, "")]
    assert found.lines("/x/flow.py", 1) == [(1, "import os"), (2, ""), (3, ""), (4, "def load():")]
    assert found.lines("/x/flow.py", 99) == found.lines("/x/flow.py", 0) == found.lines("/x/none.py", 1) == []
    assert found.lines(SCRIPT, 14) == [(11, ""), (12, "        return a"), (13, ""), (14, "    x = 1")]


def test_a_whole_function() -> None:
    found = SourceFiles({SCRIPT: TEXT}, SCRIPT)
    assert [number for number, _ in found.block(SCRIPT, 9)] == [9, 10, 11, 12]
    assert [number for number, _ in found.block(SCRIPT, 9, most=2)] == [9, 10]
    assert found.block(SCRIPT, 99) == []


def test_what_cannot_be_seen_is_written_out() -> None:
    found = SourceFiles(
        {SCRIPT: "x = 1  # \u202e\x1b[31m\t\xff".encode("latin-1", "ignore") + "\u202e".encode()}, SCRIPT
    )
    assert "\u202e" not in found.lines(SCRIPT, 1)[0][1]
    assert "\x1b" not in found.lines(SCRIPT, 1)[0][1]


def test_nothing_to_read() -> None:
    store, told = stored(old(**{SCRIPT: TEXT}))
    assert source(None, "F", told) is None
    assert source(store, "F", {}) is None
    assert source(Memory(), "F", {**told, "sha": "0" * 40}) is None


def test_a_package_that_comes_later_is_found() -> None:
    archive = old(**{SCRIPT: b"later = 1"})
    store, told = stored(archive)
    assert source(Memory(), "F", told) is None
    found = source(store, "F", told)
    assert found is not None
    assert found.script() == "later = 1"


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (packed({"../flow.py": b"x"}), "path"),
        (packed({}, odd=special("flow.py", tarfile.CHRTYPE)), "device"),
        (packed({"flow.py": b"\0" * 300_000_000}), "unpacks to more"),
        (b"no archive", "damaged"),
    ],
    ids=["path", "device", "bomb", "damage"],
)
def test_hostile_packages_are_refused_and_looked_at_once(archive: bytes, words: str) -> None:
    store, told = stored(archive)
    for _ in range(2):
        with pytest.raises(Unreadable, match=words):
            source(store, "F", told)


def test_a_package_that_is_not_what_its_hash_says() -> None:
    archive = old(**{SCRIPT: TEXT})
    with pytest.raises(Unreadable, match="hash"):
        source(Memory(**{"1" * 40: archive}), "F", {"sha": "1" * 40})


def test_trouble_of_the_store_is_not_remembered() -> None:
    archive = old(**{SCRIPT: b"y = 2"})
    store, told = stored(archive)
    with pytest.raises(Unreadable, match="closed"):
        source(Memory(**{str(told["sha"]): Unreadable("It is closed.")}), "F", told)
    assert source(store, "F", told)


@pytest.mark.parametrize("metadata", ['{"archive_format": "zip"}', '{"archive_format": 7}'])
def test_other_formats(metadata: str) -> None:
    store, told = stored(old(**{SCRIPT: TEXT}))
    with pytest.raises(Unreadable, match="format"):
        source(store, "F", {**told, "metadata": metadata})


@pytest.mark.parametrize("metadata", ["", "[]", "{", '{"version": 0, "archive_format": "tgz"}'])
def test_descriptions_of_the_format(metadata: str) -> None:
    store, told = stored(old(**{SCRIPT: TEXT}))
    assert source(store, "F", {**told, "metadata": metadata})


def test_bad_descriptions_of_the_package() -> None:
    for info in (b"", b"[]", b'{"script": 1}', b"{" * 10):
        store, told = stored(packed({"INFO": info, SCRIPT: TEXT}))
        found = source(store, "F", told)
        assert found is not None
        assert found.script() is None
        assert found.script(SCRIPT)
