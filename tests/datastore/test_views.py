"""Values as trees, tables, pages of text and JSON: safe for JSON, bounded, a page at a time."""

from __future__ import annotations

import datetime
import json
import math
import time
from collections import OrderedDict, defaultdict, deque
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from dashboard.datastore import TooLarge
from dashboard.datastore.objects import Described
from dashboard.datastore.objects.columns import ArrayCells, Column, Frame, RangeCells
from dashboard.datastore.views import Table, branch, cell, hex_page, media_type, table, text_page, to_json
from dashboard.datastore.views.parts import at, count
from tests.datastore.looked_at import look, strict
from tests.datastore.test_objects import STANDARD
from tests.datastore.test_pickled import VALUES

MODEL = Described("a.Model", (1, [2, 3]), {"name": "x", "odd name": 4}, ("state",), [5], [("key", 6), (7, {"k": 8})])
FRAME = Frame("pandas.DataFrame", (Column("a", "int64", ArrayCells(np.arange(50))), Column(None, "odd", None)), (), 50)
VALUE = {"a": [1, {"b": (2, 3)}], "not a word": 4, 5: {6}, "model": MODEL, "array": np.arange(6).reshape(2, 3)}


@given(VALUES | STANDARD)
def test_any_value_has_all_views(value: object) -> None:
    look(value)


def test_a_branch() -> None:
    found = branch(VALUE)
    assert (found.node.path, found.node.type, found.node.parts, found.offset) == ("$", "dict", 5, 0)
    assert [(node.path, node.label, node.type, node.parts) for node in found.nodes] == [
        ("$.a", "a", "list", 2),
        ("$[1]", "not a word", "int", 0),
        ("$[2]", "5", "set", 1),
        ("$.model", "model", "a.Model", 8),
        ("$.array", "array", "numpy.ndarray", 2),
    ]
    assert found.nodes[0].summary == "[1, {'b': (2, 3)}]"
    json.loads(strict(asdict(found)))


def test_the_parts_of_an_object() -> None:
    found = branch(VALUE, "$.model")
    assert [(node.path, node.label, node.summary) for node in found.nodes] == [
        ("$.model[0]", "argument 0", "1"),
        ("$.model[1]", "argument 1", "[2, 3]"),
        ("$.model.name", "name", "'x'"),
        ("$.model[3]", "odd name", "4"),
        ("$.model[4]", "state", "('state',)"),
        ("$.model[5]", "0", "5"),
        ("$.model[6]", "key", "6"),
        ("$.model[7]", "7", "{'k': 8}"),
    ]
    assert branch(VALUE, "$.model", 6, 1).nodes == found.nodes[6:7]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.a[1].b[0]", 2),
        ("$[1]", 4),
        ("$[2][0]", 6),
        ("$.model.name", "x"),
        ("$.model[7].k", 8),
        ("$.array[1][2]", 5),
    ],
)
def test_paths_lead_to_parts(path: str, value: object) -> None:
    assert at(VALUE, path) == value


@pytest.mark.parametrize(
    "path",
    ["", "a", "$.", "$.b", "$[9]", "$.a.b", "$.a[2]", "$[x]", "$.a[-1]", "$.a[1", "$" + "[0]" * 900, "$.a[0][0]"],
)
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(LookupError):
        branch(VALUE, path)


def test_every_node_leads_to_its_part() -> None:
    for value in (VALUE, MODEL, deque([1, 2]), {3, 1, 2}, FRAME, OrderedDict(a=1)):
        for node in branch(value).nodes:
            assert branch(value, node.path).node.summary == node.summary


def test_a_default_is_not_made_by_looking() -> None:
    value: dict[str, list[int]] = defaultdict(list)
    with pytest.raises(LookupError):
        at(value, "$.a")
    assert not value


def test_large_values_come_by_pages() -> None:
    for value in (list(range(100_000)), np.arange(100_000), dict.fromkeys(range(100_000)), set(range(100_000))):
        started = time.process_time()
        found = branch(value, offset=99_950, limit=100)
        assert len(found.nodes) == 50
        assert found.nodes[0].path == "$[99950]"
        assert branch(value, offset=200_000).nodes == ()
        assert len(branch(value, limit=10**9).nodes) == 1000
        assert time.process_time() - started < 1
    assert branch([1, 2], offset=-5, limit=-1).nodes == ()


def test_numbers_have_no_parts() -> None:
    assert [count(value) for value in (1, "text", b"x", None, np.float64(1), np.array(1))] == [0] * 6


def test_a_list_of_records_is_a_table() -> None:
    found = table([{"a": 1, "b": "x"}, {"a": None, "c": datetime.date(2026, 1, 1)}])
    assert found
    assert [head.name for head in found.heads] == ["a", "b", "c"]
    assert found.rows == ((1, "x", None), (None, None, "2026-01-01"))


@pytest.mark.parametrize(
    "value", [[], [{}], [1], [{"a": []}], [{1: 2}], {"a": 1}, "text", None, np.zeros((1, 1, 1)), MODEL]
)
def test_what_is_no_table(value: object) -> None:
    assert table(value) is None


def rows(value: object, offset: int = 0, limit: int = 100) -> Table:
    found = table(value, offset, limit)
    assert found
    return found


