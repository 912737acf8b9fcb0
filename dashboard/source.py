"""What to show: SOURCE of the command line, else the environment, else the nearest `.metaflow`, else the demo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dashboard.data.schema import TableNames
from dashboard.errors import BadSource
from dashboard.local import check_folder, find_folder
from dashboard.settings import Settings

ACCEPTED = "postgresql://…, sqlite:///…, a path to a .metaflow folder, or demo"
POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2")
SQLITE = ("sqlite", "sqlite+pysqlite")
SQLITE_HEADER = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the metadata comes from. `url` is None for a folder or the demo until its database is made."""

    kind: Literal["postgresql", "sqlite", "local", "demo"]
    label: str  # for the top bar and the log; never a password
    url: URL | None = None
    folder: Path | None = None
    notice: str | None = None

    @property
    def is_demo(self) -> bool:
        """Whether the data is made up."""
        return self.kind == "demo"


def resolve(argument: str | None, settings: Settings, cwd: Path) -> Source:
    """The source that `argument` or the settings name; looks at files, connects to nothing. Raises BadSource."""
    named = argument or settings.source
    if named:
        return _named(named, cwd)
    if settings.has_database:
        return _postgresql(_service_url(settings))
    if folder := find_folder(str(settings.sysroot_local) if settings.sysroot_local else None, cwd):
        return _local(folder)
    return _demo("No SOURCE, no MF_METADATA_DB_* and no .metaflow found: showing demo data.")


def table_names(source: Source, settings: Settings) -> TableNames:
    """The settings' names for databases of others; the index of a folder and the demo have the service's defaults."""
    return TableNames(*settings.table_names) if source.kind in ("postgresql", "sqlite") else TableNames()


def _named(text: str, cwd: Path) -> Source:
    if text == "demo":
        return _demo(None)
    if scheme := re.match(r"([A-Za-z][\w+.-]*)://", text):
        return _from_url(scheme[1].lower(), text, cwd)
    try:
        path = cwd / Path(text).expanduser()
        return _sqlite(path) if path.is_file() else _local(path)
    except (OSError, RuntimeError) as error:  # RuntimeError: `~name` of nobody
        raise BadSource(f"{text[:200]} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _from_url(scheme: str, text: str, cwd: Path) -> Source:
    if scheme not in (*POSTGRESQL, *SQLITE):
        raise BadSource(f"“{scheme}://” is not a known SOURCE; accepted are {ACCEPTED}.")
    url = _parsed(text)
    if scheme in POSTGRESQL:
        return _postgresql(url)
    if url.host:
        raise BadSource(f"sqlite://{url.host}/… names a host: a file is meant by three slashes, sqlite:///file.db.")
    if not url.database or url.database == ":memory:":
        raise BadSource("sqlite:// needs the path of a file: sqlite:///folder/file.db, absolute with four slashes.")
    return _sqlite(cwd / url.database)


def _parsed(text: str) -> URL:
    """A URL; the error does not repeat the text, which may hold a password."""
    try:
        return make_url(re.sub(r"^[A-Za-z]+", lambda scheme: scheme[0].lower(), text.strip()))
    except (ArgumentError, ValueError):
        raise BadSource(
            "The database URL cannot be read: postgresql://user:password@host:5432/name is needed."
        ) from None


def _postgresql(url: URL) -> Source:
    url = url.set(drivername="postgresql+psycopg")
    try:
        # What SQLAlchemy will hand to the driver: an unknown or broken option is found here, before connecting.
        make_conninfo(**url.get_dialect()().create_connect_args(url)[1])
    except (ProgrammingError, ArgumentError, ValueError) as error:
        raise BadSource(
            f"The database URL has an option that PostgreSQL does not know: {str(error).strip()}."
        ) from None
    host = url.host or ", ".join(_several(url.query.get("host"))) or "localhost"
    port = f":{url.port}" if url.port not in (None, 5432) else ""
    return Source("postgresql", f"postgresql://{host}{port}/{url.database or url.username or ''}", url)


def _several(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


def _service_url(settings: Settings) -> URL:
    """As the service builds it: the DSN wins, else host, port, user, password, name and TLS options."""
    if settings.db_dsn:
        return _dsn_url(settings.db_dsn)
    replica = settings.db_read_replica_host if settings.use_separate_reader_pool else None
    options = {
        "sslmode": "disable" if settings.db_ssl_mode == "disabled" else settings.db_ssl_mode,
        "sslcert": settings.db_ssl_cert,
        "sslkey": settings.db_ssl_key,
        "sslrootcert": settings.db_ssl_root_cert,
    }
    return _url(
        {
            "host": replica or settings.db_host or "localhost",
            "port": str(settings.db_port or 5432),
            "user": settings.db_user or "postgres",
            "password": settings.db_password or "postgres",
            "dbname": settings.db_name or "postgres",
            **{name: value for name, value in options.items() if value},
        }
    )


def _dsn_url(dsn: str) -> URL:
    if scheme := re.match(r"\s*([A-Za-z][\w+.-]*)://", dsn):
        if scheme[1].lower() not in POSTGRESQL:
            raise BadSource(f"MF_METADATA_DB_DSN begins with “{scheme[1]}://”: postgresql://… is needed.")
        return _parsed(dsn)
    try:
        return _url({name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None})
    except ProgrammingError:
        raise BadSource("MF_METADATA_DB_DSN cannot be read: postgresql://… or host=… dbname=… is needed.") from None


def _url(given: dict[str, str]) -> URL:
    """A URL from libpq's words; several hosts and folders of sockets go into its query."""
    host, port = given.pop("host", None), given.pop("port", None)
    url = URL.create(
        "postgresql+psycopg",
        username=given.pop("user", None),
        password=given.pop("password", None),
        database=given.pop("dbname", None),
        query=given,
    )
    if host is None or not re.search("[,/]", host):
        return url.set(host=host, port=int(port) if port else None)
    if "," not in host:
        return url.update_query_dict({"host": host, **({"port": port} if port else {})})
    hosts, ports = host.split(","), (port or "5432").split(",")
    return url.update_query_dict({"host": [f"{one}:{ports[min(at, len(ports) - 1)]}" for at, one in enumerate(hosts)]})


def _sqlite(path: Path) -> Source:
    if path.is_dir():
        raise BadSource(f"{path} is a folder: give a .metaflow folder as a plain path, without sqlite://.")
    if path.exists() and not path.is_file():
        raise BadSource(f"{path} is not a regular file.")
    try:
        with path.open("rb") as file:
            header = file.read(len(SQLITE_HEADER))
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror}.") from None
    if header not in (SQLITE_HEADER, b""):  # SQLite's own empty database is an empty file
        raise BadSource(f"{path} is neither an SQLite database nor a .metaflow folder.")
    return Source("sqlite", str(path), URL.create("sqlite", database=str(path)))


def _local(path: Path) -> Source:
    folder = check_folder(path)
    return Source("local", str(folder), folder=folder)


def _demo(notice: str | None) -> Source:
    return Source("demo", "demo data", notice=notice)
