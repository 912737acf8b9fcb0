"""Plugins of the official GUI: a folder with `manifest.json` and a page of HTML, that runs in a sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard.extension import Frame, Plugin

MANIFEST = "manifest.json"
CONTAINERS = ("collapsable", "titled-container", "none", "sticky")
_SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
LARGEST_MANIFEST = 64 * 1024


def framed(name: str, folder: Path) -> Plugin:
    """The plugin in this folder; ValueError says what its manifest lacks."""
    text = (folder / MANIFEST).read_bytes()[: LARGEST_MANIFEST + 1]
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{MANIFEST} is not valid JSON: {error}") from None
    if not isinstance(manifest, dict):
        raise ValueError(f"{MANIFEST} is no JSON object")
    for field in ("name", "version", "entrypoint", "slot"):
        if not isinstance(manifest.get(field), str) or not manifest[field]:
            raise ValueError(f"{MANIFEST} has no {field}")
    entry = str(manifest["entrypoint"])
    if "://" in entry or not inside(folder, entry):
        raise ValueError(f"the entrypoint “{entry[:80]}” is no file of its folder")
    container = manifest.get("container", CONTAINERS[0])
    if container not in CONTAINERS:
        raise ValueError(f"the container “{container}” is none of {', '.join(CONTAINERS)}")
    frame = Frame(manifest["slot"], folder, entry, manifest)
    about = str(manifest.get("description", ""))[:200]
    return Plugin(name=name, version=manifest["version"], about=about, frames=[frame], configure=configured)


def configured(plugin: Plugin, table: Mapping[str, Any]) -> Plugin:
    """With what the TOML file says: `parameters` for the page, and `allow`, the sites that it may load from and ask."""
    if unknown := set(table) - {"parameters", "allow"}:
        raise ValueError(f"“{min(unknown)}” is unknown; known are parameters and allow")
    parameters, allow = table.get("parameters", {}), table.get("allow", [])
    if not isinstance(parameters, Mapping):
        raise ValueError("parameters is no table")
    if not isinstance(allow, list) or not all(isinstance(one, str) and _SITE.fullmatch(one) for one in allow):
        raise ValueError("allow has to be a list of sites, such as https://cdn.example.org")
    return replace(plugin, frames=[replace(one, parameters=parameters, allow=tuple(allow)) for one in plugin.frames])


def inside(folder: Path, name: str) -> Path | None:
    """The file of this name in the folder; None where there is none, or a link leads out of it."""
    if "\0" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
        return None
    try:
        root = folder.resolve(strict=True)
        found = (root / name).resolve(strict=True)
    except OSError:
        return None
    return found if found.is_file() and found.is_relative_to(root) else None
