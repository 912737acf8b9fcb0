"""The twelve flows of the demo."""

from __future__ import annotations

from dashboard.demo.assist_flows import ASSIST
from dashboard.demo.growth_flows import GROWTH
from dashboard.demo.search_flows import SEARCH
from dashboard.demo.spec import Flow

FLOWS: tuple[Flow, ...] = (*GROWTH, *SEARCH, *ASSIST)
BY_NAME = {flow.name: flow for flow in FLOWS}
