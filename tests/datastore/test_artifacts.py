"""Artifacts of every type, as the real Metaflow stored them, and of stores that are damaged."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dashboard.datastore import (
    Artifact,
    ArtifactRow,
    Change,
    Datastore,
    Kind,
    LocalStore,
    NotPlain,
    Place,
    Preview,
    TaskException,
    TooLarge,
    UnknownEncoding,
    Unreadable,
    artifact_preview,
    artifact_value,
    artifacts,
    changes,
    client_code,
    exception_of,
    graph_info,
)
from dashboard.datastore.artifacts import readable_type
from dashboard.datastore.objects.own import EXCEPTION
from tests.datastore.hostile import RUNNING
from tests.datastore.looked_at import look
from tests.datastore.opcodes import call, with_state
from tests.datastore.test_parameters import Memory
from tests.local.fixtures import FLOWS, environment, run_flow

FLOW = "ArtifactsFlow"


@dataclass(frozen=True)
class Stored:
    """A run of the flow in tests/flows/artifacts.py."""

    root: Path
    run: str

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.root / ".metaflow")

    def tasks(self, step: str) -> list[str]:
        folder = self.root / ".metaflow" / FLOW / self.run / step
        return sorted((path.name for path in folder.iterdir() if path.name != "_meta"), key=int)

    def artifacts(self, step: str, task: int = 0, attempt: int = 0) -> dict[str, Artifact]:
        found = artifacts(self.store, FLOW, self.run, step, self.tasks(step)[task], attempt)
        return {one.name: one for one in found}

    def shown(self, step: str, name: str, task: int = 0, attempt: int = 0) -> str | None:
        one = self.artifacts(step, task, attempt)[name]
        return artifact_preview(self.store, FLOW, one.sha, one.encoding, one.size).text


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    root = tmp_path_factory.mktemp("artifacts")
    run_flow(root, "artifacts", "run")
    return Stored(root, (root / ".metaflow" / FLOW / "latest_run").read_text().strip())


# name → type, kind, preview
REAL: dict[str, tuple[str, Kind, str]] = {
    "none": ("NoneType", Kind.NONE, "None"),
    "yes": ("bool", Kind.BOOLEAN, "True"),
    "count": ("int", Kind.NUMBER, "42"),
    "huge": ("int", Kind.NUMBER, str(1 << 200)),
    "ratio": ("float", Kind.NUMBER, "0.5"),
    "nan": ("float", Kind.NUMBER, "nan"),
    "infinity": ("float", Kind.NUMBER, "inf"),
    "imaginary": ("complex", Kind.NUMBER, "(1+2j)"),
    "text": ("str", Kind.TEXT, "'grün \U0001f40d \\u202e'"),
    "raw": ("bytes", Kind.BYTES, "b'\\x89PNG\\r\\n\\x1a\\n\\x00'"),
    "buffer": ("bytearray", Kind.BYTES, "bytearray(b'xy')"),
    "items": ("list", Kind.LIST, "[1, 'two', [3.0]]"),
    "pair": ("tuple", Kind.LIST, "(1, (2,))"),
    "unique": ("set", Kind.LIST, "{1, 2, 3}"),
    "frozen": ("frozenset", Kind.LIST, "frozenset({'a'})"),
    "config": ("dict", Kind.DICT, "{'lr': 0.1, 'layers': [64, 32], 3: {'deep': None}}"),
    "moment": ("datetime.datetime", Kind.TIME, "2026-11-23 06:41:04.610637"),
    "aware": ("datetime.datetime", Kind.TIME, "2026-11-23 06:00:00+00:00"),
    "abroad": ("datetime.datetime", Kind.TIME, "2026-07-01 12:00:00 Europe/Berlin"),
    "day": ("datetime.date", Kind.TIME, "2026-02-28"),
    "noon": ("datetime.time", Kind.TIME, "12:30:00"),
    "span": ("datetime.timedelta", Kind.TIME, "1 day, 0:00:02.000003"),
    "east": ("datetime.timezone", Kind.TIME, "EAST"),
    "price": ("decimal.Decimal", Kind.NUMBER, "19.90"),
    "third": ("fractions.Fraction", Kind.NUMBER, "1/3"),
    "id": ("uuid.UUID", Kind.OBJECT, "00000000-0000-0000-0000-000000000005"),
    "folder": ("pathlib.PosixPath", Kind.OBJECT, "/data/train"),
    "numbers": ("range", Kind.LIST, "range(0, 10, 3)"),
    "part": ("list", Kind.LIST, "[slice(1, None, None)]"),
    "ordered": ("collections.OrderedDict", Kind.DICT, "OrderedDict({'b': 1, 'a': 2})"),
    "grouped": ("collections.defaultdict", Kind.DICT, "defaultdict({'x': [1]})"),
    "counted": ("collections.Counter", Kind.DICT, "Counter({'b': 1, 'a': 3, 'n': 2})"),
    "queue": ("collections.deque", Kind.LIST, "deque([1, 2, 3])"),
    "doubles": ("array.array", Kind.ARRAY, "float64 (2,) [1.5, 2.5]"),
    "colour": ("Colour", Kind.OBJECT, "Colour('r')"),
    "point": ("Point", Kind.OBJECT, "Point(1, 2)"),
    "slotted": ("Slotted", Kind.OBJECT, "Slotted(a=1)"),
    "space": ("types.SimpleNamespace", Kind.OBJECT, "types.SimpleNamespace(a=1)"),
    "error": ("ValueError", Kind.ERROR, "ValueError('wrong', 7)"),
    "pattern": ("re.Pattern", Kind.OBJECT, "re._compile('a+', 32)"),
    "address": ("ipaddress.IPv4Address", Kind.OBJECT, "ipaddress.IPv4Address(167772161)"),
    "function": ("builtin_function_or_method", Kind.OBJECT, "len"),
    "kind": ("type", Kind.OBJECT, "dict"),
    "page": ("str", Kind.TEXT, "'<!DOCTYPE html><p>hello</p>'"),
    "vector": ("numpy.ndarray", Kind.ARRAY, "int64 (5,) [0, 1, 2, 3, 4]"),
    "matrix": ("numpy.ndarray", Kind.ARRAY, "float32 (2, 3) [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]"),
    "columns": ("numpy.ndarray", Kind.ARRAY, "int64 (2, 2) [[1, 2], [3, 4]]"),
    "flags": ("numpy.ndarray", Kind.ARRAY, "bool (2,) [True, False]"),
    "words": ("numpy.ndarray", Kind.ARRAY, "str (2,) ['a', 'grün']"),
    "days": ("numpy.ndarray", Kind.ARRAY, "datetime64[D] (2,) [2026-01-01, NaT]"),
    "mixed": ("numpy.ndarray", Kind.ARRAY, "object (3,) [1, 'a', None]"),
    "structure": ("numpy.ndarray", Kind.ARRAY, "record (2,) [(1, 'a'), (2, 'b')]"),
    "score": ("numpy.float32", Kind.NUMBER, "0.5"),
    "label": ("numpy.str_", Kind.TEXT, "'yes'"),
    "truth": ("numpy.bool", Kind.BOOLEAN, "True"),
    "stamp": ("numpy.datetime64", Kind.TIME, "2026-01-01 00:00:00.5"),
    "_transition": ("tuple", Kind.LIST, "(['work'], 'names')"),
    "_foreach_stack": ("list", Kind.LIST, "[]"),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_real_artifact(stored: Stored, name: str) -> None:
    one = stored.artifacts("start")[name]
    assert (one.type, one.kind, stored.shown("start", name)) == REAL[name]
    look(artifact_value(stored.store, FLOW, one.sha, one.encoding))


def test_the_list_of_a_real_task(stored: Stored) -> None:
    found = artifacts(stored.store, FLOW, stored.run, "start", stored.tasks("start")[0], 0)
    names = [one.name for one in found]
    own = [one.name for one in found if not one.is_internal]
    assert names[: len(own)] == own == sorted(own, key=str.casefold)
    assert set(names) >= set(REAL) | {"records", "model", "source", "_graph_info", "name"}
    assert {one.encoding for one in found} == {"pickle-v4"}
    assert all(one.size and one.size > 3 and len(one.sha) == 40 for one in found)


def test_an_object_of_the_user_that_holds_itself(stored: Stored) -> None:
    shown = stored.shown("start", "model")
    assert shown
    assert shown.startswith("Model(name='base', weights=[0.1, 0.2], parent=Model(name='base'")


def test_the_place_in_a_foreach(stored: Stored) -> None:
    frame = "metaflow.ForeachFrame(step='work', var='names', num_splits=2, index=0, value='flaky')"
    assert stored.shown("work", "_foreach_stack") == f"[{frame}]"


def test_an_included_file(stored: Stored) -> None:
    shown = stored.shown("_parameters", "source")
    assert shown
    assert shown.startswith("metaflow.IncludedFile(_descriptor={'type': 'uploader-v2', 'url': 'local://")
    assert stored.artifacts("_parameters")["source"].kind is Kind.FILE


def test_the_exception_of_an_attempt_that_failed(stored: Stored) -> None:
    found = exception_of(stored.store, FLOW, stored.artifacts("work", 0, 0)["_exception"].sha)
    assert found
    assert (found.type, found.message) == ("RuntimeError", "flaky \\u202e")
    assert found.traceback[0] == "Traceback (most recent call last):"
    assert found.traceback[-1] == "RuntimeError: flaky \\u202e"
    assert found.place
    assert found.place.file == str(FLOWS / "artifacts.py")
    assert found.place.function == "work"
    assert "raise RuntimeError" in (FLOWS / "artifacts.py").read_text("utf-8").splitlines()[found.place.line - 1]


def test_what_catch_swallowed(stored: Stored) -> None:
    caught = stored.artifacts("work", 1, 1)
    found = exception_of(stored.store, FLOW, caught["failure"].sha)
    assert found
    assert found.message == "bad \\u202e"
    assert exception_of(stored.store, FLOW, stored.artifacts("work", 0, 1)["failure"].sha) is None
    assert exception_of(stored.store, FLOW, stored.artifacts("work", 0, 1)["_exception"].sha) is None


def test_what_changed(stored: Stored) -> None:
    start, first, second = stored.artifacts("start"), stored.artifacts("work", 0, 0), stored.artifacts("work", 0, 1)
    found = changes(start.values(), first.values())
    assert found["count"] is Change.CHANGED
    assert found["mine"] is Change.NEW
    assert found["vector"] is Change.SAME
    assert changes(first.values(), second.values())["_exception"] is Change.CHANGED
    assert changes(start.values(), stored.artifacts("join").values())["vector"] is Change.GONE


def test_the_graph(stored: Stored) -> None:
    sha = stored.artifacts("end")["_graph_info"].sha
    found = graph_info(stored.store, FLOW, sha)
    assert found
    assert found["doc"] == "Every type."
    assert list(found["steps"]) == ["start", "work", "join", "end"]
    assert found["steps"]["start"]["type"] == "split-foreach"
    assert graph_info(stored.store, FLOW, sha) is found


def test_client_code_loads_the_value(stored: Stored) -> None:
    task = f"{FLOW}/{stored.run}/work/{stored.tasks('work')[0]}"
    code = client_code(task, 1, "count") + "print(value)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(stored.root), capture_output=True, text=True, check=True
    )
    assert done.stdout == "43\n"


def test_client_code_quotes_what_is_hostile() -> None:
    assert "Task(\"F/'/s/1\", attempt=0)['a\"\\n']" in client_code("F/'/s/1", 0, 'a"\n')


ROW = ArtifactRow("x", "a" * 40, "local", ":root:/r", "gzip+pickle-v4", 0)
DATA = {
    "objects": {"x": "b" * 40, "y": "c" * 40, "_z": "d" * 40, "bad": 1},
    "info": {
        "x": {"size": 5, "type": "<class 'int'>", "encoding": "pickle-v4"},
        "y": {"size": -1, "type": "pandas thing \x1b", "encoding": "mine+json", "serializer_info": {"source": "mine"}},
        "_z": [],
    },
}


def listed(data: object, *rows: ArtifactRow, attempt: int = 0) -> list[Artifact]:
    content = data if isinstance(data, (bytes, Exception)) else json.dumps(data).encode()
    return artifacts(Memory(**{"data.json": content}), "F", "1", "s", "2", attempt, rows)


def test_rows_and_the_list_of_the_task_are_one() -> None:
    assert listed(DATA, ROW, replace(ROW, name="later", attempt=1)) == [
        Artifact("x", "int", 5, "a" * 40, "pickle-v4", False, Kind.NUMBER),
        Artifact("y", "pandas thing \\x1b", None, "c" * 40, "mine+json", False, Kind.OBJECT),
        Artifact("_z", None, None, "d" * 40, None, True, Kind.OBJECT),
    ]


@pytest.mark.parametrize(
    "data", [Unreadable("Damaged."), b"", b"{", b"[]", b"[" * 90_000, {"objects": [], "info": 3}, {"objects": {"x": 1}}]
)
def test_without_a_readable_list_the_rows_remain(data: object) -> None:
    assert listed(data, ROW) == [Artifact("x", None, None, "a" * 40, "gzip+pickle-v4", False, Kind.OBJECT)]
    assert listed(data) == []
    assert artifacts(None, "F", "1", "s", "2", 0, [ROW])[0].sha == "a" * 40


def test_the_number_is_bounded() -> None:
    assert len(listed({"objects": {f"a{n}": "b" for n in range(20_000)}})) == 10_000


@pytest.mark.parametrize(
    ("recorded", "readable"),
    [
        ("<class 'int'>", "int"),
        ("<class '__main__.Model'>", "Model"),
        ("<enum 'Colour'>", "Colour"),
        ("<class 'pandas.core.frame.DataFrame'>", "pandas.DataFrame"),
        ("<type 'unicode'>", "unicode"),
        ("anything", "anything"),
        ("x" * 1000, "x" * 200),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_types_are_readable(recorded: object, readable: str | None) -> None:
    assert readable_type(recorded) == readable


@pytest.mark.parametrize(
    ("recorded", "kind"),
    [
        ("pandas.core.frame.DataFrame", Kind.TABLE),
        ("pandas.core.indexes.multi.MultiIndex", Kind.TABLE),
        ("pyarrow.lib.Table", Kind.TABLE),
        ("polars.dataframe.frame.DataFrame", Kind.TABLE),
        ("torch.Tensor", Kind.ARRAY),
        ("numpy.uint8", Kind.NUMBER),
        ("numpy.timedelta64", Kind.TIME),
        ("pandas._libs.tslibs.timestamps.Timestamp", Kind.TIME),
        ("requests.exceptions.ConnectionError", Kind.ERROR),
        ("sklearn.linear_model._base.LinearRegression", Kind.OBJECT),
    ],
)
def test_kinds(recorded: str, kind: Kind) -> None:
    assert listed({"objects": {"x": "b"}, "info": {"x": {"type": f"<class '{recorded}'>"}}})[0].kind is kind


@pytest.mark.parametrize("encoding", [None, "", "pickle-v4", "gzip+pickle-v2", "gzip+pickle-v4"])
def test_known_encodings(encoding: str | None) -> None:
    assert artifact_value(Memory(a=pickle.dumps(1)), "F", "a", encoding) == 1


@pytest.mark.parametrize(
    ("content", "encoding", "error", "note"),
    [
        (pickle.dumps(1), "mine+json", UnknownEncoding, "not decoded"),
        (pickle.dumps(1), "pickle-v4\n", UnknownEncoding, "not decoded"),
        (None, None, Unreadable, "not readable from here"),
        (Unreadable("Damaged."), None, Unreadable, "not readable from here"),
        (TooLarge("Large."), None, TooLarge, "too large"),
        (pickle.dumps([0.5] * 30_000), None, None, "too large"),
        (b"", None, NotPlain, "not decoded"),
        (b"Pa\n.", None, NotPlain, "not decoded"),
    ],
)
def test_why_there_is_no_value(content: object, encoding: str | None, error: type[Exception] | None, note: str) -> None:
    store: Datastore = Memory(a=content)
    if error:
        with pytest.raises(error) as caught:
            artifact_value(store, "F", "a", encoding)
        assert str(caught.value).endswith(".")
    assert artifact_preview(store, "F", "a", encoding) == Preview(None, note)


def test_a_large_one_is_not_even_read() -> None:
    store = Memory(a=AssertionError("it was read"))
    assert artifact_preview(store, "F", "a", None, 65_537) == Preview(None, "too large")
    assert artifact_preview(None, "F", "a") == Preview(None, "not readable from here")


@pytest.mark.parametrize(
    "content", [None, b"", Unreadable("Damaged."), pickle.dumps(None), pickle.dumps(ValueError("x")), *RUNNING.values()]
)
def test_what_is_no_exception(content: object) -> None:
    assert exception_of(Memory(a=content), "F", "a") is None
    assert exception_of(None, "F", "a") is None


def wrapped(**attributes: object) -> TaskException | None:
    """As Metaflow pickles its wrapper."""
    made = with_state(call(EXCEPTION, b"N"), pickle.dumps(attributes, 0).removesuffix(b"."))
    return exception_of(Memory(a=made + b"."), "F", "a")


def test_exceptions_without_all_their_parts() -> None:
    assert wrapped() is None
    assert wrapped(type=3) is None
    assert wrapped(type="a.B", exception=[], stacktrace=None) == TaskException("a.B", "", ())
    found = wrapped(type="builtins.KeyError", exception="\x1b[1mx" * 50_000, stacktrace="a\x00\n" * 5000)
    assert found
    assert (found.type, len(found.message), found.message[-1]) == ("KeyError", 20_000, "…")
    assert found.traceback == ("a\\x00",) * 2000
    assert found.place is None


LIBRARY = '  File "/venv/lib/python3.11/site-packages/numpy/core.py", line 7, in dot'
OWN = '  File "C:\\flows\\my flow.py", line 12, in train'


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([OWN, "    x", LIBRARY, "    y"], Place("C:\\flows\\my flow.py", 12, "train")),
        ([LIBRARY], Place("/venv/lib/python3.11/site-packages/numpy/core.py", 7, "dot")),
        (['  File "flow.py", line 3'], Place("flow.py", 3, "")),
        (['  File "flow.py", line x'], None),
    ],
)
def test_the_place_is_in_the_code_of_the_user(lines: list[str], place: Place | None) -> None:
    assert TaskException("E", "", tuple(lines)).place == place


@pytest.mark.parametrize("content", [None, b"", Unreadable("Damaged."), pickle.dumps([]), RUNNING["eval 4"]])
def test_what_is_no_graph(content: object) -> None:
    assert graph_info(Memory(a=content), "F", "a") is None
    assert graph_info(None, "F", "a") is None


@pytest.mark.parametrize("steps", [2, 200])
def test_a_graph_with_long_docstrings(steps: int) -> None:
    graph = {"steps": {f"s{n}": {"doc": f"{n} " + "x" * 20_000} for n in range(steps)}}
    store = Memory(a=pickle.dumps(graph, 4))
    found = graph_info(store, "F", "a")
    assert found == graph
    assert (graph_info(store, "F", "a") is found) == (steps == 2)  # large ones are not kept
