"""Which stores are opened: the settings move, allow and bound them; what is not installed says so."""

from __future__ import annotations

import importlib.util
from datetime import datetime, timezone
from pathlib import Path

import pytest
from fsspec.implementations.asyn_wrapper import AsyncFileSystemWrapper
from fsspec.implementations.memory import MemoryFileSystem

from dashboard.datastore import LocalStore, StoreOptions, Unreadable, open_store
from dashboard.datastore.gate import Gate
from dashboard.datastore.remote import RemoteStore
from dashboard.datastore.store import StoreUnavailable

FILE = ("F", "1", "s", "2", "0.task_stdout.log")


def test_clouds_are_read_only_with_options() -> None:
    for ds_type, ds_root in (("s3", "s3://bucket/metaflow"), ("gs", "gs://bucket"), ("azure", "container/metaflow")):
        assert open_store(ds_type, ds_root) is None
        assert isinstance(open_store(ds_type, ds_root, StoreOptions()), RemoteStore)


@pytest.mark.parametrize(
    ("ds_type", "ds_root", "package", "sentence"),
    [
        ("gs", "gs://bucket", "gcsfs", "Reading Google Cloud Storage needs a package that is not installed: "),
        ("azure", "container", "adlfs", "Reading Azure Blob Storage needs a package that is not installed: "),
    ],
)
def test_a_package_that_is_missing_is_named(ds_type: str, ds_root: str, package: str, sentence: str) -> None:
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed here")
    store = open_store(ds_type, ds_root, StoreOptions(azure_endpoint="https://account.blob.core.windows.net"))
    assert store
    with pytest.raises(StoreUnavailable) as raised:
        store.read_range(FILE, 0, 1)
    assert str(raised.value) == f"{sentence}pip install -r requirements-{ds_type}.txt."


def test_a_datastore_may_be_mounted_elsewhere(tmp_path: Path) -> None:
    mounted = tmp_path / "mounted" / "team"
    mounted.joinpath(*FILE[:-1]).mkdir(parents=True)
    mounted.joinpath(*FILE).write_text("moved")
    options = StoreOptions(moved=(("s3://bucket/metaflow", str(mounted.parent)),))
    store = open_store("s3", "s3://bucket/metaflow/team", options)
    assert isinstance(store, LocalStore)
    assert store.read_range(FILE, 0, 10) == b"moved"
    assert open_store("s3", "s3://bucket/metaflow/absent", options) is None
    assert isinstance(open_store("s3", "s3://bucket/other", options), RemoteStore)
    away = StoreOptions(moved=((str(tmp_path), "s3://bucket/from/disk"),))
    assert isinstance(open_store("local", str(mounted), away), RemoteStore)


def test_only_what_is_allowed_is_opened(tmp_path: Path) -> None:
    (tmp_path / "mine/.metaflow").mkdir(parents=True)
    (tmp_path / "yours/.metaflow").mkdir(parents=True)
    options = StoreOptions(allowed=("s3://bucket/metaflow", str(tmp_path / "mine")))
    assert open_store("local", str(tmp_path / "mine/.metaflow"), options)
    assert open_store("local", str(tmp_path / "yours/.metaflow"), options) is None
    assert open_store("local", str(tmp_path / "mine/../yours/.metaflow"), options) is None
    assert open_store("s3", "s3://bucket/metaflow/team", options)
    assert open_store("s3", "s3://bucket/metaflow2", options) is None
    assert open_store("azure", "bucket/metaflow", options) is None


class Described(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Objects described as Azure and Google do: user metadata within, times under names of their own."""

    store: dict[str, object] = {}
    pseudo_dirs = [""]
    about: dict[str, object] = {}

    def info(self, path: str, **kwargs: object) -> dict[str, object]:
        known = super().info(path, **kwargs)
        known.pop("created", None)
        return {**known, **self.about}


@pytest.mark.parametrize(
    ("about", "modified_at"),
    [
        ({"metadata": {"metaflow_user_attributes": '{"cas_raw": true, "cas_version": 1}'}}, None),
        ({"metadata": {"metaflow-user-attributes": '{"cas_raw": true, "cas_version": 1}'}, "updated": "no"}, None),
        (
            {
                "metadata": {"metaflow-user-attributes": {"cas_raw": True}},
                "last_modified": datetime(2026, 11, 24, tzinfo=timezone.utc),
            },
            1_795_478_400_000,
        ),
        (
            {"metadata": {"Metaflow_User_Attributes": '{"cas_raw": true}'}, "mtime": "2026-11-24T00:00:00.000Z"},
            1_795_478_400_000,
        ),
        ({"metadata": {"metaflow_user_attributes": '{"cas_raw": true}'}, "mtime": 1_795_478_400.5}, 1_795_478_400_500),
    ],
)
def test_objects_of_azure_and_google(about: dict[str, object], modified_at: int | None) -> None:
    system = Described(skip_instance_cache=True)
    system.about = about
    store = RemoteStore(lambda: AsyncFileSystemWrapper(system, asynchronous=False), "container/prefix", Gate("x", 2, 5))
    system.pipe_file("/container/prefix/" + "/".join(FILE), b"one\ntwo\n")
    system.pipe_file("/container/prefix/F/data/aa/" + "a" * 40, b"raw")
    entry = store.stat(FILE)
    assert entry
    assert (entry.name, entry.size, entry.modified_at) == (FILE[-1], 8, modified_at)
    assert store.read_range(FILE, 4, 100) == b"two\n"
    assert store.tail("F", "1", "s", "2", 0, "task_stdout.log", 5) == b"two\n"
    assert [one.name for one in store.entries(FILE[:-1], 5)] == [FILE[-1]]
    assert store.stat(FILE[:-1]) is None
    assert store.blob("F", "a" * 40) == b"raw"
    assert store.blob("F", "b" * 40) is None


def test_what_a_library_raises_never_gets_out() -> None:
    def broken() -> AsyncFileSystemWrapper:
        raise KeyError("token=hunter2")

    store = RemoteStore(broken, "bucket", Gate("x", 1, 1))
    with pytest.raises(Unreadable) as raised:
        store.attributes(FILE)
    assert "hunter2" not in str(raised.value)
