from __future__ import annotations

import errno
import json
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data.database import Database
from dashboard.data.schema import TableNames
from dashboard.errors import BadInput, BadSource
from dashboard.settings import Settings
from dashboard.source import Source, resolve, table_names

ACCEPTED = "accepted are postgresql://…, sqlite:///…, a path to a .metaflow folder, or demo."


def settings(**environ: str) -> Settings:
    return Settings.from_env(environ)


def metaflow_folder(parent: Path) -> Path:
    meta = parent / ".metaflow" / "HelloFlow" / "_meta"
    meta.mkdir(parents=True)
    (meta / "_self.json").write_text(json.dumps({"flow_id": "HelloFlow", "ts_epoch": 1}))
    return parent / ".metaflow"


def sqlite_file(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE anything (x)")
    connection.close()
    return path


def refused(argument: str | None, cwd: Path, given: Settings | None = None) -> str:
    with pytest.raises(BadSource) as raised:
        resolve(argument, given or Settings(), cwd)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2", "POSTGRESQL"]
)
def test_every_spelling_of_postgresql_uses_psycopg(scheme: str, tmp_path: Path) -> None:
    found = resolve(f"{scheme}://ana:pa%40ss@db.example:6543/metaflow?sslmode=require", Settings(), tmp_path)
    assert found.kind == "postgresql"
    assert found.url is not None
    assert found.url.drivername == "postgresql+psycopg"
    assert (found.url.username, found.url.password, found.url.host) == ("ana", "pa@ss", "db.example")
    assert found.url.query == {"sslmode": "require"}
    assert found.label == "postgresql://db.example:6543/metaflow"


def test_the_usual_port_and_a_password_in_the_query_are_not_in_the_label(tmp_path: Path) -> None:
    found = resolve("postgresql://db:5432/metaflow?password=hunter2", Settings(), tmp_path)
    assert found.label == "postgresql://db/metaflow"


def test_a_socket_folder_is_in_the_label(tmp_path: Path) -> None:
    found = resolve("postgresql://postgres@/metaflow?host=/run/postgresql", Settings(), tmp_path)
    assert found.label == "postgresql:///run/postgresql/metaflow"


@pytest.mark.parametrize("scheme", ["mysql", "http", "s3", "postgresql+asyncpg", "file"])
def test_an_unknown_scheme_names_what_is_accepted_and_no_password(scheme: str, tmp_path: Path) -> None:
    sentence = refused(f"{scheme}://user:hunter2@host/db", tmp_path)
    assert sentence == f"“{scheme}://” is not a known SOURCE; {ACCEPTED}"


def test_a_port_that_is_no_number_is_refused_without_the_password(tmp_path: Path) -> None:
    sentence = refused("postgresql://user:hunter2@host:abc/db", tmp_path)
    assert sentence == "The database URL cannot be read: postgresql://user:password@host:5432/name is needed."


def test_an_option_that_postgresql_does_not_know_is_found_before_connecting(tmp_path: Path) -> None:
    sentence = refused("postgresql://user:hunter2@host/db?sslmod=require", tmp_path)
    assert sentence == (
        'The database URL has an option that PostgreSQL does not know: invalid connection option "sslmod".'
    )


def test_a_sqlite_url_is_relative_to_the_current_folder_or_absolute(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "runs.db")
    for text in ("sqlite:///runs.db", f"sqlite:///{path}", "sqlite+pysqlite:///runs.db"):
        found = resolve(text, Settings(), tmp_path)
        assert found.kind == "sqlite"
        assert found.url is not None
        assert found.url.database == str(path)
        assert found.label == str(path)


def test_a_path_to_a_sqlite_file_is_a_database(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "runs.db")
    assert resolve("runs.db", Settings(), tmp_path).kind == "sqlite"


