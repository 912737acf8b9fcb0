"""The cards of a task: HTML that its code made, and the data that moves a card while the task runs.

mf.cards/<flow>/runs/<run>/steps/<step>/tasks/<task>/cards/<type>[-<id>]-<hash>.html
mf.cards/<flow>/runs/<run>/steps/<step>/tasks/<task>/runtime/<type>[-<id>]-<hash>.data.json
mf.cards/<flow>/runs/<run>/tasks/<task>/…       the same before June 2022
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass

from dashboard.datastore.store import Datastore, Entry, Path, TooLarge, Unreadable

FOLDER = "mf.cards"
MAX_CARDS = 200  # of one task
HTML_LIMIT = 32 * 1024 * 1024  # bytes
DATA_LIMIT = 8 * 1024 * 1024
LATEST = 1e11  # seconds; later ones are no times
FINAL = "final"  # the reload token of a card that will not change any more

_NAME = re.compile(r"(?P<type>[^-]+)(?:-(?P<id>[^-]+))?-(?P<hash>[0-9A-Za-z]+)(?:\.html|\.data\.json)")


@dataclass(frozen=True, slots=True)
class Card:
    """A card; `hash` names it among those of its task."""

    type: str
    id: str | None
    hash: str
    size: int  # bytes of its HTML
    modified_at: int | None  # epoch ms
    has_data: bool  # whether it moves, or moved, while the task runs
    path: Path


@dataclass(frozen=True, slots=True)
class CardData:
    """What moves a card. The card shows `data` if its own token is this one; otherwise it is to be loaded again."""

    reload_token: str
    data: object  # plain JSON
    created_at: int | None  # epoch ms

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.reload_token == FINAL


def cards(store: Datastore, flow: str, run: str, step: str, task: str) -> list[Card]:
    """All cards of a task, oldest first; of all its attempts, since their names do not tell."""
    folder: Path = FOLDER, flow, "runs", run, "steps", step, "tasks", task
    listed = store.entries((*folder, "cards"), MAX_CARDS)
    if not listed:
        folder = FOLDER, flow, "runs", run, "tasks", task
        listed = store.entries((*folder, "cards"), MAX_CARDS)
    if not listed:
        return []
    moving = {_stem(entry.name) for entry in store.entries((*folder, "runtime"), MAX_CARDS)}
    found = [card for entry in listed if (card := _card(folder, entry, _stem(entry.name) in moving))]
    return sorted(found, key=lambda card: (card.modified_at or 0, card.type, card.id or ""))


def card(store: Datastore, flow: str, run: str, step: str, task: str, card_hash: str) -> Card | None:
    """The card with this hash; found among those that are there, so the hash is never part of a path."""
    return next((one for one in cards(store, flow, run, step, task) if one.hash == card_hash), None)


def card_html(store: Datastore, card: Card, limit: int = HTML_LIMIT) -> bytes | None:
    """The HTML as the task wrote it, hostile or not; None when it is gone. `TooLarge` beyond `limit` bytes."""
    html = store.read_range(card.path, 0, limit + 1)
    if html is not None and len(html) > limit:
        raise TooLarge(f"The card is larger than {limit / 2**20:g} MB; it can be downloaded.")
    return html


def card_data(store: Datastore, card: Card, limit: int = DATA_LIMIT) -> CardData | None:
    """What moves the card; None for one that does not move. `Unreadable` when it is damaged."""
    name = _stem(card.path[-1]) + ".data.json"
    text = store.read_range((*card.path[:-2], "runtime", name), 0, limit + 1)
    if text is None:
        return None
    if len(text) > limit:
        raise TooLarge(f"The data of the card are larger than {limit / 2**20:g} MB.")
    try:
        found = json.loads(text, parse_constant=lambda _name: None, parse_float=_finite)
        token, at = found["reload_token"], found.get("created_on")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("The data of the card are damaged.") from None
    is_time = type(at) in (int, float) and 0 <= at < LATEST
    return CardData(str(token), found.get("data"), int(at * 1000) if is_time else None)


def _finite(text: str) -> float | None:
    """A number that a browser reads as JSON, too."""
    number = float(text)
    return number if math.isfinite(number) else None


def _card(folder: Path, entry: Entry, has_data: bool) -> Card | None:
    """A card by the name of its file; None for other files."""
    named = _NAME.fullmatch(entry.name)
    if named is None or not entry.name.endswith(".html"):
        return None
    path = (*folder, "cards", entry.name)
    return Card(named["type"], named["id"], named["hash"], entry.size, entry.modified_at, has_data, path)


def _stem(name: str) -> str:
    """The name without what tells HTML from data."""
    return name.removesuffix(".html").removesuffix(".data.json")
