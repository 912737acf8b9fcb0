"""Links to the other tools of a company, and commands to copy, each a few lines of the TOML file: see README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dashboard.extension import Action, Link, Plugin

COMMIT = "https://{git.host}/{git.path|path}/commit/{git.commit}"


def configured(plugin: Plugin, table: Mapping[str, Any]) -> Plugin:
    """With the links of the table beside those that need no configuration."""
    unknown = set(table) - {"links", "actions", "commit"}
    if unknown:
        raise ValueError(f"“{min(unknown)}” is unknown; known are links, actions and commit")
    links = [Link(**entry) for entry in _entries(table, "links", ("slot", "label", "url"), ("title",))]
    actions = [Action(**entry) for entry in _entries(table, "actions", ("slot", "label", "copies"), ())]
    commit = plugin.links if table.get("commit", True) else ()
    return replace(plugin, links=(*links, *commit), actions=actions)


def _entries(
    table: Mapping[str, Any], kind: str, needed: tuple[str, ...], more: tuple[str, ...]
) -> Iterator[dict[str, str]]:
    for number, entry in enumerate(table.get(kind, ()), 1):
        if not isinstance(entry, Mapping) or not all(isinstance(value, str) for value in entry.values()):
            raise ValueError(f"entry {number} of {kind} is no table of texts")
        for name in needed:
            if not entry.get(name):
                raise ValueError(f"entry {number} of {kind} has no {name}")
        if strange := set(entry) - {*needed, *more}:
            raise ValueError(f"entry {number} of {kind}: “{min(strange)}” is unknown")
        yield dict(entry)


PLUGIN = Plugin(
    name="external-links",
    about="Links to other tools and commands to copy, from the configuration; the commit of a run.",
    links=[Link("run-header", "Commit", COMMIT, "The commit that this run was started from")],
    configure=configured,
)
