"""The files in deploy/: they parse, name settings that exist, start the program, and their SQL is enough for it."""

from __future__ import annotations

import configparser
import json
import re
import uuid
from dataclasses import fields
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from sqlalchemy import URL, create_engine, text

import app
from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.settings import Settings
from dashboard.source import Source
from tests.data.writing import Writer

DEPLOY = Path(__file__).parent.parent / "deploy"
FILES = sorted(file for file in DEPLOY.iterdir() if file.suffix != ".dockerignore")
NAMES = {name for setting in fields(Settings) for name in setting.metadata["names"]}
IMAGE = (DEPLOY / "Dockerfile").read_text("utf-8")


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def kind(name: str) -> Any:
    return next(one for one in documents("kubernetes.yaml") if one["kind"] == name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\b(?:METAFLOW_DASHBOARD|MF_METADATA_DB)_[A-Z_]+[A-Z]", file.read_text("utf-8")))
    assert named <= NAMES


def environments() -> dict[str, dict[str, str]]:
    """What each way of running sets."""
    image = dict(re.findall(r"\b(METAFLOW_DASHBOARD_\w+)=(\S+)", IMAGE))
    return {
        "image": image,
        "compose": image | documents("compose.yaml")[0]["services"]["dashboard"]["environment"],
        "kubernetes": image | kind("ConfigMap")["data"] | kind("Secret")["stringData"],
    }


@pytest.mark.parametrize("name", ["image", "compose", "kubernetes"])
def test_the_environment_makes_settings_and_an_app(name: str, sqlite_database: URL) -> None:
    settings = Settings.from_env(environments()[name])
    assert settings.host == "0.0.0.0"
    assert settings.log_format == "json"
    database = Database(sqlite_database)
    client = create_app(database, Source("sqlite", "a test"), settings).server.test_client()
    assert client.get("/-/ready", headers={"Host": "10.1.2.3:8050"}).status_code == 200
    assert (
        client.get(
            "/-/metrics", headers={"Host": settings.allowed_hosts[0] if settings.allowed_hosts else "x"}
        ).status_code
        == 200
    )
    database.close()


def test_command_lines_are_understood() -> None:
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", IMAGE, re.MULTILINE)
    assert json.loads(entry) == ["python", "app.py"]
    container = kind("Deployment")["spec"]["template"]["spec"]["containers"][0]
    unit = configparser.RawConfigParser(strict=False)
    unit.read(DEPLOY / "metaflow-dashboard.service")
    start = unit["Service"]["ExecStart"].split()
    assert start[:2] == ["/opt/metaflow-dashboard/.venv/bin/python", "app.py"]
    for arguments in (container["args"], start[2:]):
        options = app._parser().parse_args(arguments)
        assert options.port == "8050"
        Settings.from_env({}, host=options.host, port=options.port)


def test_probes_and_ports_agree() -> None:
    container = kind("Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert container["ports"][0]["containerPort"] == Settings().port
    assert {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")} == {
        "/-/health",
        "/-/ready",
    }
    assert f"EXPOSE {Settings().port}" in IMAGE
    compose = documents("compose.yaml")[0]["services"]
    assert compose["dashboard"]["ports"] == [f"127.0.0.1:{Settings().port}:{Settings().port}"]
    assert all(port.startswith("127.0.0.1:") for one in compose.values() for port in one.get("ports", ()))


def test_the_image_holds_what_the_program_needs_and_no_more() -> None:
    kept = [
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    ]
    assert {"app.py", "assets", "components", "dashboard", "requirements*.txt"} <= set(kept)
    assert not {"tests", ".git", "docs"} & set(kept)


def test_the_role_reads_and_does_nothing_else(postgres_database: URL) -> None:
    role = f"metaflow_dashboard_{uuid.uuid4().hex[:8]}"
    script = (DEPLOY / "role.sql").read_text("utf-8").replace("metaflow_dashboard", role)
    owner = create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    writer = Writer(owner)
    writer.run("HelloFlow", 12, at=1_700_000_000_000)
    writer.flush()
    try:
        with owner.connect() as connection:
            for statement in re.sub(r"--.*", "", script).split(";"):
                if statement.strip():
                    connection.execute(text(statement))
        database = Database(postgres_database.set(username=role, password="change-me"))
        database.check()
        client = create_app(database, Source("postgresql", "a test"), Settings()).server.test_client()
        for path in ("/", "/HelloFlow/12", "/-/api/runs?started=any", "/-/api/HelloFlow/12/tasks", "/-/ready"):
            assert client.get(path).status_code == 200, path
        database.close()
        address = postgres_database.set(drivername="postgresql", username=role, password="change-me")
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as stranger:
            stranger.execute("SET default_transaction_read_only = off")
            for statement in (
                "INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('x', 1)",
                "UPDATE runs_v3 SET ts_epoch = 1",
                "DELETE FROM runs_v3",
                "TRUNCATE metadata_v3",
                "CREATE ROLE other",
                "SELECT pg_read_file('/etc/passwd')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    stranger.execute(statement)
            assert stranger.execute("SHOW statement_timeout").fetchone() == ("10s",)
    finally:
        with owner.connect() as connection:
            connection.execute(text(f'DROP OWNED BY "{role}"'))
            connection.execute(text(f'DROP ROLE "{role}"'))
        owner.dispose()
