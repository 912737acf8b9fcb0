from __future__ import annotations

import gzip
import hashlib
import io
import json
import pickle
import pickletools
import re
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest

from dashboard.datastore.local import LocalStore
from dashboard.datastore.parameters import parameters
from dashboard.datastore.pickled import decode
from dashboard.datastore.stderr import last_error
from dashboard.demo.blobs import Frames, Wrapped, blob

MFLOG = re.compile(rb"(\[!)?\[MFLOG\|(0)\|(.+?)Z\|(.+?)\|(.+?)\](.*)")  # metaflow.mflog
GLOBALS = {"metaflow.exception MetaflowExceptionWrapper", "__main__ ForeachFrame"}
LINES = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")


def test_blobs_are_gzipped_pickles_named_by_their_hash(demo: Path) -> None:
    blobs = [file for file in demo.parent.glob(".metaflow/*/data/*/*") if not file.name.endswith("_meta")]
    assert len(blobs) > 300
    named = set()
    for file in blobs:
        data = gzip.decompress(file.read_bytes())
        assert hashlib.sha1(data).hexdigest() == file.name
        assert file.parent.name == file.name[:2]
        assert json.loads(file.with_name(file.name + "_meta").read_text()) == {"cas_raw": False, "cas_version": 1}
        named |= {argument for code, argument, _ in pickletools.genops(data) if code.name == "GLOBAL"}
    assert named == GLOBALS


def test_data_json_lists_blobs_that_are_there(demo: Path) -> None:
    found = list(demo.parent.glob(".metaflow/*/*/*/*/*.data.json"))
    assert len(found) > 200
    for file in found:
        data = json.loads(file.read_text())
        assert data["objects"].keys() == data["info"].keys()
        assert file.with_name(f"{data['attempt']}.DONE.lock").read_text() == '""'
        for sha in data["objects"].values():
            assert (file.parents[3] / "data" / sha[:2] / sha).exists()


def test_log_lines_are_marked_and_in_order(demo: Path) -> None:
    logs = list(demo.parent.glob(".metaflow/*/*/*/*/*std*.log"))
    assert {file.name.partition(".")[2] for file in logs} == {
        f"{source}_{stream}.log" for source in ("runtime", "task") for stream in ("stdout", "stderr")
    }
    longest = 0
    for file in logs:
        lines = file.read_bytes().splitlines()
        longest = max(longest, len(lines))
        matched = [MFLOG.match(line) for line in lines]
        assert all(matched)
        times = [match[3] for match in matched if match]
        assert times == sorted(times)
        assert LINES.fullmatch(times[0])
    assert longest > 10_000


def test_the_logs_say_why_tasks_failed(demo: Path, rows: sqlite3.Connection) -> None:
    store = LocalStore(demo.parent / ".metaflow")
    columns = "flow_id, run_number, run_id, step_name, task_id, task_name, tags"
    query = f"SELECT {columns} FROM metadata_v3 WHERE field_name = 'attempt_ok' AND value = 'False'"
    errors = {
        last_error(store, flow, run_id or str(number), step, name or str(task), 1 if ":1" in tags else 0)
        for flow, number, run_id, step, task, name, tags in rows.execute(query)
    }
    assert None not in errors
    assert {"ValueError: Input X contains NaN.", "KeyError: 'region_map'"} <= errors
    assert len(errors) >= 6


def test_parameters_of_every_run_can_be_read(demo: Path, rows: sqlite3.Connection) -> None:
    store = LocalStore(demo.parent / ".metaflow")
    query = "SELECT flow_id, run_number, name, sha FROM artifact_v3 WHERE step_name = '_parameters'"
    by_run: dict[tuple[str, int], dict[str, str]] = {}
    for flow, number, name, sha in rows.execute(query):
        by_run.setdefault((flow, number), {})[name] = sha
    assert len(by_run) == 400
    for (flow, number), shas in by_run.items():
        found = parameters(store, flow, str(number), "1", shas)
        assert len(found) >= 2
        assert all(one.value is not None for one in found)
    train = parameters(store, "TrainChurnModel", "0", "1", next(s for (f, _), s in by_run.items() if f[:5] == "Train"))
    assert [(one.name, one.kind) for one in train][-1] == ("TARGET", "constant")
    assert train[0].name == "segments"


def test_graphs_are_plain_data_with_every_type_of_step(demo: Path, rows: sqlite3.Connection) -> None:
    store = LocalStore(demo.parent / ".metaflow")
    kinds = set()
    for flow, sha in rows.execute("SELECT DISTINCT flow_id, sha FROM artifact_v3 WHERE name = '_graph_info'"):
        data = store.blob(flow, sha)
        assert data
        graph = decode(data, 256 * 1024)
        assert isinstance(graph, dict)
        assert graph["graph_structure"][-1] == graph["end_step"]
        for step in graph["steps"].values():
            kinds.add(step["type"])
            assert set(step["next"]) <= graph["steps"].keys()
    assert kinds == {"start", "linear", "split-static", "split-foreach", "split-switch", "join", "end"}


def test_cards_stand_where_metaflow_puts_them(demo: Path, rows: sqlite3.Connection) -> None:
    cards = list(demo.parent.glob(".metaflow/mf.cards/*/runs/*/steps/*/tasks/*/cards/default-*.html"))
    assert len(cards) > 20
    known = {uuid for (uuid,) in rows.execute("SELECT field_name FROM metadata_v3 WHERE type = 'card-info'")}
    for card in cards:
        assert card.stem.removeprefix("default-") in known
        text = card.read_text()
        assert "<script" not in text
        assert "http" not in text


def test_metaflow_reads_exceptions_and_stacks() -> None:
    pytest.importorskip("metaflow")

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> object:
            if module == "__main__":
                return namedtuple("ForeachFrame", "step var num_splits index value")
            return super().find_class(module, name)

    wrapped = pickle.loads(blob(Wrapped("builtins.ValueError", "no", "Traceback …")).data)
    assert (type(wrapped).__name__, wrapped.type, wrapped.exception) == (
        "MetaflowExceptionWrapper", "builtins.ValueError", "no",
    )  # fmt: skip
    frames = Reader(io.BytesIO(blob(Frames((("a", "x", 3, 0, "p"), ("b", "x", 3, 2, "p")))).data)).load()
    assert [tuple(frame) for frame in frames] == [("a", "x", 3, 0, "p"), ("b", "x", 3, 2, "p")]