def test_arrays_are_tables() -> None:
    found = rows(np.arange(6).reshape(2, 3))
    assert [(head.name, head.dtype) for head in found.heads] == [("0", "int64"), ("1", "int64"), ("2", "int64")]
    assert found.rows == ((0, 1, 2), (3, 4, 5))
    assert rows(np.array([1.5, math.inf])).rows == ((1.5,), ("Infinity",))
    structured = rows(np.array([(1, "a")], dtype=[("n", "i4"), ("s", "U3")]))
    assert [(head.name, head.dtype) for head in structured.heads] == [("n", "int32"), ("s", "str")]
    assert structured.rows == ((1, "a"),)


def test_tables_come_by_pages() -> None:
    found = rows(FRAME, 40, 100)
    assert (found.offset, found.total_rows, len(found.rows)) == (40, 50, 10)
    assert found.rows[0] == (40, "…")
    assert rows(FRAME, 10**9).rows == ()
    assert rows(FRAME, -3, 2).rows == ((0, "…"), (1, "…"))
    wide = rows(np.zeros((3000, 5000)), limit=3000)
    assert (len(wide.heads), wide.total_columns, len(wide.rows)) == (200, 5000, 250)
    long = rows([{"a": n} for n in range(5000)], 4999)
    assert (long.rows, long.total_rows) == (((4999,),), 5000)
    endless = Frame("pandas.Index", (Column(None, "int64", RangeCells(range(1 << 50))),), (), 1 << 50)
    assert rows(endless, (1 << 50) - 1).rows == (((1 << 50) - 1,),)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, 1),
        (True, True),
        (None, None),
        (1 << 53, str(1 << 53)),
        (-(1 << 53) + 1, -(1 << 53) + 1),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        ("a\nb\u202e", "a\nb\\u202e"),
        ("x" * 600, "x" * 499 + "…"),
        (b"\xff", "b'\\xff'"),
        ([1], "[1]"),
        (Decimal("1.5"), "1.5"),
        ("\ud800", "\\ud800"),
    ],
)
def test_cells(value: object, shown: object) -> None:
    assert cell(value) == shown
    assert type(cell(value)) is type(shown)


def test_pages_of_text() -> None:
    text = "0123456789" * 10
    assert asdict(text_page(text, 95, 10)) == {"text": "56789", "offset": 95, "shown": 5, "total": 100}
    assert text_page(text, -1, 3).text == "012"
    assert text_page(text, 500).text == ""
    assert text_page("a\x1b\tb\n\ud800").text == "a\\x1b\tb\n\\ud800"
    assert text_page("x" * 300_000, 0, 10**9).shown == 200_000


def test_pages_of_bytes() -> None:
    found = hex_page(bytes(range(60, 80)) + b"\x00\xff", 17)
    assert found.offset == 16
    assert found.text == "00000010  4c 4d 4e 4f 00 ff                                LMNO.."
    assert hex_page(bytearray(b"ab")).text == "00000000  61 62                                            ab"
    assert hex_page(b"").text == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (bytearray(b"GIF89a"), "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        ('<?xml version="1.0"?>\n<!-- made -->\n<svg width="1">', "image/svg+xml"),
        ("<!DOCTYPE html><p>", "text/html"),
        ("  <html>", "text/html"),
        ("<div class='a'>", "text/html"),
        ("a < b", None),
        ("<divide>", None),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"", None),
        (b"\xff\xfe", None),
        (1, None),
    ],
)
def test_media(value: object, kind: str | None) -> None:
    assert media_type(value) == kind


def test_json_of_what_it_has_no_words_for() -> None:
    value = {
        "nan": math.nan,
        "huge": 1 << 60,
        "bytes": b"\xff",
        "set": {2, 1},
        "date": datetime.date(2026, 1, 1),
        5: [None, True, (1,), "\ud800ü"],
        "array": np.array([[1, 2]]),
        "scalar": np.array(1),
        "frame": Frame(
            "pandas.DataFrame", (Column("a", "int64", ArrayCells(np.arange(2))), Column("b", "x", None)), (), 2
        ),
        "empty": Frame("pandas.DataFrame", (), (), 2),
        "model": Described("a.B", (1,), {"x": 2}),
        "state": Described("a.B", state=3),
        "other": object(),
    }
    text = to_json(value)
    assert text.isascii()
    assert json.loads(text) == {
        "nan": "NaN",
        "huge": str(1 << 60),
        "bytes": {"base64": "/w=="},
        "set": [1, 2],
        "date": "2026-01-01",
        "5": [None, True, [1], "\ud800ü"],
        "array": [[1, 2]],
        "scalar": 1,
        "frame": [{"a": 0, "b": None}, {"a": 1, "b": None}],
        "empty": [],
        "model": {"type": "a.B", "args": [1], "attributes": {"x": 2}},
        "state": {"type": "a.B", "state": 3},
        "other": "<object>",
    }


@given(VALUES)
def test_json_is_valid(value: Any) -> None:
    json.loads(to_json(value), parse_constant=lambda name: pytest.fail(name))


def test_json_is_bounded() -> None:
    with pytest.raises(TooLarge, match="larger than 100 characters"):
        to_json(list(range(1000)), 100)
    inner: list[Any] = []
    inner.append(inner)
    with pytest.raises(TooLarge, match="levels"):
        to_json(inner)
    value: Any = ()
    for _ in range(60):
        value = (value, value)
    started = time.process_time()
    with pytest.raises(TooLarge):
        to_json(value, 100_000)
    assert time.process_time() - started < 2
