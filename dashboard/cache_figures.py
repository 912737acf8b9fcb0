"""How full the caches are, found by looking through the services: a new cache needs no word here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from cachetools import Cache

from dashboard.datastore import code
from dashboard.services import Services

Kept = Cache[Any, Any] | OrderedDict[Any, Any]


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """`most` is counted in bytes where `size` is known, else in entries."""

    name: str
    entries: int
    size: int | None  # bytes, where the cache counts them
    most: int | None  # None where its owner keeps the bound


def cache_figures(services: Services) -> list[CacheFigures]:
    """All caches that the services hold, by the name of their owner."""
    states = services.run_states
    found = {
        0: CacheFigures("run states", len(states), states.nbytes, states.most),
        id(code.PACKAGES): _figures("code packages", code.PACKAGES),
    }
    for one in fields(services):
        owner = getattr(services, one.name)
        for name, cache in _caches(owner):
            if owner is not states:
                found.setdefault(id(cache), _figures(f"{one.name} {name.strip('_')}".replace("_", " "), cache))
    return list(found.values())


def _figures(name: str, cache: Kept) -> CacheFigures:
    if isinstance(cache, OrderedDict):
        return CacheFigures(name, len(cache), None, None)
    size = int(cache.currsize) if "getsizeof" in vars(cache) else None
    return CacheFigures(name, len(cache), size, int(cache.maxsize))


def _caches(owner: object) -> Iterator[tuple[str, Kept]]:
    """Caches among the attributes, as they are or behind a function that was wrapped by `cached`."""
    for name, value in vars(owner).items() if hasattr(owner, "__dict__") else ():
        cache = getattr(value, "cache", value)
        if isinstance(cache, Cache | OrderedDict):
            yield name, cache
