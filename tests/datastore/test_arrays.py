"""Arrays of numpy come back as views of the pickle's own bytes, those of other versions too."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dashboard.datastore.objects import Described, value_of
from dashboard.datastore.views import preview
from tests.datastore.looked_at import look
from tests.datastore.opcodes import array, call, dtype, raw, text
from tests.datastore.recorded import PICKLES, VERSIONS

LIMIT = 256 * 1024
DTYPES = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?"),
    npst.complex_number_dtypes(endianness="?"),
    npst.unicode_string_dtypes(endianness="?"),
    npst.byte_string_dtypes(),
    npst.datetime64_dtypes(endianness="?"),
    npst.timedelta64_dtypes(endianness="?"),
    npst.array_dtypes(npst.integer_dtypes() | npst.unicode_string_dtypes(), min_size=1, max_size=3),
)
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ARRAYS = npst.arrays(DTYPES, SHAPES)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "by rows": np.ascontiguousarray,
    "by columns": np.asfortranarray,
    "backwards": lambda value: value[::-1] if value.ndim else value,
}


def kind(dtype: Any) -> Any:
    """The type, without the second names that a field may have."""
    return [(name, dtype[name]) for name in dtype.names] if dtype.names else dtype


@given(value=ARRAYS, protocol=st.integers(0, 5), layout=st.sampled_from(list(LAYOUTS)))
def test_arrays_come_back(value: Any, protocol: int, layout: str) -> None:
    value = LAYOUTS[layout](value)
    found: Any = value_of(pickle.dumps(value, protocol), LIMIT)
    assert (kind(found.dtype), found.shape) == (kind(value.dtype), value.shape)
    assert found.tobytes() == value.tobytes()
    assert not found.flags.writeable
    look(found)


@given(value=ARRAYS.filter(lambda array: array.size), protocol=st.integers(0, 5))
def test_scalars_come_back(value: Any, protocol: int) -> None:
    scalar = value.reshape(-1)[0]
    found: Any = value_of(pickle.dumps(scalar, protocol), LIMIT)
    assert type(found) is type(scalar)
    assert found.tobytes() == scalar.tobytes()
    look(found)


ITEMS = st.lists(st.none() | st.lists(st.integers(), max_size=2), min_size=1, max_size=4)


@given(items=ITEMS, protocol=st.integers(0, 5))
def test_objects_come_back(items: list[Any], protocol: int) -> None:
    value = np.empty((len(items), 1), object)
    value[:, 0] = items
    found: Any = value_of(pickle.dumps(value, protocol), LIMIT)
    assert found.shape == value.shape
    assert found[:, 0].tolist() == items


PREVIEWS = {
    "array": "int16 (2, 3) [[0, 1, 2], [3, 4, 5]]",
    "big endian": "uint32 (2,) [1, 256]",
    "by columns": "float64 (2, 2) [[1.0, 2.0], [3.0, 4.0]]",
    "strided": "int64 (3,) [5, 3, 1]",
    "objects": "object (2, 2) [[1, 'a'], [None, 2026-01-01]]",
    "record": "record (1,) [(1, 'ä', 0.5)]",
    "bytes": "bytes (2,) [b'ab', b'']",
    "instants": "datetime64[25s] (2,) [2026-01-01 00:00:00, NaT]",
    "scalar": "0.5",
    "no dimension": "int64 () 7",
    "stamp": "2026-01-01 12:00:00.5",
    "zoned stamp": "2026-01-01 12:00:00+00:00",
    "timedelta": "0:01:30",
}


@pytest.mark.parametrize("name", PREVIEWS)
@pytest.mark.parametrize("version", VERSIONS)
def test_other_versions_of_numpy_and_pandas(version: str, name: str) -> None:
    several = {key: blob for key, blob in PICKLES.items() if key[:2] == (version, name)}
    assert several
    for blob in several.values():
        assert preview(value_of(blob, LIMIT)) == PREVIEWS[name]


def test_what_is_missing_in_pandas() -> None:
    found = {preview(value_of(PICKLES[version, "missing", "4"], LIMIT)) for version in VERSIONS}
    assert found == {"[NaT, pandas.NA]"}


def test_a_masked_array_is_described() -> None:
    found = value_of(PICKLES["3.1", "masked", "4"], LIMIT)
    assert isinstance(found, Described)
    assert found.type == "numpy.ma.core._mareconstruct"


@pytest.mark.parametrize(
    "made",
    [
        array(dtype("f8"), raw(b"x" * 8), 2),
        array(dtype("f8"), raw(b"x" * 8), 10**9, 10**9),
        array(dtype("f8"), raw(b"x" * 8), -1),
        array(dtype("f8"), raw(b"x" * 8), *([1] * 33)),
        array(dtype("f8"), text("x" * 8), 1),
        array(dtype("O", "|"), raw(b"x" * 8), 1),
        array(dtype("U1", size=4), raw(b"\xff" * 4), 1),
        array(dtype("U1", size=0), raw(b""), 5),
        array(dtype("x8"), raw(b"x" * 8), 1),
        array(dtype("f8", order="?"), raw(b"x" * 8), 1),
        array(dtype("M8"), raw(b"x" * 8), 1),
        array(text("f8"), raw(b"x" * 8), 1),
        call("numpy._core.numeric._frombuffer", raw(b"x" * 8), dtype("f8"), b"(K\x01t", text("X")),
    ],
)
def test_what_does_not_fit_is_described(made: bytes) -> None:
    assert isinstance(value_of(made + b".", LIMIT), Described)


def test_nothing_is_copied() -> None:
    blob = pickle.dumps(np.zeros(100_000), 5)
    found: Any = value_of(blob, 1 << 20)
    assert found.base is not None
