from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import settings
from dashboard.errors import BadSetting
from dashboard.settings import Settings


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    given = Settings.from_env({})
    assert (given.host, given.port, given.path_prefix, given.threads) == ("127.0.0.1", 8050, "/", 8)
    assert (given.statement_timeout, given.lock_timeout, given.connect_timeout) == (5, 1, 3)
    assert (given.heartbeat_threshold, given.run_inactive_cutoff_time) == (60, 360)
    assert given.old_run_failure_cutoff_time == 86_400_000
    assert given.table_names == ("flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3")
    assert given.local_liveness is True
    assert given.has_database is False


@pytest.mark.parametrize(
    ("name", "value", "attribute", "parsed"),
    [
        ("METAFLOW_DASHBOARD_PORT", "80", "port", 80),
        ("METAFLOW_DASHBOARD_PORT", " 80 ", "port", 80),
        ("METAFLOW_DASHBOARD_STATEMENT_TIMEOUT", "0.5", "statement_timeout", 0.5),
        ("METAFLOW_DASHBOARD_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("METAFLOW_DASHBOARD_LOCAL_LIVENESS", "off", "local_liveness", False),
        ("METAFLOW_DASHBOARD_LOCAL_LIVENESS", "Yes", "local_liveness", True),
        ("METAFLOW_DASHBOARD_PATH_PREFIX", "metaflow/ui", "path_prefix", "/metaflow/ui/"),
        ("METAFLOW_DASHBOARD_PATH_PREFIX", "/", "path_prefix", "/"),
        ("METAFLOW_DASHBOARD_DEMO_FOLDER", "/tmp/demo", "demo_folder", Path("/tmp/demo")),
        ("METAFLOW_DASHBOARD_SOURCE", "demo", "source", "demo"),
        ("MF_METADATA_DB_PSWD", " a blank before and after ", "db_password", " a blank before and after "),
        ("MF_METADATA_DB_SSL_MODE", "Verify-Full", "db_ssl_mode", "verify-full"),
        ("MF_METADATA_DB_SSL_ROOT_CERT_PATH", "/ca.pem", "db_ssl_root_cert", "/ca.pem"),
        ("MF_METADATA_DB_SSL_ROOT_CERT", "/ca.pem", "db_ssl_root_cert", "/ca.pem"),
        ("DB_TABLE_NAME_ARTIFACT", "my_artifacts", "table_artifacts", "my_artifacts"),
        ("USE_SEPARATE_READER_POOL", "True", "use_separate_reader_pool", True),
        ("USE_SEPARATE_READER_POOL", "yes", "use_separate_reader_pool", False),  # as the service reads it
        ("HEARTBEAT_THRESHOLD", "120", "heartbeat_threshold", 120),
        (
            "METAFLOW_DASHBOARD_DATASTORE_MAP",
            "s3://bucket/metaflow = /mnt/metaflow/, azure://c=gs://b/p,",
            "datastore_map",
            (("s3://bucket/metaflow", "/mnt/metaflow"), ("azure://c", "gs://b/p")),
        ),
        ("METAFLOW_DASHBOARD_DATASTORE_ROOTS", "s3://b, /data", "datastore_roots", ("s3://b", "/data")),
        ("METAFLOW_S3_ENDPOINT_URL", "http://127.0.0.1:9000/", "s3_endpoint", "http://127.0.0.1:9000"),
        (
            "METAFLOW_DASHBOARD_ALLOWED_HOSTS",
            "Dash.example, *.b.org, [::1]",
            "allowed_hosts",
            ("dash.example", "*.b.org", "::1"),
        ),
        (
            "METAFLOW_DASHBOARD_TRUSTED_PROXIES",
            "10.0.0.1/8,unix",
            "trusted_proxies",
            (ip_network("10.0.0.0/8"), "unix"),
        ),
        ("METAFLOW_DASHBOARD_EMBED_IN", "https://p.example/", "embed_in", ("https://p.example",)),
        ("METAFLOW_DASHBOARD_HIDE_NAMES", "*Password*, token", "hide_names", ("*password*", "token")),
        ("METAFLOW_DASHBOARD_LOG_FORMAT", "JSON", "log_format", "json"),
    ],
)
def test_a_variable_is_read(name: str, value: str, attribute: str, parsed: object) -> None:
    assert getattr(Settings.from_env({name: value}), attribute) == parsed


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("METAFLOW_DASHBOARD_PORT", "abc", "METAFLOW_DASHBOARD_PORT=abc: a whole number from 1 to 65535 is needed."),
        (
            "METAFLOW_DASHBOARD_PORT",
            "65536",
            "METAFLOW_DASHBOARD_PORT=65536: a whole number from 1 to 65535 is needed.",
        ),
        ("METAFLOW_DASHBOARD_PORT", "-1", "METAFLOW_DASHBOARD_PORT=-1: a whole number from 1 to 65535 is needed."),
        ("METAFLOW_DASHBOARD_PORT", "٨", "METAFLOW_DASHBOARD_PORT=٨: a whole number from 1 to 65535 is needed."),
        ("METAFLOW_DASHBOARD_REFRESH", "nan", "METAFLOW_DASHBOARD_REFRESH=nan: a number from 1 to 3600 is needed."),
        ("METAFLOW_DASHBOARD_REFRESH", "inf", "METAFLOW_DASHBOARD_REFRESH=inf: a number from 1 to 3600 is needed."),
        (
            "METAFLOW_DASHBOARD_LOCAL_LIVENESS",
            "maybe",
            "METAFLOW_DASHBOARD_LOCAL_LIVENESS=maybe: true or false is needed.",
        ),
        (
            "METAFLOW_DASHBOARD_LOG_LEVEL",
            "loud",
            "METAFLOW_DASHBOARD_LOG_LEVEL=loud: one of DEBUG, INFO, WARNING, ERROR, CRITICAL is needed.",
        ),
        (
            "METAFLOW_DASHBOARD_PATH_PREFIX",
            "//elsewhere",
            "METAFLOW_DASHBOARD_PATH_PREFIX=//elsewhere: a URL path such as /metaflow/ is needed.",
        ),
        (
            "METAFLOW_DASHBOARD_DATASTORE_MAP",
            "s3://bucket/metaflow",
            (
                "METAFLOW_DASHBOARD_DATASTORE_MAP=s3://bucket/metaflow: pairs such as s3://bucket/metaflow=/mnt/metaflow,"
                " parted by commas, are needed."
            ),
        ),
        (
            "METAFLOW_DASHBOARD_DATASTORE_MAP",
            "s3://bucket=mnt",
            (
                "METAFLOW_DASHBOARD_DATASTORE_MAP=s3://bucket=mnt: places such as /folder, s3://bucket/prefix,"
                " gs://bucket/prefix or azure://container/prefix are needed."
            ),
        ),
        (
            "METAFLOW_S3_ENDPOINT_URL",
            "s3.example.org",
            "METAFLOW_S3_ENDPOINT_URL=s3.example.org: a URL such as https://s3.example.org is needed, without a path.",
        ),
        (
            "METAFLOW_DASHBOARD_CACHE_DIR",
            "~nobody-of-this-name/x",
            "METAFLOW_DASHBOARD_CACHE_DIR=~nobody-of-this-name/x: the home folder of this user is not known.",
        ),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_value(name: str, value: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.from_env({name: value})
    assert str(raised.value) == sentence


@given(st.text(max_size=300))
def test_any_text_for_a_port_is_a_port_or_one_sentence(text: str) -> None:
    try:
        port = Settings.from_env({"METAFLOW_DASHBOARD_PORT": text}).port
    except BadSetting as error:
        assert str(error).startswith("METAFLOW_DASHBOARD_PORT=")
    else:
        assert 1 <= port <= 65535


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_counts_as_not_set(value: str) -> None:
    assert Settings.from_env({"METAFLOW_DASHBOARD_PORT": value, "MF_METADATA_DB_HOST": value}) == Settings()


def test_overrides_win_and_none_leaves_the_environment() -> None:
    environ = {"METAFLOW_DASHBOARD_PORT": "80", "METAFLOW_DASHBOARD_HOST": "::1"}
    given = Settings.from_env(environ, port="81", host=None, local_liveness=False)
    assert (given.port, given.host, given.local_liveness) == (81, "::1", False)


def test_a_bad_override_is_named_as_on_the_command_line() -> None:
    with pytest.raises(BadSetting, match=r"^--log-level=loud: one of DEBUG"):
        Settings.from_env({}, log_level="loud")


def test_an_unknown_override_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="unknown settings: prot"):
        Settings.from_env({}, prot=1)


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METAFLOW_DASHBOARD_THREADS", "3")
    assert Settings.from_env().threads == 3


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_secrets_are_not_in_the_representation() -> None:
    given = Settings.from_env(
        {
            "MF_METADATA_DB_PSWD": "hunter2",
            "MF_METADATA_DB_DSN": "postgresql://u:hunter2@h/d",
            "METAFLOW_DASHBOARD_SOURCE": "postgresql://u:hunter2@h/d",
        }
    )
    assert "hunter2" not in repr(given)


@pytest.mark.parametrize("name", ["DSN", "HOST", "PORT", "USER", "PSWD", "NAME"])
def test_each_address_variable_means_a_database(name: str) -> None:
    assert Settings.from_env({f"MF_METADATA_DB_{name}": "5432"}).has_database


def test_a_read_replica_counts_only_with_the_reader_pool() -> None:
    environ = {"MF_METADATA_DB_READ_REPLICA_HOST": "replica"}
    assert not Settings.from_env(environ).has_database
    assert Settings.from_env({**environ, "USE_SEPARATE_READER_POOL": "1"}).has_database


def test_every_setting_has_a_meaning_and_a_name_of_its_own() -> None:
    names = [name for one in fields(Settings) for name in one.metadata["names"]]
    assert len(names) == len(set(names))
    assert all(one.metadata["help"].endswith(".") for one in fields(Settings))


def test_the_table_has_a_row_for_every_setting() -> None:
    rows = settings.table().splitlines()[2:]
    assert len(rows) == len(fields(Settings))
    assert "| `METAFLOW_DASHBOARD_PORT` | `8050` | Port to listen on. |" in rows
    assert rows[0].startswith("| `METAFLOW_DASHBOARD_SOURCE` |  | ")
    assert "| `METAFLOW_DASHBOARD_STATEMENT_TIMEOUT` | `5` | Seconds that one query may take. |" in rows
