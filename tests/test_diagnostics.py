"""What the about page says, and that it keeps secrets."""

from __future__ import annotations

import pytest
from sqlalchemy import URL, create_engine, text

from dashboard import VERSION
from dashboard.cache_figures import cache_figures
from dashboard.data.database import Database
from dashboard.diagnostics import Section, as_text, sections
from dashboard.services import Services, make_services
from dashboard.settings import Settings
from dashboard.source import Source
from tests.stage import Stage


def cells(found: list[Section], title: str) -> dict[str, tuple[str, ...]]:
    (section,) = [one for one in found if one.title == title]
    return {row[0]: row[1:] for row in section.rows}


def test_it_says_what_runs_and_how_it_fares(stage: Stage) -> None:
    key = stage.writer.run("HelloFlow", 12, at=stage.now)
    stage.tasks(key, "start", [True], stage.now)
    services = stage.services()
    services.run_states(key)
    found = sections(services)
    assert cells(found, "Versions")["Metaflow Dashboard"] == (VERSION,)
    assert cells(found, "Versions")["dash"] == ("4.1.0",)
    source = cells(found, "Source")
    assert source["Database"][0].startswith(("SQLite 3.", "PostgreSQL "))
    assert "runs_v3" in source["Tables"][0]
    assert "s against that of the dashboard" in source["Its clock"][0]
    assert cells(found, "Indices")
    assert int(cells(found, "Queries since the start")["indices"][0]) >= 1
    entries, size, most = cells(found, "Caches")["run states"]
    assert (entries, most) == ("1", "128,000,000")
    assert int(size.replace(",", "")) > 0


def test_a_service_has_a_schema_level_and_is_told_what_is_missing(postgres_database: URL) -> None:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX flows_v3_idx_ts_flow_desc"))
    engine.dispose()
    database = Database(postgres_database)
    found = sections(make_services(database, Source("postgresql", "postgresql://db.example/metaflow"), Settings()))
    database.close()
    assert cells(found, "Source")["Schema level by indices"] == ("20260706000000",)
    assert cells(found, "Source")["Schema level"][0].startswith("not readable")
    assert cells(found, "Indices")["flows_v3_idx_ts_flow_desc"] == ("20260706000001", "missing")
    assert "Of the service's indices 1 is missing" in as_text(found)


def test_all_caches_are_found(stage: Stage) -> None:
    names = {one.name for one in cache_figures(stage.services())}
    assert names >= {"run states", "code packages", "finder pages", "results outcomes", "judge final", "graphs graphs"}
    assert len(names) == len(cache_figures(stage.services()))


def secretive(database: Database) -> Services:
    settings = Settings.from_env(
        {
            "MF_METADATA_DB_DSN": "postgresql://ana:hunter2@db.example/metaflow",
            "MF_METADATA_DB_PSWD": "hunter2",
            "METAFLOW_DASHBOARD_SOURCE": "postgresql://ana:hunter2@db.example/metaflow",
            "METAFLOW_DASHBOARD_REFRESH": "7.5",
            "METAFLOW_DASHBOARD_DATASTORE_MAP": "s3://b/metaflow=/mnt/metaflow",
            "NOTIFICATIONS": '[{"message": "hunter2", "created": 1764081284000}]',
        }
    )
    return make_services(database, Source("postgresql", "postgresql://db.example/metaflow"), settings)


def test_no_secret_is_in_it_and_it_stands_when_the_database_is_silent(postgres_database: URL) -> None:
    database = Database(postgres_database.set(port=1, password="hunter2"), connect_timeout=1)
    found = sections(secretive(database))
    database.close()
    assert "hunter2" not in as_text(found)
    assert "The database does not answer" in cells(found, "Source")["Database"][0]
    shown = cells(found, "Settings")
    assert shown["MF_METADATA_DB_PSWD"] == shown["METAFLOW_DASHBOARD_SOURCE"] == ("set, not shown",)
    assert shown["METAFLOW_DASHBOARD_REFRESH"] == ("7.5",)
    assert shown["METAFLOW_DASHBOARD_DATASTORE_MAP"] == ("s3://b/metaflow=/mnt/metaflow",)
    assert shown["NOTIFICATIONS"] == ("1 entry",)


@pytest.mark.parametrize("rows", [[], [("a", "1"), ("long name", "22")]])
def test_text_is_aligned_and_has_a_heading_for_each_section(rows: list[tuple[str, str]]) -> None:
    lines = as_text([Section("Some", rows, note="A note.")]).splitlines()
    assert lines[:2] == ["## Some", "A note."]
    assert lines[2:] == ([] if not rows else ["a          1", "long name  22"])
