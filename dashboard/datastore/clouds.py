"""The file systems of the clouds. Their packages are optional; keys, profiles and roles are theirs to find.

s3fs takes what every AWS tool takes (AWS_PROFILE, AWS_ACCESS_KEY_ID, web identity, the role of the machine), adlfs the
variables AZURE_STORAGE_* or the default credential of Azure, gcsfs Google's application default credentials.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.asyn import AsyncFileSystem

from dashboard.datastore.address import SCHEMES
from dashboard.datastore.store import StoreUnavailable

_NAMES = {  # by scheme: the cloud, and what to install
    SCHEMES["s3"]: ("S3", "requirements-s3.txt"),
    SCHEMES["gs"]: ("Google Cloud Storage", "requirements-gs.txt"),
    SCHEMES["azure"]: ("Azure Blob Storage", "requirements-azure.txt"),
}


def connect(scheme: str, timeout: float, s3_endpoint: str | None, azure_endpoint: str | None) -> AsyncFileSystem:
    """The file system for a scheme; fsspec keeps one for each set of arguments."""
    cloud, requirements = _NAMES[scheme]
    # Listings are not kept: a log that grows has to be seen growing.
    arguments: dict[str, Any] = {"use_listings_cache": False}
    if scheme == SCHEMES["s3"]:
        waits = {"connect_timeout": min(5.0, timeout), "read_timeout": timeout, "retries": {"max_attempts": 1}}
        arguments |= {"endpoint_url": s3_endpoint, "config_kwargs": waits}
    elif scheme == SCHEMES["azure"] and azure_endpoint:
        host = urlsplit(azure_endpoint).netloc
        arguments |= {"account_host": host, "account_name": host.partition(".")[0]}
    try:
        return fsspec.filesystem({SCHEMES["azure"]: "abfs"}.get(scheme, scheme[:-3]), **arguments)
    except ImportError:
        sentence = f"Reading {cloud} needs a package that is not installed: pip install -r {requirements}."
        raise StoreUnavailable(sentence) from None
