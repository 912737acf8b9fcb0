"""What a bug report needs of the database: its version, its schema level, and which of the optional indices it has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Boolean, cast, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import OID

from dashboard.data.database import Database, Reader
from dashboard.errors import DatabaseError

# The service's migrations that add indices. A deployment may be at any level; what is missing costs time only.
INDICES = {
    "20201002000616": ("metadata_v3_akey",),
    "20210202145952": (
        "runs_v3_idx_ts_epoch",
        "runs_v3_idx_gin_tags_combined",
        "runs_v3_idx_flow_id_asc_ts_epoch_desc",
        "runs_v3_idx_user_asc_ts_epoch_desc",
    ),
    "20220503175500": ("runs_v3_idx_epoch_ts_desc",),
    "20230118020300": (
        "runs_v3_idx_str_ids_primary_key_v2",
        "steps_v3_idx_str_ids_primary_key_v2",
        "tasks_v3_idx_flow_id_run_id_step_name_task_name_v2",
        "metadata_v3_idx_str_ids_a_key",
        "metadata_v3_idx_str_ids_a_key_with_task_id",
        "artifact_v3_idx_str_ids_primary_key_v2",
        "artifact_v3_idx_str_ids_primary_key_with_task_id",
    ),
    "20260615000000": ("runs_v3_idx_flow_ts_runnum_desc",),
    "20260706000000": ("artifact_v3_idx_latest_attempt",),
    "20260706000001": ("flows_v3_idx_ts_flow_desc",),
    "20260706000002": ("tasks_v3_idx_flow_run_step_ts_task_desc",),
    "20260706000003": ("metadata_v3_idx_flow_run_ts_id_desc",),
}
GOOSE = "goose_db_version"  # the table of the tool that runs the migrations


@dataclass(frozen=True, slots=True)
class Index:
    """One of the service's indices, and the migration that adds it."""

    name: str
    migration: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`level` is what the database says itself; `level_seen` the newest migration up to which all indices are there."""

    version: str
    level: str | None
    level_seen: str | None
    indices: tuple[Index, ...]
    others: tuple[str, ...]  # indices that no migration of the service makes, but for keys


def diagnosis(database: Database) -> Diagnosis:
    """As it is now; raises DatabaseError."""
    version, names = database(_about)
    try:
        level = database(_level) if version.startswith("PostgreSQL") else None
    except DatabaseError:
        level = None  # the role may not read it: the rest counts all the same
    indices = tuple(Index(name, made, name in names) for made, some in INDICES.items() for name in some)
    known = {index.name for index in indices}
    others = sorted(
        one for one in names - known if not one.endswith(("_pkey", "_key")) and not one.startswith("sqlite_")
    )
    return Diagnosis(version, level, _seen(indices), indices, tuple(others))


def _about(reader: Reader) -> tuple[str, frozenset[str]]:
    version = str(reader.scalar("version of the database", select(reader.dialect.version())))
    tables = list(reader.tables)
    wanted = reader.dialect.indices([one.name for one in tables], tables[0].schema)
    return version, frozenset(row[0] for row in reader.all("indices", wanted.limit(1_000)))


def _level(reader: Reader) -> str | None:
    """What the service's migrations have noted; None where they have not, or where the role may not read it."""
    schema = reader.tables.runs.schema
    name = func.quote_ident(schema).concat(f".{GOOSE}") if schema else literal(GOOSE)
    oid = cast(func.to_regclass(name), OID)  # NULL where there is no such table
    may_read = select(func.has_table_privilege(oid, "SELECT"))
    if not reader.scalar("may the level be read", may_read):
        return None
    known = table(GOOSE, column("version_id"), column("is_applied", Boolean), schema=schema).c
    found = reader.scalar("schema level", select(func.max(known.version_id)).where(known.is_applied))
    return None if found is None else str(found)


def _seen(indices: tuple[Index, ...]) -> str | None:
    seen = None
    for migration in INDICES:
        if not all(one.is_there for one in indices if one.migration == migration):
            break
        seen = migration
    return seen
