"""Sizes and distances of a drawing in pixels; `main` runs from start to end, `cross` is the other direction."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

NODE_WIDTH, NODE_HEIGHT = 232, 42
LETTER = 6.2  # width of a letter in the label of a box, on average


@dataclass(frozen=True, slots=True)
class Measures:
    """One of the two directions; those of the design are for top-down."""

    node_main: float
    node_cross: float
    gap: float  # between two blocks of a series
    before_box: float  # between a step and the box that it opens …
    before_cases: float  # … where the edges carry the cases of a switch
    box_start: float  # inside of a box, along the main direction
    box_end: float
    box_side: float
    between: float  # branches
    lane: float  # of an edge that passes by steps
    rows: float  # between the layers of a tangle
    turn: float  # before the step that a line leads to, at most
    is_down: bool

    def least(self, label: str) -> tuple[float, float]:
        """The smallest box that its label fits into, as (main, cross); top down it stands left of the line inside."""
        width = 4 * ceil(LETTER * len(label) / 4) + 20  # boxes begin at whole pixels
        return (0.0, 2 * width) if self.is_down else (width, 0.0)


TOP_DOWN = Measures(NODE_HEIGHT, NODE_WIDTH, 20, 14, 26, 22, 12, 14, 28, 24, 40, 18, True)
LEFT_RIGHT = Measures(NODE_WIDTH, NODE_HEIGHT, 36, 28, 96, 16, 16, 26, 18, 20, 72, 26, False)
TURN = 4.0  # inside of a box: where edges part that carry no case
EAR = 22.0  # beside a step that leads back to itself …
EAR_ROOM = 10.0  # … and how much more room it takes for that
