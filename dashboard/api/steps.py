"""The steps of a run as JSON: how their tasks went, when they ran, how long their tasks took."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import run_view
from dashboard.insight.steps import StepSummary, summaries
from dashboard.models import Status
from dashboard.services import Services


def register(api: Blueprint, services: Services) -> None:
    """Mount the route."""

    @api.get("/api/<flow>/<run>/steps")
    def list_steps(flow: str, run: str) -> Response:
        asked.nothing_else(request.args.to_dict(flat=False), "it takes none")
        judged = asked.run(services, flow, run)
        view = run_view(services, judged)
        found = summaries(view, services.graphs(judged.run.key))
        return jsonify(steps=[step_json(judged.run.pathspec, one, view.now) for one in found])


def step_json(run: str, one: StepSummary, now: int) -> dict[str, Any]:
    """One step; statuses in the official words, `tasks` by those of their last attempts."""
    qualifier = one.verdict.qualifier
    return {
        "pathspec": f"{run}/{one.step}",
        "step": one.step,
        "status": one.verdict.status.value,
        "qualifier": qualifier.value if qualifier else None,
        "reason": one.verdict.reason,
        "tasks": {"total": one.tasks, **{status.value: one.count(status) for status in Status}},
        "retried": one.retried,
        "foreach": list(one.variables),
        "started_at": one.started_at,
        "finished_at": one.ended_at if one.verdict.status not in (Status.RUNNING, Status.PENDING) else None,
        "duration": one.span(now),
        "task_duration": {"p50": one.median, "p95": one.p95, "max": one.longest},
        "queue": one.queue,
        "stragglers": one.stragglers,
    }
