"""Calls a Dash callback over WSGI as the browser would, and times the server's part."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from dash import Dash
from flask.testing import FlaskClient


@dataclass(frozen=True)
class Answer:
    """One answered callback: milliseconds in the server, bytes of the body, the body."""

    ms: float
    size: int
    body: dict[str, Any]


class Caller:
    """Calls the callback that writes a given output."""

    def __init__(self, app: Dash, output: str) -> None:
        self._client: FlaskClient = app.server.test_client()
        dependencies = self._client.get("/_dash-dependencies").get_json()
        self._callback = next(one for one in dependencies if output in one["output"])

    @property
    def trigger(self) -> str:
        """The first input, as "id.property"."""
        first = self._callback["inputs"][0]
        return f"{first['id']}.{first['property']}"

    def payload(self, values: dict[str, Any], changed: str) -> dict[str, Any]:
        """The request's body; `values` by "id.property", the others are null."""

        def given(part: dict[str, Any]) -> dict[str, Any]:
            return {**part, "value": values.get(f"{part['id']}.{part['property']}")}

        text = self._callback["output"]
        outputs = [
            {"id": one.rpartition(".")[0], "property": one.rpartition(".")[2]} for one in text.strip(".").split("...")
        ]
        return {
            "output": text,
            "outputs": outputs if text.startswith("..") else outputs[0],
            "inputs": [given(part) for part in self._callback["inputs"]],
            "state": [given(part) for part in self._callback["state"]],
            "changedPropIds": [changed],
        }

    def __call__(self, values: dict[str, Any], changed: str) -> Answer:
        """Ask, and time the answer."""
        payload = self.payload(values, changed)
        begun = time.perf_counter()
        response = self._client.post("/_dash-update-component", json=payload)
        spent = (time.perf_counter() - begun) * 1000
        if response.status_code not in (200, 204):
            raise RuntimeError(f"{changed}: {response.status_code} {response.get_data(as_text=True)[:500]}")
        body = response.get_data()
        return Answer(spent, len(body), json.loads(body) if body else {})
