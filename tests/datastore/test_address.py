"""Addresses of datastores: what Metaflow writes is understood, nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.address import address, is_within, mapped


@pytest.mark.parametrize(
    ("ds_type", "ds_root", "expected"),
    [
        ("local", "/home/me/.metaflow", "/home/me/.metaflow"),
        ("local", "/home/me/../you/.metaflow", "/home/you/.metaflow"),
        ("spin", "/home/me/.metaflow_spin", "/home/me/.metaflow_spin"),
        ("local", ".metaflow", None),
        ("local", "/a\0b", None),
        ("local", "", None),
        ("s3", "s3://bucket/metaflow", "s3://bucket/metaflow"),
        ("s3", "s3://bucket/metaflow/", "s3://bucket/metaflow"),
        ("s3", "s3://bucket", "s3://bucket"),
        ("s3", "bucket/metaflow", None),
        ("s3", "https://example.org/bucket", None),
        ("s3", "s3:///metaflow", None),
        ("s3", "s3://bucket/../other", None),
        ("s3", "s3://bucket//twice", None),
        ("s3", "s3://bucket/a?versionId=1", None),
        ("s3", "s3://key:secret@bucket/a", None),
        ("gs", "gs://bucket/metaflow", "gs://bucket/metaflow"),
        ("gs", "s3://bucket/metaflow", None),
        ("azure", "container/metaflow", "azure://container/metaflow"),
        ("azure", "container", "azure://container"),
        ("azure", "https://account.blob.core.windows.net/container", None),
        ("ftp", "ftp://host/metaflow", None),
    ],
)
def test_an_address(ds_type: str, ds_root: str, expected: str | None) -> None:
    assert address(ds_type, ds_root) == expected


@given(st.sampled_from(["local", "s3", "gs", "azure"]), st.text(st.sampled_from("/.:s3gab\\?\0 ~@%"), max_size=20))
def test_no_address_holds_a_way_up(ds_type: str, ds_root: str) -> None:
    found = address(ds_type, ds_root)
    assert found is None or ".." not in found.split("/")


def test_what_is_within() -> None:
    assert is_within("s3://bucket/metaflow", "s3://bucket")
    assert is_within("s3://bucket/metaflow", "s3://bucket/metaflow")
    assert is_within("/a/b", "/")
    assert not is_within("s3://bucket2", "s3://bucket")
    assert not is_within("s3://bucket", "s3://bucket/metaflow")


def test_the_longest_pair_moves_an_address() -> None:
    pairs = [("s3://bucket", "/all"), ("s3://bucket/a", "/mnt/a"), ("/old", "gs://new/place"), ("/one", "/other")]
    assert mapped("s3://bucket/a/b", pairs) == "/mnt/a/b"
    assert mapped("s3://bucket/ab", pairs) == "/all/ab"
    assert mapped("s3://bucket", pairs) == "/all"
    assert mapped("/old/.metaflow", pairs) == "gs://new/place/.metaflow"
    assert mapped("/one", pairs) == "/other"
    assert mapped("s3://else", pairs) is None
