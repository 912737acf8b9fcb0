"""Metaflow's own types, with names for what they store."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.datastore.objects.described import Described
from dashboard.datastore.plain import Budget

EXCEPTION = "metaflow.exception.MetaflowExceptionWrapper"
FRAME = ("step", "var", "num_splits", "index", "value")


def _foreach_frame(found: Described, _budget: Budget) -> Described:
    """A level of `_foreach_stack`; Metaflow stores it as if the user's script had made it."""
    if len(found.args) > len(FRAME) or found.attributes:
        raise ValueError
    return Described("metaflow.ForeachFrame", attributes=dict(zip(FRAME, found.args, strict=False)))


def _wrapped_exception(found: Described, _budget: Budget) -> Described:
    """What `_exception` holds; the argument that pickle hands to its constructor says nothing."""
    return Described(found.type, attributes=found.attributes)


KNOWN: Mapping[str, Callable[[Described, Budget], object]] = {
    "__main__.ForeachFrame": _foreach_frame,
    EXCEPTION: _wrapped_exception,
    "metaflow.tuple_util.ForeachFrame": _foreach_frame,
}
