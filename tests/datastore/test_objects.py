"""Types of the standard library come back as what they are; all other objects as a description."""

from __future__ import annotations

import array as standard_array
import dataclasses
import datetime
import decimal
import enum
import fractions
import pathlib
import pickle
import sys
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore import NotPlain
from dashboard.datastore.objects import Described, Reference, Zone, type_name, value_of
from dashboard.datastore.plain import MAX_DEPTH
from dashboard.datastore.views import preview
from tests.datastore.hostile import Reduced
from tests.datastore.opcodes import array, call, dtype, number, raw, text
from tests.datastore.test_pickled import KEYS, VALUES, typed

LIMIT = 256 * 1024
OFFSETS = st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23))
ZONES = st.none() | st.just(datetime.timezone.utc) | st.builds(datetime.timezone, OFFSETS)
HASHABLE = (
    st.dates()
    | st.datetimes(timezones=ZONES, allow_imaginary=False)
    | st.builds(datetime.datetime.replace, st.datetimes(), fold=st.integers(0, 1))
    | st.times(timezones=ZONES)
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.uuids()
    | st.complex_numbers(allow_nan=False)
    | st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1)).map(
        lambda parts: pathlib.PurePosixPath(*parts)
    )
    | st.builds(range, st.integers(), st.integers(), st.integers(1))
)
STANDARD = HASHABLE | st.one_of(
    st.binary().map(bytearray),
    st.dictionaries(KEYS, VALUES, max_size=3).map(OrderedDict),
    st.dictionaries(KEYS, st.integers(), max_size=3).map(Counter),
    st.dictionaries(HASHABLE, VALUES, max_size=3),
    st.sets(HASHABLE, max_size=3),
    st.lists(VALUES, max_size=3).map(lambda items: deque(items, 5)),
    st.lists(VALUES, max_size=3).map(deque),
)


@given(value=VALUES, protocol=st.integers(0, 5))
def test_plain_data_comes_back(value: object, protocol: int) -> None:
    assert typed(value_of(pickle.dumps(value, protocol), LIMIT)) == typed(value)


@given(value=STANDARD, protocol=st.integers(0, 5))
def test_types_of_the_standard_library_come_back(value: Any, protocol: int) -> None:
    found: Any = value_of(pickle.dumps([value, {"again": (value,)}], protocol), LIMIT)
    assert found == [value, {"again": (value,)}]
    assert type(found[0]) is type(value)
    if isinstance(value, (datetime.datetime, datetime.time)):
        assert str(found[0]) == str(value)
        assert found[0].fold == (value.fold if protocol > 3 else 0)  # older protocols do not store it
    if isinstance(value, deque):
        assert found[0].maxlen == value.maxlen


Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = "r"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Model:
    name: str
    parent: Any = None


class Slotted:
    __slots__ = ("__dict__", "a")

    def __init__(self) -> None:
        self.a = 1
        self.b = 2


class Bag(dict[str, int]):
    """A dict of the user."""


class Odd:
    def __init__(self, state: object) -> None:
        self.state = state

    def __getstate__(self) -> object:
        return self.state


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Point(1, (2,)), "tests.datastore.test_objects.Point(1, (2,))"),
        (Colour.RED, "tests.datastore.test_objects.Colour('r')"),
        (Level.HIGH, "tests.datastore.test_objects.Level(3)"),
        (Model("base"), "tests.datastore.test_objects.Model(name='base', parent=None)"),
        (Slotted(), "tests.datastore.test_objects.Slotted(b=2, a=1)"),
        (Bag(a=1), "tests.datastore.test_objects.Bag(){'a': 1}"),
        (Odd(7), "tests.datastore.test_objects.Odd(state=7)"),
        (Odd({1: 2}), "tests.datastore.test_objects.Odd(state={1: 2})"),
        (types.SimpleNamespace(a=1), "types.SimpleNamespace(a=1)"),
        (ValueError("wrong", 7), "ValueError('wrong', 7)"),
        (defaultdict(list, {"a": [1]}), "defaultdict({'a': [1]})"),
        (slice(1, None, 2), "slice(1, None, 2)"),
        (Model, "tests.datastore.test_objects.Model"),
        (len, "len"),
        (..., "Ellipsis"),
        (type(None), "type(None)"),
        (standard_array.array("d", [1.5]), "float64 (1,) [1.5]"),
        (datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), "2026-07-01 00:00:00 Europe/Berlin"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_other_objects_are_described(value: object, shown: str, protocol: int) -> None:
    if isinstance(value, slice) and sys.version_info < (3, 11):
        pytest.skip("before 3.11 a slice of nothing else cannot be pickled")
    if isinstance(value, standard_array.array) and protocol == 2:
        shown = "array.array('d', [1.5])"
    assert preview(value_of(pickle.dumps(value, protocol), LIMIT)) == shown


