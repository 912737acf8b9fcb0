"""Local mode: a `.metaflow` folder, indexed into the service's tables in SQLite and followed as it changes."""

from dashboard.local.index import LocalIndex
from dashboard.local.layout import cache_path, check_folder, find_folder
from dashboard.local.ledger import ScanReport

__all__ = ["LocalIndex", "ScanReport", "cache_path", "check_folder", "find_folder"]
