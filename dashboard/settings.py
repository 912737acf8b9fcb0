"""Every setting with its environment name, default and meaning; the only reader of the environment.

`python -m dashboard.settings` prints the table of docs/settings.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from dashboard import setting_values as values
from dashboard.errors import BadSetting
from dashboard.notices import QUICK_LINKS, Announcement, QuickLink, announcements, quick_links

PREFIX = "METAFLOW_DASHBOARD_"
SERVICE = "MF_METADATA_DB_"
SSL_MODES = ("disable", "disabled", "allow", "prefer", "require", "verify-ca", "verify-full")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("text", "json")


def _setting(
    names: str, default: object, parse: Callable[[str], object], meaning: str, *, secret: bool = False
) -> Any:  # the field's own type is at its declaration
    """A field read from the first of the environment `names` that is set and not empty."""
    metadata = {"names": tuple(names.split()), "parse": parse, "help": meaning, "secret": secret}
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, valid. An empty environment variable counts as not set."""

    # What the dashboard shows
    source: str | None = _setting(
        PREFIX + "SOURCE",
        None,
        values.text,
        "What to show when the command line names nothing; also for WSGI servers.",
        secret=True,
    )
    db_dsn: str | None = _setting(
        SERVICE + "DSN",
        None,
        values.text,
        "A PostgreSQL URL or `host=… dbname=…`; wins over the next rows.",
        secret=True,
    )
    db_host: str | None = _setting(
        SERVICE + "HOST", None, values.text, "PostgreSQL host; `localhost` when another is set."
    )
    db_port: int | None = _setting(SERVICE + "PORT", None, values.whole(1, 65535), "PostgreSQL port; else 5432.")
    db_user: str | None = _setting(SERVICE + "USER", None, values.text, "PostgreSQL role; else `postgres`.")
    db_password: str | None = _setting(SERVICE + "PSWD", None, values.text, "Password; else `postgres`.", secret=True)
    db_name: str | None = _setting(SERVICE + "NAME", None, values.text, "PostgreSQL database; else `postgres`.")
    db_read_replica_host: str | None = _setting(
        SERVICE + "READ_REPLICA_HOST",
        None,
        values.text,
        "Host of a read replica, taken with `USE_SEPARATE_READER_POOL`.",
    )
    use_separate_reader_pool: bool = _setting(
        "USE_SEPARATE_READER_POOL",
        False,
        values.service_flag,
        "`True`, `true` or `1`: read from the replica, as the service does.",
    )
    db_ssl_mode: str | None = _setting(
        SERVICE + "SSL_MODE",
        None,
        values.one_of(*SSL_MODES),
        f"One of {', '.join(SSL_MODES)}; else TLS when the server offers it.",
    )
    db_ssl_cert: str | None = _setting(SERVICE + "SSL_CERT_PATH", None, values.text, "Client certificate file.")
    db_ssl_key: str | None = _setting(SERVICE + "SSL_KEY_PATH", None, values.text, "Client key file.")
    db_ssl_root_cert: str | None = _setting(
        f"{SERVICE}SSL_ROOT_CERT_PATH {SERVICE}SSL_ROOT_CERT", None, values.text, "Certificate authority file."
    )
    table_flows: str = _setting("DB_TABLE_NAME_FLOWS", "flows_v3", values.text, "Table of flows.")
    table_runs: str = _setting("DB_TABLE_NAME_RUNS", "runs_v3", values.text, "Table of runs.")
    table_steps: str = _setting("DB_TABLE_NAME_STEPS", "steps_v3", values.text, "Table of steps.")
    table_tasks: str = _setting("DB_TABLE_NAME_TASKS", "tasks_v3", values.text, "Table of tasks.")
    table_metadata: str = _setting("DB_TABLE_NAME_METADATA", "metadata_v3", values.text, "Table of metadata.")
    table_artifacts: str = _setting("DB_TABLE_NAME_ARTIFACT", "artifact_v3", values.text, "Table of artifacts.")
    db_schema: str | None = _setting(
        "DB_SCHEMA_NAME", None, values.text, "PostgreSQL schema; else the first of the role's search path (`public`)."
    )
    sysroot_local: Path | None = _setting(
        "METAFLOW_DATASTORE_SYSROOT_LOCAL",
        None,
        values.path,
        "Folder that holds `.metaflow`; else searched upwards from here.",
    )

    # How a status is judged, under the service's names
    heartbeat_threshold: int = _setting(
        "HEARTBEAT_THRESHOLD", 60, values.whole(1, 86_400), "Seconds after which a task without heartbeat is silent."
    )
    run_inactive_cutoff_time: int = _setting(
        "RUN_INACTIVE_CUTOFF_TIME",
        360,
        values.whole(1, 864_000),
        "Seconds after which a run without heartbeat is given up.",
    )
    old_run_failure_cutoff_time: int = _setting(
        "OLD_RUN_FAILURE_CUTOFF_TIME",
        86_400_000,
        values.whole(1, 315_360_000_000),
        "Milliseconds after which nothing is waited for any longer where there are no heartbeats.",
    )

    # The server
    host: str = _setting(PREFIX + "HOST", "127.0.0.1", values.text, "Address to listen on; `0.0.0.0` for all.")
    port: int = _setting(PREFIX + "PORT", 8050, values.whole(1, 65535), "Port to listen on.")
    path_prefix: str = _setting(PREFIX + "PATH_PREFIX", "/", values.url_path, "URL path that a proxy puts before ours.")
    threads: int = _setting(PREFIX + "THREADS", 8, values.whole(1, 256), "Requests answered at the same time.")
    log_level: str = _setting(
        PREFIX + "LOG_LEVEL", "INFO", values.one_of(*LOG_LEVELS), f"One of {', '.join(LOG_LEVELS)}."
    )
    log_format: str = _setting(
        PREFIX + "LOG_FORMAT", "text", values.one_of(*LOG_FORMATS), "Lines of the log: `text`, or `json` objects."
    )
    access_log: bool = _setting(PREFIX + "ACCESS_LOG", False, values.flag, "Whether every request is logged.")

    # Who may ask, and how much
    allowed_hosts: tuple[str, ...] = _setting(
        PREFIX + "ALLOWED_HOSTS",
        (),
        values.hosts,
        "Names under which the dashboard is reached, parted by commas, `*.example.org` too; else this machine's own "
        "on loopback, and any elsewhere.",
    )
    trusted_proxies: tuple[values.Network | str, ...] = _setting(
        PREFIX + "TRUSTED_PROXIES",
        (),
        values.networks,
        "Addresses or networks of proxies, or `unix`: only what these say of a viewer is believed.",
    )
    auth_header: str | None = _setting(
        PREFIX + "AUTH_HEADER",
        None,
        values.header,
        "Header in which a trusted proxy names the viewer; nobody else is let in.",
    )
    users_file: Path | None = _setting(
        PREFIX + "USERS_FILE", None, values.path, "File of names and hashed passwords; nobody else is let in."
    )
    open_metrics: bool = _setting(PREFIX + "OPEN_METRICS", False, values.flag, "Whether `/-/metrics` needs no login.")
    rate_limit: int = _setting(
        PREFIX + "RATE_LIMIT",
        100,
        values.whole(0, 1_000_000),
        "Requests per second of one viewer, ten times as many at once; 0: no limit.",
    )
    embed_in: tuple[str, ...] = _setting(
        PREFIX + "EMBED_IN", (), values.origins, "Origins whose pages may show the dashboard in a frame."
    )

    # What is not shown
    hide_names: tuple[str, ...] = _setting(
        PREFIX + "HIDE_NAMES",
        (),
        values.globs,
        "Parameters, artifacts and metadata of which no value is shown: `*password*,*secret*`.",
    )
    hide_texts: Path | None = _setting(
        PREFIX + "HIDE_TEXTS",
        None,
        values.path,
        "File of regular expressions (RE2, one a line) for what is hidden in logs, metadata and values.",
    )
    show_logs: bool = _setting(PREFIX + "SHOW_LOGS", True, values.flag, "Whether logs are shown.")
    show_artifacts: bool = _setting(
        PREFIX + "SHOW_ARTIFACTS", True, values.flag, "Whether artifacts are shown, and the values of parameters."
    )
    show_cards: bool = _setting(PREFIX + "SHOW_CARDS", True, values.flag, "Whether cards are shown.")

    # The database
    statement_timeout: float = _setting(
        PREFIX + "STATEMENT_TIMEOUT", 5.0, values.number(0.1, 3600), "Seconds that one query may take."
    )
    lock_timeout: float = _setting(
        PREFIX + "LOCK_TIMEOUT", 1.0, values.number(0.1, 3600), "Seconds to wait for a lock."
    )
    connect_timeout: float = _setting(
        PREFIX + "CONNECT_TIMEOUT",
        3.0,
        values.number(1, 3600),
        "Seconds to wait for a connection; PostgreSQL takes 2 at least.",
    )
    pool_size: int = _setting(PREFIX + "POOL_SIZE", 5, values.whole(1, 100), "Connections to the database at most.")
    slow_query: int = _setting(
        PREFIX + "SLOW_QUERY", 500, values.whole(0, 3_600_000), "Milliseconds from which a query is logged as slow."
    )

    # The datastores
    datastore_map: tuple[tuple[str, str], ...] = _setting(
        PREFIX + "DATASTORE_MAP",
        (),
        values.moves,
        "Where datastores are read instead: `s3://bucket/metaflow=/mnt/metaflow,…`.",
    )
    datastore_roots: tuple[str, ...] = _setting(
        PREFIX + "DATASTORE_ROOTS",
        (),
        values.locations,
        "The only datastores that are read, parted by commas; else all that tasks name.",
    )
    datastore_timeout: float = _setting(
        PREFIX + "DATASTORE_TIMEOUT", 10.0, values.number(0.1, 600), "Seconds that one read of a datastore may take."
    )
    datastore_reads: int = _setting(
        PREFIX + "DATASTORE_READS", 4, values.whole(1, 256), "Reads of one datastore at the same time."
    )
    s3_endpoint: str | None = _setting(
        "METAFLOW_S3_ENDPOINT_URL", None, values.server, "S3 server; else the one of the AWS configuration."
    )
    azure_endpoint: str | None = _setting(
        "METAFLOW_AZURE_STORAGE_BLOB_SERVICE_ENDPOINT",
        None,
        values.server,
        "Azure storage account, `https://account.blob.core.windows.net`.",
    )

    # The pages
    refresh: float = _setting(PREFIX + "REFRESH", 5.0, values.number(1, 3600), "Seconds between two looks for news.")
    scan_budget: int = _setting(
        PREFIX + "SCAN_BUDGET",
        400,
        values.whole(10, 60_000),
        "Milliseconds that a filter on a judged status may search.",
    )
    run_cache: int = _setting(
        PREFIX + "RUN_CACHE", 128, values.whole(1, 100_000), "Megabytes for the tasks of runs that somebody looks at."
    )
    window: int = _setting(
        PREFIX + "WINDOW", 5000, values.whole(10, 1_000_000), "Runs considered for counts, activity strip and groups."
    )

    notifications: tuple[Announcement, ...] = _setting(
        "NOTIFICATIONS",
        (),
        announcements,
        "Announcements, as JSON or the path of a file with it, see below.",
    )
    custom_quicklinks: tuple[QuickLink, ...] = _setting(
        "CUSTOM_QUICKLINKS",
        (),
        quick_links,
        "Links in the menu, as JSON or the path of a file with it, see below; else Metaflow's documentation and chat.",
    )

    # Plugins
    plugins: tuple[str, ...] | None = _setting(
        PREFIX + "PLUGINS",
        None,
        values.names,
        "Plugins to use, in this order, parted by commas; `none` for none; else all.",
    )
    plugin_folders: tuple[Path, ...] = _setting(
        PREFIX + "PLUGIN_FOLDERS", (), values.paths, "Folders with more plugins, parted by commas."
    )
    plugin_config: Path | None = _setting(
        PREFIX + "PLUGIN_CONFIG", None, values.path, "TOML file with a table for each plugin that takes one."
    )
    plugin_timeout: float = _setting(
        PREFIX + "PLUGIN_TIMEOUT",
        5.0,
        values.number(0.1, 60),
        "Seconds that a plugin may take to draw one part of a page.",
    )

    # Local folders and the demo
    cache_dir: Path | None = _setting(
        PREFIX + "CACHE_DIR",
        None,
        values.path,
        "Folder for the index of a `.metaflow` folder; else the user's cache folder.",
    )
    local_liveness: bool = _setting(
        PREFIX + "LOCAL_LIVENESS",
        True,
        values.flag,
        "Whether a local run counts as running while its process lives on this machine.",
    )
    demo_folder: Path | None = _setting(
        PREFIX + "DEMO_FOLDER", None, values.path, "Folder for demo data; else a temporary one, removed at exit."
    )
    demo_runs: int = _setting(PREFIX + "DEMO_RUNS", 2000, values.whole(1, 1_000_000), "Runs in the demo.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
        """From the environment; `overrides` that are not None win. Raises BadSetting with name and value."""
        if unknown := set(overrides) - {f.name for f in fields(cls)}:
            raise TypeError(f"unknown settings: {', '.join(sorted(unknown))}")
        values: dict[str, object] = {}
        for one in fields(cls):
            name, text = next(((n, environ[n]) for n in one.metadata["names"] if environ.get(n, "").strip()), ("", ""))
            if overrides.get(one.name) is not None:
                name, text = "--" + one.name.replace("_", "-"), str(overrides[one.name])
            if name:
                values[one.name] = _parsed(one, name, text)
        return cls(**values)  # type: ignore[arg-type]

    @property
    def has_database(self) -> bool:
        """Whether any of the service's variables says where its database is."""
        return any((self.db_dsn, self.db_host, self.db_port, self.db_user, self.db_password, self.db_name)) or bool(
            self.use_separate_reader_pool and self.db_read_replica_host
        )

    @property
    def quick_links(self) -> tuple[QuickLink, ...]:
        """The links in the menu of every page; as in the service, an empty list counts as none given."""
        return self.custom_quicklinks or QUICK_LINKS

    @property
    def table_names(self) -> tuple[str, str, str, str, str, str]:
        """Names of the tables of flows, runs, steps, tasks, metadata and artifacts."""
        return (
            self.table_flows,
            self.table_runs,
            self.table_steps,
            self.table_tasks,
            self.table_metadata,
            self.table_artifacts,
        )


def _parsed(one: Field[Any], name: str, text: str) -> object:
    # A password may begin or end with a blank.
    value = text if one.metadata["secret"] else text.strip()
    try:
        return one.metadata["parse"](value)
    except ValueError as error:
        raise BadSetting(f"{name}={' '.join(value[:80].split())}: {error}.") from None


def report(settings: Settings) -> list[tuple[str, str]]:
    """What is not at its default, by the first of its environment names; of secrets only that they are set."""
    return [
        (one.metadata["names"][0], "set, not shown" if one.metadata["secret"] else _shown(getattr(settings, one.name)))
        for one in fields(settings)
        if getattr(settings, one.name) != one.default
    ]


def table() -> str:
    """All settings as a Markdown table: environment name, default, meaning."""
    rows = ["| Environment variable | Default | Meaning |", "|---|---|---|"]
    for one in fields(Settings):
        names = " or ".join(f"`{name}`" for name in one.metadata["names"])
        default = "" if one.default in (None, ()) else f"`{_shown(one.default)}`"
        rows.append(f"| {names} | {default} | {one.metadata['help']} |")
    return "\n".join(rows)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        pieces = [one if isinstance(one, str) else "=".join(one) for one in value if isinstance(one, str | tuple)]
        return ",".join(pieces) or ("1 entry" if len(value) == 1 else f"{len(value)} entries")
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(table())
