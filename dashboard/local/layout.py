"""Where a `.metaflow` tree keeps what, and which of its names are read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_dir

from dashboard.errors import BadSource

FOLDER = ".metaflow"
META = "_meta"
SELF = "_self.json"
CARDS = "mf.cards"  # beside the flows
BLOBS = "data"  # beside the runs of a flow
PARAMETERS = "_parameters"
LONGEST_NAME = 255  # the service's columns are varchar(255)

METADATUM = re.compile(r"sysmeta_.+\.json", re.DOTALL)
ARTIFACT = re.compile(r"[0-9]{1,4}_artifact_.+\.json", re.DOTALL)
ATTEMPT = re.compile(r"([0-9]{1,4})\.(attempt\.json|runtime)")
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")  # what a run_number column can hold and print again unchanged


def cache_path(folder: Path, cache_dir: Path | None = None) -> Path:
    """The SQLite file of this folder's index: in `cache_dir`, else in the user's cache folder. Nothing is made."""
    digest = hashlib.sha1(os.fsencode(folder.resolve()), usedforsecurity=False).hexdigest()
    return (cache_dir or Path(user_cache_dir("metaflow-dashboard"))) / f"{digest}.sqlite"


def find_folder(environ_root: str | None, cwd: Path) -> Path | None:
    """The folder that Metaflow itself would use from `cwd`: METAFLOW_DATASTORE_SYSROOT_LOCAL, else upwards; or None."""
    if environ_root:
        folder = Path(environ_root) / FOLDER
        return folder if folder.is_dir() else None
    cwd = cwd.absolute()
    return next((parent / FOLDER for parent in (cwd, *cwd.parents) if (parent / FOLDER).is_dir()), None)


def check_folder(path: Path) -> Path:
    """The `.metaflow` folder meant by `path` (itself or its parent), resolved; raises BadSource with the reason."""
    try:
        folder = path.expanduser().resolve()
        if not folder.exists():
            raise BadSource(f"There is no folder {path}.")
        if not folder.is_dir():
            raise BadSource(f"{path} is a file, not a .metaflow folder.")
        if not _named(folder) and (folder / FOLDER).is_dir():
            folder = folder / FOLDER
        if not _named(folder) and not any(flow_of(entry) for entry in folders(folder)):
            raise BadSource(f"{path} is not a Metaflow tree: no flow and no .metaflow folder in it.")
        next(folders(folder), None)
    except PermissionError:
        raise BadSource(f"{path} cannot be read: permission denied.") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise BadSource(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return folder


def _named(folder: Path) -> bool:
    """`.metaflow`, or `.metaflow_spin` of `spin`: Metaflow's even when still empty."""
    return folder.name.startswith(FOLDER)


def flow_of(folder: Path) -> bool:
    """Whether this folder is a flow: `_meta/_self.json` makes it one."""
    return (folder / META / SELF).is_file()


def folders(parent: Path) -> Iterator[Path]:
    """Subfolders that may be flows, runs, steps or tasks, without symbolic links and unusable names. Raises OSError."""
    with os.scandir(parent) as entries:
        for entry in entries:
            if is_name(entry.name) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def is_name(name: str) -> bool:
    """Whether a name of a folder or file can be an object's: text, not hidden, fits the service's columns."""
    return name[:1] != "." and len(name) <= LONGEST_NAME and name != META and _is_text(name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes of a file name that are no UTF-8
        return False
    return "\x00" not in name


def folder_mtime(path: str) -> int | None:
    """A folder's mtime in ns, None when it is gone or no folder; a symbolic link is no folder. Raises OSError."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns if stat.S_ISDIR(found.st_mode) else None


def run_key(name: str) -> tuple[int | None, str | None]:
    """(run_number, run_id) as the service would hold a run's name; run_number None must still be given out."""
    return (int(name), None) if NUMBER.fullmatch(name) else (None, name)


def created_at(name: str) -> int | None:
    """When a run was created in epoch ms, if its id tells: the local provider's ids are 16 digits of microseconds."""
    return int(name) // 1000 if len(name) == 16 and NUMBER.fullmatch(name) else None
