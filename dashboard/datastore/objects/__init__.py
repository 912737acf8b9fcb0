"""Values beyond plain data out of a pickle: nothing is imported, called or built from what it names.

recorded    the opcodes as a tree of plain data and written calls
built       that tree as values: what is known by name becomes one, all else a description
described   Described, Reference, Zone, type_name
standard, times, arrays, columns, frames, stamps, arrow, own   what is known by name
"""

from __future__ import annotations

from dashboard.datastore.objects.built import Builder
from dashboard.datastore.objects.described import Described, Reference, Zone, type_name
from dashboard.datastore.objects.recorded import Recorder
from dashboard.datastore.plain import MAX_STEPS, too_large

COPIES = 4  # times the bytes of the pickle that may be copied: protocols before 3 write bytes as text
SMALL = 64 * 1024

__all__ = ["Described", "Reference", "Zone", "type_name", "value_of"]


def value_of(blob: bytes, limit: int, steps: int = MAX_STEPS) -> object:
    """The value in a pickle of at most `limit` bytes and `steps` opcodes.

    Plain data and what `docs/artifacts.md` lists come out as such, every other object as a `Described`. The value may
    hold itself. `NotPlain` when the pickle is damaged, refers to what is stored elsewhere, or goes beyond a bound.
    """
    if len(blob) > limit:
        raise too_large(f"more than {limit} bytes")
    text = COPIES * max(limit, SMALL)
    return Builder(text, steps).value(Recorder(text, steps).run(blob))