def test_an_object_may_hold_itself() -> None:
    model = Model("base")
    model.parent = [model]
    found = value_of(pickle.dumps(model, 4), LIMIT)
    assert isinstance(found, Described)
    assert found.attributes["parent"] == [found]


def test_what_is_shared_stays_shared() -> None:
    shared = [datetime.date(2026, 1, 1)]
    found: Any = value_of(pickle.dumps((shared, {"a": shared}), 4), LIMIT)
    assert found[0] is found[1]["a"]
    assert found[0] == shared


def test_zones_have_names_and_no_rules() -> None:
    value = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    found: Any = value_of(pickle.dumps(value, 4), LIMIT)
    assert isinstance(found.tzinfo, Zone)
    assert found.tzname() == "Europe/Berlin"
    assert found.utcoffset() is None
    assert found.dst() is None


class Unusual(datetime.tzinfo):
    """A zone of the user."""


def test_a_zone_of_the_user_has_the_name_of_its_type() -> None:
    found: Any = value_of(pickle.dumps(datetime.time(12, tzinfo=Unusual()), 4), LIMIT)  # type: ignore[abstract]  # CPython lets it be
    assert found.tzname() == "tests.datastore.test_objects.Unusual"


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        ((datetime.date, (b"\x07\xea\x0d\x01",)), "datetime.date(b'\\x07\\xea\\r\\x01')"),  # the 13th month
        ((datetime.date, (2026, 1, 1)), "datetime.date(2026, 1, 1)"),
        ((fractions.Fraction, ("1e9",)), "fractions.Fraction('1e9')"),
        ((fractions.Fraction, (1, 0)), "fractions.Fraction(1, 0)"),
        ((decimal.Decimal, ("one",)), "decimal.Decimal('one')"),
        ((decimal.Decimal, (5,)), "decimal.Decimal(5)"),
        ((complex, ("1j",)), "complex('1j')"),
        ((range, (0, 1, 0)), "range(0, 1, 0)"),
        ((uuid.UUID, ("5",)), "uuid.UUID('5')"),
        ((datetime.timezone, (datetime.timedelta(days=2),)), "datetime.timezone(2 days, 0:00:00)"),
        ((datetime.timedelta, (10**10, 0, 0)), "datetime.timedelta(10000000000, 0, 0)"),
        ((Counter, ([1, 1],)), "collections.Counter([1, 1])"),
        ((getattr, (1, "real")), "getattr(1, 'real')"),
        ((getattr, (Model, "a b")), "getattr(tests.datastore.test_objects.Model, 'a b')"),
    ],
)
def test_what_no_constructor_would_take_is_described(made: tuple[Any, ...], shown: str) -> None:
    assert preview(value_of(pickle.dumps(Reduced(*made), 4), LIMIT)) == shown


def test_names_below_a_class_are_references() -> None:
    found = value_of(pickle.dumps(Reduced(getattr, (Model, "name")), 4), LIMIT)
    assert found == Reference("tests.datastore.test_objects.Model.name")


