"""The source of a step, from the run's code package; asked for when somebody opens it, as it may lie far away."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.services import Services

MOST = 200  # lines


def register(api: Blueprint, services: Services) -> None:
    """Mount the route."""

    @api.get("/columns/<flow>/<run>/source")
    def source(flow: str, run: str) -> Response:
        key = asked.run(services, flow, run).run.key
        graph = services.graphs(key)
        node = graph.nodes.get(request.args.get("step", "")) if graph else None
        if node is None or node.line is None:
            raise asked.Absent("The graph of this run does not say where the step is.")
        found = services.sources(key)
        lines = found.files.block(node.file or found.script, node.line, MOST) if found.files else []
        problem = "" if lines else found.problem or "The code package does not hold this line."
        return jsonify(lines=lines, problem=problem)
