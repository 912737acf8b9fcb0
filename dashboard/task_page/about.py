"""The metadata of an attempt, with names that everybody reads, and all of it to search and to copy."""

from __future__ import annotations

import json
from collections.abc import Iterable

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import formats
from components.attributes import data
from components.icons import icon
from components.runs_table import instant
from dashboard.data.task_facts import TaskMetadatum
from dashboard.task_details import TaskDetails

LONG = 2_000  # characters of a value that are shown
FEW = 12  # rows that are shown at first
# What Metaflow calls it → what it is, with the most telling first.
NAMES = {
    "attempt_ok": "Ended well",
    "kubernetes-pod-name": "Pod",
    "kubernetes-pod-namespace": "Namespace of the pod",
    "kubernetes-pod-id": "Id of the pod",
    "kubernetes-pod-service-account-name": "Service account",
    "kubernetes-node-ip": "Node",
    "kubernetes-jobset-name": "Job set",
    "aws-batch-job-id": "Batch job",
    "aws-batch-job-attempt": "Attempt of the Batch job",
    "aws-batch-ce-name": "Compute environment",
    "aws-batch-jq-name": "Job queue",
    "aws-batch-execution-env": "Execution environment",
    "aws-batch-awslogs-group": "Log group",
    "aws-batch-awslogs-region": "Region of the log",
    "aws-batch-awslogs-stream": "Log stream",
    "ec2-instance-id": "EC2 instance",
    "ec2-instance-type": "Instance type",
    "ec2-region": "Region",
    "ec2-availability-zone": "Availability zone",
    "spot-termination-received-at": "Spot termination announced",
    "spot-termination-time": "Spot termination",
    "argo-workflow-name": "Argo workflow",
    "argo-workflow-template": "Argo template",
    "argo-workflow-namespace": "Argo namespace",
    "argo-workflow-template-owner": "Owner of the template",
    "aws-step-functions-execution": "Step Functions execution",
    "aws-step-functions-state-machine": "State machine",
    "airflow-dag-run-id": "Airflow DAG run",
    "airflow-job-id": "Airflow job",
    "execution-triggers": "Triggers",
    "foreach-stack": "Foreach values",
    "foreach-execution-path": "Place in foreaches",
    "parallel-node-index": "Node of the gang",
    "parallel-world-size": "Size of the gang",
    "internal_task_type": "Kind of task",
    "origin-run-id": "Resumed from run",
    "origin-task-id": "Taken over from task",
    "code-package": "Code package",
    "git-info": "Git",
    "script-name": "Script",
    "conda_env_prefix": "Conda environment",
    "python_version": "Python",
    "metaflow_version": "Metaflow",
    "metaflow_r_version": "Metaflow for R",
    "r_version": "R",
    "runtime": "Runtime",
    "user": "User",
    "production": "Production token",
    "otel-trace-id": "Trace",
    "ds-type": "Kind of datastore",
    "ds-root": "Datastore",
    "attempt": "Attempt",
    "attempt-done": "Done, attempt",
}
KINDS = {"card-info": "Card"}  # of fields whose names are all different
NOTHING = ("None", "")
_ORDER = {name: place for place, name in enumerate(NAMES)}


def of_attempt(details: TaskDetails) -> list[TaskMetadatum]:
    """The newest value of each field of this attempt, the most telling fields first."""
    mine = [one for one in details.facts.metadata if one.attempt in (details.attempt, None)]
    newest = {one.name: one for one in sorted(mine, key=lambda one: (one.attempt is not None, one.at))}
    return sorted(newest.values(), key=lambda one: (one.value in NOTHING, _ORDER.get(one.name, len(_ORDER)), one.name))


def section(details: TaskDetails) -> list[Component]:
    """Head, search and rows."""
    found = of_attempt(details)
    head = html.Div(
        [
            html.H2("Metadata", className="mf-h2"),
            html.Span(f"{formats.count(len(found), 'field')}, attempt {details.attempt}", className="t3 small nw"),
            html.Span(className="grow"),
            _search(),
            html.Button(
                [icon("copy"), "JSON"],
                type="button",
                disable_n_clicks=True,
                className="mf-btn sm",
                title="Copy all fields as JSON",
                **data(copy=json.dumps({one.name: one.value for one in found}, indent=1, ensure_ascii=False)),
            ),
        ],
        className="mf-bar",
    )
    if not found:
        return [head, html.P("This attempt has written no metadata yet.", className="t3 pad")]
    rows = list(_rows(found, details.view.now))
    more = html.Button(
        f"Show {len(rows) - FEW} more",
        type="button",
        disable_n_clicks=True,
        className="linklike small pad",
        **data(more="metadata"),
    )
    css = "meta-list is-short" if len(rows) > FEW else "meta-list"
    return [head, html.Dl(rows, className=css), *([more] if len(rows) > FEW else [])]


def _search() -> Component:
    box = dbc.Input(type="search", placeholder="Field or value…", class_name="mf-input small", autocomplete="off")
    return html.Label(
        [icon("search"), html.Span("Search metadata", className="sr"), box],
        className="mf-field sm",
        **data(filter_rows=".meta-list > div"),
    )


def _rows(found: Iterable[TaskMetadatum], now: int) -> Iterable[Component]:
    for number, one in enumerate(found):
        shown = formats.end(_pretty(one.value), LONG)
        tone = " fg-failed" if one.name == "attempt_ok" and one.value == "False" else ""
        none = one.value in NOTHING
        value = html.Span("none" if none else shown, className=f"mono value{tone}{' t3' if none else ''}")
        copy = html.Button(
            icon("copy", f"Copy {one.name}"), className="mf-iconbtn sm", disable_n_clicks=True, **data(copy=one.value)
        )
        known = NAMES.get(one.name, KINDS.get(one.kind))
        said = html.Span(one.name, className="mono t3 micro" if known else "mono")
        name = html.Dt([html.Span(known), said] if known else said)
        at = html.Span(["written ", instant(one.at, now, "seconds")], className="sr")
        yield html.Div([name, html.Dd([value, copy, at])], className="late" if number >= FEW else "")


def _pretty(value: str) -> str:
    """JSON with its fields below each other, without its signs where it is flat."""
    if value[:1] not in "[{":
        return value
    try:
        found = json.loads(value)
        if isinstance(found, dict) and not any(isinstance(one, dict | list) for one in found.values()):
            return "\n".join(
                f"{name}: {one if isinstance(one, str) else json.dumps(one)}" for name, one in found.items()
            )
        return json.dumps(found, indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return value
