"""Lines of any length, in chunks of any size, with any bytes in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.logs import line as lines
from dashboard.datastore.logs.kinds import Kind, Reader
from dashboard.datastore.logs.line import KEPT, SHOWN, Line, line, raws, whole_lines

PREFIX = b"[MFLOG|0|2026-11-24T06:41:04.610637Z|task|1-2]"


def read(text: bytes) -> list[Line]:
    return [line(raw, number, Reader(False)) for number, raw in enumerate(raws([text]), start=1)]


@given(
    st.lists(st.binary(max_size=20)), st.lists(st.sampled_from([1, KEPT - 1, KEPT, KEPT + 1, 2 * KEPT, 2 * KEPT + 1]))
)
def test_chunks_do_not_matter(chunks: list[bytes], sizes: list[int]) -> None:
    chunks = [piece for pair in zip(chunks, [b"x" * size for size in sizes], strict=False) for piece in pair] + chunks
    text = b"".join(chunks)
    found = list(raws(chunks))
    assert [one.size for one in found] == [len(one) for one in text.split(b"\n")][: len(found)]
    assert [(one.head, one.tail) for one in found] == [(one.head, one.tail) for one in raws([text])]
    for one, stored in zip(found, text.split(b"\n"), strict=False):
        assert stored.startswith(one.head)
        assert stored.endswith(one.tail)
        assert len(one.head) + len(one.tail) == min(len(stored), 2 * KEPT)
    assert b"".join(whole_lines(chunks)) == text


def test_a_line() -> None:
    assert read(PREFIX + "grün \x1b[31mrot".encode() + b"\nplain\n") == [
        Line(1, 1_795_502_464_610, "task", "grün \x1b[31mrot", 14, False, Kind.PLAIN),
        Line(2, None, None, "plain", 5, False, Kind.PLAIN),
    ]


def test_a_long_line_is_cut_and_tells_its_size() -> None:
    (found,) = read(PREFIX + b"x" * 1_000_000)
    assert (len(found.text), found.size, found.is_cut) == (SHOWN, 1_000_000, True)
    (found,) = read("ü".encode() * SHOWN)
    assert (found.text, found.is_cut) == ("ü" * SHOWN, False)
    (found,) = read("😀".encode() * (SHOWN + 1))
    assert (found.text, found.is_cut) == ("😀" * SHOWN, True)


def test_a_progress_bar_shows_its_last_state() -> None:
    steps = b"".join(b"\r%3d%%|" % step + b"#" * step for step in range(101))
    assert [one.text[:5] for one in read(steps + b"\n" + PREFIX + steps + b"\r\n")] == ["100%|", "100%|"]
    (found,) = read(PREFIX + steps * 50)
    assert found.size > 2 * KEPT
    assert found.text.startswith("100%|###")
    assert not found.is_cut


def test_any_bytes_are_text() -> None:
    (found,) = read(bytes(range(256)).replace(b"\n", b"").replace(b"\r", b""))
    assert found.text.startswith("\0\x01")
    assert found.text.endswith("\ufffd")
    assert read(b"") == []
    assert [one.text for one in read(b"\n\n")] == ["", ""]


def test_a_line_that_never_ends_is_given_in_pieces() -> None:
    pieces = list(whole_lines([b"x" * 1_000_000] * 20))
    assert b"".join(pieces) == b"x" * 20_000_000
    assert max(map(len, pieces)) <= lines.LONGEST + 1_000_000
