"""Where steps stand: nothing overlaps, edges go forward, boxes hold what is theirs, the same graph looks the same."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.dag.layout import MOST_EDGES, Direction, Frame, Layout, layout
from dashboard.dag.measures import NODE_HEIGHT, NODE_WIDTH
from dashboard.graph import Graph
from tests.dag.graphs import Grown, any_graphs, chain, graph, grown_graphs

DIRECTIONS = st.sampled_from(["down", "right"])
Box = tuple[float, float, float, float]  # left, top, right, bottom


def drawn(of: Graph, direction: Direction = "down", unfolded: tuple[str, ...] = ("*",)) -> Layout:
    found = layout(of, direction, unfolded)
    assert found is not None
    return found


def cards(found: Layout) -> dict[str, Box]:
    return {
        card.name: (
            card.x - NODE_WIDTH / 2,
            card.y - NODE_HEIGHT / 2,
            card.x + NODE_WIDTH / 2,
            card.y + NODE_HEIGHT / 2,
        )
        for card in found.cards
    }


def box(frame: Frame) -> Box:
    return frame.x, frame.y, frame.x + frame.width, frame.y + frame.height


def overlap(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def within(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def check(of: Graph, found: Layout) -> None:
    """What holds of every drawing."""
    places = cards(found)
    folded = {step for card in found.cards for step in card.steps[1:]}
    assert set(places) | folded == set(of.nodes)
    assert all(not overlap(one, other) for one, other in itertools.combinations(places.values(), 2))
    assert all(within(place, (0, 0, found.width, found.height)) for place in places.values())
    for frame in found.frames:
        assert within(box(frame), (0, 0, found.width, found.height))
        for name, place in places.items():
            assert within(place, box(frame)) if name in frame.steps else not overlap(place, box(frame)), frame
    for one, other in itertools.combinations(found.frames, 2):
        nested = within(box(one), box(other)) or within(box(other), box(one))
        assert nested or not overlap(box(one), box(other))
    for line in found.lines:
        along = 1 if found.direction == "down" else 0
        if line.way == "forward":
            assert line.start[along] < line.end[along]
            way = [line.start[along], *(point[along] for point in line.points), line.end[along]]
            assert way == sorted(way)
        else:
            assert line.start[along] >= line.end[along]


@given(grown_graphs, DIRECTIONS)
def test_flows_as_they_are_written(of: Graph, direction: Direction) -> None:
    check(of, drawn(of, direction))


@given(grown_graphs, DIRECTIONS)
def test_folded_flows(of: Graph, direction: Direction) -> None:
    check(of, drawn(of, direction, ()))


@given(any_graphs(), DIRECTIONS)
def test_graphs_of_any_shape(of: Graph, direction: Direction) -> None:
    check(of, drawn(of, direction))


@given(any_graphs())
def test_every_edge_is_drawn_once(of: Graph) -> None:
    wanted = {(node.name, after) for node in of.nodes.values() for after in node.next if after in of.nodes}
    found = [(line.source, line.target) for line in drawn(of).lines]
    assert sorted(found) == sorted(wanted)


@given(grown_graphs)
def test_the_same_graph_looks_the_same(of: Graph) -> None:
    assert drawn(of) == drawn(of)


@given(grown_graphs)
def test_flows_of_splits_and_foreaches_are_placed_exactly(of: Graph) -> None:
    """Branches of a box stand side by side, and what opens it in the middle above."""
    found = drawn(of)
    at = {card.name: (card.x, card.y) for card in found.cards}
    for frame in found.frames:
        assert at[frame.opener][0] == pytest.approx(frame.x + frame.width / 2)
        assert at[frame.opener][1] < frame.y


def test_a_chain() -> None:
    found = drawn(chain("start", "middle", "end"))
    assert [card.x for card in found.cards] == [128.0] * 3
    assert [card.y for card in found.cards] == [33.0, 95.0, 157.0]
    assert [line.points for line in found.lines] == [(), ()]
    assert (found.width, found.height, found.frames) == (256, 190, ())


def test_left_to_right() -> None:
    found = drawn(chain("start", "end"), "right")
    assert [(card.x, card.y) for card in found.cards] == [(128.0, 33.0), (396.0, 33.0)]


def test_a_foreach_with_a_switch_in_it() -> None:
    found = drawn(
        graph(
            {
                "start": {"type": "split-foreach", "foreach_artifact": "items", "next": ["check"]},
                "check": {
                    "type": "split-switch",
                    "condition": "size",
                    "switch_cases": {"large": "cut", "1": "join", "7": "join"},
                    "next": ["cut", "join"],
                },
                "cut": {"next": ["join"]},
                "join": {"type": "join", "next": ["end"]},
                "end": {"type": "end", "next": []},
            }
        )
    )
    assert [(frame.kind, frame.label, frame.steps) for frame in found.frames] == [
        ("foreach", "foreach items", ("check", "cut")),
        ("switch", "switch on size", ("cut",)),
    ]
    labels = {(line.source, line.target): line.label for line in found.lines if line.label}
    assert labels == {("check", "cut"): '"large"', ("check", "join"): "1, 7"}
    check(
        graph({"a": {"next": []}}, start_step="a"),
        drawn(graph({"a": {"next": []}}, start_step="a")),
    )


def test_steps_that_several_cases_share_are_drawn_once_in_layers() -> None:
    of = graph(
        {
            "start": {"type": "split-switch", "switch_cases": {"a": "x", "b": "y"}, "next": ["x", "y"]},
            "x": {"next": ["z"]},
            "y": {"type": "split-switch", "switch_cases": {"c": "z", "d": "end"}, "next": ["z", "end"]},
            "z": {"next": ["end"]},
            "end": {"type": "end", "next": []},
        }
    )
    found = drawn(of)
    check(of, found)
    assert [(frame.kind, frame.steps) for frame in found.frames] == [("switch", ("y", "x", "z"))]


def test_recursion_is_a_line_back() -> None:
    of = graph(
        {
            "start": {"next": ["ask"]},
            "ask": {"type": "split-switch", "switch_cases": {"again": "ask", "ok": "end"}, "next": ["ask", "end"]},
            "end": {"type": "end", "next": []},
        }
    )
    found = drawn(of)
    assert [(line.source, line.target, line.label) for line in found.lines if line.way == "loop"] == [
        ("ask", "ask", '"again"')
    ]
    assert found.frames == ()


def test_a_loop_over_several_steps_has_a_lane_beside_them() -> None:
    of = graph(
        {
            "start": {"next": ["check"]},
            "check": {"type": "split-switch", "switch_cases": {"go": "work", "done": "end"}, "next": ["work", "end"]},
            "work": {"next": ["check"]},
            "end": {"type": "end", "next": []},
        }
    )
    found = drawn(of)
    check(of, found)
    assert [(frame.kind, frame.steps) for frame in found.frames] == [("switch", ("work",))]
    (loop,) = (line for line in found.lines if line.way == "loop")
    assert loop.points[0][0] > max(card.x for card in found.cards) + NODE_WIDTH / 2


def test_long_chains_of_large_graphs_are_folded() -> None:
    of = chain("start", *(f"s{n}" for n in range(70)), "end")
    found = layout(of)
    assert found is not None
    assert [(card.name, len(card.steps)) for card in found.cards] == [("start", 0), ("s0", 70), ("end", 0)]
    assert [(line.source, line.target) for line in found.lines] == [("start", "s0"), ("s0", "end")]
    opened = layout(of, unfolded=("s0",))
    assert opened is not None
    assert len(opened.cards) == 72
    kept = layout(of, kept=("s10",))
    assert kept is not None
    assert [card.name for card in kept.cards] == ["start", "s0", "s10", "s11", "end"]
    assert kept.is_foldable


def test_small_graphs_are_not_folded() -> None:
    found = layout(chain("start", *(f"s{n}" for n in range(20)), "end"))
    assert found is not None
    assert (len(found.cards), found.is_foldable) == (22, False)


def test_boxes_in_boxes_without_end() -> None:
    """Deeper than anybody writes: no error, all drawn."""
    depth = 400
    steps = {f"s{n}": {"type": "split-static", "next": [f"s{n + 1}", f"b{n}"]} for n in range(depth)}
    steps |= {f"b{n}": {"type": "linear", "next": [f"j{n}"]} for n in range(depth)}
    steps |= {f"j{n}": {"type": "join", "next": [f"j{n - 1}"] if n else []} for n in range(depth)}
    steps[f"s{depth}"] = {"type": "linear", "next": [f"j{depth - 1}"]}
    found = drawn(graph(steps, start_step="s0"))
    assert len(found.cards) == 3 * depth + 1


def test_a_graph_with_more_edges_than_can_be_drawn() -> None:
    names = [f"s{n}" for n in range(200)]
    assert MOST_EDGES < 200 * 200
    assert layout(graph({name: {"next": names} for name in names})) is None


def test_five_hundred_steps_are_placed_quickly() -> None:
    of = Grown(500).graph
    best = min(_spent(of) for _ in range(5))
    assert best < 0.05  # some 3 ms on a quiet machine: tests/bench/dag.py


def _spent(of: Graph) -> float:
    started = time.process_time()
    drawn(of)
    return time.process_time() - started


def test_a_tangle_with_more_long_edges_than_fit_is_drawn_without_their_lanes() -> None:
    names = [f"s{n}" for n in range(100)]
    steps = {name: {"type": "split-switch", "next": names[n + 1 :]} for n, name in enumerate(names)}
    of = graph(steps, start_step="s0")
    started = time.process_time()
    found = drawn(of)
    assert time.process_time() - started < 5
    assert len(found.cards) == 100
    assert found.width < 2_000
