"""Templates of links and commands: `https://grafana.example.org/d/pods?var-pod={metadata.kubernetes-pod-name}`.

A field may be followed by words, parted by `|`:

    path        slashes stay, for the rest of a path
    console     as the AWS console wants it in a fragment: quoted twice, with $ in place of %
    add=-60000  a number added, for windows of time
    or=now      this text where the field is missing; else a link with a missing field is not shown

Values are quoted for a URL, or for a shell in a command. Pure.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

PLAIN = ("flow", "run", "run_number", "user", "project", "branch", "status", "started_ms", "finished_ms", "created_ms")
OF_TASK = ("step", "task", "attempt")
OF_STORE = ("datastore.type", "datastore.bucket", "datastore.prefix")
OF_GIT = ("git.host", "git.path", "git.commit", "git.branch")
PREFIXES = ("metadata.", "tag.", "parameter.")
WORDS = ("path", "console", "add", "or")
LONGEST = 4_000  # characters of a link
_FIELD = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Field:
    """A place to be filled in."""

    name: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and fields in turn."""

    parts: tuple[str | Field, ...]

    def filled(self, values: Mapping[str, str], quoted: Callable[[str, Field], str]) -> str | None:
        """The text; None where a field is missing."""
        made = []
        for part in self.parts:
            text = part if isinstance(part, str) else _value(part, values, quoted)
            if text is None:
                return None
            made.append(text)
        return "".join(made)


def url_template(text: str) -> Template:
    """A link to another site, or within this one when it begins with a slash; ValueError says what is wrong."""
    if not re.match(r"https?://[^/?#]|/(?!/)", text) or "\\" in text or _CONTROL.search(text):
        raise ValueError(f"“{text[:80]}” is no link: it has to begin with https://, http:// or /")
    return _parsed(text)


def command_template(text: str) -> Template:
    """A command; ValueError says what is wrong."""
    if _CONTROL.search(text):
        raise ValueError("a command is one line")
    return _parsed(text)


def link(template: Template, values: Mapping[str, str]) -> str | None:
    """The address; None where a field is missing, or nothing that leads somewhere comes of it."""
    found = template.filled(values, _for_url)
    return found if found is not None and leads_somewhere(found) else None


def leads_somewhere(url: str) -> bool:
    """Whether it is http or https with a host, or a path of this site."""
    if len(url) > LONGEST or _CONTROL.search(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        return (parts.scheme in ("http", "https") and bool(parts.hostname)) or bool(re.match("/(?!/)", url))
    except ValueError:
        return False


def command(template: Template, values: Mapping[str, str]) -> str | None:
    """The command; None where a field is missing."""
    safe = {name: value for name, value in values.items() if not value.startswith("-")}  # else it could be an option
    return template.filled(safe, lambda value, _field: shlex.quote(value))


def _parsed(text: str) -> Template:
    parts: list[str | Field] = []
    at = 0
    for found in _FIELD.finditer(text):
        parts += [text[at : found.start()], _field(found[1])]
        at = found.end()
    parts.append(text[at:])
    if any(isinstance(part, str) and ("{" in part or "}" in part) for part in parts):
        raise ValueError(f"“{text[:80]}” has a brace without its other")
    return Template(tuple(part for part in parts if part != ""))


def _field(text: str) -> Field:
    name, *rest = text.split("|")
    words = dict(_words(rest))
    known = (*PLAIN, *OF_TASK, *OF_STORE, *OF_GIT)
    if name not in known and not any(name.startswith(one) and name != one for one in PREFIXES):
        fields = ", ".join((*known, *(f"{one}NAME" for one in PREFIXES)))
        raise ValueError(f"“{name[:80]}” is no field; known are {fields}")
    if "add" in words and (not name.endswith("_ms") or not re.fullmatch(r"-?\d{1,12}", words["add"])):
        raise ValueError(f"“{text[:80]}”: only whole numbers can be added, and only to fields that end in _ms")
    return Field(name, words)


def _words(rest: list[str]) -> Iterator[tuple[str, str]]:
    for one in rest:
        word, equals, value = one.partition("=")
        if word not in WORDS or bool(equals) != (word in ("add", "or")):
            raise ValueError(f"“{one[:80]}” is none of path, console, add=NUMBER and or=TEXT")
        yield word, value


def _value(field: Field, values: Mapping[str, str], quoted: Callable[[str, Field], str]) -> str | None:
    value = values.get(field.name, "")
    if not value or _CONTROL.search(value):
        return field.words.get("or")
    if "add" in field.words:
        value = str(int(value) + int(field.words["add"]))
    return quoted(value, field)


def _for_url(value: str, field: Field) -> str:
    if "console" in field.words:
        return quote(quote(value, safe=""), safe="").replace("%", "$")
    if "path" in field.words:
        return "/".join(quote(part, safe="") for part in value.split("/") if part not in ("", ".", ".."))
    return quote(value, safe="")
