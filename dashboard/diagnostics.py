"""What a bug report needs to know of a running dashboard, as sections of rows; nothing in it is secret."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version

from dashboard import VERSION, settings
from dashboard.cache_figures import cache_figures
from dashboard.data.database import Reader
from dashboard.data.diagnosis import Diagnosis, diagnosis
from dashboard.errors import DatabaseError
from dashboard.services import Services

PACKAGES = (
    "dash", "plotly", "dash-bootstrap-components", "dash-cytoscape", "Flask", "Werkzeug", "waitress", "SQLAlchemy",
    "psycopg", "numpy", "cachetools", "fsspec", "s3fs", "adlfs", "gcsfs",
)  # fmt: skip
_STARTED = time.time()


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of equal length; `head` names their columns, and is empty where the first column names the row."""

    title: str
    rows: Sequence[tuple[str, ...]]
    head: tuple[str, ...] = ()
    note: str = ""


def sections(services: Services) -> list[Section]:
    """As it is now; a database that is silent is said to be."""
    try:
        found = diagnosis(services.database)
        problem = ""
    except DatabaseError as error:
        found, problem = None, str(error)
    return [
        Section("Versions", _versions()),
        Section("Source", _source(services, found, problem)),
        *([_indices(found)] if found else []),
        _settings(services),
        _queries(services),
        _caches(services),
    ]


def as_text(found: Sequence[Section]) -> str:
    """All of it for a bug report: titles, and rows of which the columns are aligned."""
    return "\n\n".join(_text(section) for section in found) + "\n"


def _text(section: Section) -> str:
    rows = [section.head, *section.rows] if section.head else list(section.rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"## {section.title}", *([section.note] if section.note else []), *lines])


def _versions() -> list[tuple[str, str]]:
    found = [
        ("Metaflow Dashboard", VERSION),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("System", platform.platform()),
    ]
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:  # what reads a cloud is optional
            continue
    return found


def _source(services: Services, found: Diagnosis | None, problem: str) -> list[tuple[str, str]]:
    source = services.source
    started = datetime.fromtimestamp(_STARTED, timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    rows = [("Kind", source.kind), ("Shown", source.label), ("Dashboard started", started)]
    if found is None:
        return [*rows, ("Database", problem)]
    rows.append(("Database", found.version))
    if source.kind == "postgresql":
        rows.append(
            ("Schema level", found.level or "not readable: the table goose_db_version is not there for this role")
        )
        rows.append(("Schema level by indices", found.level_seen or "before 20201002000616"))
    rows.append(("Tables", ", ".join(table.fullname for table in services.database.tables)))
    try:
        ahead = round((services.database(Reader.now) - int(time.time() * 1000)) / 1000, 1) or 0.0  # no -0.0
        rows.append(("Its clock", f"{ahead:+.1f} s against that of the dashboard"))
    except DatabaseError:
        pass
    return rows


def _indices(found: Diagnosis) -> Section:
    if found.version.startswith("SQLite"):
        return Section("Indices", [(name, "found") for name in found.others])
    rows = [(one.name, one.migration, "found" if one.is_there else "missing") for one in found.indices]
    missing = sum(1 for one in found.indices if not one.is_there)
    note = (
        f"Of the service's indices {missing} {'is' if missing == 1 else 'are'} missing: pages may be slower."
        if missing
        else ""
    )
    rows += [(name, "–", "found, not the service's") for name in found.others]
    return Section("Indices", rows, ("Index", "Migration", ""), note)


def _settings(services: Services) -> Section:
    rows = settings.report(services.settings)
    return Section("Settings", rows, note="" if rows else "All at their defaults.")


def _queries(services: Services) -> Section:
    rows = [
        (one.name, str(one.count), str(one.failed or "–"), _ms(one.p50), _ms(one.p95), _ms(one.slowest))
        for one in services.database.timings.figures()
    ]
    head = ("Query", "Count", "Failed", "p50 ms", "p95 ms", "Slowest ms")
    return Section("Queries since the start", rows, head, "Times are those of the newest 500 of each.")


def _caches(services: Services) -> Section:
    rows = [(one.name, f"{one.entries:,}", _number(one.size), _number(one.most)) for one in cache_figures(services)]
    note = "Where bytes are counted, so is what it holds at most; else entries are."
    return Section("Caches", rows, ("Cache", "Entries", "Bytes", "At most"), note)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