def test_files_that_are_no_databases_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes")
    os.mkfifo(tmp_path / "pipe")
    sentence = f"{tmp_path / 'notes.txt'} is neither an SQLite database nor a .metaflow folder."
    assert refused("notes.txt", tmp_path) == sentence
    assert refused("sqlite:///notes.txt", tmp_path) == sentence
    assert (
        refused("sqlite:///absent.db", tmp_path)
        == f"{tmp_path / 'absent.db'} cannot be read: No such file or directory."
    )
    assert refused(f"sqlite:///{tmp_path}", tmp_path).startswith(f"{tmp_path} is a folder")
    assert refused("sqlite:///pipe", tmp_path) == f"{tmp_path / 'pipe'} is not a regular file."
    assert refused("sqlite://", tmp_path).startswith("sqlite:// needs the path of a file")
    assert refused("sqlite:///:memory:", tmp_path).startswith("sqlite:// needs the path of a file")
    assert refused("sqlite://runs.db", tmp_path).startswith("sqlite://runs.db/… names a host")


def test_an_empty_file_is_an_empty_database_and_its_missing_tables_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    found = resolve("empty.db", Settings(), tmp_path)
    assert found.url is not None
    database = Database(found.url)
    with pytest.raises(BadSource, match=r"looked for flows_v3, runs_v3, .*; missing flows_v3"):
        database.check()
    database.close()


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sqlite_file(tmp_path / "runs.db")

    def denied(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", denied)  # a mode of 0 does not stop root
    assert refused("runs.db", tmp_path) == f"{path} cannot be read: Permission denied."


def test_a_folder_is_local(tmp_path: Path) -> None:
    folder = metaflow_folder(tmp_path)
    for text in (".metaflow", str(folder), str(tmp_path)):
        found = resolve(text, Settings(), tmp_path)
        assert (found.kind, found.folder, found.label, found.url) == ("local", folder, str(folder), None)


@pytest.mark.parametrize("text", ["absent", "~nobody-of-this-name/.metaflow", "x" * 5000])
def test_a_path_that_cannot_be_read_is_refused(text: str, tmp_path: Path) -> None:
    assert refused(text, tmp_path).endswith(".")


def test_demo_is_a_word_and_a_folder_of_that_name_needs_a_path(tmp_path: Path) -> None:
    metaflow_folder(tmp_path / "demo")
    assert resolve("demo", Settings(), tmp_path).is_demo
    assert resolve("./demo", Settings(), tmp_path).kind == "local"


def test_the_order_is_argument_setting_service_variables_folder_demo(tmp_path: Path) -> None:
    folder = metaflow_folder(tmp_path)
    sqlite_file(tmp_path / "runs.db")
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    database = {"MF_METADATA_DB_HOST": "db"}
    named = {**database, "METAFLOW_DASHBOARD_SOURCE": str(tmp_path / "runs.db")}
    assert resolve("demo", settings(**named), inside).kind == "demo"
    assert resolve(None, settings(**named), inside).kind == "sqlite"
    assert resolve(None, settings(**database), inside).kind == "postgresql"
    assert resolve(None, settings(), inside) == Source("local", str(folder), folder=folder)


def test_without_anything_the_demo_says_so(tmp_path: Path) -> None:
    root = {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(tmp_path)}  # no .metaflow above the temporary folder is looked at
    found = resolve(None, settings(**root), tmp_path)
    assert found.is_demo
    assert found.notice == "No SOURCE, no MF_METADATA_DB_* and no .metaflow found: showing demo data."
    assert resolve("demo", Settings(), tmp_path).notice is None


def test_the_sysroot_setting_comes_before_the_current_folder(tmp_path: Path) -> None:
    metaflow_folder(tmp_path / "here")
    folder = metaflow_folder(tmp_path / "there")
    found = resolve(None, settings(METAFLOW_DATASTORE_SYSROOT_LOCAL=str(tmp_path / "there")), tmp_path / "here")
    assert found.folder == folder


def test_the_services_variables_have_the_services_defaults(tmp_path: Path) -> None:
    found = resolve(None, settings(MF_METADATA_DB_NAME="metaflow"), tmp_path)
    assert found.url is not None
    assert found.url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://postgres:postgres@localhost:5432/metaflow"
    )
    assert found.label == "postgresql://localhost/metaflow"


