"""A local datastore gives the bytes of a run, and nothing else of the disk."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.datastore import LocalStore, TooLarge, Unreadable, open_store
from tests.datastore.conftest import FLOW, SOUND, Tree

SECRET = "root:x:0:0"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty datastore with a secret beside it."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "0.secret").write_text(SECRET)
    path = tmp_path / ".metaflow"
    (path / "F/1/s/2").mkdir(parents=True)
    (path / "F/data").mkdir()
    return path


def save(root: Path, blob: bytes, meta: str | None = '{"cas_raw": false, "cas_version": 1}') -> str:
    """Put bytes in the place of an artifact, as they are."""
    sha = hashlib.sha1(blob).hexdigest()
    folder = root / "F/data" / sha[:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / sha).write_bytes(blob)
    if meta is not None:
        (folder / (sha + "_meta")).write_text(meta)
    return sha


def test_a_real_tree(tree: Tree) -> None:
    task = tree.task_folder(SOUND).name
    data = tree.store.read(FLOW, tree.runs[SOUND], "start", task, 0, "data.json")
    assert data
    blob = tree.store.blob(FLOW, json.loads(data)["objects"]["LIMIT"])
    assert blob == pickle.dumps(42, 4)
    tail = tree.store.tail(FLOW, tree.runs[SOUND], "start", task, 0, "runtime_stderr.log")
    assert tail
    assert b"carrying on" in tail


def test_what_is_not_there_is_none(root: Path) -> None:
    store = LocalStore(root)
    assert store.blob("F", "a" * 40) is None
    assert store.read("F", "1", "s", "2", 0, "data.json") is None
    assert store.tail("F", "1", "s", "2", 0, "stderr.log") is None
    assert store.read("F", "1", "s" * 250, "2", 0, "data.json") is None
    (root / "F/1/file").write_text("")
    assert store.read("F", "1", "file", "2", 0, "data.json") is None


@pytest.mark.parametrize("meta", ['{"cas_raw": false, "cas_version": 1}', None])
def test_blobs_are_unpacked(root: Path, meta: str | None) -> None:
    assert LocalStore(root).blob("F", save(root, gzip.compress(b"value"), meta)) == b"value"


def test_raw_blobs_stay_as_they_are(root: Path) -> None:
    sha = save(root, b"value", '{"cas_raw": true, "cas_version": 1}')
    assert LocalStore(root).blob("F", sha, 5) == b"value"
    with pytest.raises(TooLarge):
        LocalStore(root).blob("F", sha, 4)


def test_blobs_are_bounded(root: Path) -> None:
    store = LocalStore(root)
    sha = save(root, gzip.compress(b"x" * 1000))
    assert store.blob("F", sha, 1000) == b"x" * 1000
    with pytest.raises(TooLarge):
        store.blob("F", sha, 999)
    with pytest.raises(TooLarge):
        store.blob("F", save(root, gzip.compress(b"\0" * 50_000_000)))
    with pytest.raises(TooLarge):
        store.blob("F", save(root, os.urandom(300_000)))
    noise = os.urandom(100_000)
    assert store.blob("F", save(root, gzip.compress(noise, 0)), 100_000) == noise


@pytest.mark.parametrize(
    ("blob", "meta"),
    [
        (b"", None),
        (b"not gzip", None),
        (gzip.compress(b"value")[:-3], None),
        (gzip.compress(b"value")[:-8] + b"12345678", None),
        (zlib.compress(b"value"), None),
        (gzip.compress(b"value"), ""),
        (gzip.compress(b"value"), "[]"),
        (gzip.compress(b"value"), "[" * 4000),
        (gzip.compress(b"value"), "{}"),
        (gzip.compress(b"value"), '{"cas_version": 2}'),
        (gzip.compress(b"value"), " " * 5000),
    ],
)
def test_damaged_blobs_are_a_sentence(root: Path, blob: bytes, meta: str | None) -> None:
    with pytest.raises(Unreadable, match=r"^[A-Z].*\.$"):
        LocalStore(root).blob("F", save(root, blob, meta))


@pytest.mark.parametrize("sha", ["", "a" * 39, "A" * 40, "../" + "a" * 37, "a" * 40 + "\n", "a" * 40 + "_meta"])
def test_only_a_sha_names_a_blob(root: Path, sha: str) -> None:
    with pytest.raises(Unreadable):
        LocalStore(root).blob("F", sha)


@pytest.mark.parametrize(
    "part", ["", ".", "..", ".hidden", "a/b", "a\\b", "/etc", "a\0b", "a\nb", "\ud800", "x" * 256, "ü" * 128]
)
def test_no_part_of_a_path_can_be_more_than_a_name(root: Path, part: str) -> None:
    store = LocalStore(root)
    parts = ["F", "1", "s", "2"]
    for at in range(4):
        names = [*parts[:at], part, *parts[at + 1 :]]
        with pytest.raises(Unreadable, match=r"^A name in the path .*\.$"):
            store.read(*(names[0], names[1], names[2], names[3]), 0, "data.json")
    with pytest.raises(Unreadable):
        store.tail("F", "1", "s", "2", 0, part)
    with pytest.raises(Unreadable):
        store.blob(part, "a" * 40)


@given(parts=st.lists(st.text(st.sampled_from("./\\~0F\0 secrt%"), max_size=8), min_size=5, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_reaches_the_secret(root: Path, parts: list[str]) -> None:
    flow, run, step, task, name = parts
    try:
        assert LocalStore(root).read(flow, run, step, task, 0, name) is None
    except Unreadable:
        pass


@pytest.mark.parametrize("attempt", [-1, 1000, 10**30])
def test_attempts_are_small_numbers(root: Path, attempt: int) -> None:
    with pytest.raises(Unreadable):
        LocalStore(root).read("F", "1", "s", "2", attempt, "data.json")


def test_links_do_not_lead_outside(root: Path) -> None:
    store = LocalStore(root)
    task = root / "F/1/s/2"
    (task / "0.data.json").symlink_to(root.parent / "secret")
    (task / "0.runtime").symlink_to(task / "0.runtime")
    (root / "F/1/out").symlink_to(root.parent.parent)
    (task / "0.inside").write_text("fine")
    (task / "0.within").symlink_to(task / "0.inside")
    for step, name in (("s", "data.json"), ("s", "runtime"), ("out", "secret")):
        with pytest.raises(Unreadable):
            store.read("F", "1", step, "2", 0, name)
    assert store.read("F", "1", "s", "2", 0, "within") == b"fine"
    (root.parent / ".metaflow2").mkdir()
    (root.parent / ".metaflow2/0.x").write_text(SECRET)
    (root / "F/1/next").symlink_to(root.parent / ".metaflow2")
    with pytest.raises(Unreadable):
        store.read("F", "1", "next", "2", 0, "x")


def test_pipes_and_folders_are_no_files(root: Path) -> None:
    task = root / "F/1/s/2"
    os.mkfifo(task / "0.pipe")
    (task / "0.folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(Unreadable, match="other than a file"):
            LocalStore(root).read("F", "1", "s", "2", 0, name)


def test_failing_disks_are_a_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> bytes:
        raise OSError(5, "Input/output error")

    (root / "F/1/s/2/0.data.json").write_text("{}")
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", fail)
        with pytest.raises(Unreadable, match="cannot be read"):
            LocalStore(root).read("F", "1", "s", "2", 0, "data.json")
    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(Unreadable, match="cannot be opened"):
        LocalStore(root).read("F", "1", "s", "2", 0, "data.json")


def test_files_and_tails_are_bounded(root: Path) -> None:
    store = LocalStore(root)
    log = root / "F/1/s/2/0.stderr.log"
    log.write_text("one\ntwo\nthree")
    assert store.read("F", "1", "s", "2", 0, "stderr.log", 13) == b"one\ntwo\nthree"
    with pytest.raises(TooLarge):
        store.read("F", "1", "s", "2", 0, "stderr.log", 12)
    assert store.tail("F", "1", "s", "2", 0, "stderr.log", 13) == b"one\ntwo\nthree"
    assert store.tail("F", "1", "s", "2", 0, "stderr.log", 11) == b"two\nthree"
    assert store.tail("F", "1", "s", "2", 0, "stderr.log", 3) == b"ree"


def test_a_folder_lists_its_files(root: Path) -> None:
    store = LocalStore(root)
    task = root / "F/1/s/2"
    for name in ("b", "a"):
        (task / name).write_text(name * 3)
    (task / "folder").mkdir()
    (task / "link").symlink_to(root.parent / "secret")
    os.mkfifo(task / "pipe")
    found = store.entries(("F", "1", "s", "2"), 100)
    assert [(entry.name, entry.size) for entry in found] == [("a", 3), ("b", 3)]
    assert found[0] == store.stat(("F", "1", "s", "2", "a"))
    assert len(store.entries(("F", "1", "s", "2"), 1)) <= 1
    assert store.entries(("F", "1", "s", "3"), 100) == store.entries(("F", "1", "s", "2", "a"), 100) == []
    (root / "F/out").symlink_to(root.parent)
    for path in (("F", ".."), ("F", "out"), ("F/1",)):
        with pytest.raises(Unreadable):
            store.entries(path, 100)


def test_ranges_of_a_file(root: Path) -> None:
    store = LocalStore(root)
    path = ("F", "1", "s", "2", "0.x")
    (root / "F/1/s/2/0.x").write_text("0123456789")
    assert store.read_range(path, 3, 4) == b"3456"
    assert store.read_range(path, 8, 100) == b"89"
    assert store.read_range(path, 100, 5) == store.read_range(path, 3, 0) == b""
    assert store.read_range(("F", "1", "s", "2", "1.x"), 0, 5) is None
    assert store.stat(("F", "1", "s", "2", "1.x")) is None
    with pytest.raises(Unreadable):
        store.stat(("F", "1", "s", "2"))


def test_open_store(tree: Tree, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_store("local", str(tree.root))
    assert open_store("local", str(root))
    for ds_type, ds_root in [
        ("s3", "s3://bucket/metaflow"),
        ("azure", str(root)),
        ("local", ""),
        ("local", ".metaflow"),
        ("local", "~/.metaflow"),
        ("local", str(root) + "\0"),
        ("local", str(tmp_path)),
        ("local", "/"),
        ("local", "/proc"),
        ("local", str(tmp_path / "absent/.metaflow")),
        ("local", str(tmp_path / "secret")),
        ("local", "/" + "x" * 5000),
    ]:
        assert open_store(ds_type, ds_root) is None
    other = tmp_path / "elsewhere"
    (other / "F/data/0a").mkdir(parents=True)
    assert open_store("local", str(other))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert open_store("local", str(tmp_path / "loop")) is None
