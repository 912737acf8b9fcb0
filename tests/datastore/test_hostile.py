"""Whatever a pickle holds: nothing runs, nothing falls over, and it ends soon."""

from __future__ import annotations

import base64
import json
import pickle
import pickletools
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.objects import value_of
from dashboard.datastore.views import preview
from tests.datastore.hostile import ALL, BOMBS, ELSEWHERE, RUNNING
from tests.datastore.looked_at import LIMIT, decoded
from tests.datastore.opcodes import name, number, text
from tests.datastore.recorded import PICKLES

ROOT = Path(__file__).parent.parent.parent
REAL = sorted({key[1]: blob for key, blob in PICKLES.items()}.items())


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_end_soon(bomb: str) -> None:
    started = time.process_time()
    decoded(BOMBS[bomb])
    assert time.process_time() - started < 5  # 0.7 s for the worst; without bounds many would take years


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_refers_to_data_elsewhere_is_refused(kind: str) -> None:
    assert "opcode" in decoded(ELSEWHERE[kind])


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("os.system 4", "posix.system('touch never')"),
        ("eval 5", "eval(\"__import__('os').system('touch never')\")"),
        ("getattr 2", "getattr(importlib.import_module('antigravity'), 'fly')"),
        ("state 4", "tests.datastore.hostile.Stateful(a=posix.system('touch never'))"),
        ("list items 4", "list()[posix.system('touch never')]"),
    ],
)
def test_a_call_is_shown_and_not_made(key: str, shown: str) -> None:
    assert preview(value_of(RUNNING[key], LIMIT)) == shown


def test_nothing_runs_and_memory_stays() -> None:
    """In a process that tells of every import, file, process, socket and piece of code."""
    blobs = [*ALL.values(), *PICKLES.values()]
    harmless = [*PICKLES.values(), pickle.dumps("text of protocol 0", 0)]
    known, given_blobs = ([base64.b64encode(blob).decode() for blob in some] for some in (harmless, blobs))
    done = subprocess.run(
        [sys.executable, "-m", "tests.datastore.audited"],
        input=json.dumps({"known": known, "blobs": given_blobs}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=ROOT,
    )
    found = json.loads(done.stdout)
    assert found["seen"] == []
    assert found["decoded"] == len(blobs) > 200
    assert found["megabytes"] < 200
    assert not (ROOT / "never").exists()


@pytest.mark.parametrize("name_of_one", ["frame", "objects", "missing", "arrow table", "dates"])
def test_a_pickle_cut_anywhere_is_refused(name_of_one: str) -> None:
    blob = PICKLES["3.1", name_of_one, "4"]
    for end in range(len(blob)):
        assert decoded(blob[:end]) != "", end


@given(real=st.sampled_from(REAL), data=st.data())
def test_damage_gives_some_value_or_none(real: tuple[str, bytes], data: st.DataObject) -> None:
    blob = bytearray(real[1])
    for _ in range(data.draw(st.integers(1, 5))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    decoded(bytes(blob))


KNOWN_NAMES = [
    "builtins.set", "builtins.complex", "builtins.bytearray", "builtins.range", "builtins.getattr", "_codecs.encode",
    "datetime.datetime", "datetime.timezone", "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.PosixPath",
    "collections.OrderedDict", "collections.Counter", "collections.deque", "numpy.dtype", "numpy.ndarray",
    "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar", "numpy._core.numeric._frombuffer",
    "pandas.DataFrame", "pandas.Series", "pandas.core.indexes.base._new_Index", "pyarrow.lib._restore_array",
    "pyarrow.lib._reconstruct_table", "os.system",
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from([opcode.code.encode("latin-1") for opcode in pickletools.opcodes]),
    st.sampled_from([b"(", b"t", b"R", b"b", b")", b"}", b"]", b"\x81", b"s", b"u", b"a", b"e", b"q\x00", b"h\x00"]),
    st.sampled_from(KNOWN_NAMES).map(name),
    st.integers(-5, 1 << 40).map(number),
    st.sampled_from(["f8", "O", "<", "C", "data", "_mgr", "levels", "start", "name", "", "\ud800"]).map(text),
    st.binary(max_size=3),
)


@given(st.lists(PIECES, max_size=60))
def test_any_opcodes_give_some_value_or_none(pieces: list[bytes]) -> None:
    decoded(b"\x80\x05" + b"".join(pieces) + b".")
