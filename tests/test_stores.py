"""Datastores are opened as the settings say, wherever the program reads one."""

from __future__ import annotations

from pathlib import Path

from dashboard.data.locations import Location
from dashboard.settings import Settings
from dashboard.stores import Stores


def test_a_store_of_a_cloud_is_opened_but_is_not_near() -> None:
    stores = Stores(Settings())
    there = Location("s3", "s3://bucket/metaflow")
    store = stores(there)
    assert store is not None
    assert not store.is_near
    assert stores.near(there) is None
    assert stores(None) is None
    assert stores.near(None) is None


def test_a_store_that_was_moved_to_a_folder_is_near(tmp_path: Path) -> None:
    settings = Settings.from_env({"METAFLOW_DASHBOARD_DATASTORE_MAP": f"s3://bucket/metaflow={tmp_path}"})
    store = Stores(settings).near(Location("s3", "s3://bucket/metaflow"))
    assert store is not None
    assert store.is_near


def test_only_what_the_settings_allow_is_opened(tmp_path: Path) -> None:
    (tmp_path / ".metaflow").mkdir()
    settings = Settings.from_env({"METAFLOW_DASHBOARD_DATASTORE_ROOTS": "s3://bucket/metaflow"})
    assert Stores(settings)(Location("local", str(tmp_path / ".metaflow"))) is None
    assert Stores(settings)(Location("s3", "s3://other/metaflow")) is None
    assert Stores(Settings())(Location("local", str(tmp_path / ".metaflow"))) is not None
