"""Links to runs in MLflow and Weights & Biases, from what a flow itself writes down: see README.md.

A flow says where by metadata, a tag `name:value` or an artifact that is a plain text, under one of these names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from dash import html

from dashboard.extension import Panel, Plugin, RunContext, TaskContext
from dashboard.plugin_host.host import outward
from dashboard.plugin_host.templates import leads_somewhere

Look = Callable[[str], str | None]
SETTINGS = ("mlflow_url", "wandb_url")
WANDB = "https://wandb.ai"
_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}")


def configured(plugin: Plugin, table: Mapping[str, Any]) -> Plugin:
    """Checks the addresses of the servers."""
    for name, value in table.items():
        if name not in SETTINGS:
            raise ValueError(f"“{name}” is unknown; known are {' and '.join(SETTINGS)}")
        if not isinstance(value, str) or not re.match(r"https?://[^/]", value):
            raise ValueError(f"{name} has to be an address that begins with https:// or http://")
    return plugin


def mlflow(look: Look, table: Mapping[str, Any]) -> str | None:
    """Of `mlflow_run_url`; else of `mlflow_run_id` at the server of the configuration or of `mlflow_tracking_uri`."""
    run = look("mlflow_run_id")
    server = str(table.get("mlflow_url") or look("mlflow_tracking_uri") or "").rstrip("/")
    if run and _ID.fullmatch(run) and server:
        return f"{server}/#/experiments/{quote(look('mlflow_experiment_id') or '0', safe='')}/runs/{run}"
    return look("mlflow_run_url")


def wandb(look: Look, table: Mapping[str, Any]) -> str | None:
    """Of `wandb_run_url` or `wandb_url`; else of `wandb_run_path`: entity/project/run."""
    parts = (look("wandb_run_path") or "").replace("/runs/", "/").split("/")
    if len(parts) == 3 and all(map(_ID.fullmatch, parts)):
        server = str(table.get("wandb_url") or WANDB).rstrip("/")
        return f"{server}/{parts[0]}/{parts[1]}/runs/{parts[2]}"
    return look("wandb_run_url") or look("wandb_url")


def links(look: Look, table: Mapping[str, Any]) -> html.Div | None:
    """A link for each server that has the run."""
    found = [("MLflow", mlflow(look, table)), ("Weights & Biases", wandb(look, table))]
    made = [outward(word, url) for word, url in found if url and leads_somewhere(url) and not url.startswith("/")]
    return html.Div(made, className="plugin-links") if made else None


def of_task(context: TaskContext) -> html.Div | None:
    """What this attempt wrote down; metadata first."""
    return links(_look(context.metadata, (), context), context.configuration)


def of_run(context: RunContext) -> html.Div | None:
    """What its first tasks, its tags or its last step wrote down."""
    graph = context.details.graph
    end = context.task(graph.end if graph else "end")
    return links(_look(context.metadata, context.run.run.tags, end), context.configuration)


def _look(metadata: Mapping[str, str], tags: tuple[str, ...], task: TaskContext | None) -> Look:
    tagged = {name: value for name, _, value in (tag.partition(":") for tag in tags)}

    def look(name: str) -> str | None:
        return metadata.get(name) or tagged.get(name) or (task.text(name) if task else None)

    return look


PLUGIN = Plugin(
    name="experiments",
    about="Links to the run in MLflow or Weights & Biases, where a flow writes down which one it is.",
    panels=[Panel("run-header", "", of_run), Panel("task-details", "", of_task)],
    configure=configured,
)
