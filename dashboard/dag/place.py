"""The size and the place of every block: exact for series and boxes, in layers for tangles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.dag.blocks import Block, Box, Fold, Kind, Series, Step, Tangle
from dashboard.dag.layers import Layers, layers
from dashboard.dag.measures import EAR_ROOM, TURN, Measures
from dashboard.dag.ways import Edge, Ways

COUNT = " × 10,000"  # what a run adds to the label of a foreach


@dataclass(frozen=True, slots=True)
class Frame:
    """A box; `main` and `cross` are its middle."""

    kind: Kind
    opener: str
    main: float
    cross: float
    length: float  # along main
    width: float  # along cross
    steps: tuple[str, ...]


@dataclass(slots=True)
class Places:
    """What placing has found: (main, cross) are middles of nodes; a fold has the name of its first step."""

    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    folds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    lanes: dict[Edge, list[tuple[float, float]]] = field(default_factory=dict)  # (where it turns, into which cross)
    first_turns: dict[str, float] = field(default_factory=dict)  # opener → where its edges turn
    loops: dict[Edge, float] = field(default_factory=dict)  # cross of the lane of an edge that leads back


class Placer:
    """Places the blocks of one drawing. `label` gives the text of the box that a step opens."""

    def __init__(self, ways: Ways, measures: Measures, labels: Mapping[str, str]) -> None:
        self._ways, self._measures, self._labels = ways, measures, labels
        self._sizes: dict[int, tuple[float, float]] = {}
        self._layers: dict[int, Layers] = {}
        self._node = measures.node_main, measures.node_cross
        self._selfish_node = measures.node_main, measures.node_cross + 2 * EAR_ROOM
        self._selfish = {one for one, other in ways.loops if one == other}
        self._loops: dict[int, list[Edge]] = {}
        self.found = Places()

    def place(self, whole: Series) -> tuple[float, float]:
        """Place all of it from (0, 0) on; returns its length and width."""
        for edge in self._ways.loops:
            if edge[0] != edge[1]:
                self._loops.setdefault(id(_around(whole, set(edge))), []).append(edge)
        length, width = self._size(whole)
        self._place(whole, 0.0, width / 2)
        return length, width

    def _size(self, block: Block | Series) -> tuple[float, float]:
        """(main, cross), measured once."""
        if isinstance(block, Step | Fold):
            is_selfish = isinstance(block, Step) and block.name in self._selfish
            return self._selfish_node if is_selfish else self._node
        known = self._sizes.get(id(block))
        if known is None:
            known = self._sizes[id(block)] = self._measured(block)
        return known

    def _measured(self, block: Box | Tangle | Series) -> tuple[float, float]:
        m = self._measures
        aside = 2 * m.lane * len(self._loops.get(id(block), ()))
        if isinstance(block, Tangle):
            made = self._layers[id(block)] = layers(block, self._ways, m)
            return self._framed(block, made.main, made.cross + aside)
        sizes = [self._size(part) for part in (block.items if isinstance(block, Series) else block.branches)]
        if isinstance(block, Series):
            gaps = sum(self._gap(one, other) for one, other in zip(block.items, block.items[1:], strict=False))
            return sum(size[0] for size in sizes) + gaps, max((size[1] for size in sizes), default=m.lane) + aside
        inner = max(size[0] for size in sizes), sum(size[1] for size in sizes) + m.between * (len(sizes) - 1) + aside
        return self._framed(block, *inner)

    def _framed(self, block: Box | Tangle, main: float, cross: float) -> tuple[float, float]:
        if block.opener is None:
            return main, cross
        m, label = self._measures, self._labels.get(block.opener, "")
        least = m.least(label + COUNT if block.kind in ("foreach", "parallel") else "")
        return max(main + m.box_start + m.box_end, least[0]), max(cross + 2 * m.box_side, least[1])

    def _gap(self, one: Block, other: Block) -> float:
        m = self._measures
        if isinstance(other, Box | Tangle) and isinstance(one, Step):
            return m.before_cases if other.kind == "switch" else m.before_box
        return m.gap

    def _place(self, block: Block | Series, start: float, middle: float) -> None:
        """Place a block whose main direction begins at `start`."""
        m, (length, width) = self._measures, self._size(block)
        if isinstance(block, Step | Fold):
            name = block.name if isinstance(block, Step) else block.names[0]
            self.found.nodes[name] = (start + m.node_main / 2, middle)
            if isinstance(block, Fold):
                self.found.folds[name] = block.names
        elif isinstance(block, Series):
            self._place_series(block, start, middle)
        else:
            if block.opener is not None and block.kind is not None:
                middle_main = start + length / 2
                self.found.frames.append(
                    Frame(block.kind, block.opener, middle_main, middle, length, width, block.names)
                )
                start += m.box_start
            self._place_inside(block, start, middle)
        for n, edge in enumerate(self._loops.get(id(block), ())):
            self.found.loops[edge] = middle + width / 2 - m.lane * (n + 0.5)

    def _place_series(self, block: Series, start: float, middle: float) -> None:
        before: Block | None = None
        for item in block.items:
            gap = self._gap(before, item) if before else 0.0
            start += gap
            if isinstance(item, Box | Tangle) and isinstance(before, Step):
                self.found.first_turns[before.name] = start + (-gap / 2 if item.kind == "switch" else TURN)
            self._place(item, start, middle)
            start += self._size(item)[0]
            before = item

    def _place_inside(self, block: Box | Tangle, start: float, middle: float) -> None:
        m = self._measures
        if isinstance(block, Tangle):
            made = self._layers[id(block)]
            for name, (main, cross) in made.steps.items():
                self.found.nodes[name] = (start + main + m.node_main / 2, middle + cross)
            for edge, turns in made.lanes.items():
                self.found.lanes[edge] = [(start + main, middle + cross) for main, cross in turns]
            return
        sizes = [self._size(branch) for branch in block.branches]
        at = middle - (sum(size[1] for size in sizes) + m.between * (len(sizes) - 1)) / 2
        entries = self._ways.forward[block.opener]
        for branch, entry, size in zip(block.branches, entries, sizes, strict=True):
            self._place(branch, start, at + size[1] / 2)
            if not branch.items:
                self.found.lanes[block.opener, entry] = [(self.found.first_turns[block.opener], at + size[1] / 2)]
            at += size[1] + m.between


def _around(block: Series, wanted: set[str]) -> Block | Series:
    """The smallest series, box or tangle that holds all of these steps."""
    found: Block | Series = block
    parts: Sequence[Block | Series] = block.items
    while True:
        inner = next((part for part in parts if not isinstance(part, Step | Fold) and wanted <= set(part.names)), None)
        if inner is None:
            return found
        found = inner
        parts = inner.items if isinstance(inner, Series) else inner.branches if isinstance(inner, Box) else ()
