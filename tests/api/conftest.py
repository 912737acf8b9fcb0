"""The interface over HTTP on what a stage holds."""

from __future__ import annotations

import pytest

from tests.stage import Stage
from tests.test_api import Api, serve


@pytest.fixture
def served(stage: Stage) -> Api:
    return Api(serve(stage.database), stage.writer, stage.now, stage.database)
