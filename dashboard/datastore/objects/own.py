"""Metaflow's own types, with names for what they store."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.datastore.objects.described import Described
from dashboard.datastore.plain import Budget

FRAME = ("step", "var", "num_splits", "index", "value")


def _foreach_frame(found: Described, _budget: Budget) -> Described:
    """A level of `_foreach_stack`; Metaflow stores it as if the user's script had made it."""
    if len(found.args) > len(FRAME) or found.attributes:
        raise ValueError
    return Described("metaflow.ForeachFrame", attributes=dict(zip(FRAME, found.args, strict=False)))


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "__main__.ForeachFrame": _foreach_frame,
    "metaflow.tuple_util.ForeachFrame": _foreach_frame,
}