def test_bounds() -> None:
    with pytest.raises(NotPlain, match="more than 3 bytes"):
        value_of(pickle.dumps("abc"), 3)
    with pytest.raises(NotPlain, match="more than 10 opcodes") as caught:
        value_of(pickle.dumps([0.5] * 20), LIMIT, 10)
    assert caught.value.too_large
    nested: Any = Model("inner")
    for _ in range(MAX_DEPTH // 2):
        nested = Model("outer", nested)
    with pytest.raises(NotPlain, match="levels"):
        value_of(pickle.dumps(nested), LIMIT)


def test_many_keys_of_one_type() -> None:
    """What a user may well have: the bounds are for keys that were chosen to be equal."""
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=day) for day in range(3000)]
    for keys in (days, [datetime.datetime(d.year, d.month, d.day) for d in days], [str(d) for d in days]):  # noqa: DTZ001
        assert value_of(pickle.dumps(dict.fromkeys(keys), 4), LIMIT) == dict.fromkeys(keys)
    pairs = {(f"user {n}", n): n for n in range(800)}
    assert value_of(pickle.dumps(pairs, 4), LIMIT) == pairs


@pytest.mark.parametrize(
    ("dotted", "readable"),
    [
        ("builtins.int", "int"),
        ("__main__.Model", "Model"),
        ("pandas.core.frame.DataFrame", "pandas.DataFrame"),
        ("metaflow.includefile.IncludedFile", "metaflow.IncludedFile"),
        ("pandas._libs.tslibs.timestamps.Timestamp", "pandas.Timestamp"),
        ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v2"),
        ("my.package.Model", "my.package.Model"),
        ("int", "int"),
    ],
)
def test_names_of_types(dotted: str, readable: str) -> None:
    assert type_name(dotted) == readable


def test_arrays_hold_what_else_is_described() -> None:
    found: Any = value_of(pickle.dumps(np.array([Model("a"), None], dtype=object), 4), LIMIT)
    assert found.dtype == object
    assert isinstance(found[0], Described)


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (call("fractions.Fraction", text("-1/3")), "-1/3"),  # before Python 3.12
        (b"(cm\nC\nK\x01K\x02o", "m.C(1, 2)"),
        (b"(K\x01im\nC\n", "m.C(1)"),
        (b"cm\nf\n)R)R", "call(m.f())"),
        (b"cm\nC\n)}X\x01\x00\x00\x00aK\x01s\x92", "m.C(a=1)"),
        (call("__main__.ForeachFrame", *[b"N"] * 6), "ForeachFrame(None, None, None, None, None, None)"),
        (call("pandas._libs.tslibs.timestamps._unpickle_timestamp", number(1 << 63), b"N", b"N", number(10)), None),
        (call("pytz.FixedOffset", number(90)), "UTC+01:30"),
        (call("pytz._p", text("Europe/Berlin"), number(1)), "Europe/Berlin"),
        (call("datetime.time", raw(b"12345")), "datetime.time(b'12345')"),
        (call("numpy.dtype", text("i8")), "int64"),
        (call("array._array_reconstructor", b"N", text("d"), number(-1), raw(b"")), None),
        (call("a" * 300 + ".b"), "a" * 80 + "()"),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_what_pickle_writes_more_rarely(made: bytes, shown: str | None) -> None:
    found = value_of(made + b".", LIMIT)
    if shown is None:
        assert isinstance(found, Described)
    else:
        assert preview(found) == shown


@pytest.mark.parametrize(
    "blob",
    [
        b"K\x01)R.",
        b"cm\nf\nK\x01R.",
        b"cm\nf\n)K\x01\x92.",
        b"K\x01K\x02b.",
        b"]K\x01b.",
        b"cm\nf\n)RK\x01(u.",
        b"cm\nf\n)R(K\x01u.",
        b"cm\n.",
        b"(i.",
        b"}]q\x00K\x01s.",
        b"}" + call("builtins.bytearray") + b"K\x01s.",
        b"\x8f(" + array(dtype("f8"), raw(b"12345678"), 1) + b"\x90.",
    ],
)
def test_damage(blob: bytes) -> None:
    with pytest.raises(NotPlain):
        value_of(blob, LIMIT)


def test_a_description_is_printed_by_its_type() -> None:
    assert repr(Described("__main__.Model", attributes={"a": 1})) == "<Model>"
