"""A million runs as numpy columns: when, which flow, whose, which shape. Deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dashboard.demo.templates import SHAPES, lines

DAY = 86_400_000
_VERBS = (
    "Train", "Score", "Embed", "Sync", "Export", "Backfill", "Forecast", "Evaluate", "Rank", "Clean", "Report",
    "Tune",
)  # fmt: skip
_NOUNS = (
    "Churn", "Catalog", "Labels", "Demand", "Prompts", "Events", "Prices", "Fraud", "Routes", "Sessions",
)  # fmt: skip
FLOW_NAMES = tuple(verb + noun for verb, noun in product(_VERBS, _NOUNS))
USERS = (
    "ana", "li", "nora", "tomas", "ci-bot", "sched-prod", "mei", "omar", "ida", "jun", "rosa", "finn", "noor", "paul",
    "vera", "hugo", "aya", "luis", "greta", "sam", "ines", "kofi", "lena", "marc", "yuki", "dora", "emil", "zoe",
    "ravi", "tess", "hana", "igor", "june", "leo", "mina", "otto", "pia", "remi", "sara", "timo",
)  # fmt: skip
PROJECTS = ("growth", "search", "assist", "supply", "risk", "ads", "core", "labs")
_TAGS = (
    "nightly", "gpu", "prod_v3", "retrain", "ci", "scratch", "weekly", "manual", "bench", "canary",
    *(f"exp:{n}" for n in range(60)),
)  # fmt: skip
COMBINATIONS = 2_000  # different sets of tags


@dataclass(frozen=True, slots=True)
class Population:
    """Columns of all runs in order of time; instants and durations in ms, first ids of each run's rows."""

    at: NDArray[np.int64]
    took: NDArray[np.int64]
    shape: NDArray[np.int8]
    flow: NDArray[np.int16]
    user: NDArray[np.int16]
    tags: NDArray[np.int16]
    first_task: NDArray[np.int64]
    first_row: NDArray[np.int64]
    tag_sets: tuple[str, ...]  # JSON
    last_task: int
    last_row: int

    def lines(self, start: int, stop: int, quote: str) -> Iterator[tuple[str, str]]:
        """Table and lines of the runs `start` … `stop - 1`, numbered from 1."""
        columns = (self.at, self.took, self.shape, self.flow, self.user, self.tags, self.first_task, self.first_row)
        rows = zip(*(column[start:stop].tolist() for column in columns), strict=True)
        for number, (at, took, shape, flow, user, tags, task, row) in enumerate(rows, start + 1):
            kind, name, who = SHAPES[shape], FLOW_NAMES[flow], USERS[user]
            system = _system_tags(who, flow, kind.argo)
            yield from lines(kind, name, number, who, self.tag_sets[tags], system, at, took, task, row, quote)


def population(runs: int, days: int, seed: int, until: int) -> Population:
    """Runs spread over the `days` days before `until` (ms), all over by then; a few flows and users have most."""
    rng = np.random.default_rng(seed)
    at = np.sort(until - (rng.random(runs) * days * DAY).astype(np.int64))
    took = np.minimum((np.exp(rng.normal(5.6, 1.3, runs)) * 1000).astype(np.int64), until - at)
    weights = np.array([shape.weight for shape in SHAPES])
    shape = rng.choice(len(SHAPES), runs, p=weights / weights.sum()).astype(np.int8)
    tasks = np.array([1 + len(shape.tasks) for shape in SHAPES], dtype=np.int64)[shape]
    rows = np.array([shape.metadata_rows for shape in SHAPES], dtype=np.int64)[shape]
    sets = tuple(_tag_set(rng) for _ in range(COMBINATIONS))
    return Population(
        at=at,
        took=took,
        shape=shape,
        flow=_skewed(rng, len(FLOW_NAMES), runs),
        user=_skewed(rng, len(USERS), runs),
        tags=rng.integers(0, COMBINATIONS, runs).astype(np.int16),
        first_task=np.cumsum(tasks) - tasks + 1,
        first_row=np.cumsum(rows) - rows + 1,
        tag_sets=sets,
        last_task=int(tasks.sum()),
        last_row=int(rows.sum()),
    )


def _skewed(rng: np.random.Generator, count: int, size: int) -> NDArray[np.int16]:
    weights = 1 / np.arange(1, count + 1) ** 0.8
    return rng.choice(count, size, p=weights / weights.sum()).astype(np.int16)


def _tag_set(rng: np.random.Generator) -> str:
    chosen = sorted({_TAGS[n] for n in rng.integers(0, len(_TAGS), rng.integers(0, 4))})
    return "[" + ", ".join(f'"{tag}"' for tag in chosen) + "]"


def _system_tags(user: str, flow: int, argo: bool) -> str:
    who = f"production:{FLOW_NAMES[flow].lower()}-0-kqzx" if argo else f"user:{user}"
    branch = "prod" if argo or flow % 3 == 0 else f"user.{user}"
    return (
        f'["{who}", "runtime:{"argo-workflows" if argo else "dev"}", "metaflow_version:2.19.39", '
        f'"project:{PROJECTS[flow % len(PROJECTS)]}", "project_branch:{branch}"]'
    )
