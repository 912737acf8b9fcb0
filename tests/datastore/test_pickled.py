"""Plain data comes out as pickle would give it; everything else ends in NotPlain, at once."""

from __future__ import annotations

import datetime
import os
import pickle
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.datastore import NotPlain, decode
from dashboard.datastore.plain import MAX_DEPTH, MAX_STEPS

LIMIT = 256 * 1024
INTS = st.integers(-(2**4000), 2**4000)
SCALARS = st.none() | st.booleans() | INTS | st.floats(allow_nan=False) | st.text(st.characters()) | st.binary()
KEYS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3), max_leaves=6
)
VALUES = st.recursive(
    SCALARS | st.sets(KEYS, max_size=4) | st.frozensets(KEYS, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5) | st.lists(inner, max_size=5).map(tuple) | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=30,
)


def typed(value: Any) -> Any:
    """The value with its types, as 1 == True == 1.0."""
    if isinstance(value, dict):
        return {"dict": [(typed(key), typed(item)) for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return type(value), [typed(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return type(value), {(type(item), item) for item in value}
    return type(value), value


@given(value=VALUES, protocol=st.integers(0, 5))
@example(value="\ud800", protocol=0)
@example(value=[b"", b"\xff", set(), frozenset({b""})], protocol=2)
@example(value=[list(range(3000)), {n: n for n in range(3000)}, set(range(3000))], protocol=1)
def test_plain_data_comes_back(value: object, protocol: int) -> None:
    assert typed(decode(pickle.dumps(value, protocol), LIMIT)) == typed(value)


@given(st.binary(max_size=200))
def test_any_bytes_give_plain_data_or_not_plain(blob: bytes) -> None:
    with_header = b"\x80\x04" + blob + b"."
    for data in (blob, with_header):
        try:
            decode(data, LIMIT)
        except NotPlain:
            pass


@given(value=VALUES, protocol=st.integers(0, 5), data=st.data())
def test_damage_gives_plain_data_or_not_plain(value: object, protocol: int, data: st.DataObject) -> None:
    blob = bytearray(pickle.dumps(value, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(blob), LIMIT)
    except NotPlain:
        pass


@given(value=VALUES, protocol=st.integers(0, 5), data=st.data())
def test_a_truncated_pickle_is_not_plain(value: object, protocol: int, data: st.DataObject) -> None:
    blob = pickle.dumps(value, protocol)
    with pytest.raises(NotPlain):
        decode(blob[: data.draw(st.integers(0, len(blob) - 1))], LIMIT)


class Reduced:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch /never",)


class Plain:
    def __init__(self) -> None:
        self.x = 1


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [Reduced(), Plain(), Plain, len, 1j, bytearray(b"x"), datetime.date(2020, 1, 1), OrderedDict(a=1), range(3), ...],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_not_plain(value: object, protocol: int) -> None:
    for holder in (value, [value], {"key": (value,)}):
        with pytest.raises(NotPlain) as caught:
            decode(pickle.dumps(holder, protocol), LIMIT)
        assert not caught.value.too_large


def test_the_type_is_named() -> None:
    with pytest.raises(NotPlain, match=r"datetime\.date") as caught:
        decode(pickle.dumps(datetime.date(2020, 1, 1), 4), LIMIT)
    assert caught.value.reason == "datetime.date"


SET = b"c__builtin__\nset\nh\x00\x85R"
LATIN = b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R"


def laughs(levels: int, width: int, new: bytes = b"(", end: bytes = b"t") -> bytes:
    """Tuples of the same tuple, level over level."""
    return b")q\x00" + b"".join(new + b"h\x00" * width + end + b"q\x00" for _ in range(levels))


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b".",
        b"0.",
        b"1.",
        b"N",
        b"\x80\x06N.",
        b"cos\nsystem\n(S'echo'\ntR.",
        b"cos\n.",
        b"c__builtin__\nset\n.",
        b"c__builtin__\nset\n(c__builtin__\nset\ntR.",
        b"c__builtin__\nset\n(]tRR.",
        b"c__builtin__\nset\n}(c__builtin__\nset\nNu.",
        b"c__builtin__\nbytes\n(K\x09tR.",
        b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x03\x00\x00\x00hextR.",
        b"c_codecs\nencode\n(X\x02\x00\x00\x00\xc4\x80X\x06\x00\x00\x00latin1tR.",
        b"c" + b"\x1b[31m\xc3" * 100 + b"\nx\n.",
        b"N\x93.",
        b"(](NN\x93.",
        b"X\x0c\x00\x00\x00builtins.set(]tR.",
        b"(ios\nsystem\n.",
        b"(cos\nsystem\no.",
        b"Pname\n.",
        b"NQ.",
        b"\x82\x01.",
        b"\x97.",
        b"]NNs.",
        b"}NNe.",
        b"}Na.",
        b"}(Nu.",
        b"}]Ns.",
        b"\x8f(]\x90.",
        b"h\x05.",
        b"K\x01\x87.",
        b"S'no end\n.",
        b"I12x\n.",
        b"Fnan?\n.",
        b"\x8d" + struct.pack("<Q", 2**63) + b"x.",
        b"X\xff\xff\xff\x7fx.",
        b"]q\x00h\x00a.",
        b"}q\x00K\x01h\x00s.",
        b"]q\x00(h\x00h\x00t\x85a.",
        b"(" * 90_000,
        b"\x85" * 90_000,
        b")" + b"\x85" * 90_000 + b".",
        b")" + b"\x85" * 90_000 + b"q\x00}h\x00Ns.",
        b"]" * 5_000 + b"a" * 4_999 + b".",
        b"N" * 200_000 + b".",
        laughs(40, 10) + b".",
        laughs(40, 10) + b"q\x01}h\x01Ns.",
        b"\x8f(" + laughs(40, 10) + b"\x90.",
        laughs(40, 10) + b"0](h\x00h\x00e.",
        laughs(30, 2, b"(", b"l") + b".",
        b"X\x00\x00\x01\x00" + b"x" * 65_536 + b"q\x00(" + b"h\x00" * 90_000 + b"t.",
        b"(" + b"".join(b"(" + b"K\x01" * 10 + b"J" + struct.pack("<i", n) + b"tN" for n in range(5_000)) + b"d.",
        b"(" + b"".join(b"\x8a\x20" + struct.pack("<QQQQ", n, 0, 0, n) + b"N" for n in range(5_000)) + b"d.",
        b"\x8b" + struct.pack("<i", 200_000) + b"\x7f" * 200_000 + b".",
        b"\x8b" + struct.pack("<i", -1) + b".",
        b"I" + b"9" * 200_000 + b"\n.",
        b"L" + b"9" * 200_000 + b"L\n.",
        b"Np" + b"9" * 200_000 + b"\n.",
        b"((" + b"".join(b"J" + struct.pack("<i", n) for n in range(20_000)) + b"lq\x00" + SET * 10_000 + b"l.",
        b"((X\xa0\x86\x01\x00" + b"x" * 100_000 + b"q\x00" + LATIN * 5_000 + b"l.",
    ],
    ids=lambda blob: repr(blob[:24]),
)
def test_hostile_pickles_end_at_once(blob: bytes) -> None:
    started = time.process_time()
    with pytest.raises(NotPlain) as caught:
        decode(blob, LIMIT)
    assert time.process_time() - started < 5  # 0.3 s for the worst; without bounds some would take years
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    blob = pickle.dumps(Reduced())
    monkeypatch.setattr(os, "system", lambda _command: ran.append(1))
    with pytest.raises(NotPlain, match="system"):
        decode(blob, LIMIT)
    assert not ran


def test_bounds_are_told_from_what_is_not_plain() -> None:
    for value in ([0] * MAX_STEPS, 1 << 5000):
        with pytest.raises(NotPlain) as caught:
            decode(pickle.dumps(value), 1 << 20)
        assert caught.value.too_large
    with pytest.raises(NotPlain, match="more than 3 bytes") as caught:
        decode(pickle.dumps("abc"), 3)
    assert caught.value.too_large


def test_depth_up_to_the_bound_is_plain() -> None:
    value: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert decode(pickle.dumps(value), LIMIT) == value
    with pytest.raises(NotPlain, match="levels"):
        decode(pickle.dumps([[value]]), LIMIT)


def test_opcodes_that_pickle_does_not_write_today() -> None:
    assert decode(b"(K\x011N.", LIMIT) is None
    assert decode(b"N(0.", LIMIT) is None
    assert decode(b"NK\x010.", LIMIT) is None
    assert decode(b"K\x072\x86.", LIMIT) == (7, 7)
    assert decode(b"(S'a'\nI01\nd.", LIMIT) == {"a": True}
    assert decode(b"U\x02\xe4b.", LIMIT) == "\xe4b"
    assert decode(b"\x8a\x00.", LIMIT) == 0
