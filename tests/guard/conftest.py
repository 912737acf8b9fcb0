"""Apps with settings of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import URL

from dashboard.data.database import Database
from dashboard.factory import create_app
from dashboard.guard.rates import Rates
from dashboard.settings import Settings
from dashboard.source import Source

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes between requests, however slow the machine is."""
    monkeypatch.setattr("dashboard.guard.gate.Rates", partial(Rates, clock=lambda: 0.0))
    monkeypatch.setattr("dashboard.guard.login.Rates", partial(Rates, clock=lambda: 0.0))


@pytest.fixture
def client_of(sqlite_database: URL) -> Iterator[MakeClient]:
    """Makes a client of an app on an empty database, with settings as in the environment."""
    database = Database(sqlite_database)

    def make(**environ: Any) -> FlaskClient:
        settings = Settings.from_env({f"METAFLOW_DASHBOARD_{name}": str(value) for name, value in environ.items()})
        return create_app(database, Source("sqlite", "a test"), settings).server.test_client()

    yield make
    database.close()
