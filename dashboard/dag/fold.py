"""Long chains of steps as one block, so that a large graph can be seen as a whole."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.dag.blocks import Block, Box, Fold, Series, Step

FEWEST = 4  # steps of a chain that is worth folding


def folded(series: Series, kept: Collection[str], unfolded: Collection[str] = ()) -> Series:
    """The series with its chains folded, except those that begin with an `unfolded` step.

    `kept` steps stay, as do those that boxes open behind or close before.
    """
    items: list[Block] = []
    chain: list[str] = []
    for place, item in enumerate(series.items):
        neighbours = series.items[max(0, place - 1) : place + 2]
        if isinstance(item, Step) and item.name not in kept and all(isinstance(one, Step) for one in neighbours):
            chain.append(item.name)
            continue
        items += _folded(chain, unfolded)
        chain = []
        if isinstance(item, Box):
            item = Box(item.kind, item.opener, tuple(folded(branch, kept, unfolded) for branch in item.branches))
        items.append(item)
    return Series((*items, *_folded(chain, unfolded)))


def _folded(chain: list[str], unfolded: Collection[str]) -> list[Block]:
    is_long = len(chain) >= FEWEST and chain[0] not in unfolded
    return [Fold(tuple(chain))] if is_long else [Step(name) for name in chain]
