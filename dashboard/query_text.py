"""The text of a URL's query as bounded values, and the checks that every query class makes. All raise BadQuery."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from dashboard.errors import BadQuery

T = TypeVar("T")
MAX_PARAMETERS = 200
MAX_VALUES = 50
MAX_LENGTH = 255


def parsed(text: str) -> dict[str, list[str]]:
    """Name → values, from the query with or without `?`."""
    try:
        return parse_qs(text.lstrip("?"), keep_blank_values=False, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise BadQuery(f"The query has more than {MAX_PARAMETERS} parameters.") from None


def understood(text: str, read: Callable[[str], T]) -> tuple[T, str | None, tuple[str, ...]]:
    """The query as far as it can be understood and, where a part cannot, why and which; never raises."""
    try:
        return read(text), None, ()
    except BadQuery as error:
        problem = str(error)
    good, bad = "", []
    for name, values in parse_qs(text.lstrip("?")).items():
        try:
            more = f"{good}&{urlencode([(name, value) for value in values])}"
            read(more)
            good = more
        except (BadQuery, UnicodeEncodeError):  # the latter: half a surrogate pair
            bad.append(name)
    return read(good), problem, tuple(bad)


def checked(values: Mapping[str, Sequence[str]], known: Collection[str]) -> dict[str, list[str]]:
    """The values that are not empty; unknown names, too many, too long and unsearchable values are refused."""
    kept = {name: found for name, given in values.items() if (found := [value for value in given if value])}
    for name, given in kept.items():
        if name not in known:
            raise BadQuery(f"“{name[:80]}” is not a known parameter; known are {', '.join(sorted(known))}.")
        if len(given) > MAX_VALUES or any(len(value) > MAX_LENGTH for value in given):
            raise BadQuery(f"{name}: at most {MAX_VALUES} values of {MAX_LENGTH} characters are taken.")
        if any(re.search("[\x00\ud800-\udfff]", value) for value in given):
            raise BadQuery(f"{name}: a NUL character or half a surrogate pair cannot be searched for.")
    return kept


def one(name: str, values: Mapping[str, Sequence[str]], allowed: Sequence[str]) -> str | None:
    """The last value, which is one of `allowed`; None where there is none."""
    given = values.get(name)
    return each(name, (given[-1],), allowed)[0] if given else None


def each(name: str, given: tuple[str, ...], allowed: Sequence[str]) -> tuple[str, ...]:
    """The values, all of them among `allowed`."""
    for value in given:
        if value not in allowed:
            raise BadQuery(f"{name}={value[:80]}: one of {', '.join(allowed)} is needed.")
    return given


def number(name: str, values: Mapping[str, Sequence[str]], default: int, most: int) -> int:
    """The last value as a whole number from 1 to `most`."""
    text = values[name][-1] if values.get(name) else str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):
        raise BadQuery(f"{name}={text[:80]}: a whole number from 1 to {most} is needed.")
    return int(text)


def toggled(values: Iterable[str], value: str) -> tuple[str, ...]:
    """`values` with `value` taken out, or added at the end."""
    kept = tuple(values)
    return tuple(other for other in kept if other != value) if value in kept else (*kept, value)
