# mypy: ignore-errors
"""Prints what the Metaflow client says about all runs as JSON. Run with METAFLOW_DATASTORE_SYSROOT_LOCAL."""

import json
import sys
from pathlib import Path

from metaflow import Flow, namespace


def task(task):
    return {
        "artifacts": sorted(artifact.id for artifact in task),
        "metadata": sorted([each.name, each.type, str(each.value)] for each in task.metadata),
        "attempt": task.current_attempt,
        "successful": task.successful,
    }


def run(run):
    return {
        "tags": sorted(run.user_tags),
        "system_tags": sorted(run.system_tags),
        "successful": run.successful,
        "steps": {step.id: {each.id: task(each) for each in step} for step in run},
    }


if __name__ == "__main__":
    namespace(None)
    flows = sorted(path.parent.parent.name for path in Path(sys.argv[1]).glob("*/_meta/_self.json"))
    json.dump({flow: {each.id: run(each) for each in Flow(flow)} for flow in flows}, sys.stdout)
