"""Control sequences become styles or nothing; what is left is text and no more."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.logs.ansi import PLAIN, Style, plain, segments, shown
from dashboard.datastore.logs.colours import COLOURS, of_256, of_rgb, of_sixteen

RED = Style("red")
BOTH = frozenset({"italic", "underline"})
UNDERLINED = Style(None, frozenset({"underline"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("plain", [(PLAIN, "plain")]),
        ("\x1b[31mred\x1b[0m plain", [(RED, "red"), (PLAIN, " plain")]),
        ("\x1b[91mred\x1b[m.", [(RED, "red"), (PLAIN, ".")]),
        ("\x1b[1;31mboth", [(Style("red", frozenset({"bold"})), "both")]),
        ("\x1b[1m\x1b[2m\x1b[22mnone", [(PLAIN, "none")]),
        ("\x1b[3;4mx\x1b[23my\x1b[24mz", [(Style(None, BOTH), "x"), (UNDERLINED, "y"), (PLAIN, "z")]),
        ("\x1b[31mred\x1b[39mdefault", [(RED, "red"), (PLAIN, "default")]),
        ("\x1b[38;5;196mx", [(RED, "x")]),
        ("\x1b[38;2;0;0;250mx", [(Style("blue"), "x")]),
        ("\x1b[38:2:0:250:0mx", [(Style("green"), "x")]),
        ("\x1b[48;5;196;31mx", [(RED, "x")]),
        ("\x1b[38;5mx", [(PLAIN, "x")]),
        ("\x1b[999;;abcmx", [(PLAIN, "bcmx")]),
        ("\x1b[30mblack\x1b[97mwhite", [(PLAIN, "blackwhite")]),
        ("a\x1b[2Kb\x1b[1Ac\x1b[?25ld", [(PLAIN, "abcd")]),
        ("\x1b]8;;http://evil.example\x07link\x1b]8;;\x07!", [(PLAIN, "link!")]),
        ("\x1b]8;id=1;http://evil.example\x1b\\link\x1b]8;;\x1b\\!", [(PLAIN, "link!")]),
        ("\x1b]0;title without end", [(PLAIN, "0;title without end")]),
        ("\x1bPq#0;2;0;0;0\x1b\\sixel", [(PLAIN, "sixel")]),
        ("\x1b(Bcharset\x1b=keys\x1b", [(PLAIN, "charsetkeys")]),
        ("\x9b31mC1", [(RED, "C1")]),
        ("bell\a back\b\b", [(PLAIN, "bell back")]),
        ("tab\tstays", [(PLAIN, "tab\tstays")]),
        ("\0\x7f", [(PLAIN, "\\x00\\x7f")]),
        ("abc\u202egpj.exe", [(PLAIN, "abc\\u202egpj.exe")]),
        ("zero\u200bwidth\ufeff", [(PLAIN, "zero\\u200bwidth\\ufeff")]),
        ("\U000e0041", [(PLAIN, "\\U000e0041")]),
        ("👩\u200d🚀 می\u200cخواهم", [(PLAIN, "👩\u200d🚀 می\u200cخواهم")]),
        ("<script>alert(1)</script>", [(PLAIN, "<script>alert(1)</script>")]),
    ],
)  # fmt: skip
def test_pieces(text: str, expected: list[tuple[Style, str]]) -> None:
    assert segments(text) == expected
    assert plain(text) == "".join(piece for _style, piece in expected)


@given(st.text(st.sampled_from("\x1b[]()PX^_;:0123456789mK?\x07\x9b\x9d\\ab\r\u202e\0"), max_size=60))
def test_nothing_commands_a_terminal_or_hides(text: str) -> None:
    pieces = segments(text)
    assert "".join(piece for _style, piece in pieces) == plain(text)
    for style, piece in pieces:
        assert piece.isprintable()
        assert style.colour is None or style.colour in COLOURS


@given(st.text(max_size=60))
def test_bytes_are_stripped_as_text_is(text: str) -> None:
    one = text.replace("\n", "").replace("\r", "")
    assert plain(shown(one.encode("utf-8", "replace")).decode()) == plain(one.encode("utf-8", "replace").decode())


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b"10%\r20%\r30%\nnext\n", b"30%\nnext\n"),
        (b"windows\r\nline\r\n", b"windows\nline\n"),
        (b"done\r\r\n", b"done\r\n"),
        (b"\x1b[31ma\x1b[0mb\n", b"ab\n"),
        (b"a\rb\nc", b"b\nc"),
        (b"no end \x1b]8;;x\nnext", b"no end 8;;x\nnext"),
    ],
)
def test_many_lines_at_once(stored: bytes, expected: bytes) -> None:
    assert shown(stored) == expected


def test_colours_are_those_of_the_design() -> None:
    assert [of_sixteen(number) for number in range(16)] == [
        None, "red", "green", "yellow", "blue", "mag", "cyan", None,
        "grey", "red", "green", "yellow", "blue", "mag", "cyan", None,
    ]  # fmt: skip
    assert of_rgb(255, 0, 0) == of_rgb(180, 30, 20) == "red"
    assert of_rgb(255, 255, 0) == of_rgb(237, 190, 94) == "yellow"
    assert of_rgb(0, 255, 255) == "cyan"
    assert of_rgb(255, 0, 255) == "mag"
    assert of_rgb(128, 128, 128) == "grey"
    assert of_rgb(0, 0, 0) is of_rgb(255, 255, 255) is None
    assert {of_256(number) for number in range(256)} == {*COLOURS, None}
    assert of_256(256) is of_256(99_999) is None


@pytest.mark.parametrize("piece", ["\x1b[", "\x1b]", "\x1b", "\x1b[1;", "\x1bP", "\x9d", "1;", "\r", "a\r", "\x1b]\r"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    segments(text[:4000])
    shown(text.encode())
    shown(text.encode() + b"\n" + b"x" * 200_000)
    assert time.process_time() - started < 1
