"""Tables of pandas and Arrow, as four versions of pandas pickled them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.leaves import name_of_type
from dashboard.datastore.objects import Described, value_of
from dashboard.datastore.objects.columns import Frame
from dashboard.datastore.views import Table, preview, table
from tests.datastore.hostile import LARGE_STRING
from tests.datastore.looked_at import look
from tests.datastore.opcodes import (
    array,
    arrow,
    arrow_table,
    block,
    buffer,
    call,
    dict_of,
    dtype,
    frame,
    index,
    interval,
    list_of,
    name,
    number,
    raw,
    text,
    tuple_of,
    with_state,
)
from tests.datastore.recorded import PICKLES, VERSIONS

LIMIT = 256 * 1024
NEW = VERSIONS[2:]  # made where pyarrow was installed


def shown(version: str, name: str, protocol: str = "4") -> Table:
    found = table(value_of(PICKLES[version, name, protocol], LIMIT))
    assert found
    return found


def columns(found: Table) -> dict[str, tuple[str, list[Any]]]:
    """Type and cells by name."""
    cells = zip(*found.rows, strict=True) if found.rows else ([] for _ in found.heads)
    return {head.name: (head.dtype, list(one)) for head, one in zip(found.heads, cells, strict=True)}


@pytest.mark.parametrize("protocol", ["2", "4", "5"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_column_of_each_common_type(version: str, protocol: str) -> None:
    found = shown(version, "frame", protocol)
    unit, text = ("us", "string") if version == "3.1" else ("ns", "object")
    assert (found.total_rows, found.total_columns, found.index) == (3, 13, 0)
    assert columns(found) == {
        "i": ("int64", [1, 2, 3]),
        "f": ("float64", [1.5, "NaN", -0.25]),
        "s": (text, ["a", "grün", None]),
        "d": (f"datetime64[{unit}]", ["2026-01-01 00:00:00", "2026-01-02 00:00:00", "NaT"]),
        "z": (f"datetime64[{unit}, UTC]", ["2026-01-01 12:00:00"] * 3),
        "c": ("category", ["x", None, "x"]),
        "n": ("Int64", [1, None, 3]),
        "m": ("boolean", [True, None, False]),
        "b": ("bool", [True, False, True]),
        "t": (f"timedelta64[{unit}]", ["0:00:01", "0:01:30", "1 day, 0:00:00"]),
        "p": ("period[M]", ["2026-01", "2026-02", "2026-03"]),
        "v": ("interval[int64]", ["(0, 1]", "(1, 2]", "(2, 3]"]),
        "j": ("int64", [10, 20, 30]),
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_series_and_indices(version: str) -> None:
    text = "string" if version == "3.1" else "object"
    unit = "us" if version == "3.1" else "ns"
    assert columns(shown(version, "series")) == {"f": ("float64", [1.5, "NaN", -0.25])}
    assert columns(shown(version, "text series")) == {"s": (text, ["a", "grün", None])}
    indexed = shown(version, "indexed")
    assert indexed.index == 2
    assert list(columns(indexed)) == ["i", "s", "f"]
    assert indexed.rows[1] == (2, "grün", "NaN")
    assert columns(shown(version, "range index")) == {"r": ("int64", [2, 6])}
    assert columns(shown(version, "categories")) == {"k": ("category", ["b", "a"])}
    assert columns(shown(version, "intervals")) == {"": ("interval[int64]", ["(0, 1]", "(1, 2]"])}
    dates = [f"datetime64[{unit}, Europe/Berlin]", ["2025-12-31 23:00:00", "2026-01-01 23:00:00"]]
    assert columns(shown(version, "dates")) == {"": tuple(dates)}
    assert list(columns(shown(version, "columns of two levels"))) == ["('a', 'x')", "('a', 'y')"]
    joined = shown(version, "joined")
    assert (joined.total_rows, joined.index, joined.rows[4]) == (6, 1, (1, "grün", 2))
    empty = shown(version, "empty")
    assert (empty.total_rows, empty.rows, len(empty.heads)) == (0, (), 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_rarer_ways_to_hold_columns(version: str) -> None:
    assert shown(version, "irregular").rows == ((1, 2, "x", 3),)
    assert shown(version, "python text").rows == (("a",), (None,))
    assert columns(shown(version, "python text"))["s"][0] == "string"
    ((dtype, cells),) = columns(shown(version, "fixed zone")).values()
    assert dtype in ("datetime64[ns, UTC+02:00]", "datetime64[us, UTC+02:00]")
    assert cells == ["2026-01-01 10:00:00"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_column_that_is_not_known_has_a_type_and_no_cells(version: str) -> None:
    assert columns(shown(version, "sparse")) == {"a": ("SparseArray", ["…"] * 3)}


@pytest.mark.parametrize("version", NEW)
def test_columns_that_arrow_holds(version: str) -> None:
    assert columns(shown(version, "arrow columns")) == {
        "i": ("int64[pyarrow]", [1, None]),
        "b": ("bool[pyarrow]", [True, None]),
        "s": ("string", ["x", None]),
        "t": ("timestamp[ms, UTC][pyarrow]", ["2026-01-01 00:00:00", None]),
        "l": ("list_[field[item, int64, True]][pyarrow]", ["…", "…"]),
    }


@pytest.mark.parametrize("version", NEW)
def test_tables_of_arrow(version: str) -> None:
    assert columns(shown(version, "arrow table")) == {
        "i": ("int64", [1, None]),
        "s": ("string", ["x", "y"]),
        "d": ("dictionary[int32, string, False]", ["a", "a"]),
    }
    assert columns(shown(version, "arrow slice")) == {"s": ("string", [None, "y"]), "b": ("bool", [False, None])}
    assert columns(shown(version, "arrow chunks")) == {"s": ("string", ["x", "y", "z"])}


def test_a_table_of_polars_is_described() -> None:
    found = value_of(PICKLES["2.2", "polars", "4"], LIMIT)
    assert isinstance(found, Described)
    assert name_of_type(found) == "polars.DataFrame"
    assert table(found) is None


@pytest.mark.parametrize("key", PICKLES, ids=" ".join)
def test_every_view_of_every_pickle(key: tuple[str, str, str]) -> None:
    look(value_of(PICKLES[key], LIMIT))


def test_previews() -> None:
    assert preview(value_of(PICKLES["3.1", "series", "4"], LIMIT)) == "3 rows × 1 column: f"
    assert preview(value_of(PICKLES["3.1", "indexed", "4"], LIMIT)) == "3 rows × 1 column: f"


NO_TEXT = arrow(LARGE_STRING, 0, 0, b"N", b"N", b"N")
ONE = array(dtype("f8"), raw(b"\0" * 8), 1, 1)


def test_a_table_put_together_here() -> None:
    found = table(value_of(frame(index(1), index(1), block(ONE, 0, 1, 1)) + b".", LIMIT))
    assert found
    assert found.rows == ((0.0,),)


@pytest.mark.parametrize(
    "made",
    [
        frame(index(1), index(2), block(ONE, 0, 1, 1)),  # another number of rows
        frame(index(2), index(1), block(ONE, 0, 2, 1)),  # another number of columns
        frame(index(1), index(1), block(array(dtype("f8"), raw(b"\0" * 8), 1, 1, 1), 0, 1, 1)),  # three dimensions
        frame(ONE, index(1), block(ONE, 0, 1, 1)),  # an axis that is no index
        frame(index(1), index(1), ONE),  # a block that is none
        arrow_table(NO_TEXT, arrow(LARGE_STRING, 1, 0, b"N", buffer(bytes(16)), b"N")),
        arrow_table(arrow(LARGE_STRING, 9, 0, b"N", buffer(bytes(16)), b"N")),
        arrow_table(b"N"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_described(made: bytes) -> None:
    found = value_of(made + b".", LIMIT)
    assert isinstance(found, Described)
    look(found)


def test_a_column_that_no_block_fills() -> None:
    found = value_of(frame(index(2), index(1), block(ONE, 1, 2, 1)) + b".", LIMIT)
    assert isinstance(found, Frame)
    assert [(column.dtype, column.cells is None) for column in found.columns] == [("unknown", True), ("float64", False)]


DATES = array(
    dtype("M8", rest=tuple_of(b"N", tuple_of(raw(b"ns"), number(1), number(1), number(1)))), raw(bytes(16)), 2
)
TEXTS = array(dtype("S2", "|", 2), raw(b"abcd"), 2)
BOOLS = array(dtype("b1", "|"), raw(b"\0\1"), 2)
BITS = call("pyarrow.lib.type_for_alias", text("bool"))


UNKNOWN = "__pyx_unpickle_NDArrayBacked"


def masked(values: bytes, mask: bytes) -> bytes:
    return with_state(name("pandas.arrays.IntegerArray") + b")\x81", dict_of(_data=values, _mask=mask))


def backed(kind: str, dtype_of: bytes, values: bytes) -> bytes:
    made = call("pandas._libs.arrays.__pyx_unpickle_NDArrayBacked", name(f"pandas.arrays.{kind}"), number(1), b"N")
    return with_state(made, tuple_of(dtype_of, values))


def arrow_backed(values: bytes) -> bytes:
    return with_state(name("pandas.arrays.ArrowExtensionArray") + b")\x81", dict_of(_data=values))


@pytest.mark.parametrize(
    ("values", "column"),
    [
        (masked(DATES, BOOLS), "IntegerArray"),  # no number
        (masked(TEXTS, BOOLS), "IntegerArray"),
        (masked(BOOLS, TEXTS), "IntegerArray"),  # a mask that is none
        (masked(BOOLS, array(dtype("b1", "|"), raw(b"\0"), 1)), "IntegerArray"),  # of another length
        (masked(BOOLS, BOOLS), "boolean"),
        (backed("PeriodArray", call("pandas.PeriodDtype", text("period[W-SUN]")), DATES), UNKNOWN),
        (backed("PeriodArray", call("pandas.PeriodDtype", number(1)), DATES), UNKNOWN),
        (backed("Categorical", b"N", BOOLS), UNKNOWN),
        (backed("DatetimeArray", b"N", DATES), "datetime64[ns]"),
        (backed("DatetimeArray", b"N", b"N"), UNKNOWN),
        (arrow_backed(arrow(BITS, 9, 0, b"N", buffer(b"1"))), "bool[pyarrow]"),  # more values than bits
        (arrow_backed(b"N"), "unknown[pyarrow]"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)  # fmt: skip
def test_columns_that_are_not_what_they_say(values: bytes, column: str) -> None:
    found = value_of(frame(index(1), index(2), block(values, 0, 1, 1)) + b".", LIMIT)
    assert isinstance(found, Frame)
    assert found.columns[0].dtype == column
    look(found)


@pytest.mark.parametrize(
    "made",
    [
        interval(index(2), index(3)),  # of different lengths
        interval(index(2), TEXTS),  # a bound that is no index
        call("pandas.core.indexes.base._new_Index", text("pandas.Index"), dict_of(data=TEXTS)),
        call("pandas.core.indexes.base._new_Index", name("pandas.Index"), list_of()),
        call("pandas.core.indexes.base._new_Index", name("pandas.Index"), dict_of(data=b"N")),
        call(
            "pandas.core.indexes.base._new_Index",
            name("pandas.MultiIndex"),
            dict_of(levels=list_of(index(2)), codes=list_of(TEXTS), names=list_of(b"N")),
        ),
        index(1 << 60),  # more rows than a float can count
        frame(index(1), index(1), block(ONE, 0, 1, 1)).replace(b"pandas.core.internals", b"mine"),
        frame(index(1), index(1), call("pandas._libs.internals._unpickle_block", ONE, b"N", number(2))),
        frame(index(1), index(1), call("pandas._libs.internals._unpickle_block", number(1), b"N", number(2))),
    ],
)  # fmt: skip
def test_tables_that_are_not_what_they_say(made: bytes) -> None:
    found = value_of(made + b".", LIMIT)
    look(found)
    assert isinstance(found, Described)


def test_a_placement_as_older_versions_wrote_it() -> None:
    placement = call("pandas._libs.internals.BlockPlacement", call("builtins.slice", number(0), number(1), number(1)))
    made = call("pandas._libs.internals._unpickle_block", ONE, placement, number(2))
    assert isinstance(value_of(frame(index(1), index(1), made) + b".", LIMIT), Frame)


ALIASES = ["int8", "uint64", "double", "bool", "string", "large_string", "date32[day]", "null", "binary"]
KINDS = st.sampled_from(ALIASES).map(lambda alias: call("pyarrow.lib.type_for_alias", text(alias))) | st.sampled_from(
    [call("pyarrow.lib.timestamp", text("us"), b"N"), call("pyarrow.lib.timestamp", text("x")), number(1)]
)
BUFFERS = st.just(b"N") | st.binary(max_size=40).map(buffer)
SIZES = st.integers(-1, 9)


@st.composite
def arrow_arrays(draw: st.DrawFn, depth: int = 2) -> bytes:
    """Arrays of any type with any buffers, some by numbers into another."""
    kind, dictionary = draw(KINDS), b"N"
    if depth and draw(st.booleans()):
        kind = call("pyarrow.lib.dictionary", kind, draw(KINDS), b"I00\n")
        inner = draw(arrow_arrays(depth - 1))
        dictionary = inner.removeprefix(name("pyarrow.lib._restore_array") + b"(").removesuffix(b"tR")
    return arrow(kind, draw(SIZES), draw(SIZES), *draw(st.lists(BUFFERS, max_size=4)), dictionary=dictionary)


@given(st.lists(arrow_arrays(), min_size=1, max_size=3))
def test_any_buffers_give_some_table_or_none(arrays: list[bytes]) -> None:
    look(value_of(arrow_table(*arrays) + b".", LIMIT))


VALUES = st.sampled_from([DATES, TEXTS, BOOLS, ONE, index(2), b"N", number(1), array(dtype("O", "|"), b"(N]l", 2)])
MADE = st.one_of(
    VALUES,
    st.builds(masked, VALUES, VALUES),
    st.builds(backed, st.sampled_from(["Categorical", "DatetimeArray", "PeriodArray", "StringArray"]), VALUES, VALUES),
    st.builds(interval, VALUES, VALUES),
    arrow_arrays().map(arrow_backed),
)


@given(columns=MADE, rows=MADE, values=MADE)
def test_any_blocks_give_some_table_or_none(columns: bytes, rows: bytes, values: bytes) -> None:
    for axis in (rows, index(2)):
        look(value_of(frame(index(1), axis, block(values, 0, 1, 1)) + b".", LIMIT))
    look(value_of(frame(columns, index(2), block(values, 0, 1, 1)) + b".", LIMIT))
