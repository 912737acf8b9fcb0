"""What plugins/README.md shows works as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import BadPlugin
from dashboard.extension import ACTION_SLOTS, FRAME_SLOTS, LINK_SLOTS, PANEL_SLOTS, Plugin
from dashboard.plugin_host import templates
from dashboard.plugin_host.host import SHIPPED
from dashboard.plugin_host.loading import GROUP, load
from plugins import _template, external_links
from plugins.testing import Kit, text_of
from tests.stage import Stage

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT = (SHIPPED / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_first_plugin_and_its_test_run() -> None:
    plugin, test = blocks("python")
    names: dict[str, Any] = {}
    exec(plugin, names)
    assert isinstance(names["PLUGIN"], Plugin)
    exec(test, names)


def test_the_template_is_a_plugin(kit: Kit, tmp_path: Path) -> None:
    assert "minutes ago by" in text_of(kit.draw(_template.PLUGIN, "run-header", kit.run()))
    copy = tmp_path / "template.py"
    copy.write_text((SHIPPED / "_template.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert [one.plugin.name for one in load([tmp_path], None, None)] == ["template"]


def test_the_configuration_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "plugins.toml"
    file.write_text(blocks("toml")[0], encoding="utf-8")
    used = {one.plugin.name: one.plugin for one in load([SHIPPED], None, file)}
    links = used["external-links"].links
    assert [link.label for link in links] == [
        *("Container", "Pod", "Batch job", "CloudWatch", "Grafana", "S3", "Costs", "Wiki", "Commit"),
    ]
    file.write_text(blocks("toml")[2], encoding="utf-8")
    with pytest.raises(BadPlugin, match="There is no plugin “my-plugin”"):
        load([SHIPPED], None, file)
    assert GROUP in tomllib.loads(blocks("toml")[1])["project"]["entry-points"]


def test_links_of_the_configuration_lead_where_they_should(stage: Stage) -> None:
    at = stage.now - 60_000
    key = stage.writer.run(at=at, heartbeat=stage.now)
    (task,) = stage.tasks(key, "start", [None], at)
    found = {
        "aws-batch-job-id": "b-1",
        "aws-batch-awslogs-region": "eu-west-1",
        "aws-batch-awslogs-group": "/aws/batch/job",
        "aws-batch-awslogs-stream": "jobdef/default/1",
        "kubernetes-pod-name": "t-1",
    }
    for name, value in found.items():
        stage.writer.metadatum(key, "start", task, name, value, at, ("attempt_id:0",))
    kit = Kit(stage.services(), tomllib.loads(blocks("toml")[0])["external-links"])
    drawn = kit.draw(external_links.PLUGIN, "task-details", f"{key[0]}/{key[1]}/start/{task}")
    urls = {one.children[0]: one.href for one in drawn.children[0].children if hasattr(one, "href")}  # type: ignore[union-attr]
    assert urls == {
        "Batch job": "https://us-east-1.console.aws.amazon.com/batch/home?region=us-east-1#jobs/detail/b-1",
        "CloudWatch": "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        f"$252Faws$252Fbatch$252Fjob/log-events/jobdef$252Fdefault$252F1$3Fstart$3D{at}",
        "Grafana": f"https://grafana.example.org/d/pods?var-pod=t-1&from={at - 60_000}&to=now",
    }


def test_slots_fields_and_words_are_all_told() -> None:
    told = set(re.findall(r"`([^`\n]+)`", TEXT))
    assert {*PANEL_SLOTS, *LINK_SLOTS, *ACTION_SLOTS, *FRAME_SLOTS} <= told
    fields = {*templates.PLAIN, *templates.OF_TASK, *templates.OF_STORE, *templates.OF_GIT}
    assert fields | {f"{prefix}NAME" for prefix in templates.PREFIXES} <= told
    assert {f"|{word}" for word in templates.WORDS} <= {word.partition("=")[0] for word in told}