def test_tls_options_reach_the_driver(tmp_path: Path) -> None:
    given = settings(
        MF_METADATA_DB_HOST="db",
        MF_METADATA_DB_SSL_MODE="verify-full",
        MF_METADATA_DB_SSL_CERT_PATH="/c.pem",
        MF_METADATA_DB_SSL_KEY_PATH="/k.pem",
        MF_METADATA_DB_SSL_ROOT_CERT="/ca.pem",
    )
    found = resolve(None, given, tmp_path)
    assert found.url is not None
    assert found.url.query == {
        "sslmode": "verify-full",
        "sslcert": "/c.pem",
        "sslkey": "/k.pem",
        "sslrootcert": "/ca.pem",
    }


def test_the_services_word_disabled_switches_tls_off(tmp_path: Path) -> None:
    found = resolve(None, settings(MF_METADATA_DB_HOST="db", MF_METADATA_DB_SSL_MODE="disabled"), tmp_path)
    assert found.url is not None
    assert found.url.query == {"sslmode": "disable"}


def test_the_replica_is_read_only_with_the_reader_pool(tmp_path: Path) -> None:
    environ = {"MF_METADATA_DB_HOST": "primary", "MF_METADATA_DB_READ_REPLICA_HOST": "replica"}
    assert resolve(None, settings(**environ), tmp_path).label == "postgresql://primary/postgres"
    pooled = settings(**environ, USE_SEPARATE_READER_POOL="true")
    assert resolve(None, pooled, tmp_path).label == "postgresql://replica/postgres"


@pytest.mark.parametrize(
    ("dsn", "rendered"),
    [
        ("postgres://ana:secret@db/metaflow", "postgresql+psycopg://ana:secret@db/metaflow"),
        ("dbname=metaflow user=ana host=db port=6543", "postgresql+psycopg://ana@db:6543/metaflow"),
        ("host=/run/postgresql dbname=m", "postgresql+psycopg:///m?host=%2Frun%2Fpostgresql"),
        ("host=/run/pg port=6543 dbname=m", "postgresql+psycopg:///m?host=%2Frun%2Fpg&port=6543"),
        ("host=a,b port=1,2 dbname=m", "postgresql+psycopg:///m?host=a%3A1&host=b%3A2"),
        ("host=a,b dbname=m", "postgresql+psycopg:///m?host=a%3A5432&host=b%3A5432"),
    ],
)
def test_a_dsn_wins_over_the_other_variables(dsn: str, rendered: str, tmp_path: Path) -> None:
    found = resolve(None, settings(MF_METADATA_DB_DSN=dsn, MF_METADATA_DB_HOST="other"), tmp_path)
    assert found.url is not None
    assert found.url.render_as_string(hide_password=False) == rendered


@pytest.mark.parametrize("dsn", ["hunter2", "host", "mysql://u:hunter2@h/d", "postgresql://u:hunter2@h:x/d"])
def test_a_dsn_that_cannot_be_read_is_refused_without_its_password(dsn: str, tmp_path: Path) -> None:
    assert "hunter2" not in refused(None, tmp_path, settings(MF_METADATA_DB_DSN=dsn))


@given(st.text(min_size=1, max_size=60))
def test_any_text_is_a_source_or_one_sentence(text: str) -> None:
    try:
        found = resolve(text.replace("\x00", " "), Settings(), Path("/nonexistent"))
    except BadInput as error:
        assert str(error)
    else:
        assert found.label


def test_table_names_of_settings_are_for_databases_of_others(tmp_path: Path) -> None:
    given = settings(DB_TABLE_NAME_RUNS="my_runs")
    sqlite = resolve(str(sqlite_file(tmp_path / "runs.db")), given, tmp_path)
    assert table_names(sqlite, given) == TableNames(runs="my_runs")
    assert table_names(resolve("demo", given, tmp_path), given) == TableNames()
