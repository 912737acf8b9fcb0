"""A call of a callback, as the browser sends it."""

from __future__ import annotations

from typing import Any

URL = "/_dash-update-component"
POLL: dict[str, Any] = {
    "output": "..shell-live.data...shell-token.data..",
    "outputs": [{"id": "shell-live", "property": "data"}, {"id": "shell-token", "property": "data"}],
    "inputs": [{"id": "shell-interval", "property": "n_intervals", "value": 1}],
    "state": [{"id": "shell-token", "property": "data", "value": None}],
    "changedPropIds": ["shell-interval.n_intervals"],
}
