"""Figures as data: what is drawn where."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import theme
from components.activity_range import chosen_range
from components.figures.activity import CELLS, LONGEST, MARKS, SHORTEST, Dot, activity
from components.figures.step_spans import Bar, step_bars
from components.formats import DAY, HOUR, MINUTE, SECOND

T0 = 1_764_081_284_000  # 2025-11-25 14:34:44 UTC
UTC = ZoneInfo("UTC")
PALETTE = theme.palette("light")


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def test_one_mark_per_status_failures_on_top() -> None:
    dots = [Dot(T0 - HOUR, MINUTE, look, f"A/{look}") for look in MARKS]
    figure = activity(dots, T0 - DAY, T0, UTC, PALETTE)
    assert [trace.name for trace in figure.data] == list(MARKS)
    assert figure.data[-1].name == "failed"
    assert all(list(trace.customdata) == [f"A/{name}"] for name, trace in traces(figure).items())
    assert len({(trace.marker.symbol, trace.marker.color) for trace in figure.data}) == len(MARKS)


def test_times_are_those_of_the_zone_and_lengths_stay_on_the_strip() -> None:
    dots = [Dot(T0, None, "running", "A/1"), Dot(T0, 1, "running", "A/2"), Dot(T0, 10 * LONGEST, "running", "A/3")]
    running = traces(activity(dots, T0 - DAY, T0, ZoneInfo("Asia/Tokyo"), PALETTE))["running"]
    assert [moment.hour for moment in running.x] == [23, 23, 23]
    assert list(running.y) == [SHORTEST, SHORTEST, LONGEST]


def test_completed_runs_on_the_same_spot_are_drawn_once_failures_always() -> None:
    dots = [Dot(T0 - HOUR + n, MINUTE, look, f"A/{n}") for n in range(500) for look in ("completed", "failed")]
    drawn = traces(activity(dots, T0 - 30 * DAY, T0, UTC, PALETTE))
    assert len(drawn["completed"].x) <= 2
    assert len(drawn["failed"].x) == 500
    spread = [Dot(T0 - n * HOUR, (n % 9 + 1) * MINUTE, "completed", str(n)) for n in range(700)]
    assert 500 < len(traces(activity(spread, T0 - 700 * HOUR, T0, UTC, PALETTE))["completed"].x) <= 700
    assert CELLS[0] >= 500


@settings(max_examples=30)
@given(since=st.integers(0, T0), length=st.integers(0, 400 * DAY), zone=st.sampled_from(["UTC", "America/New_York"]))
def test_any_range_has_a_readable_axis(since: int, length: int, zone: str) -> None:
    figure = activity([Dot(since, 0, "completed", "A/1")], since, since + length, ZoneInfo(zone), PALETTE)
    ticks = list(figure.layout.xaxis.tickvals or ())
    assert len(ticks) <= 20
    assert ticks == sorted(set(ticks))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_chosen_range_stands_where_its_instants_are(zone: str) -> None:
    there = ZoneInfo(zone)
    overlay = chosen_range(T0 - 10 * HOUR, T0, there, (T0 - 10 * HOUR, T0 - 5 * HOUR)).to_plotly_json()["props"]
    start, end = activity([], T0 - 10 * HOUR, T0, there, PALETTE).layout.xaxis.range
    assert (overlay["data-start"], overlay["data-end"]) == (start.isoformat(), end.isoformat())
    assert float(overlay["style"]["left"].rstrip("%")) == pytest.approx(0.4, abs=0.01)
    assert float(overlay["style"]["width"].rstrip("%")) == pytest.approx(49.6, abs=0.01)
    assert len(overlay["children"]) == 2
    assert chosen_range(T0 - HOUR, T0, there, None).to_plotly_json()["props"]["hidden"]


def test_bars_of_steps() -> None:
    bars = [
        Bar("start", 0, 4 * SECOND, "4s", "completed"),
        Bar("<b>train</b>", 4 * SECOND, MINUTE, "1m", "failed", (20_000, 30_000)),
        Bar("x" * 30, 64 * SECOND, None, "", "completed"),
    ]
    figure = step_bars(bars, 64 * SECOND, PALETTE)
    drawn = [zip(trace.y, trace.base, trace.x, strict=True) for trace in figure.data[:-1]]
    assert sorted(bar for some in drawn for bar in some) == [(0, 0, 4_000), (1, 4_000, 60_000)]
    assert [(x, y) for x, y in zip(figure.data[-1].x, figure.data[-1].y, strict=True)] == [(20_000, 1), (30_000, 1)]
    labels = figure.layout.yaxis.ticktext
    assert labels[1] == "&lt;b&gt;train&lt;/b&gt;", "names are not markup"
    assert len(labels[2]) == 22
    assert figure.layout.yaxis.range == (2.5, -0.5)


@pytest.mark.parametrize("total", [0, 1, SECOND, 90 * SECOND, HOUR, 30 * HOUR, 9 * DAY, 400 * DAY])
def test_the_axis_of_steps_has_few_ticks(total: int) -> None:
    figure = step_bars([Bar("start", 0, total, "", "running")], total, PALETTE)
    ticks = figure.layout.xaxis.tickvals
    assert 1 <= len(ticks) <= 7
    assert ticks[0] == 0
    assert len(set(figure.layout.xaxis.ticktext)) == len(ticks)


def test_no_steps_at_all() -> None:
    assert step_bars([], 0, PALETTE).layout.height > 0
