"""Figures against budgets, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measured thing: its median, its 95th percentile, and what was allowed (None: no budget)."""

    name: str
    median: float
    p95: float
    unit: str
    budget_median: float | None = None
    budget_p95: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Whether a budget is not kept."""
        over = self.budget_median is not None and self.median > self.budget_median
        return over or (self.budget_p95 is not None and self.p95 > self.budget_p95)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(share) // 100) - 1))]


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | median | p95 | budget | |", "|---|---:|---:|---:|---|"]
    for row in rows:
        allowed = " / ".join(f"{one:g}" for one in (row.budget_median, row.budget_p95) if one is not None)
        verdict = "**missed**" if row.missed else ""
        lines.append(f"| {row.name} | {row.median:.1f} {row.unit} | {row.p95:.1f} | {allowed} | {verdict} {row.note} |")
    return "\n".join(lines)


def machine() -> str:
    """What this was measured on."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def save(rows: Sequence[Row], folder: Path, about: dict[str, object]) -> Path:
    """Write the figures beside those of earlier runs."""
    folder.mkdir(exist_ok=True)
    path = folder / "bench.json"
    path.write_text(json.dumps({"machine": machine(), **about, "rows": [asdict(row) for row in rows]}, indent=1))
    return path
