"""The plugins that come with the dashboard, with the test kit that everybody can use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.extension import Cell, Panel, Plugin, RunsContext
from dashboard.plugin_host.rendering import Refused
from plugins import experiments, external_links, installed, resources, ui_content
from plugins.testing import Kit, figures_of, links_of, text_of
from tests.oracle import HOUR, MINUTE, SECOND
from tests.stage import Stage, decorated, graph_of

GIT = {"repo_url": "git@git.example.com:growth/flows.git", "commit_sha": "f4c8eb3", "branch_name": "main"}


def links(*entries: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"links": list(entries), **more}


def made(stage: Stage, graph: dict[str, Any] | None = None, **metadata: str) -> tuple[str, str]:
    """Pathspecs of a completed run and its first task, which has this metadata."""
    at = stage.now - HOUR
    key = stage.writer.run(at=at, tags=("mlflow_run_id:abc123",))
    stage.parameters(key, at, **({"_graph_info": graph} if graph else {}))
    (task,) = stage.tasks(key, "start", [True], at, 10 * MINUTE)
    for name, value in metadata.items():
        stage.writer.metadatum(key, "start", task, name.replace("_", "-"), value, at, ("attempt_id:0",))
    stage.writer.ended(key, stage.now - SECOND)
    return f"{key[0]}/{key[1]}", f"{key[0]}/{key[1]}/start/{task}"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@git.example.com:growth/flows.git", "https://git.example.com/growth/flows/commit/f4c8eb3"),
        ("https://git.example.com/growth/flows.git", "https://git.example.com/growth/flows/commit/f4c8eb3"),
        ("ssh://git@git.example.com:2222/growth/flows", "https://git.example.com/growth/flows/commit/f4c8eb3"),
        ("https://token@git.example.com/growth/flows", "https://git.example.com/growth/flows/commit/f4c8eb3"),
        ("/srv/git/flows", None),
        ("", None),
    ],
)
def test_the_commit_of_a_run(stage: Stage, remote: str, expected: str | None) -> None:
    run, _ = made(stage, git_info=json.dumps(GIT | {"repo_url": remote}))
    drawn = Kit(stage.services()).draw(external_links.PLUGIN, "run-header", run)
    assert links_of(drawn) == ([expected] if expected else [])


def test_links_and_commands_of_the_configuration(stage: Stage) -> None:
    run, task = made(stage, kubernetes_pod_name="t-1", kubernetes_pod_namespace="metaflow")
    names = "{metadata.kubernetes-pod-namespace}/{metadata.kubernetes-pod-name}"
    table = links(
        {"slot": "task-details", "label": "Pod", "url": "https://k8s.example.org/#/pod/" + names},
        {
            "slot": "task-details",
            "label": "Metrics",
            "url": "https://g.example.org/?from={started_ms}&to={finished_ms}",
        },
        {"slot": "task-details", "label": "Batch", "url": "https://aws.example.org/{metadata.aws-batch-job-id}"},
        {"slot": "run-header", "label": "Report", "url": "https://r.example.org/{flow}/{run}/{tag.mlflow_run_id}"},
        actions=[{"slot": "task-details", "label": "logs", "copies": "kubectl logs {metadata.kubernetes-pod-name}"}],
    )
    kit = Kit(stage.services(), table)
    drawn = kit.draw(external_links.PLUGIN, "task-details", task)
    began = stage.now - HOUR
    assert links_of(drawn) == [
        "https://k8s.example.org/#/pod/metaflow/t-1",
        f"https://g.example.org/?from={began}&to={began + 10 * MINUTE}",
    ]
    assert text_of(drawn) == "Pod Metrics logs"
    assert links_of(kit.draw(external_links.PLUGIN, "run-header", run)) == [
        f"https://r.example.org/{run.split('/')[0]}/{run.split('/')[1]}/abc123"
    ]


def test_the_bucket_of_a_task(stage: Stage) -> None:
    _, task = made(stage, ds_type="s3", ds_root="s3://bucket/metaflow")
    url = "https://s3.example.org/{datastore.bucket}?prefix={datastore.prefix|path}/"
    kit = Kit(stage.services(), links({"slot": "task-details", "label": "S3", "url": url}))
    drawn = kit.draw(external_links.PLUGIN, "task-details", task)
    assert links_of(drawn) == [f"https://s3.example.org/bucket?prefix=metaflow/{task}/"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"linsk": []}, "“linsk” is unknown"),
        (links({"slot": "run-header", "label": "x"}), "entry 1 of links has no url"),
        (links({"slot": "run-header", "label": "x", "url": "https://e.org", "colour": "red"}), "“colour” is unknown"),
        ({"links": ["x"]}, "entry 1 of links is no table of texts"),
        (links({"slot": "footer", "label": "x", "url": "https://e.org"}), "no links in the slot “footer”"),
    ],
)
def test_a_bad_configuration_is_refused(kit: Kit, table: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Kit(kit.services, table).draw(external_links.PLUGIN, "run-header", kit.run())


def test_a_column_of_links(kit: Kit) -> None:
    table = links({"slot": "runs-column", "label": "Metrics", "url": "https://g.example.org/{run}?to={finished_ms}"})
    runs = kit.runs()
    cells = Kit(kit.services, table).cells(external_links.PLUGIN, runs)
    ended = [one.run for one in runs if one.verdict.finished_at and one.verdict.status.value != "running"]
    assert set(cells) == {run.pathspec for run in ended}
    assert cells[ended[0].pathspec].text == "Metrics"


def test_what_steps_held_and_what_failed_attempts_of_them_cost(stage: Stage) -> None:
    graph = graph_of("start>work work>end end:end", work=decorated("resources", cpu=4, memory=2048, gpu="0"))
    at = stage.now - 10 * HOUR
    key = stage.writer.run(at=at)
    stage.parameters(key, at, _graph_info=graph)
    stage.tasks(key, "start", [True], at, MINUTE)
    stage.tasks(key, "work", [True, True, False], at, HOUR)
    stage.writer.ended(key, stage.now - SECOND, ok=False)
    kit = Kit(stage.services())
    (step,) = resources.held(kit.details(f"{key[0]}/{key[1]}"))
    assert (step.step, step.well, step.failed) == ("work", {"cpu": 8, "memory": 4}, {"cpu": 4, "memory": 2})
    drawn = kit.draw(resources.PLUGIN, "run-tab", f"{key[0]}/{key[1]}")
    assert text_of(drawn).startswith("CPU hours 12.0 33% by attempts that failed GB hours of memory 6.0 33%")
    (figure,) = figures_of(drawn)
    assert [(bar.name, list(bar.x)) for bar in figure.data[:2]] == [("ended well", [8.0]), ("failed", [4.0])]


def test_a_run_that_asks_for_nothing(stage: Stage) -> None:
    run, task = made(stage, graph_of("start>end end:end"))
    kit = Kit(stage.services())
    assert text_of(kit.draw(resources.PLUGIN, "run-tab", run)) == "No step of this run asks for resources."
    assert kit.draw(resources.PLUGIN, "task-details", task) is None


@pytest.mark.parametrize(
    ("kind", "host"),
    [
        ("c5.2xlarge", {"cpu": 8, "memory": 16}),
        ("m6i.large", {"cpu": 2, "memory": 8}),
        ("r7g.xlarge", {"cpu": 4, "memory": 32}),
        ("c6gn.medium", {"cpu": 1, "memory": 2}),
        ("p4d.24xlarge", None),
        ("m5.metal", None),
        ("", None),
    ],
)
def test_what_the_name_of_an_instance_tells(kind: str, host: dict[str, float] | None) -> None:
    assert resources.host_of(kind) == host


def test_what_a_task_asked_for_of_what_its_host_has(stage: Stage) -> None:
    graph = graph_of("start>end end:end", start=decorated("kubernetes", cpu=4, memory=8192))
    _, task = made(stage, graph, ec2_instance_type="c5.2xlarge")
    drawn = Kit(stage.services()).draw(resources.PLUGIN, "task-details", task)
    assert text_of(drawn) == "CPU 4 of 8 Memory 8 of 16 GB asked for, of what an instance c5.2xlarge has"


@pytest.mark.parametrize(
    ("artifacts", "table", "expected"),
    [
        ({"mlflow_run_id": "a1", "mlflow_experiment_id": "7"}, {"mlflow_url": "https://ml.org/"}, ["https://ml.org/#/experiments/7/runs/a1"]),
        ({"mlflow_run_id": "a1", "mlflow_tracking_uri": "http://ml:5000"}, {}, ["http://ml:5000/#/experiments/0/runs/a1"]),
        ({"mlflow_run_id": "a1", "mlflow_tracking_uri": "file:///mlruns"}, {}, []),
        ({"mlflow_run_id": "../admin"}, {"mlflow_url": "https://ml.org"}, []),
        ({"wandb_run_path": "team/churn/x1"}, {}, ["https://wandb.ai/team/churn/runs/x1"]),
        ({"wandb_run_path": "team/churn/runs/x1"}, {"wandb_url": "https://wb.org"}, ["https://wb.org/team/churn/runs/x1"]),
        ({"wandb_url": "javascript:alert(1)"}, {}, []),
        ({"wandb_url": ["https://wandb.ai/x"]}, {}, []),
        ({"wandb_url": "https://wandb.ai/team/churn/runs/x1"}, {}, ["https://wandb.ai/team/churn/runs/x1"]),
    ],
)  # fmt: skip
def test_experiments_from_artifacts(
    stage: Stage, artifacts: dict[str, object], table: dict[str, str], expected: list[str]
) -> None:
    at = stage.now - HOUR
    key = stage.writer.run(at=at)
    (task,) = stage.tasks(key, "start", [True], at)
    for name, value in (("ds-type", "local"), ("ds-root", str(stage.root))):
        stage.writer.metadatum(key, "start", task, name, value, at, ("attempt_id:0",))
    for name, kept in artifacts.items():
        stage.writer.artifact(key, "start", task, name, stage.keep(key[0], kept), at, location=stage.place)
    drawn = Kit(stage.services(), table).draw(experiments.PLUGIN, "task-details", f"{key[0]}/{key[1]}/start/{task}")
    assert links_of(drawn) == expected


def test_an_experiment_from_a_tag_of_the_run(stage: Stage) -> None:
    run, _ = made(stage)
    drawn = Kit(stage.services(), {"mlflow_url": "https://ml.org"}).draw(experiments.PLUGIN, "run-header", run)
    assert links_of(drawn) == ["https://ml.org/#/experiments/0/runs/abc123"]


def test_the_page_of_plugins_says_so_when_there_are_none() -> None:
    assert text_of(installed.table()) == "No plugins are used."


def test_the_kit_raises_what_the_plugin_raises(kit: Kit) -> None:
    def boom(_context: object) -> object:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        kit.draw(Plugin(name="boom", panels=[Panel("run-header", "", boom)]), "run-header", kit.run())
    with pytest.raises(Refused, match="It returned set"):
        kit.draw(Plugin(name="odd", panels=[Panel("header", "", lambda _context: {1})]), "header")
    with pytest.raises(AssertionError, match="has nothing in the slot run-tab"):
        kit.draw(external_links.PLUGIN, "run-tab", kit.run())


def test_a_column_is_bounded_and_its_links_are_safe(kit: Kit) -> None:
    def column(context: RunsContext) -> dict[str, Cell]:
        return {one.run.pathspec: Cell("x" * 999, "javascript:alert(1)") for one in context.runs} | {
            "Other/1": Cell("y")
        }

    runs = kit.runs()[:3]
    cells = kit.cells(Plugin(name="wide", panels=[Panel("runs-column", "Wide", column)]), runs)
    assert set(cells) == {one.run.pathspec for one in runs}
    assert {(len(cell.text), cell.url) for cell in cells.values()} == {(200, None)}


@pytest.mark.parametrize(("step", "status"), [("train", None), ("start", "failed")])
def test_the_kit_finds_tasks(kit: Kit, step: str, status: str | None) -> None:
    assert f"/{step}/" in kit.task(step, status=status)


def test_texts_that_a_task_registers_for_the_gui(stage: Stage) -> None:
    _, task = made(stage, ui_content_b="| a |\n|---|\n| 1 |", ui_content_a="# Report", other="no")
    drawn = Kit(stage.services()).draw(ui_content.PLUGIN, "task-tab", task)
    assert drawn is not None
    assert text_of(drawn).split() == ["Report", "a", "1"]
    _, without = made(stage)
    assert Kit(stage.services()).draw(ui_content.PLUGIN, "task-tab", without) is None
