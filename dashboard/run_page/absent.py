"""In place of a run or flow that is not registered: what is near, and that it will open by itself."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components import feedback
from dashboard.data import flows, runs
from dashboard.data.runs import MOST_FLOWS
from dashboard.filters import RunQuery
from dashboard.finding.near import similar
from dashboard.links import href
from dashboard.models import Run
from dashboard.pathspec import Pathspec
from dashboard.services import Services


def no_such_run(services: Services, pathspec: Pathspec) -> Component:
    """Near ids of the flow, flows of a similar name, and the runs of other flows with this id."""
    flow, wanted = pathspec.flow, pathspec.run or ""
    near = services.database(runs.near, flow, wanted)
    elsewhere = [run for run in services.database(runs.with_id, wanted) if run.flow != flow]
    facts: list[tuple[str, Any]] = []
    if near:
        facts.append(("Near ids", _links(near)))
    if elsewhere:
        facts.append((f"Run {wanted} of", _links(elsewhere, with_flow=True)))
    text = "If it was started just now, this page opens it as soon as it is registered."
    actions = [("All runs", href("/"))]
    if near:
        actions = [(f"All {flow} runs", href("/", RunQuery().where(flow=(flow,)).to_query())), *actions]
    else:
        text = f"No flow {flow} is registered here either; names are case sensitive. {text}"
        facts += _like(services, flow)
    return feedback.not_found(f"No run {wanted} in {flow}", text, facts, actions)


def no_such_page() -> Component:
    """For paths that can name no object."""
    text = "Flows, runs and tasks have addresses such as /HelloFlow, /HelloFlow/12 and /HelloFlow/12/start/345."
    return feedback.not_found("There is no such page", text, (), [("All runs", href("/"))])


def is_no_object(*parts: str) -> bool:
    """Whether a path with these parts names no object: Dash's templates also match what has more slashes."""
    return any("/" in part for part in parts) or parts[0].startswith(("-", "_"))


def no_such_flow(services: Services, flow: str) -> Component:
    """Flows of a similar name."""
    text = "Names are case sensitive. A flow is registered by its first run; this page then says so."
    return feedback.not_found(
        f"No flow {flow} is registered here", text, _like(services, flow), [("All runs", href("/"))]
    )


def _like(services: Services, flow: str) -> list[tuple[str, Any]]:
    close = similar(flow, services.database(flows.names, "", MOST_FLOWS))
    made = [html.A(name, href=href("/", RunQuery().where(flow=(name,)).to_query())) for name in close]
    return [("Flows like it", _spaced(made))] if made else []


def _links(found: list[Run], with_flow: bool = False) -> list[Any]:
    made = [
        html.A(run.pathspec if with_flow else run.id, href=href(Pathspec(run.flow, run.id).url), className="mono")
        for run in found
    ]
    return _spaced(made)


def _spaced(links: list[Any]) -> list[Any]:
    return [part for link in links for part in (link, " ")]
