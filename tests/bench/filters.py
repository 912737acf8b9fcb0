"""Server time of every filter of the Runs page: the answer that brings the rows, nothing of it cached."""

from __future__ import annotations

import itertools
import random
from typing import Any

from dash import Dash

from dashboard.data import flows
from dashboard.filters import RunQuery
from dashboard.services import Services
from tests.bench.callbacks import Caller
from tests.bench.report import Row, percentile

ROUNDS = 40


def measure(app: Dash, services: Services, seed: int = 7) -> list[Row]:
    """One row per filter, over values that differ from call to call."""
    rng = random.Random(seed)
    fill = Caller(app, "runs-table.children")
    rows = []
    for name, queries in _queries(services, rng).items():
        times, found = [], 0
        for query in itertools.islice(itertools.cycle(queries), ROUNDS):
            services.finder.forget()
            answer = fill({"shell-query.data": f"/?{query}"}, "shell-query.data")
            shown: dict[str, Any] = answer.body["response"]["runs-shown"]["data"]
            found = max(found, len(shown["pinned"]) + len(shown["rest"]))
            times.append(answer.ms)
        rows.append(Row(f"filter: {name}", percentile(times, 50), percentile(times, 95), "ms", 15, 60, f"{found} rows"))
    return rows


def _queries(services: Services, rng: random.Random) -> dict[str, list[str]]:
    """Filters by name; values are taken from runs that exist."""
    sample = [one.run for one in services.finder.window(RunQuery().filter).runs]
    some = rng.sample(sample, min(40, len(sample)))
    names = services.database(flows.names, "", 100)
    cursors = [f"{run.created_at}-{run.number}" for run in some]
    old = services.finder.page(RunQuery().filter, 1, None, False).runs[0].run.created_at
    spread = sample[0].created_at - old
    deep = [f"{old + int(spread * rng.random())}-1" for _ in range(20)]
    rare = [tag for run in some for tag in run.tags if ":" in tag or "-" in tag] or ["none"]
    users = sorted({run.user for run in sample if run.user})
    projects = sorted({run.project for run in sample if run.project})
    branches = sorted({run.branch for run in sample if run.branch})
    tags = [tag for run in some for tag in run.tags] or ["none"]
    return {
        "none, last 7 days": [""],
        "none, any time": ["started=any"],
        "status=running": ["status=running", "status=running&started=any"],
        "status=no-heartbeat": ["status=no-heartbeat"],
        "status=failed": [f"status=failed&started=any&after={cursor}" for cursor in deep],
        "status=completed": [f"status=completed&started=any&after={cursor}" for cursor in deep],
        "status=killed": [f"status=killed&started=any&after={cursor}" for cursor in deep],
        "status=caught": [f"status=caught&started=any&after={cursor}" for cursor in deep],
        "flow": [f"flow={name}&started=any" for name in names],
        "flow.not": [f"flow.not={name}" for name in names],
        "user": [f"user={name}&started=any" for name in users],
        "user.not": [f"user.not={name}" for name in users],
        "project": [f"project={name}&started=any" for name in projects],
        "branch": [f"branch={name}&started=any" for name in branches],
        "tag, common": [f"tag={tag}&started=any" for tag in tags],
        "tag, rare": [f"tag={tag}&started=any" for tag in rare],
        "tag, none has it": [f"tag=absent{n}&started=any" for n in range(20)],
        "tag.any": [f"tag.any={a}&tag.any={b}&started=any" for a, b in zip(tags, reversed(tags), strict=True)],
        "tag.not": [f"tag.not={tag}" for tag in tags],
        "tag.contains": [f"tag.contains={tag[:4]}" for tag in tags],
        "run id": [f"q={run.id}&started=any" for run in some],
        "free text, a flow": [f"q={name[:6]}" for name in names],
        "free text, nothing": [f"q=absent{n}" for n in range(20)],
        "a page in the middle": [f"started=any&after={cursor}" for cursor in (*cursors, *deep)],
        "oldest first": ["started=any&sort=started"],
        "user, tag and failed": [
            f"user={run.user or 'ana'}&tag={(run.tags or ('x',))[0]}&status=failed" for run in some
        ],
    }
